//! Raw Whisper envelopes: symmetric and asymmetric, both ways, full and light nodes.

use super::Cell;
use super::lab::{Dialer, Lab, Program, Running, Way};
use super::peer::{same, text};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::time::Duration;

/// The topic of most envelopes here, and one whose bloom shares no bit with it.
pub(super) const TOPIC: &str = "0xdeadbeef";
const OTHER_TOPIC: &str = "0x01020304";

/// Work enough for everybody: go-ethereum wants 0.2 by default.
pub(super) const ENOUGH_WORK: f64 = 0.3;

/// Both implementations of Whisper in Go.
pub(super) const WHISPERS: [Program; 2] = [Program::StatusGo, Program::GoEthereum];

/// How long nothing may come for "nothing came"; Go sends every 300 ms.
pub(super) const QUIET: Duration = Duration::from_millis(1500);

/// How an envelope is encrypted.
#[derive(Clone, Copy)]
enum Key {
    Symmetric,
    Asymmetric,
}

impl Key {
    const BOTH: [Self; 2] = [Self::Symmetric, Self::Asymmetric];

    fn name(self) -> &'static str {
        match self {
            Self::Symmetric => "symmetric",
            Self::Asymmetric => "asymmetric",
        }
    }
}

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for program in WHISPERS {
        for dialer in Dialer::BOTH {
            for key in Key::BOTH {
                for way in Way::BOTH {
                    let (peer, dials) = (program.name(), dialer.name());
                    let (how, where_to) = (key.name(), way.name());
                    cells.push(Cell::new(
                        format!("envelope/{peer}/{dials}/{how}/{where_to}"),
                        move |lab| one_envelope(lab, program, dialer, key, way),
                    ));
                }
            }
        }
        for way in Way::BOTH {
            let (peer, where_to) = (program.name(), way.name());
            cells.push(Cell::new(
                format!("envelope/{peer}/posted-before-connecting/{where_to}"),
                move |lab| posted_before_connecting(lab, program, way),
            ));
            cells.push(Cell::new(
                format!("light/{peer}/ours-light/{where_to}"),
                move |lab| one_is_light(lab, program, true, way),
            ));
            cells.push(Cell::new(
                format!("light/{peer}/theirs-light/{where_to}"),
                move |lab| one_is_light(lab, program, false, way),
            ));
        }
    }
    cells.push(Cell::new("envelope/relay-ours", relay_ours));
    cells.push(Cell::new("envelope/relay-theirs", relay_theirs));
    cells.push(Cell::new("light/go-ethereum/both-light", both_light));
    cells.push(Cell::new(
        "light/status-go/both-light",
        both_light_unannounced,
    ));
    cells
}

/// Starts our driver and one of theirs.
pub(super) fn pair(
    lab: &Lab,
    program: Program,
    ours: Value,
    theirs: Value,
) -> Result<(Running, Running)> {
    Ok((
        lab.start(Program::Ours, "ours", ours)?,
        lab.start(program, "theirs", theirs)?,
    ))
}

/// Asks for symmetric envelopes of a topic.
pub(super) fn listen(peer: &Running, topic: &str) -> Result<()> {
    let filter = json!({"password": "interop", "topics": [topic]});
    peer.peer.call("whisper_filter", filter)?;
    Ok(())
}

/// Posts a symmetric envelope; gives its hash.
pub(super) fn post(peer: &Running, topic: &str, work: f64, payload: &str) -> Result<Value> {
    peer.peer.call(
        "whisper_post",
        json!({
            "password": "interop", "topic": topic, "ttl": 15, "pow_target": work, "payload": payload,
        }),
    )
}

/// Waits for the envelope with this payload.
pub(super) fn arrival(peer: &Running, payload: &str) -> Result<Value> {
    peer.peer.wait_for(
        &format!("envelope with {payload}"),
        super::peer::PATIENCE,
        |line| {
            super::peer::is_event(line, "whisper_message")
                && line.get("payload").and_then(Value::as_str) == Some(payload)
        },
    )
}

fn one_envelope(lab: &Lab, program: Program, dialer: Dialer, key: Key, way: Way) -> Result<()> {
    let (ours, theirs) = pair(lab, program, json!({}), json!({}))?;
    dialer.connect(&ours, &theirs)?;
    let (sender, receiver) = way.order(&ours, &theirs);
    let mut message = json!({
        "topic": TOPIC, "ttl": 15, "pow_target": ENOUGH_WORK, "payload": "0x0102030405",
    });
    let mut filter = json!({ "topics": [TOPIC] });
    match key {
        Key::Symmetric => {
            put(&mut message, "password", json!("interop"));
            put(&mut filter, "password", json!("interop"));
        }
        Key::Asymmetric => {
            let told = receiver.peer.call("whisper_key", json!({}))?;
            put(
                &mut message,
                "public_key",
                json!(text(&told, "public_key")?),
            );
        }
    }
    receiver.peer.call("whisper_filter", filter)?;
    let posted = sender.peer.call("whisper_post", message)?;
    let arrived = arrival(receiver, "0x0102030405")?;

    let author = sender.peer.call("whisper_key", json!({}))?;
    let field = |line: &Value, name: &str| line.get(name).cloned().unwrap_or_default();
    same(
        "signer",
        &field(&author, "public_key"),
        &field(&arrived, "sig"),
    )?;
    same("hash", &field(&posted, "hash"), &field(&arrived, "hash"))?;
    same("topic", &json!(TOPIC), &field(&arrived, "topic"))?;
    same("ttl", &json!(15), &field(&arrived, "ttl"))?;
    let work = field(&arrived, "pow").as_f64().unwrap_or_default();
    if work < ENOUGH_WORK {
        bail!("the receiver sees a proof of work of {work} only");
    }
    Ok(())
}

