//! Disconnects: who says goodbye, why, and whether the other side sees the reason.

use super::Cell;
use super::envelopes::pair;
use super::lab::{Lab, Program, Running};
use super::peer::{PATIENCE, is_event, same, text};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::Command;

/// Those that tell the reason of a disconnect in go-ethereum's words.
const GO: [Program; 3] = [Program::StatusGo, Program::GoEthereum, Program::Latest];

/// Every reason there is, by number.
const REASONS: [u64; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16];

const USELESS_PEER: u64 = 3;
const TOO_MANY_PEERS: u64 = 4;
const ALREADY_CONNECTED: u64 = 5;
const CLIENT_QUITTING: u64 = 8;

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for program in GO {
        let peer = program.name();
        cells.push(Cell::new(format!("goodbye/{peer}/by-ours"), move |lab| {
            by_ours(lab, program, json!("too many peers"))
        }));
        cells.push(Cell::new(format!("goodbye/{peer}/by-theirs"), move |lab| {
            by_theirs(lab, program, json!({}))
        }));
        cells.push(Cell::new(format!("goodbye/{peer}/we-stop"), move |lab| {
            we_stop(lab, program)
        }));
        cells.push(Cell::new(format!("goodbye/{peer}/they-stop"), move |lab| {
            they_stop(lab, program)
        }));
    }
    cells.extend([
        Cell::new("goodbye/ethereumjs/by-ours", |lab| {
            by_ours(lab, Program::Ethereumjs, json!(TOO_MANY_PEERS))
        }),
        Cell::new("goodbye/ethereumjs/by-theirs", |lab| {
            by_theirs(lab, Program::Ethereumjs, json!({}))
        }),
        Cell::new("goodbye/ethereumjs/by-theirs-on-version-4", |lab| {
            by_theirs(lab, Program::Ethereumjs, json!({"version": 4}))
        }),
        Cell::new("goodbye/bare/every-reason/by-ours", every_reason_by_ours),
        Cell::new(
            "goodbye/bare/every-reason/by-theirs",
            every_reason_by_theirs,
        ),
        Cell::new("goodbye/bare/useless-peer", useless_dials_us),
        Cell::new("goodbye/latest/useless-peer", we_dial_useless),
        Cell::new("goodbye/bare/too-many-peers", too_many_dial_us),
        Cell::new("goodbye/latest/too-many-peers", we_are_too_many),
        Cell::new("goodbye/bare/already-connected", already_connected),
        Cell::new("goodbye/bare/garbage", garbage),
        Cell::new("goodbye/status-node/interrupted", interrupted),
    ]);
    cells
}

/// Our driver with the echo subprotocol for those that do not speak Whisper.
fn ours_for(program: Program) -> Value {
    match program {
        Program::StatusGo | Program::GoEthereum => json!({}),
        _ => json!({"protocol": "echo"}),
    }
}

fn connected(lab: &Lab, program: Program, theirs: Value) -> Result<(Running, Running)> {
    let (ours, theirs) = pair(lab, program, ours_for(program), theirs)?;
    // Theirs dials, so that nobody of ours dials again and blurs what is seen.
    theirs.dial(&ours)?;
    Ok((ours, theirs))
}

fn reason_is(event: &Value, reason: &Value) -> Result<()> {
    let seen = event.get("reason").unwrap_or(&Value::Null);
    same("reason", reason, seen).with_context(|| event.to_string())
}

/// The event that a driver of ours gives for a goodbye of the other side.
fn said_by_them(ours: &Running, event: &str, reason: u64) -> Result<()> {
    let gone = ours.peer.event(event)?;
    reason_is(&gone, &json!(reason))?;
    same(
        "who",
        &json!("them"),
        gone.get("by").unwrap_or(&Value::Null),
    )
}

fn by_ours(lab: &Lab, program: Program, seen: Value) -> Result<()> {
    let (ours, theirs) = connected(lab, program, json!({}))?;
    ours.peer
        .call("disconnect", json!({ "reason": TOO_MANY_PEERS }))?;
    reason_is(&theirs.peer.event("peer_disconnected")?, &seen)
}

fn by_theirs(lab: &Lab, program: Program, params: Value) -> Result<()> {
    let (ours, theirs) = connected(lab, program, params)?;
    theirs
        .peer
        .call("disconnect", json!({ "reason": TOO_MANY_PEERS }))?;
    said_by_them(&ours, "peer_disconnected", TOO_MANY_PEERS)
}

fn we_stop(lab: &Lab, program: Program) -> Result<()> {
    let (ours, theirs) = connected(lab, program, json!({}))?;
    ours.peer.call("stop", json!({}))?;
    let gone = theirs.peer.event("peer_disconnected")?;
    reason_is(&gone, &json!("client quitting"))
}

fn they_stop(lab: &Lab, program: Program) -> Result<()> {
    let (ours, theirs) = connected(lab, program, json!({}))?;
    theirs.peer.call("stop", json!({}))?;
    said_by_them(&ours, "peer_disconnected", CLIENT_QUITTING)
}

/// Our driver and a maker of bare connections.
fn with_bare(lab: &Lab, params: Value) -> Result<(Running, Running)> {
    let ours = lab.start(Program::Ours, "ours", params)?;
    let theirs = lab.start(Program::Latest, "theirs", json!({}))?;
    Ok((ours, theirs))
}

