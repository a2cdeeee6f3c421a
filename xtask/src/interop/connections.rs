//! RLPx by itself: protocol versions 4 and 5, an echo subprotocol, go-ethereum's own ping.

use super::Cell;
use super::builds;
use super::envelopes::{ENOUGH_WORK, TOPIC, arrival, listen, pair, post};
use super::lab::{Dialer, Lab, Program, Running};
use super::peer::{PATIENCE, is_event, same, text};
use crate::shell;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::process::Command;

/// Those that speak an echo subprotocol of ours under Whisper's name.
const ECHOES: [Program; 2] = [Program::Latest, Program::Ethereumjs];

/// The key of a peer that is to come back as itself.
const NODE_KEY: &str = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for dialer in Dialer::BOTH {
        let dials = dialer.name();
        for program in ECHOES {
            let peer = program.name();
            cells.push(Cell::new(format!("echo/{peer}/{dials}"), move |lab| {
                echo(lab, program, dialer, 5, 5)
            }));
            cells.push(Cell::new(
                format!("version/{peer}/4-ours/{dials}"),
                move |lab| echo(lab, program, dialer, 4, 5),
            ));
        }
        cells.push(Cell::new(
            format!("version/ethereumjs/4-theirs/{dials}"),
            move |lab| echo(lab, Program::Ethereumjs, dialer, 5, 4),
        ));
        for (ours, theirs) in [(5, 5), (5, 4), (4, 5), (4, 4)] {
            cells.push(Cell::new(
                format!("version/bare/{ours}-ours/{theirs}-theirs/{dials}"),
                move |lab| bare(lab, dialer, ours, theirs),
            ));
        }
        for program in super::envelopes::WHISPERS {
            let peer = program.name();
            cells.push(Cell::new(
                format!("version/{peer}/4-ours/{dials}"),
                move |lab| whisper_on_version_4(lab, program, dialer),
            ));
        }
    }
    cells.push(Cell::new("handshake/ethereumjs/older", older_handshake));
    cells.push(Cell::new("reconnect/latest/dropped", dropped));
    cells.push(Cell::new("reconnect/latest/restarted", restarted));
    cells.push(Cell::new("ping/driver", |lab| {
        let ours = lab.start(Program::Ours, "ours", json!({}))?;
        ping(&ours)
    }));
    cells.push(Cell::new("ping/status-node", |lab| {
        let ours = lab.node("ours", &["run", "--listen", "127.0.0.1:0", "--nat", "none"])?;
        ping(&ours)
    }));
    cells
}

/// Nothing, little, much of the same, and much of what does not compress.
fn payloads() -> Vec<String> {
    let mut noise = String::from("0x");
    let mut state: u32 = 1;
    for _ in 0..100_000 {
        // A linear congruential generator is noise enough for a compressor.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push_str(&format!("{:02x}", state >> 24));
    }
    vec![
        "0x".into(),
        "0xc0".into(),
        format!("0x{}", "ab".repeat(300_000)),
        noise,
    ]
}

fn echo(lab: &Lab, program: Program, dialer: Dialer, ours: u8, theirs: u8) -> Result<()> {
    let (ours, theirs) = pair(
        lab,
        program,
        json!({"protocol": "echo", "version": ours}),
        json!({"version": theirs}),
    )?;
    dialer.connect(&ours, &theirs)?;
    for payload in payloads() {
        there_and_back(&ours, 2, &payload)?;
        there_and_back(&theirs, 4, &payload)?;
    }
    Ok(())
}

/// Sends a message with an even code and waits for it to come back with the next one.
fn there_and_back(peer: &Running, code: u64, payload: &str) -> Result<()> {
    peer.peer
        .call("send", json!({"code": code, "payload": payload}))?;
    let back = peer.peer.wait_for("echo", PATIENCE, |line| {
        is_event(line, "message") && line.get("code") == Some(&json!(code + 1))
    })?;
    if text(&back, "payload")? != payload {
        bail!("the echo of {} characters is another", payload.len());
    }
    Ok(())
}

