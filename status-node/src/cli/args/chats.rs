//! Chats and messages on the command line.

use super::values::one_of;
use clap::{Args, Subcommand};
use status_node::Chat;
use status_node::rpc::Text;
use status_node::rpc::methods::{DEFAULT_PAGE, MAX_PAGE};
use status_payload::MessageId;
use std::str::FromStr;

/// Which chat to open.
#[derive(Debug, Args)]
pub(crate) struct ChatArgs {
    /// The chat to open at once: #name, a public key, or a group's id
    #[arg(value_name = "CHAT")]
    pub(crate) chat: Option<Chat>,
}

/// What to do with chats.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ChatsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ChatsCommand>,
}

/// What to do with one chat.
#[derive(Debug, Subcommand)]
pub(crate) enum ChatsCommand {
    /// Join a public chat, or open one with a person
    #[command(arg_required_else_help = false)]
    Join {
        /// The chat: #name, or a public key
        #[arg(value_name = "CHAT")]
        chat: Chat,
    },
    /// Leave a public chat, or close one with a person
    #[command(arg_required_else_help = false)]
    Leave {
        /// The chat: #name, a public key, or a group's id
        #[arg(value_name = "CHAT")]
        chat: Chat,
    },
    /// Mark all messages of a chat as read
    #[command(arg_required_else_help = false)]
    Read {
        /// The chat: #name, a public key, or a group's id
        #[arg(value_name = "CHAT")]
        chat: Chat,
    },
}

/// Which messages to print.
#[derive(Debug, Args)]
pub(crate) struct MessagesArgs {
    /// The chat: #name, a public key, or a group's id
    #[arg(long, value_name = "CHAT")]
    pub(crate) chat: Chat,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PAGE, value_parser = page)]
    pub(crate) limit: usize,
    /// Only those that stand before this message
    #[arg(long, value_name = "ID", value_parser = MessageId::read)]
    pub(crate) before: Option<MessageId>,
}

/// A number of messages that a page can have.
fn page(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_PAGE).contains(limit))
        .ok_or_else(|| format!("{text:?} is not a number from 1 to {MAX_PAGE}"))
}

/// Whose ledger to print.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// The message's id
    #[arg(value_name = "MESSAGE", value_parser = MessageId::read)]
    pub(crate) message: MessageId,
}

/// What to send.
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The chat: #name, a public key, or a group's id
    #[arg(long, value_name = "CHAT")]
    pub(crate) to: Chat,
    /// What to say
    pub(crate) text: String,
    /// The message that it answers
    #[arg(long, value_name = "ID", value_parser = MessageId::read)]
    pub(crate) reply_to: Option<MessageId>,
    /// Fail after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,
    /// What to wait for: that it is handed (to a peer) or acknowledged (by every device of the recipients)
    #[arg(long, value_name = "STATE", default_value = "handed", value_parser = one_of::<State>(["handed", "acknowledged"]))]
    pub(crate) wait: State,
    /// Print first what the message gives away, and to whom; then it is sent
    #[arg(long)]
    pub(crate) lint: bool,
}

/// What `send` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// That a peer was handed the message.
    Handed,
    /// That every device it concerns acknowledged it.
    Acknowledged,
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "handed" => Ok(Self::Handed),
            "acknowledged" => Ok(Self::Acknowledged),
            other => Err(format!(
                "{other:?} is nothing to wait for: handed or acknowledged"
            )),
        }
    }
}

/// What to listen to.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// The chat: #name, a public key, or a group's id; may be repeated [default: all chats]
    #[arg(long = "chat", value_name = "CHAT")]
    pub(crate) chats: Vec<Chat>,
    /// End after this many messages
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// End after this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}
