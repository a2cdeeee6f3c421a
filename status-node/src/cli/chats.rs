//! `status-node chats`, `messages` and `ledger`: what is stored of chats.

use super::args::{ChatsArgs, ChatsCommand, LedgerArgs, MessagesArgs, Shared};
use super::backend::{Backend, Need, Print, answer};
use super::output::Output;
use super::reader::Reader;
use super::service::{interrupted, start_logging};
use anyhow::{anyhow, ensure};
use status_node::Chat;
use status_node::rpc::methods::{
    Chats, ChatsJoin, ChatsLeave, ChatsRead, ContactList, Ledger, Messages,
};
use std::collections::HashMap;

pub(crate) async fn run(chats: ChatsArgs, shared: Shared, output: Output) -> anyhow::Result<()> {
    match chats.command {
        None => list(&shared, output).await,
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

async fn list(shared: &Shared, output: Output) -> anyhow::Result<()> {
    start_logging(shared)?;
    let interrupted = interrupted()?;
    let mut backend = Backend::open(shared, Need::Database).await?;
    let result = tokio::select! {
        result = print_chats(&mut backend, output) => result,
        () = interrupted => Err(anyhow!("interrupted")),
    };
    backend.close().await;
    result
}

/// Programs get what the method answers; people see what the user calls somebody, not how they call
/// themselves.
async fn print_chats(backend: &mut Backend, output: Output) -> anyhow::Result<()> {
    let mut chats = backend.call(Chats {}).await?;
    if !output.is_json() {
        let known = backend.call(ContactList {}).await.unwrap_or_default();
        let names = known
            .into_iter()
            .filter(|contact| !contact.alias.is_empty());
        let names = names.map(|contact| (contact.public_key, contact.alias));
        let mut names: HashMap<String, String> = names.collect();
        for chat in &mut chats {
            if let Some(name) = names.remove(&chat.chat) {
                chat.name = name;
            }
        }
    }
    chats.print(output)
}

pub(crate) async fn messages(
    messages: MessagesArgs,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let interrupted = interrupted()?;
    let mut backend = Backend::open(&shared, Need::Database).await?;
    let result = tokio::select! {
        result = print_page(&mut backend, messages, output) => result,
        () = interrupted => Err(anyhow!("interrupted")),
    };
    backend.close().await;
    result
}

async fn print_page(
    backend: &mut Backend,
    messages: MessagesArgs,
    output: Output,
) -> anyhow::Result<()> {
    let chat = messages.chat.to_string();
    // A name or an id may be mistyped; a key is somebody's, who may have said nothing.
    let is_doubtful = messages.before.is_none() && !matches!(messages.chat, Chat::Person(_));
    let messages = Messages {
        chat: messages.chat,
        limit: Some(messages.limit),
        before: messages.before,
    };
    let page = backend.call(messages).await?;
    if page.is_empty() && is_doubtful {
        let chats = backend.call(Chats {}).await?;
        let is_known = chats.iter().any(|known| known.chat == chat);
        ensure!(
            is_known,
            "nothing was said in {chat} here, and it is not joined"
        );
    }
    let reader = Reader::new(backend, output).await;
    page.iter().try_for_each(|message| reader.stored(message))
}

pub(crate) async fn ledger(
    ledger: LedgerArgs,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    let message = ledger.message;
    answer(Ledger { message }, Need::Database, &shared, output).await
}
