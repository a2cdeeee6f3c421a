//! Why something is not shown.

use status_conversational_security as security;
use status_payload::{InvalidChatMessage, InvalidReceived, Misplaced, SignatureError, Unreadable};

/// Why what came out of an envelope is not shown. Its author is at fault, except for
/// [`Refusal::Empty`], [`Refusal::Own`], [`Refusal::Duplicate`] and [`Refusal::Lagging`]; and who was not told of this
/// device, or of a prekey that is gone, could not know better.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The envelope is not signed.
    #[error("the envelope is not signed")]
    Unsigned,
    /// There is nothing in it: somebody's answer that brings keys, or, as deployed, what follows a packet
    /// of acknowledgements.
    #[error("there is nothing in the envelope but keys or acknowledgements")]
    Empty,
    /// Its payload is no message.
    #[error("the payload is no message: {0}")]
    Malformed(String),
    /// The signature is none.
    #[error("the signature of the message is bad: {0}")]
    Signature(#[from] SignatureError),
    /// It breaks a rule.
    #[error("the chat message breaks a rule: {0}")]
    Invalid(#[from] InvalidChatMessage),
    /// It came through one chat and says to belong to another.
    #[error("the message is for another chat than the one it came through")]
    WrongChat,
    /// It says to be private and came through a public chat.
    #[error("the message is not for a public chat, and came through one")]
    NotPublic,
    /// It belongs to no chat, or not to the one it says to belong to.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// It breaks a rule for its kind.
    #[error(transparent)]
    Rule(#[from] InvalidReceived),
    /// It cannot be decrypted.
    #[error(transparent)]
    Unreadable(#[from] security::Unreadable),
    /// Its sender or its author is blocked.
    #[error("the sender or the author of the message is blocked")]
    Blocked,
    /// Keys that came through the channel of somebody else.
    #[error("the keys came through the channel of somebody else than their sender")]
    NotTheirs,
    /// This installation's own message came back.
    #[error("the message is this device's own, and came back")]
    Own,
    /// It came before.
    #[error("the message came before")]
    Duplicate,
    /// The application does not fetch its messages.
    #[error("the application did not fetch the message in time; it is stored")]
    Lagging,
}

impl Refusal {
    /// A name for counters and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Empty => "empty",
            Self::Malformed(_) => "malformed",
            Self::Signature(_) => "signature",
            Self::Invalid(_) => "invalid",
            Self::WrongChat => "wrong_chat",
            Self::NotPublic => "not_public",
            Self::Misplaced(_) => "misplaced",
            Self::Rule(_) => "rule",
            Self::Unreadable(_) => "unreadable",
            Self::Blocked => "blocked",
            Self::NotTheirs => "not_theirs",
            Self::Own => "own",
            Self::Duplicate => "duplicate",
            Self::Lagging => "lagging",
        }
    }
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Signature(error) => Self::Signature(error),
            other => Self::Malformed(other.to_string()),
        }
    }
}