fn bare_dial(theirs: &Running, ours: &Running, mut params: Value) -> Result<()> {
    if let Some(fields) = params.as_object_mut() {
        fields.insert("enode".into(), json!(ours.enode));
    }
    theirs.peer.call("raw_dial", params).map(|_| ())
}

fn every_reason_by_ours(lab: &Lab) -> Result<()> {
    let (ours, theirs) = with_bare(lab, json!({"protocol": "echo"}))?;
    for reason in REASONS {
        bare_dial(&theirs, &ours, json!({}))?;
        theirs.peer.event("raw_hello")?;
        ours.peer.event("peer_connected")?;
        ours.peer.call("disconnect", json!({ "reason": reason }))?;
        reason_is(&theirs.peer.event("raw_closed")?, &json!(reason))?;
    }
    Ok(())
}

fn every_reason_by_theirs(lab: &Lab) -> Result<()> {
    let (ours, theirs) = with_bare(lab, json!({"protocol": "echo"}))?;
    for reason in REASONS {
        bare_dial(&theirs, &ours, json!({ "goodbye": reason }))?;
        said_by_them(&ours, "peer_disconnected", reason)?;
        theirs.peer.event("raw_closed")?;
    }
    Ok(())
}

fn useless_dials_us(lab: &Lab) -> Result<()> {
    let (ours, theirs) = with_bare(lab, json!({}))?;
    bare_dial(&theirs, &ours, json!({"protocol": "eth"}))?;
    reason_is(&theirs.peer.event("raw_closed")?, &json!(USELESS_PEER))
}

/// Both sides see it at the same time, whoever names it first.
fn we_dial_useless(lab: &Lab) -> Result<()> {
    let ours = lab.start(Program::Ours, "ours", json!({}))?;
    let theirs = lab.start(Program::Latest, "theirs", json!({"protocol": "eth"}))?;
    ours.dial_enode(&theirs.enode)?;
    let failed = ours.peer.event("dial_failed")?;
    if failed.get("reason") != Some(&json!(USELESS_PEER))
        && !text(&failed, "detail")?.contains("no capability in common")
    {
        bail!("the dial failed otherwise: {failed}");
    }
    Ok(())
}

fn too_many_dial_us(lab: &Lab) -> Result<()> {
    let (ours, theirs) = with_bare(lab, json!({"protocol": "echo", "max_inbound": 1}))?;
    bare_dial(&theirs, &ours, json!({}))?;
    ours.peer.event("peer_connected")?;
    bare_dial(&theirs, &ours, json!({}))?;
    reason_is(&theirs.peer.event("raw_closed")?, &json!(TOO_MANY_PEERS))
}

fn we_are_too_many(lab: &Lab) -> Result<()> {
    let ours = lab.start(Program::Ours, "ours", json!({"protocol": "echo"}))?;
    // A server of one peer keeps that place for a peer that it dials itself.
    let theirs = lab.start(Program::Latest, "theirs", json!({"max_peers": 1}))?;
    ours.dial_enode(&theirs.enode)?;
    // Go says goodbye before its Hello, or right after it.
    let gone = ours.peer.wait_for("goodbye", PATIENCE, |line| {
        is_event(line, "dial_failed") || is_event(line, "peer_disconnected")
    })?;
    reason_is(&gone, &json!(TOO_MANY_PEERS))
}

fn already_connected(lab: &Lab) -> Result<()> {
    let (ours, theirs) = with_bare(lab, json!({"protocol": "echo"}))?;
    let key = "8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63";
    bare_dial(&theirs, &ours, json!({ "key": key }))?;
    ours.peer.event("peer_connected")?;
    bare_dial(&theirs, &ours, json!({ "key": key }))?;
    reason_is(&theirs.peer.event("raw_closed")?, &json!(ALREADY_CONNECTED))
}

/// Whoever sends what is no frame is dropped; the others are still served.
fn garbage(lab: &Lab) -> Result<()> {
    let (ours, theirs) = with_bare(lab, json!({"protocol": "echo"}))?;
    bare_dial(&theirs, &ours, json!({}))?;
    ours.peer.event("peer_connected")?;
    bare_dial(&theirs, &ours, json!({"garbage": 4096}))?;
    ours.peer.event("peer_connected")?;
    ours.peer.event("peer_disconnected")?;
    ours.peer
        .call("send", json!({"code": 2, "payload": "0x81"}))?;
    let back = ours.peer.event("message")?;
    same("echo", &json!("0x81"), &json!(text(&back, "payload")?))
}

/// Our program, interrupted, says goodbye and ends well.
fn interrupted(lab: &Lab) -> Result<()> {
    let mut ours = lab.node("ours", &["run", "--listen", "127.0.0.1:0", "--nat", "none"])?;
    let theirs = lab.start(Program::StatusGo, "theirs", json!({}))?;
    theirs.dial_enode(&ours.enode)?;
    theirs.peer.event("peer_connected")?;
    let status = Command::new("kill")
        .args(["-TERM", &ours.peer.process().to_string()])
        .status()?;
    if !status.success() {
        bail!("cannot send a signal");
    }
    let gone = theirs.peer.event("peer_disconnected")?;
    reason_is(&gone, &json!("client quitting"))?;
    if !ours.peer.end()? {
        bail!("status-node ended with a failure");
    }
    Ok(())
}
