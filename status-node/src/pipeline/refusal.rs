//! Why something is not shown.

use status_payload::{InvalidChatMessage, SignatureError};

/// Why what came out of an envelope is not shown. Its author is at fault, except for
/// [`Refusal::Duplicate`] and [`Refusal::Lagging`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The envelope is not signed.
    #[error("the envelope is not signed")]
    Unsigned,
    /// Its payload is no message.
    #[error("not an application message: {0}")]
    Malformed(String),
    /// The signature is none.
    #[error("bad signature: {0}")]
    Signature(#[from] SignatureError),
    /// It breaks a rule.
    #[error("invalid chat message: {0}")]
    Invalid(#[from] InvalidChatMessage),
    /// It came through one chat and says to belong to another.
    #[error("a message for another chat than the one it came through")]
    WrongChat,
    /// It says to be private and came through a public chat.
    #[error("a message that is not for a public chat came through one")]
    NotPublic,
    /// It came before.
    #[error("a message that came before")]
    Duplicate,
    /// The application does not fetch its messages.
    #[error("the application does not fetch its messages")]
    Lagging,
}

impl Refusal {
    /// A name for counters and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Malformed(_) => "malformed",
            Self::Signature(_) => "signature",
            Self::Invalid(_) => "invalid",
            Self::WrongChat => "wrong_chat",
            Self::NotPublic => "not_public",
            Self::Duplicate => "duplicate",
            Self::Lagging => "lagging",
        }
    }
}
