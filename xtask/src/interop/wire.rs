//! Single packets of Whisper, written here byte by byte and sent by go-ethereum's `p2p.Server`: what
//! our node answers, what it forgives, and what it does not.

use super::Cell;
use super::lab::{Lab, Program, Running};
use super::peer::{PATIENCE, is_event, same, text};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::time::Duration;

/// The shortest status there is: version 6 and nothing else.
const STATUS: &str = "0xc106";

/// A packet without envelopes, and its hash.
const NO_ENVELOPES: &str = "0xc0";
const HASH_OF_NO_ENVELOPES: &str =
    "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

const STATUS_CODE: u64 = 0;
const MESSAGES_CODE: u64 = 1;
const ACKNOWLEDGED_CODE: u64 = 11;
const RESPONSE_CODE: u64 = 12;
const UNKNOWN_CODE: u64 = 99;

/// Our answer comes at once; a second is long.
const SOON: Duration = Duration::from_secs(1);

/// What costs a peer its connection: the cell's name, then code and payload of each packet.
type Offence = (&'static str, &'static [(u64, &'static str)]);

const OFFENCES: [Offence; 7] = [
    ("before-status", &[(MESSAGES_CODE, NO_ENVELOPES)]),
    ("empty-status", &[(STATUS_CODE, "0xc0")]),
    ("other-version", &[(STATUS_CODE, "0xc105")]),
    ("status-is-no-list", &[(STATUS_CODE, "0x06")]),
    (
        "envelopes-are-no-list",
        &[(STATUS_CODE, STATUS), (MESSAGES_CODE, "0x83010203")],
    ),
    (
        "envelope-is-no-list",
        &[(STATUS_CODE, STATUS), (MESSAGES_CODE, "0xc483010203")],
    ),
    (
        "cut-short",
        &[(STATUS_CODE, STATUS), (MESSAGES_CODE, "0xf9ffff")],
    ),
];

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = vec![
        Cell::new("wire/status", our_status),
        Cell::new("wire/answers", answers),
        Cell::new("wire/forgiven", forgiven),
    ];
    for (name, packets) in OFFENCES {
        cells.push(Cell::new(format!("wire/punished/{name}"), move |lab| {
            punished(lab, packets)
        }));
    }
    cells
}

/// Our node with Whisper, and one of theirs that sends what it is told.
fn dialled(lab: &Lab) -> Result<(Running, Running)> {
    let ours = lab.node("ours", &["run", "--listen", "127.0.0.1:0", "--nat", "none"])?;
    let theirs = lab.start(Program::Latest, "theirs", json!({"silent": true}))?;
    theirs.dial_enode(&ours.enode)?;
    theirs.peer.event("peer_connected")?;
    Ok((ours, theirs))
}

fn send(theirs: &Running, code: u64, payload: &str) -> Result<()> {
    let message = json!({"code": code, "payload": payload});
    theirs.peer.call("send", message).map(|_| ())
}

fn received(theirs: &Running, code: u64) -> Result<String> {
    let wanted = json!(code);
    let message = theirs
        .peer
        .wait_for(&format!("packet {code}"), PATIENCE, |line| {
            is_event(line, "message") && line.get("code") == Some(&wanted)
        })?;
    Ok(text(&message, "payload")?.to_owned())
}

/// The same bytes as status-go's node: version 6, the bits of 0.001, a full node's empty bloom, not
/// light, confirmations, no rate limits.
fn our_status(lab: &Lab) -> Result<()> {
    let (_ours, theirs) = dialled(lab)?;
    let real = lab.start(Program::StatusGo, "status-go", json!({}))?;
    let other = lab.start(Program::Latest, "other", json!({"silent": true}))?;
    other.dial_enode(&real.enode)?;
    let (our_status, real_status) = (
        received(&theirs, STATUS_CODE)?,
        received(&other, STATUS_CODE)?,
    );
    same("status", &json!(our_status), &json!(real_status))
}

/// Every packet of envelopes is answered with packet 12, then packet 11.
fn answers(lab: &Lab) -> Result<()> {
    let (_ours, theirs) = dialled(lab)?;
    send(&theirs, STATUS_CODE, STATUS)?;
    send(&theirs, MESSAGES_CODE, NO_ENVELOPES)?;
    let mut codes = Vec::new();
    for _ in 0..3 {
        let message = theirs.peer.event("message")?;
        let code = message.get("code").and_then(Value::as_u64);
        if code != Some(STATUS_CODE) && !text(&message, "payload")?.contains(HASH_OF_NO_ENVELOPES) {
            bail!("another batch is confirmed: {message}");
        }
        codes.extend(code);
    }
    let wanted = [STATUS_CODE, RESPONSE_CODE, ACKNOWLEDGED_CODE];
    same("codes", &json!(wanted), &json!(codes))
}

/// An unknown packet, and a status that comes again, are passed over.
fn forgiven(lab: &Lab) -> Result<()> {
    let (_ours, theirs) = dialled(lab)?;
    send(&theirs, STATUS_CODE, STATUS)?;
    send(&theirs, UNKNOWN_CODE, "0x83010203")?;
    send(&theirs, STATUS_CODE, STATUS)?;
    send(&theirs, MESSAGES_CODE, NO_ENVELOPES)?;
    received(&theirs, ACKNOWLEDGED_CODE)?;
    theirs.peer.no_event("peer_disconnected", SOON)
}

/// A subprotocol error ends that connection and no other.
fn punished(lab: &Lab, packets: &[(u64, &str)]) -> Result<()> {
    let (ours, theirs) = dialled(lab)?;
    let bystander = lab.start(Program::Latest, "bystander", json!({"silent": true}))?;
    bystander.dial_enode(&ours.enode)?;
    bystander.peer.event("peer_connected")?;
    for (code, payload) in packets {
        send(&theirs, *code, payload)?;
    }
    let gone = theirs.peer.event("peer_disconnected")?;
    same(
        "reason",
        &json!("subprotocol error"),
        gone.get("reason").unwrap_or(&Value::Null),
    )?;
    send(&bystander, STATUS_CODE, STATUS)?;
    send(&bystander, MESSAGES_CODE, NO_ENVELOPES)?;
    received(&bystander, ACKNOWLEDGED_CODE).map(|_| ())
}
