//! Proof of work: what each side demands, and what happens to too little.

use super::Cell;
use super::envelopes::{ENOUGH_WORK, QUIET, TOPIC, WHISPERS, arrival, listen, pair, post};
use super::lab::{Lab, Program};
use super::peer::same;
use anyhow::Result;
use serde_json::{Value, json};

/// As good as no work: by chance one envelope in thousands has what go-ethereum demands.
const LITTLE_WORK: f64 = 0.00001;

/// What a demanding node wants, and what satisfies it.
const DEMANDED_WORK: f64 = 0.5;
const MUCH_WORK: f64 = 1.0;

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = vec![
        Cell::new("work/go-ethereum/held-back", held_back),
        Cell::new("work/go-ethereum/pushed", pushed_to_go_ethereum),
        Cell::new("work/status-go/pushed", pushed_to_status_go),
    ];
    for program in WHISPERS {
        cells.push(Cell::new(
            format!("work/{}/ours-demands-more", program.name()),
            move |lab| ours_demands_more(lab, program),
        ));
    }
    cells
}

/// A payload long enough that little work is little by any chance.
fn long_payload(first: &str) -> String {
    format!("0x{first}{}", "00".repeat(4000))
}

/// An envelope that go-ethereum would punish is not sent to it.
fn held_back(lab: &Lab) -> Result<()> {
    let (ours, theirs) = pair(lab, Program::GoEthereum, json!({"min_pow": 0}), json!({}))?;
    listen(&theirs, TOPIC)?;
    ours.dial(&theirs)?;
    post(&ours, TOPIC, LITTLE_WORK, &long_payload("41"))?;
    theirs.peer.no_event("peer_disconnected", QUIET)?;
    theirs.peer.no_event("whisper_message", QUIET / 4)?;
    post(&ours, TOPIC, ENOUGH_WORK, "0x42")?;
    arrival(&theirs, "0x42").map(|_| ())
}

/// Sent all the same, it costs the connection.
fn pushed_to_go_ethereum(lab: &Lab) -> Result<()> {
    let (ours, theirs) = pair(lab, Program::GoEthereum, json!({}), json!({}))?;
    ours.dial(&theirs)?;
    push(&ours, LITTLE_WORK)?;
    let gone = ours.peer.event("peer_disconnected")?;
    same(
        "reason",
        &json!(16),
        gone.get("reason").unwrap_or(&Value::Null),
    )?;
    theirs.peer.event("peer_disconnected").map(|_| ())
}

/// status-go answers with error 37 and keeps the connection.
fn pushed_to_status_go(lab: &Lab) -> Result<()> {
    let (ours, theirs) = pair(
        lab,
        Program::StatusGo,
        json!({}),
        json!({"min_pow": DEMANDED_WORK}),
    )?;
    listen(&theirs, TOPIC)?;
    ours.dial(&theirs)?;
    push(&ours, LITTLE_WORK)?;
    let refused = ours.peer.event("envelope_refused")?;
    same(
        "code",
        &json!(37),
        refused.get("code").unwrap_or(&Value::Null),
    )?;
    ours.peer.no_event("peer_disconnected", QUIET)?;
    post(&ours, TOPIC, MUCH_WORK, "0x51")?;
    arrival(&theirs, "0x51").map(|_| ())
}

fn push(ours: &super::lab::Running, work: f64) -> Result<()> {
    let message = json!({
        "password": "interop", "topic": TOPIC, "ttl": 15, "pow_target": work,
        "payload": long_payload("43"), "push": true,
    });
    ours.peer.call("whisper_post", message).map(|_| ())
}

/// Their nodes respect the minimum that our status announces.
fn ours_demands_more(lab: &Lab, program: Program) -> Result<()> {
    let (ours, theirs) = pair(
        lab,
        program,
        json!({ "min_pow": DEMANDED_WORK }),
        json!({ "min_pow": LITTLE_WORK }),
    )?;
    listen(&ours, TOPIC)?;
    theirs.dial(&ours)?;
    post(&theirs, TOPIC, LITTLE_WORK, &long_payload("61"))?;
    ours.peer.no_event("whisper_message", QUIET)?;
    post(&theirs, TOPIC, MUCH_WORK, "0x62")?;
    arrival(&ours, "0x62")?;
    ours.peer.no_event("peer_disconnected", QUIET / 4)
}