/// A connection on go-ethereum's RLPx package alone, which can offer version 4.
fn bare(lab: &Lab, dialer: Dialer, version: u8, offered: u8) -> Result<()> {
    let ours = lab.start(
        Program::Ours,
        "ours",
        json!({"protocol": "echo", "version": version}),
    )?;
    let theirs = lab.start(Program::Latest, "theirs", json!({}))?;
    match dialer {
        Dialer::Theirs => {
            let dial = json!({"enode": ours.enode, "version": offered});
            theirs.peer.call("raw_dial", dial)?;
        }
        Dialer::Ours => {
            let listening = theirs
                .peer
                .call("raw_listen", json!({"version": offered}))?;
            ours.dial_enode(text(&listening, "enode")?)?;
        }
    }
    let hello = theirs.peer.event("raw_hello")?;
    same(
        "version",
        &json!(version),
        hello.get("version").unwrap_or(&Value::Null),
    )?;
    ours.peer.event("peer_connected")?;
    payloads()
        .iter()
        .try_for_each(|payload| there_and_back(&ours, 2, payload))
}

fn whisper_on_version_4(lab: &Lab, program: Program, dialer: Dialer) -> Result<()> {
    let (ours, theirs) = pair(lab, program, json!({"version": 4}), json!({}))?;
    listen(&ours, TOPIC)?;
    listen(&theirs, TOPIC)?;
    dialer.connect(&ours, &theirs)?;
    post(&ours, TOPIC, ENOUGH_WORK, "0x71")?;
    arrival(&theirs, "0x71")?;
    post(&theirs, TOPIC, ENOUGH_WORK, "0x72")?;
    arrival(&ours, "0x72").map(|_| ())
}

/// A peer dials with a handshake in the form from before EIP-8 and gets its answer in that form.
fn older_handshake(lab: &Lab) -> Result<()> {
    let ours = lab.start(Program::Ours, "ours", json!({"protocol": "echo"}))?;
    let theirs = lab.start(
        Program::Ethereumjs,
        "theirs",
        json!({"older_handshake": true}),
    )?;
    // The library drops leading zeros of its signature, so one dial in a hundred is in vain.
    let connected = (0..4).any(|_| {
        let dialled = theirs.dial_enode(&ours.enode);
        dialled.is_ok()
            && ours
                .peer
                .event_within("peer_connected", PATIENCE / 4)
                .is_ok()
    });
    if !connected {
        bail!("no connection after four dials");
    }
    theirs.peer.event("peer_connected")?;
    there_and_back(&ours, 2, "0xc0")?;
    there_and_back(&theirs, 4, "0xc0")
}

/// A static peer that sends us away is dialled again after a pause.
fn dropped(lab: &Lab) -> Result<()> {
    let (ours, theirs) = pair(lab, Program::Latest, json!({"protocol": "echo"}), json!({}))?;
    ours.dial(&theirs)?;
    theirs.peer.call("disconnect", json!({"reason": 0}))?;
    ours.peer.event("peer_disconnected")?;
    ours.peer.event("peer_connected")?;
    there_and_back(&ours, 2, "0xc0")
}

/// A static peer that comes back under its old address and key is found again.
fn restarted(lab: &Lab) -> Result<()> {
    let ours = lab.start(Program::Ours, "ours", json!({"protocol": "echo"}))?;
    let first = lab.start(Program::Latest, "first", json!({ "key": NODE_KEY }))?;
    ours.dial(&first)?;
    let (_, address) = first.enode.split_once('@').unwrap_or_default();
    let address = address.split('?').next().unwrap_or_default().to_owned();
    drop(first);
    ours.peer.event("peer_disconnected")?;
    let again = json!({"key": NODE_KEY, "listen": address});
    let second = lab.start(Program::Latest, "second", again)?;
    second.peer.event("peer_connected")?;
    ours.peer.event("peer_connected")?;
    there_and_back(&ours, 2, "0xc0")
}

/// go-ethereum's tool shakes hands and prints our Hello.
fn ping(ours: &Running) -> Result<()> {
    let mut command = Command::new(builds::folder().join("devp2p"));
    let said = shell::output(command.args(["rlpx", "ping", &ours.enode]))?;
    for part in ["Version:5 ", "Caps:[shh/6]", "ListenPort:0 "] {
        if !said.contains(part) {
            bail!("no {part} in {said}");
        }
    }
    Ok(())
}
