//! `status-node demo`: all of it on this machine, without set-up. A relay and two accounts, which
//! know only the relay, exchange public messages over TCP.

use super::args::Shared;
use super::output::Output;
use super::service::{LOOPBACK, start_logging};
use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use serde_json::json;
use status_devp2p::net::PeerSnapshot;
use status_node::account::{Identity, Mnemonic};
use status_node::explain::{Explainer, Kind};
use status_node::{Chat, Message, Node, NodeEvent, NodeEvents, hex_key};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long any one step may take. On an idle machine each takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is said, and by whom: 0 is Ann, 1 is Bob.
const CONVERSATION: [(usize, &str); 4] = [
    (0, "Hello Bob, can you read this?"),
    (1, "Loud and clear. Через ретранслятор ☂"),
    (
        0,
        "The relay passes envelopes on; it needs no key for that.",
    ),
    (1, "But anybody who knows the chat's name can read it."),
];

/// Somebody who chats.
struct Person {
    name: &'static str,
    node: Node,
    events: NodeEvents,
}

pub(crate) async fn run(shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let chat: Chat = "#demo".parse()?;
    let (relay, _relay_events) = Node::builder().listen(LOOPBACK).start().await?;
    output.line(
        &json!({ "step": "relay", "enode": relay.enode().to_string() }),
        format_args!("relay listens at {}", relay.enode()),
    )?;
    let mut people = Vec::new();
    for name in ["Ann", "Bob"] {
        people.push(arrive(name, &relay, &chat, output).await?);
    }
    for (number, (speaker, text)) in CONVERSATION.into_iter().enumerate() {
        say(&mut people, speaker, text, &chat, output)
            .await
            .with_context(|| format!("message {} of {}", number + 1, CONVERSATION.len()))?;
    }
    report(&relay, &people, output).await?;
    for person in &people {
        person.node.shutdown().await;
    }
    relay.shutdown().await;
    output.line(
        &json!({ "step": "done", "arrived": CONVERSATION.len() }),
        format_args!("all {} messages arrived", CONVERSATION.len()),
    )
}

/// Makes an account, connects it to the relay and joins the chat.
async fn arrive(
    name: &'static str,
    relay: &Node,
    chat: &Chat,
    output: Output,
) -> anyhow::Result<Person> {
    let mnemonic = Mnemonic::generate(&mut rand::rng());
    let identity = Identity::from_mnemonic(&mnemonic, "")?;
    let key = hex_key(identity.profile().public_key());
    let address = identity.profile().address();
    let (node, mut events) = Node::builder()
        .identity(identity)
        .peer(relay.enode())
        .start()
        .await?;
    let connected = wait_for(&mut events, |event| match event {
        NodeEvent::PeerReady { client_name, .. } => Some(client_name),
        _ => None,
    });
    let client_name = connected
        .await
        .with_context(|| format!("{name} does not reach the relay"))?;
    node.join(chat).await?;
    output.line(
        &json!({ "step": "account", "person": name, "public_key": key, "peer": client_name }),
        format_args!(
            "\n{name} has twelve new words, the chat key {key}\n    and the address {address}; \
             is connected to {client_name} by RLPx and joined {chat}"
        ),
    )?;
    Ok(Person { name, node, events })
}

/// Lets one speak and the other listen.
async fn say(
    people: &mut [Person],
    speaker: usize,
    text: &str,
    chat: &Chat,
    output: Output,
) -> anyhow::Result<()> {
    let [ann, bob] = people else {
        bail!("two people are needed to chat");
    };
    let (from, to) = if speaker == 0 { (ann, bob) } else { (bob, ann) };
    let start = Instant::now();
    let sent = tokio::time::timeout(PATIENCE, from.node.send(chat, text))
        .await
        .with_context(|| format!("{} cannot send", from.name))??;
    let handed = start.elapsed();
    let received = wait_for(&mut to.events, |event| match event {
        NodeEvent::Message(message) => Some(message),
        _ => None,
    })
    .await
    .with_context(|| format!("nothing arrives at {}", to.name))?;
    let arrived = start.elapsed();
    ensure!(
        (received.id, &received.text) == (sent.message.id, &sent.message.text),
        "{} reads something else than {} wrote",
        to.name,
        from.name
    );
    let envelope = from.node.envelope(sent.envelope).await;
    let envelope = envelope.context("the envelope is gone already")?;
    let times = (handed, arrived);
    print(output, (from.name, to.name), envelope, &received, times)
}

fn print(
    output: Output,
    (from, to): (&str, &str),
    envelope: Bytes,
    received: &Message,
    (handed, arrived): (Duration, Duration),
) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let layers = Explainer::new(u64::try_from(now)?)
        .chat(&received.chat)
        .explain(envelope, Some(Kind::Envelope));
    let layers_text = layers.to_string().replace('\n', "\n    ");
    output.line(
        &json!({
            "step": "message",
            "sender": from,
            "receiver": to,
            "message": received.to_json(),
            "handed_after_us": u64::try_from(handed.as_micros())?,
            "arrived_after_us": u64::try_from(arrived.as_micros())?,
            "layers": layers.to_json(),
        }),
        format_args!(
            "\n{from} says in {}: {}\n    {layers_text}\n    handed to the relay after {:.1} ms, \
             read by {to} after {:.1} ms",
            received.chat,
            received.text,
            handed.as_secs_f64() * 1e3,
            arrived.as_secs_f64() * 1e3,
        ),
    )
}

/// Says what went over the wires.
async fn report(relay: &Node, people: &[Person], output: Output) -> anyhow::Result<()> {
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
        let stats = person.node.stats().await.context("a node stopped")?;
        output.line(
            &json!({ "step": "counters", "person": person.name, "stats": stats.to_json() }),
            format_args!(
                "{}: {} messages sent, {} read, {} refused",
                person.name,
                stats.sent,
                stats.messages,
                stats.refused.values().sum::<u64>(),
            ),
        )?;
    }
    Ok(())
}

fn connection(peer: &PeerSnapshot) -> serde_json::Value {
    json!({
        "node_id": peer.node_id.to_string(),
        "frames_received": peer.messages_received,
        "frames_sent": peer.messages_sent,
        "bytes_received": peer.bytes_received,
        "bytes_sent": peer.bytes_sent,
    })
}

/// The first event that `wanted` makes something of.
async fn wait_for<T>(
    events: &mut NodeEvents,
    wanted: impl Fn(NodeEvent) -> Option<T>,
) -> anyhow::Result<T> {
    let search = async {
        while let Some(event) = events.next().await {
            if let Some(found) = wanted(event) {
                return Ok(found);
            }
        }
        bail!("the node stopped")
    };
    tokio::time::timeout(PATIENCE, search)
        .await
        .with_context(|| format!("not within {} s", PATIENCE.as_secs()))?
}
