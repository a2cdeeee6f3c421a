//! What is given away.

use super::method;
use crate::Chat;
use crate::rpc::records::FindingRecord;
use crate::rpc::text;
use serde::{Deserialize, Serialize};
use status_payload::MessageId;

/// `darkness`: what the present filter, the peers and the last own envelopes give away, and to whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Darkness {
    /// How many own envelopes to look at, the last ones; all that are remembered if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<usize>,
    /// How many accounts there are, as is taken for granted; [`DEFAULT_ACCOUNTS`](crate::darkness::report::DEFAULT_ACCOUNTS) if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<u64>,
    /// Public chats, as `#name`, that somebody may try beside those that everybody knows.
    #[serde(with = "text::list", default)]
    pub names: Vec<Chat>,
    /// Whether to judge as if the node were a light one.
    #[serde(default)]
    pub light: bool,
    /// Whether to say instead what the node can tell of its peers.
    #[serde(default)]
    pub of_peers: bool,
}
method!(Darkness, "darkness", Vec<FindingRecord>);

/// `lint`: what saying something would give away. Nothing is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lint {
    /// The chat.
    #[serde(with = "text::one")]
    pub chat: Chat,
    /// What would be said.
    pub text: String,
    /// The message that it would answer.
    #[serde(
        with = "text::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_to: Option<MessageId>,
    /// How many accounts there are, as is taken for granted; [`DEFAULT_ACCOUNTS`](crate::darkness::report::DEFAULT_ACCOUNTS) if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<u64>,
}
method!(Lint, "lint", Vec<FindingRecord>);
