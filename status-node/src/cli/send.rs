//! `status-node send`: sends a message and exits once a peer has it.

use super::args::{Send, Shared};
use super::output::Output;
use super::service::{Account, LOOPBACK, Service, interrupted, open_folder, start_logging};
use anyhow::{bail, ensure};
use status_node::{Node, NodeEvent, NodeEvents, Sent};
use status_whisper::Hash;
use std::time::Duration;

/// How long to wait for the peer's confirmation, which says more than that it was handed the
/// message. Peers that confirm do so at once.
const CONFIRMATION: Duration = Duration::from_secs(1);

pub(crate) async fn run(send: Send, shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    match send.wait.as_str() {
        "handed" => {}
        "acknowledged" => {
            bail!(
                "nobody acknowledges a message in a public chat, so --wait acknowledged is never met"
            )
        }
        other => bail!("{other:?} is nothing to wait for: handed or acknowledged"),
    }
    ensure!(
        !shared.peers.is_empty() || shared.listen.is_some(),
        "send needs a --peer: sending through a running node is not built yet"
    );
    let folder = open_folder(&shared)?;
    let mut builder = Node::builder()
        .listen(shared.listen.unwrap_or(LOOPBACK))
        .nat(shared.nat.unwrap_or_default())
        .light(shared.light);
    for peer in &shared.peers {
        builder = builder.peer(*peer);
    }
    let interrupted = interrupted();
    let mut service = Service::start(builder, folder, Account::Needed, &shared, output).await?;
    let limit = Duration::from_secs(send.timeout);
    let result = tokio::select! {
        sent = service.node.send(&send.to, &send.text) => sent.map_err(Into::into),
        () = tokio::time::sleep(limit) => Err(too_late(&service.node, send.timeout).await),
        result = interrupted => match result {
            Ok(()) => Err(anyhow::anyhow!("interrupted before a peer had the message")),
            Err(error) => Err(error.into()),
        },
    };
    let result = match result {
        Ok(sent) => {
            let confirmation = confirmed(&mut service.events, sent.message.envelope);
            let confirmed = tokio::time::timeout(CONFIRMATION, confirmation).await;
            print(output, &sent, confirmed.unwrap_or(false))
        }
        Err(error) => Err(error),
    };
    // What was handed to the connection is still written before it closes.
    service.node.shutdown().await;
    result
}

async fn too_late(node: &Node, seconds: u64) -> anyhow::Error {
    let ready = node.stats().await.map_or(0, |stats| stats.ready_peers);
    let reason = match ready {
        0 => "no peer is connected",
        _ => "no peer asks for such a message",
    };
    anyhow::anyhow!("not sent within {seconds} s: {reason}")
}

/// Whether a peer confirms the envelope, before one refuses it.
async fn confirmed(events: &mut NodeEvents, wanted: Hash) -> bool {
    loop {
        match events.next().await {
            Some(NodeEvent::Confirmed { envelope, .. }) if envelope == wanted => return true,
            Some(NodeEvent::Refused { envelope, .. }) if envelope == wanted => return false,
            Some(_) => {}
            None => return false,
        }
    }
}

fn print(output: Output, sent: &Sent, confirmed: bool) -> anyhow::Result<()> {
    let mut json = sent.message.to_json();
    if let Some(fields) = json.as_object_mut() {
        fields.insert("state".into(), "handed".into());
        fields.insert(
            "handed_to".into(),
            format!("0x{}", hex::encode(sent.handed_to.0)).into(),
        );
        fields.insert("confirmed".into(), confirmed.into());
    }
    let seen = if confirmed {
        "handed to a peer, which confirmed it"
    } else {
        "handed to a peer"
    };
    output.line(&json, format_args!("{} {seen}", sent.message.id))
}
