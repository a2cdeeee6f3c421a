//! What the kind of a message decides about its envelope: the answer to both couplings.

use super::Channel;
use crate::Chat;
use status_whisper::{SymmetricKey, Topic};

/// Topic and key of a chat's envelopes, derived once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The topic.
    pub topic: Topic,
    /// The key.
    pub key: SymmetricKey,
}

impl Route {
    /// The route of a public chat. Takes some 7 ms, which the key's derivation is meant to.
    pub fn of(chat: &Chat) -> Self {
        let channel = Channel::Public(chat.name().into());
        Self {
            topic: channel.topic(),
            key: SymmetricKey::from_password(&channel.name()),
        }
    }
}
