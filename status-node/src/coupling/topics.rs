//! The six rules by which a name, and from it topic and key of an envelope, follows from what the
//! envelope carries (10/WHISPER-USAGE, as deployed by status-go v0.50.0).

use secp256k1::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};
use status_whisper::{SymmetricKey, Topic};
use std::fmt;
use zeroize::Zeroizing;

/// Partitions of the discovery topic, so that it reveals a recipient only up to this: 5,000, as deployed.
pub const PARTITIONS: u32 = 5000;

/// Where an envelope goes: what two sides must agree on to find each other.
#[derive(Clone, PartialEq, Eq)]
pub enum Channel {
    /// A public chat, by its name without `#`. Whoever knows the name reads along.
    Public(String),
    /// Where a person announces their keys, for whoever knows the public key.
    ContactCode(PublicKey),
    /// Where a person is written to first: one of 5000 topics by their public key. Envelopes are
    /// encrypted to the key itself.
    Partitioned(PublicKey),
    /// A topic of one's own, by the whole public key. Envelopes are encrypted to the key itself.
    PersonalDiscovery(PublicKey),
    /// The one topic that all shared in earlier versions. Envelopes are encrypted to a key.
    Discovery,
    /// The topic of two people, known to them alone.
    Negotiated(SharedSecret),
}

/// What two people's keys agree on; wiped when dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedSecret(Zeroizing<[u8; 32]>);

impl SharedSecret {
    /// The secret with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What one's own private and the other's public key agree on.
    pub fn of(own: &SecretKey, other: &PublicKey) -> Self {
        Self(status_ecies::shared_secret(other, own))
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(hidden)")
    }
}

impl Channel {
    /// Where private messages to a person go: to the topic of the two, `agreed`, once both are known to
    /// listen to it, and before to the person's partition.
    pub fn private(person: &PublicKey, agreed: Option<Self>) -> Self {
        agreed.unwrap_or(Self::Partitioned(*person))
    }

    /// The channel of two people: it follows from one's own private and the other's public key.
    pub fn negotiated(own: &SecretKey, other: &PublicKey) -> Self {
        Self::Negotiated(SharedSecret::of(own, other))
    }

    /// The string that topic and key are made of. That of a negotiated channel is secret.
    pub fn name(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Public(name) => name.clone(),
            Self::ContactCode(key) => format!("0x{}-contact-code", uncompressed(key)),
            Self::Partitioned(key) => partition_name(partition(key)),
            Self::PersonalDiscovery(key) => format!("contact-discovery-{}", uncompressed(key)),
            Self::Discovery => "contact-discovery".into(),
            Self::Negotiated(secret) => hex::encode(secret.0.as_ref()),
        })
    }

    /// The partition in which a person is written to first, from 0 to [`PARTITIONS`] less 1.
    pub fn partition(person: &PublicKey) -> u32 {
        partition(person)
    }

    /// The topics of all partitions, that of partition 0 first. Whoever passes envelopes on can compute
    /// them.
    pub fn partition_topics() -> impl Iterator<Item = Topic> {
        (0..PARTITIONS).map(|number| Topic::from_name(&partition_name(number)))
    }

    /// A name for the channel that reveals nothing: other kinds of channels of the same string have
    /// another.
    pub fn digest(&self) -> [u8; 32] {
        let kind: u8 = match self {
            Self::Public(_) => 0,
            Self::ContactCode(_) => 1,
            Self::Partitioned(_) => 2,
            Self::PersonalDiscovery(_) => 3,
            Self::Discovery => 4,
            Self::Negotiated(_) => 5,
        };
        Sha256::new()
            .chain_update([kind])
            .chain_update(self.name().as_bytes())
            .finalize()
            .into()
    }

    /// Whether only those whom it concerns have the key of its envelopes. Elsewhere whoever knows the name of
    /// the channel sees what an envelope says, or that it says nothing.
    pub fn is_discreet(&self) -> bool {
        match self {
            Self::Public(_) | Self::ContactCode(_) => false,
            Self::Partitioned(_) | Self::PersonalDiscovery(_) => true,
            Self::Discovery | Self::Negotiated(_) => true,
        }
    }

    /// The topic of the channel's envelopes.
    pub fn topic(&self) -> Topic {
        Topic::from_name(&self.name())
    }

    /// The key of the channel's envelopes; none where they are encrypted to a person's key.
    /// Takes some 7 ms, which PBKDF2 is meant to: derive it once and keep it.
    pub fn symmetric_key(&self) -> Option<SymmetricKey> {
        match self {
            Self::Public(_) | Self::ContactCode(_) | Self::Negotiated(_) => {
                Some(SymmetricKey::from_password(&self.name()))
            }
            Self::Partitioned(_) | Self::PersonalDiscovery(_) | Self::Discovery => None,
        }
    }
}

fn uncompressed(key: &PublicKey) -> String {
    hex::encode(key.serialize_uncompressed())
}

fn partition_name(number: u32) -> String {
    format!("contact-discovery-{number}")
}

/// X modulo the number of partitions.
fn partition(key: &PublicKey) -> u32 {
    let [_, x @ ..] = key.serialize();
    x.iter().fold(0, |remainder, byte| {
        (remainder * 256 + u32::from(*byte)) % PARTITIONS
    })
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negotiated(_) => f.write_str("Negotiated(hidden)"),
            other => write!(f, "Channel({:?})", *other.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::public_key;

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_byte_array([byte; 32]).unwrap()
    }

    #[test]
    fn both_sides_negotiate_the_same_channel_and_it_is_not_printed() {
        let ours = Channel::negotiated(&key(1), &public_key(&key(2)));
        let theirs = Channel::negotiated(&key(2), &public_key(&key(1)));
        assert_eq!(ours.topic(), theirs.topic());
        assert_eq!(*ours.name(), *theirs.name());
        assert!(!format!("{ours:?}").contains(ours.name().as_str()));
    }

    #[test]
    fn only_channels_of_a_person_have_no_key() {
        let person = public_key(&key(1));
        assert!(Channel::Discovery.symmetric_key().is_none());
        assert!(Channel::Partitioned(person).symmetric_key().is_none());
        assert!(Channel::PersonalDiscovery(person).symmetric_key().is_none());
        assert!(Channel::Public("status".into()).symmetric_key().is_some());
        assert!(Channel::ContactCode(person).symmetric_key().is_some());
    }

    #[test]
    fn a_contact_code_has_the_prefix_that_personal_discovery_lacks() {
        let person = public_key(&key(1));
        assert!(Channel::ContactCode(person).name().starts_with("0x04"));
        assert!(
            Channel::PersonalDiscovery(person)
                .name()
                .starts_with("contact-discovery-04")
        );
    }
}