fn posted_before_connecting(lab: &Lab, program: Program, way: Way) -> Result<()> {
    let (ours, theirs) = pair(lab, program, json!({}), json!({}))?;
    let (sender, receiver) = way.order(&ours, &theirs);
    listen(receiver, TOPIC)?;
    post(sender, TOPIC, ENOUGH_WORK, "0x11")?;
    ours.dial(&theirs)?;
    arrival(receiver, "0x11").map(|_| ())
}

/// A light node gets what its bloom asks for and nothing else, and is kept.
fn one_is_light(lab: &Lab, program: Program, ours_is_light: bool, way: Way) -> Result<()> {
    let light = json!({"light": true});
    let full = json!({});
    let (ours, theirs) = if ours_is_light {
        pair(lab, program, light, full)?
    } else {
        pair(lab, program, full, light)?
    };
    let (sender, receiver) = way.order(&ours, &theirs);
    listen(receiver, TOPIC)?;
    // A light node takes even its own envelopes only if its bloom covers them.
    listen(sender, TOPIC)?;
    ours.dial(&theirs)?;
    post(sender, TOPIC, ENOUGH_WORK, "0x21")?;
    arrival(receiver, "0x21")?;

    let receiver_is_light = ours_is_light == (way == Way::In);
    if receiver_is_light {
        post(sender, OTHER_TOPIC, ENOUGH_WORK, "0x22")?;
        receiver.peer.no_event("peer_disconnected", QUIET)?;
        // A filter that comes later widens the bloom of the connection.
        listen(receiver, OTHER_TOPIC)?;
        receiver
            .peer
            .no_event("peer_disconnected", Duration::from_millis(500))?;
        post(sender, OTHER_TOPIC, ENOUGH_WORK, "0x23")?;
        arrival(receiver, "0x23")?;
    }
    Ok(())
}

/// go-ethereum, told to keep light clients apart, refuses a second one.
fn both_light(lab: &Lab) -> Result<()> {
    let ours = json!({"light": true, "announce_light": true});
    let (ours, theirs) = pair(lab, Program::GoEthereum, ours, json!({"light": true}))?;
    ours.dial(&theirs)?;
    let gone = ours.peer.event("peer_disconnected")?;
    same(
        "reason",
        &json!(16),
        gone.get("reason").unwrap_or(&Value::Null),
    )
}

/// status-go's light node does not call itself one, so two of them get on.
fn both_light_unannounced(lab: &Lab) -> Result<()> {
    let light = json!({"light": true});
    let (ours, theirs) = pair(lab, Program::StatusGo, light.clone(), light)?;
    listen(&ours, TOPIC)?;
    listen(&theirs, TOPIC)?;
    ours.dial(&theirs)?;
    post(&ours, TOPIC, ENOUGH_WORK, "0x24")?;
    arrival(&theirs, "0x24")?;
    post(&theirs, TOPIC, ENOUGH_WORK, "0x25")?;
    arrival(&ours, "0x25").map(|_| ())
}

/// Two of theirs with ours between them.
fn relay_ours(lab: &Lab) -> Result<()> {
    let relay = lab.start(Program::Ours, "ours", json!({}))?;
    let status = lab.start(Program::StatusGo, "status-go", json!({}))?;
    let geth = lab.start(Program::GoEthereum, "go-ethereum", json!({}))?;
    status.dial(&relay)?;
    relay.dial(&geth)?;
    between(&status, &geth)
}

/// Ours and one of theirs with another of theirs between them.
fn relay_theirs(lab: &Lab) -> Result<()> {
    let ours = lab.start(Program::Ours, "ours", json!({}))?;
    let relay = lab.start(Program::StatusGo, "relay", json!({}))?;
    let geth = lab.start(Program::GoEthereum, "go-ethereum", json!({}))?;
    ours.dial(&relay)?;
    geth.dial(&relay)?;
    between(&ours, &geth)
}

fn between(one: &Running, other: &Running) -> Result<()> {
    listen(one, TOPIC)?;
    listen(other, TOPIC)?;
    post(one, TOPIC, ENOUGH_WORK, "0x31")?;
    arrival(other, "0x31")?;
    post(other, TOPIC, ENOUGH_WORK, "0x32")?;
    arrival(one, "0x32").map(|_| ())
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
