//! `status-node listen`: prints the messages of chats, for scripts.

use super::args::{Listen, Shared};
use super::control::{Client, Request};
use super::output::Output;
use super::service::{
    Account, LOOPBACK, STOPPED_BY_ITSELF, Service, folder_path, interrupted, open_folder,
    start_logging,
};
use anyhow::{Context, ensure};
use serde_json::Value;
use status_node::{Message, Node, NodeEvents, hex_key};
use std::time::Duration;

pub(crate) async fn run(listen: Listen, shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let interrupted = interrupted()?;
    if shared.peers.is_empty() && shared.listen.is_none() {
        let request = Request::Listen {
            chats: listen.chats.clone(),
        };
        if let Some(client) = Client::connect(&folder_path(&shared)?, &request).await {
            return tokio::select! {
                result = client.print(output, listen.count, listen.timeout) => result,
                () = interrupted => Ok(()),
            };
        }
    }
    ensure!(
        !listen.chats.is_empty(),
        "listen needs a --chat, unless a node runs on the data folder"
    );
    let folder = open_folder(&shared)?;
    let mut builder = Node::builder()
        .listen(shared.listen.unwrap_or(LOOPBACK))
        .nat(shared.nat.unwrap_or_default())
        .light(shared.light);
    for peer in &shared.peers {
        builder = builder.peer(*peer);
    }
    for chat in &listen.chats {
        builder = builder.join(chat.clone());
    }
    let mut service = Service::start(builder, folder, Account::Optional, &shared, output).await?;
    let time_is_up = async {
        match listen.timeout {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        result = print_messages(&mut service.events, listen.count, output) => result,
        () = interrupted => Ok(()),
        () = time_is_up => Ok(()),
    };
    service.node.shutdown().await;
    result
}

async fn print_messages(
    events: &mut NodeEvents,
    count: Option<u64>,
    output: Output,
) -> anyhow::Result<()> {
    let mut left = count.unwrap_or(u64::MAX);
    while left > 0 {
        let message = events.next_message().await.context(STOPPED_BY_ITSELF)?;
        print_message(output, &message)?;
        left -= 1;
    }
    Ok(())
}

/// Whether a character could do something to the terminal: control it, or turn the order in which
/// the rest of the line is shown (Unicode, UAX #9).
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A message as JSON and for people. Control characters of others do not reach the terminal.
pub(crate) fn describe(message: &Message) -> (Value, String) {
    let text: String = message
        .text
        .chars()
        .map(|c| if is_unsafe(c) { ' ' } else { c })
        .collect();
    let from: String = hex_key(&message.from).chars().take(12).collect();
    (
        message.to_json(),
        format!("{} {from}…: {text}", message.chat),
    )
}

/// Prints a message.
pub(crate) fn print_message(output: Output, message: &Message) -> anyhow::Result<()> {
    let (json, text) = describe(message);
    output.line(&json, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_controls_a_terminal_is_not_shown() {
        let shown: String = "a\u{202e}b\u{2066}c\u{1b}d\u{200f}\u{5d0}"
            .chars()
            .filter(|c| !is_unsafe(*c))
            .collect();
        assert_eq!(shown, "abcd\u{200f}\u{5d0}");
    }
}
