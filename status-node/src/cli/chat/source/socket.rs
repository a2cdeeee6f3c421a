//! Reports of a node that runs. If it stops it is looked for until it runs again.

use super::super::event::{Event, Link};
use crate::cli::backend::connect_to;
use status_node::rpc::methods::Subscribe;
use status_node::rpc::{CallError, Client, ReportKind};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// How often a node that is gone is looked for.
const LOOK: Duration = Duration::from_secs(1);

/// What the screen follows.
const KINDS: [ReportKind; 7] = [
    ReportKind::Message,
    ReportKind::Ledger,
    ReportKind::Chat,
    ReportKind::Contact,
    ReportKind::Device,
    ReportKind::Pairing,
    ReportKind::Peer,
];

/// Passes reports on until nobody wants them any more.
pub(super) async fn follow(path: PathBuf, events: mpsc::Sender<Event>) {
    let mut is_told = false;
    loop {
        let lost = match connect_to(&path).await {
            None => "no node runs here now: the screen goes on when one does".to_owned(),
            Some(client) => {
                is_told = false;
                match pass_on(client, &events).await {
                    None => return,
                    // What was lost with it is loaded anew.
                    Some(CallError::Ended(_)) => continue,
                    Some(error) => error.to_string(),
                }
            }
        };
        if !std::mem::replace(&mut is_told, true)
            && events.send(Event::Link(Link::Lost(lost))).await.is_err()
        {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Why there are no more reports; none if nobody wants them.
async fn pass_on(mut client: Box<Client>, events: &mpsc::Sender<Event>) -> Option<CallError> {
    let subscribe = Subscribe {
        to: KINDS.to_vec(),
        chats: Vec::new(),
    };
    if let Err(error) = client.call(&subscribe).await {
        return Some(error);
    }
    // First of all: whatever happens from now on is reported, what happened before is loaded.
    events.send(Event::Link(Link::Connected)).await.ok()?;
    loop {
        match client.report().await {
            Ok(report) => events.send(Event::Report(Box::new(report))).await.ok()?,
            Err(error) => return Some(error),
        }
    }
}
