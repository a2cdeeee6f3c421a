//! What is listened to, as deployed: a function of who one is and whom one has to do with.

use super::Channel;
use crate::account::public_key;
use secp256k1::{PublicKey, SecretKey};
use std::collections::BTreeSet;

/// Something to listen to, before its topic and key are derived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interest {
    /// One's own contact code: where one's other devices announce their keys.
    OwnContactCode,
    /// Where one is written to first.
    OwnPartition,
    /// The topic that is one's own alone.
    OwnDiscovery,
    /// A public chat, by its name without `#`.
    Public(String),
    /// Where a person announces their keys.
    ContactCode(PublicKey),
    /// The topic of oneself and a person.
    Negotiated(PublicKey),
}

/// Somebody one has to do with: a contact, whoever one has a chat with, the members of one's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acquaintance {
    /// Who.
    pub person: PublicKey,
    /// Whether they may write to the topic of the two: something private went to them, or they said that
    /// they know the secret.
    pub exchanged: bool,
}

impl Interest {
    /// All that is listened to by the account `own`, or by a node without one, which hears public chats
    /// only. The same person may be named several times.
    pub fn all(
        own: Option<&PublicKey>,
        public: impl IntoIterator<Item = String>,
        people: impl IntoIterator<Item = Acquaintance>,
    ) -> BTreeSet<Self> {
        let mut all: BTreeSet<_> = public.into_iter().map(Self::Public).collect();
        let Some(own) = own else {
            return all;
        };
        all.extend([Self::OwnContactCode, Self::OwnPartition, Self::OwnDiscovery]);
        for Acquaintance { person, exchanged } in people {
            if person != *own {
                all.insert(Self::ContactCode(person));
            }
            if exchanged {
                all.insert(Self::Negotiated(person));
            }
        }
        all
    }

    /// The channel; none without the account that it takes.
    pub fn channel(&self, own: Option<&SecretKey>) -> Option<Channel> {
        Some(match self {
            Self::OwnContactCode => Channel::ContactCode(public_key(own?)),
            Self::OwnPartition => Channel::Partitioned(public_key(own?)),
            Self::OwnDiscovery => Channel::PersonalDiscovery(public_key(own?)),
            Self::Public(name) => Channel::Public(name.clone()),
            Self::ContactCode(person) => Channel::ContactCode(*person),
            Self::Negotiated(person) => Channel::negotiated(own?, person),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_byte_array([byte; 32]).unwrap()
    }

    #[test]
    fn a_node_without_an_account_hears_public_chats_only() {
        let met = Acquaintance {
            person: public_key(&key(2)),
            exchanged: true,
        };
        let all = Interest::all(None, ["status".to_owned()], [met]);
        assert_eq!(all, [Interest::Public("status".into())].into());
        let channels: Vec<_> = all.iter().map(|one| one.channel(None)).collect();
        assert_eq!(channels, [Some(Channel::Public("status".into()))]);
        assert_eq!(Interest::OwnPartition.channel(None), None);
    }

    #[test]
    fn the_topic_of_two_is_heard_once_something_was_exchanged_and_each_once() {
        let (own, ann, bob) = (key(1), public_key(&key(2)), public_key(&key(3)));
        let met = |person, exchanged| Acquaintance { person, exchanged };
        let people = [
            met(ann, false),
            met(bob, true),
            met(bob, true),
            met(public_key(&own), true),
        ];
        let all = Interest::all(Some(&public_key(&own)), [], people);
        let expected = [
            Interest::OwnContactCode,
            Interest::OwnPartition,
            Interest::OwnDiscovery,
            Interest::ContactCode(ann),
            Interest::ContactCode(bob),
            Interest::Negotiated(bob),
            Interest::Negotiated(public_key(&own)),
        ];
        assert_eq!(all, expected.into());
        let channel = Interest::Negotiated(bob).channel(Some(&own));
        assert_eq!(channel, Some(Channel::negotiated(&own, &bob)));
    }
}
