//! `status-node listen`: prints the messages of chats as they come, for scripts.

use super::args::{Listen, Shared};
use super::backend::{Backend, connect};
use super::output::Output;
use super::reader::Reader;
use super::service::{Account, folder_path, interrupted, start_logging};
use anyhow::ensure;
use status_node::Chat;
use status_node::rpc::Report;
use status_node::rpc::methods::{ChatsJoin, Subscribe};
use std::collections::HashSet;
use std::time::Duration;

pub(crate) async fn run(listen: Listen, shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let interrupted = interrupted()?;
    let mut backend = open(&listen, &shared).await?;
    let time_is_up = async {
        match listen.timeout {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        result = print_messages(&mut backend, &listen, output) => result,
        () = interrupted => Ok(()),
        () = time_is_up => Ok(()),
    };
    backend.close().await;
    result
}

/// A node of one's own hears public chats without an account too, if it is told which.
async fn open(listen: &Listen, shared: &Shared) -> anyhow::Result<Backend> {
    let has_network = !shared.peers.is_empty() || shared.listen.is_some();
    if !has_network && let Some(client) = connect(&folder_path(shared)?).await {
        return Ok(Backend::Remote(client));
    }
    ensure!(
        has_network || !listen.chats.is_empty(),
        "listen needs a --chat or a --peer, unless a node runs on the data folder"
    );
    let backend = Backend::own(shared, Account::Optional, &listen.chats).await?;
    if shared.peers.is_empty() {
        tracing::warn!(
            "no --peer is given: nothing comes before another node connects to this one"
        );
    }
    Ok(backend)
}

async fn print_messages(
    backend: &mut Backend,
    listen: &Listen,
    output: Output,
) -> anyhow::Result<()> {
    // First of all: who reads the first line may count on the chats being joined.
    let subscribe = Subscribe {
        to: Reader::kinds(output),
        chats: listen.chats.clone(),
    };
    backend.subscribe(&subscribe).await?;
    for chat in listen
        .chats
        .iter()
        .filter(|chat| !matches!(chat, Chat::Group(_)))
    {
        let chat = chat.clone();
        backend.call(ChatsJoin { chat }).await?;
    }
    let mut reader = Reader::new(backend, output).await;
    backend.print_enode(output).await?;
    let wanted: HashSet<String> = listen.chats.iter().map(Chat::to_string).collect();
    let mut left = listen.count.unwrap_or(u64::MAX);
    while left > 0 {
        let report = backend.report().await?;
        let is_other = |chat: &str| !wanted.is_empty() && !wanted.contains(chat);
        match report {
            report if report.chat().is_some_and(is_other) => {}
            Report::Message(message) => {
                reader.message(&message)?;
                left -= 1;
            }
            report => reader.follow(backend, &report).await?,
        }
    }
    Ok(())
}
