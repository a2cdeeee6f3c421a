//! Chats and messages.

use super::method;
use crate::Chat;
use crate::rpc::records::{ChatRecord, Done, LedgerRecord, MessageRecord};
use crate::rpc::text;
use serde::{Deserialize, Serialize};
use status_payload::MessageId;

/// Messages of a page if no number is given.
pub const DEFAULT_PAGE: usize = 50;

/// Messages of a page at most: more than a screen shows, few enough that an answer with them stays
/// far below its bound unless they are of unusual size.
pub const MAX_PAGE: usize = 1000;

/// `chats`: the chats that are joined, written to, or not left.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chats {}
method!(Chats, "chats", Vec<ChatRecord>);

/// `chats_join`: joins a public chat, or opens one with a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatsJoin {
    /// The chat.
    #[serde(with = "text::one")]
    pub chat: Chat,
}
method!(ChatsJoin, "chats_join", Done);

/// `chats_leave`: leaves a public chat, or closes one with a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatsLeave {
    /// The chat.
    #[serde(with = "text::one")]
    pub chat: Chat,
}
method!(ChatsLeave, "chats_leave", Done);

/// `chats_read`: marks all messages of a chat as read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatsRead {
    /// The chat.
    #[serde(with = "text::one")]
    pub chat: Chat,
}
method!(ChatsRead, "chats_read", Done);

/// `messages`: a page of a chat, the oldest message first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// The chat.
    #[serde(with = "text::one")]
    pub chat: Chat,
    /// How many at most, from 1 to [`MAX_PAGE`]; [`DEFAULT_PAGE`] if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Only those that stand before this one; the last of the chat if not given.
    #[serde(
        with = "text::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub before: Option<MessageId>,
}
method!(Messages, "messages", Vec<MessageRecord>);

/// `send`: says something in a chat. The answer comes once the message is in the database; reports of
/// the kinds `ledger` and `reach` tell what becomes of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendText {
    /// The chat.
    #[serde(with = "text::one")]
    pub chat: Chat,
    /// What to say.
    pub text: String,
    /// The message that it answers.
    #[serde(
        with = "text::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_to: Option<MessageId>,
    /// Refuses where nobody acknowledges: in public chats, and where data sync is off.
    #[serde(default)]
    pub acknowledged: bool,
}
method!(SendText, "send", MessageRecord);

/// `ledger`: what became of a message of one's own, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The message.
    #[serde(with = "text::one")]
    pub message: MessageId,
}
method!(Ledger, "ledger", Vec<LedgerRecord>);
