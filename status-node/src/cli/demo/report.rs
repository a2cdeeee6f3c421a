//! What the demo prints.

use super::super::output::Output;
use super::super::show::Show;
use super::person::Person;
use super::watch::SaidAndDone;
use anyhow::Context;
use serde_json::{Value, json};
use status_devp2p::net::PeerSnapshot;
use status_node::Node;
use status_node::messenger::LedgerEntry;
use status_node::rpc::records::{self, MessageRecord};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A message on its way.
pub(super) fn said(said: &SaidAndDone, output: Output) -> anyhow::Result<()> {
    let envelopes: Vec<Value> = said
        .envelopes
        .iter()
        .map(|(envelope, kind)| {
            json!({
                "envelope": envelope.hash().to_string(),
                "bytes": envelope.rlp().len(),
                "topic": envelope.topic().to_string(),
                "topic_kind": kind,
                "pow": envelope.pow(),
            })
        })
        .collect();
    let readers: Vec<Value> = said
        .readers
        .iter()
        .map(|(name, after)| json!({ "person": name, "after_us": micros(*after) }))
        .collect();
    let json = json!({
        "step": "message",
        "sender": said.from,
        "message": MessageRecord::from(&said.message),
        "secrecy": said.secrecy(),
        "devices": said.devices.len(),
        "envelopes": envelopes,
        "handed_after_us": micros(said.handed_after),
        "readers": readers,
        "acknowledged": said.acknowledged,
    });
    output.line(&json, text(said))
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn text(said: &SaidAndDone) -> String {
    let mut text = format!("{}: {}", said.from, said.message.text);
    let ms = |duration: std::time::Duration| duration.as_secs_f64() * 1e3;
    // Writing to a text cannot fail.
    let secrecy: Vec<_> = said.secrecy().into_iter().collect();
    let _ = write!(text, "\n    security  {}", secrecy.join(", "));
    if !said.devices.is_empty() {
        let _ = write!(text, " for {}", devices(said.devices.len()));
    }
    for (envelope, kind) in &said.envelopes {
        let _ = write!(
            text,
            "\n    whisper   {} bytes on the {kind} topic {}, work {:.4}",
            envelope.rlp().len(),
            envelope.topic(),
            envelope.pow()
        );
    }
    let _ = write!(
        text,
        "\n    devp2p    handed to the relay after {:.1} ms",
        ms(said.handed_after)
    );
    for (name, after) in &said.readers {
        let _ = write!(text, "\n    read      by {name} after {:.1} ms", ms(*after));
    }
    if said.acknowledged > 0 {
        let _ = write!(
            text,
            "\n    mvds      acknowledged by {}",
            devices(said.acknowledged)
        );
    }
    text
}

fn devices(number: usize) -> String {
    match number {
        1 => "1 device".into(),
        number => format!("{number} devices"),
    }
}

/// The ledger of a message.
pub(super) fn ledger(
    message: &status_payload::MessageId,
    entries: &[LedgerEntry],
    output: Output,
) -> anyhow::Result<()> {
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| records::LedgerRecord::new(message, entry))
        .collect();
    let mut text = "the ledger of that message".to_owned();
    for entry in &entries {
        let _ = write!(text, "\n    {}", entry.text());
    }
    output.line(&json!({ "step": "ledger", "entries": entries }), text)
}

/// Somebody's chats, with what is unread in them.
pub(super) fn chats(
    name: &str,
    chats: &[records::ChatRecord],
    output: Output,
) -> anyhow::Result<()> {
    let mut text = format!("{name}'s chats");
    for chat in chats {
        let _ = write!(text, "\n    {}", chat.text());
    }
    output.line(
        &json!({ "step": "chats", "person": name, "chats": chats }),
        text,
    )
}

/// What went over the wires.
pub(super) async fn counters(
    relay: &Node,
    people: &[&Person],
    output: Output,
) -> anyhow::Result<()> {
    let stats = relay.stats().await.context("the relay stopped")?;
    let connections: Vec<_> = relay.network().peers().iter().map(connection).collect();
    output.line(
        &json!({ "step": "relay_counters", "stats": stats.to_json(), "connections": connections }),
        format_args!(
            "\nrelay: {} envelopes taken, {} passed on; frames in {} ({} bytes), out {} ({} bytes)",
            stats.whisper.envelopes_new,
            stats.whisper.envelopes_out,
            stats.network.messages_received,
            stats.network.bytes_received,
            stats.network.messages_sent,
            stats.network.bytes_sent,
        ),
    )?;
    for person in people {
        let stats = person.node().stats().await.context("a node stopped")?;
        output.line(
            &json!({ "step": "counters", "person": person.name, "stats": stats.to_json() }),
            format_args!(
                "{}: {} payloads sent, {} messages read; not shown: {}",
                person.name,
                stats.sent,
                stats.messages,
                refusals(&stats.refused),
            ),
        )?;
    }
    Ok(())
}

/// How often what was not shown, in words.
fn refusals(refused: &BTreeMap<&'static str, u64>) -> String {
    let refused: Vec<String> = refused
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    match refused.is_empty() {
        true => "nothing".into(),
        false => refused.join(", "),
    }
}

fn connection(peer: &PeerSnapshot) -> Value {
    json!({
        "node_id": peer.node_id.to_string(),
        "frames_received": peer.messages_received,
        "frames_sent": peer.messages_sent,
        "bytes_received": peer.bytes_received,
        "bytes_sent": peer.bytes_sent,
    })
}
