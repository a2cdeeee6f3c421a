//! `status-node chats`, `messages` and `ledger`: what is stored of chats.

use super::args::{ChatsArgs, ChatsCommand, LedgerArgs, MessagesArgs, Shared};
use super::backend::{Need, answer};
use super::output::Output;
use anyhow::ensure;
use status_node::rpc::methods::{
    Chats, ChatsJoin, ChatsLeave, ChatsRead, Ledger, MAX_PAGE, Messages,
};

pub(crate) async fn run(chats: ChatsArgs, shared: Shared, output: Output) -> anyhow::Result<()> {
    match chats.command {
        None => answer(Chats {}, Need::Database, &shared, output).await,
        Some(ChatsCommand::Join { chat }) => {
            answer(ChatsJoin { chat }, Need::Database, &shared, output).await
        }
        Some(ChatsCommand::Leave { chat }) => {
            answer(ChatsLeave { chat }, Need::Database, &shared, output).await
        }
        Some(ChatsCommand::Read { chat }) => {
            answer(ChatsRead { chat }, Need::Database, &shared, output).await
        }
    }
}

pub(crate) async fn messages(
    messages: MessagesArgs,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    ensure!(
        (1..=MAX_PAGE).contains(&messages.limit),
        "--limit is from 1 to {MAX_PAGE}"
    );
    let messages = Messages {
        chat: messages.chat,
        limit: Some(messages.limit),
        before: messages.before,
    };
    answer(messages, Need::Database, &shared, output).await
}

pub(crate) async fn ledger(
    ledger: LedgerArgs,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    let message = ledger.message;
    answer(Ledger { message }, Need::Database, &shared, output).await
}
