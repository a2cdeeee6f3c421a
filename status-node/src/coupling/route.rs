//! What the kind of a message decides about its envelope: the answer to both couplings.

use super::{Channel, SharedSecret};
use crate::Chat;
use crate::account::public_key;
use secp256k1::{PublicKey, SecretKey};
use status_whisper::{Key, Recipient, SymmetricKey, Topic};

/// What an envelope is encrypted with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeKey {
    /// A key that everybody has who listens to the topic.
    Symmetric(SymmetricKey),
    /// The key of the one person it is for.
    Person(PublicKey),
}

impl EnvelopeKey {
    /// The same, as Whisper wants to be told.
    pub fn recipient(&self) -> Recipient<'_> {
        match self {
            Self::Symmetric(key) => Recipient::Symmetric(key),
            Self::Person(key) => Recipient::Asymmetric(key),
        }
    }

    /// The person whose key it is; none if it is a topic's.
    pub fn person(&self) -> Option<&PublicKey> {
        match self {
            Self::Symmetric(_) => None,
            Self::Person(person) => Some(person),
        }
    }

    /// What opens envelopes: the same key, or that of `own`, who must be the person meant.
    pub fn opening(&self, own: Option<&SecretKey>) -> Option<Key> {
        match self {
            Self::Symmetric(key) => Some(key.clone().into()),
            Self::Person(person) => own
                .filter(|own| public_key(own) == *person)
                .map(|own| (*own).into()),
        }
    }
}

/// Topic and key of envelopes, derived once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The topic.
    pub topic: Topic,
    /// The key.
    pub key: EnvelopeKey,
}

impl Route {
    /// The route of a public chat; none for the others, whose route depends on more. Takes some 7 ms,
    /// which the key's derivation is meant to.
    pub fn of(chat: &Chat) -> Option<Self> {
        let name = chat.public_name()?;
        Some(Self::symmetric(&Channel::Public(name.into())))
    }

    /// Where a person announces their bundle for whoever knows their public key. Takes some 7 ms.
    pub fn contact_code(person: &PublicKey) -> Self {
        Self::symmetric(&Channel::ContactCode(*person))
    }

    /// The route of private messages to a person: the topic that only the two know, once both
    /// are known to listen to it, and before the partition of the recipient. `agreed` is the
    /// secret of the two and is none until then. Takes some 7 ms with a secret.
    pub fn private(person: &PublicKey, agreed: Option<&SharedSecret>) -> Self {
        match Channel::private(person, agreed.cloned().map(Channel::Negotiated)) {
            negotiated @ Channel::Negotiated(_) => Self::symmetric(&negotiated),
            other => Self {
                topic: other.topic(),
                key: EnvelopeKey::Person(*person),
            },
        }
    }

    /// The route of a channel, whose key, if it has one of its own, `key` gives: remembered, or
    /// [derived](Channel::symmetric_key). None for the topic that all shared, which has no key of its
    /// own and belongs to nobody.
    ///
    /// # Errors
    ///
    /// Those of `key`.
    pub fn on<E>(
        channel: &Channel,
        key: impl FnOnce() -> Result<SymmetricKey, E>,
    ) -> Result<Option<Self>, E> {
        let key = match channel {
            Channel::Public(_) | Channel::ContactCode(_) | Channel::Negotiated(_) => {
                EnvelopeKey::Symmetric(key()?)
            }
            Channel::Partitioned(person) | Channel::PersonalDiscovery(person) => {
                EnvelopeKey::Person(*person)
            }
            Channel::Discovery => return Ok(None),
        };
        Ok(Some(Self {
            topic: channel.topic(),
            key,
        }))
    }

    fn symmetric(channel: &Channel) -> Self {
        Self {
            topic: channel.topic(),
            key: EnvelopeKey::Symmetric(SymmetricKey::from_password(&channel.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_moves_two_people_from_the_partition_to_a_topic_of_their_own() {
        let key = |byte| SecretKey::from_byte_array([byte; 32]).unwrap();
        let (ann, bob) = (key(1), key(2));
        let first = Route::private(&public_key(&bob), None);
        assert_eq!(first.key, EnvelopeKey::Person(public_key(&bob)));
        assert!(first.key.opening(Some(&bob)).is_some());
        assert!(first.key.opening(Some(&ann)).is_none() && first.key.opening(None).is_none());
        assert_eq!(first.topic, Channel::Partitioned(public_key(&bob)).topic());
        let ours = SharedSecret::of(&ann, &public_key(&bob));
        let theirs = SharedSecret::of(&bob, &public_key(&ann));
        let sending = Route::private(&public_key(&bob), Some(&ours));
        assert_eq!(sending, Route::private(&public_key(&ann), Some(&theirs)));
        assert_ne!(sending.topic, first.topic);
    }
}
