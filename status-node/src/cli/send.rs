//! `status-node send`: sends a message and exits once a peer has it.

use super::args::{Send, Shared};
use super::control::{Client, Request};
use super::output::Output;
use super::service::{
    Account, LOOPBACK, Service, folder_path, interrupted, open_folder, start_logging,
};
use anyhow::{anyhow, bail};
use serde_json::Value;
use status_node::{Chat, Node, NodeEvent, Sent};
use status_whisper::Hash;
use std::time::Duration;

/// How long to wait for the peer's confirmation, which says more than that it was handed the
/// message. Peers that confirm do so at once.
pub(crate) const CONFIRMATION: Duration = Duration::from_secs(1);

/// Why a message was given up.
const INTERRUPTED: &str = "interrupted before a peer had the message";

pub(crate) async fn run(send: Send, shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let interrupted = interrupted()?;
    match send.wait.as_str() {
        "handed" => {}
        "acknowledged" => {
            bail!(
                "nobody acknowledges a message in a public chat, so --wait acknowledged is never met"
            )
        }
        other => bail!("{other:?} is nothing to wait for: handed or acknowledged"),
    }
    if shared.peers.is_empty() && shared.listen.is_none() {
        let request = Request::Send {
            to: send.to.clone(),
            text: send.text.clone(),
            timeout: send.timeout,
        };
        let path = folder_path(&shared)?;
        let Some(client) = Client::connect(&path, &request).await else {
            bail!(
                "no node runs on {}: start one with `status-node run`, or give --peer",
                path.display()
            );
        };
        return tokio::select! {
            result = client.print(output, Some(1), None) => result,
            () = interrupted => Err(anyhow!(INTERRUPTED)),
        };
    }
    let folder = open_folder(&shared)?;
    let mut builder = Node::builder()
        .listen(shared.listen.unwrap_or(LOOPBACK))
        .nat(shared.nat.unwrap_or_default())
        .light(shared.light);
    for peer in &shared.peers {
        builder = builder.peer(*peer);
    }
    let service = Service::start(builder, folder, Account::Needed, &shared, output).await?;
    let (sender, mut events) = (service.node.clone(), service.events);
    let result = tokio::select! {
        sent = deliver(&sender, &send.to, &send.text, send.timeout) => sent,
        () = interrupted => Err(anyhow!(INTERRUPTED)),
    };
    let result = match result {
        Ok(sent) => {
            let envelope = sent.envelope;
            let search = async {
                while let Some(event) = events.next().await {
                    if let Some(taken) = verdict(&event, envelope) {
                        return taken;
                    }
                }
                false
            };
            let confirmed = tokio::time::timeout(CONFIRMATION, search).await;
            let (json, text) = describe(&sent, confirmed.unwrap_or(false));
            output.line(&json, text)
        }
        Err(error) => Err(error),
    };
    // What was handed to the connection is still written before it closes.
    service.node.shutdown().await;
    result
}

/// Sends within `timeout` seconds, or says why that was not possible.
pub(crate) async fn deliver(
    node: &Node,
    to: &Chat,
    text: &str,
    timeout: u64,
) -> anyhow::Result<Sent> {
    tokio::select! {
        sent = node.send(to, text) => Ok(sent?),
        () = tokio::time::sleep(Duration::from_secs(timeout)) => {
            let ready = node.stats().await.map_or(0, |stats| stats.ready_peers);
            let reason = match ready {
                0 => "no peer is connected",
                _ => "no peer asks for such a message",
            };
            bail!("not sent within {timeout} s: {reason}")
        }
    }
}

/// What an event says about whether a peer took the envelope; none if it is about something else.
pub(crate) fn verdict(event: &NodeEvent, wanted: Hash) -> Option<bool> {
    match event {
        NodeEvent::Confirmed { envelope, .. } if *envelope == wanted => Some(true),
        NodeEvent::Refused { envelope, .. } if *envelope == wanted => Some(false),
        _ => None,
    }
}

/// What was seen of a message, as JSON and for people.
pub(crate) fn describe(sent: &Sent, confirmed: bool) -> (Value, String) {
    let mut json = sent.message.to_json();
    if let Some(fields) = json.as_object_mut() {
        let peer = format!("0x{}", hex::encode(sent.handed_to.0));
        fields.insert("state".into(), "handed".into());
        fields.insert("handed_to".into(), peer.into());
        fields.insert("confirmed".into(), confirmed.into());
    }
    let seen = if confirmed {
        "handed to a peer, which confirmed it"
    } else {
        "handed to a peer"
    };
    (json, format!("{} {seen}", sent.message.id))
}
