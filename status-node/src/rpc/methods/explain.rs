//! Taking bytes apart with the node's account.

use super::method;
use crate::Chat;
use crate::rpc::records::ExplanationRecord;
use crate::rpc::text;
use serde::{Deserialize, Serialize};

/// `explain`: takes bytes of the protocol apart, layer by layer, with the channels and sessions of the
/// account, which stay as they are.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// The bytes, in hex with or without `0x`.
    #[serde(default)]
    pub bytes: Option<String>,
    /// In their place the hash of an envelope that the node holds.
    #[serde(default)]
    pub envelope: Option<String>,
    /// What they are, by the names of the option `--as`; a guess if it is missing.
    #[serde(default)]
    pub kind: Option<String>,
    /// The time in ms since 1970 as of which expiry and clocks are judged; the present if it is missing.
    #[serde(default)]
    pub now: Option<u64>,
    /// The least proof of work; status-go's default if it is missing.
    #[serde(default)]
    pub min_pow: Option<f64>,
    /// Chats besides those that the account listens to.
    #[serde(with = "text::list", default)]
    pub chats: Vec<Chat>,
    /// Keys to try, each 32 bytes in hex.
    #[serde(default)]
    pub keys: Vec<String>,
}
method!(Explain, "explain", ExplanationRecord);

impl std::fmt::Debug for Explain {
    /// Without the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explain")
            .field("bytes", &self.bytes.as_ref().map(String::len))
            .field("envelope", &self.envelope)
            .field("kind", &self.kind)
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}
