//! What is listened to, as deployed: a function of who one is and whom one has to do with.

use super::Channel;
use crate::account::public_key;
use secp256k1::{PublicKey, SecretKey};
use status_payload::Person;
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
    ContactCode(Person),
    /// The topic of oneself and a person.
    Negotiated(Person),
}

/// Somebody one has to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acquaintance {
    /// Who.
    pub person: Person,
    /// Whether they may write to the topic of the two: something private went to them, or they said that
    /// they know the secret.
    pub exchanged: bool,
}

/// What there is to listen to, in the order of its worth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Company {
    /// Joined public chats, by their names without `#`.
    pub public: Vec<String>,
    /// Whom the user has chosen: contacts, and whoever was written to. One's own other devices too.
    pub friends: Vec<Acquaintance>,
    /// Members of joined groups.
    pub members: Vec<Acquaintance>,
    /// Whoever has written and got no word, the newest first.
    pub strangers: Vec<Acquaintance>,
    /// Whoever else may write to the topic of the two, the newest first: only there would they be heard.
    pub others: Vec<Person>,
}

impl Interest {
    /// How much is listened to at most: 3,800, below the 4,096 filters that Whisper takes. What is worth
    /// least is left out.
    pub const MAX: usize = 3_800;

    /// All that is listened to by the account `own`, or by a node without one, which hears public chats
    /// only; what is worth most comes first, each once. The same person may be named several times.
    pub fn all(own: Option<&PublicKey>, company: &Company) -> Vec<Self> {
        let mut all = Vec::new();
        if own.is_some() {
            all.extend([Self::OwnPartition, Self::OwnDiscovery, Self::OwnContactCode]);
        }
        all.extend(company.public.iter().cloned().map(Self::Public));
        if let Some(own) = own {
            let own = Person::from(*own);
            for people in [&company.friends, &company.members, &company.strangers] {
                let exchanged = people.iter().filter(|one| one.exchanged);
                all.extend(exchanged.map(|one| Self::Negotiated(one.person)));
                let others = people.iter().filter(|one| one.person != own);
                all.extend(others.map(|one| Self::ContactCode(one.person)));
            }
            all.extend(company.others.iter().copied().map(Self::Negotiated));
        }
        let mut known = BTreeSet::new();
        all.retain(|interest| known.insert(interest.clone()));
        all.truncate(Self::MAX);
        all
    }

    /// The channel; none without the account that it takes.
    pub fn channel(&self, own: Option<&SecretKey>) -> Option<Channel> {
        Some(match self {
            Self::OwnContactCode => Channel::ContactCode(public_key(own?)),
            Self::OwnPartition => Channel::Partitioned(public_key(own?)),
            Self::OwnDiscovery => Channel::PersonalDiscovery(public_key(own?)),
            Self::Public(name) => Channel::Public(name.clone()),
            Self::ContactCode(person) => Channel::ContactCode(*person.public_key()),
            Self::Negotiated(person) => Channel::negotiated(own?, person.public_key()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_byte_array([byte; 32]).unwrap()
    }

    fn person(byte: u8) -> Person {
        public_key(&key(byte)).into()
    }

    fn met(byte: u8, exchanged: bool) -> Acquaintance {
        Acquaintance {
            person: person(byte),
            exchanged,
        }
    }

    #[test]
    fn a_node_without_an_account_hears_public_chats_only() {
        let company = Company {
            public: vec!["status".into()],
            friends: vec![met(2, true)],
            ..Company::default()
        };
        let all = Interest::all(None, &company);
        assert_eq!(all, [Interest::Public("status".into())]);
        let channels: Vec<_> = all.iter().map(|one| one.channel(None)).collect();
        assert_eq!(channels, [Some(Channel::Public("status".into()))]);
        assert_eq!(Interest::OwnPartition.channel(None), None);
    }

    #[test]
    fn the_topic_of_two_is_heard_once_something_was_exchanged_and_each_once() {
        let (own, ann, bob) = (key(1), person(2), person(3));
        let company = Company {
            friends: vec![met(2, false), met(3, true), met(1, true)],
            members: vec![met(3, true)],
            strangers: vec![met(2, false)],
            ..Company::default()
        };
        let expected = [
            Interest::OwnPartition,
            Interest::OwnDiscovery,
            Interest::OwnContactCode,
            Interest::Negotiated(bob),
            Interest::Negotiated(person(1)),
            Interest::ContactCode(ann),
            Interest::ContactCode(bob),
        ];
        assert_eq!(Interest::all(Some(&public_key(&own)), &company), expected);
        let channel = Interest::Negotiated(bob).channel(Some(&own));
        assert_eq!(channel, Some(Channel::negotiated(&own, bob.public_key())));
    }

    #[test]
    fn what_is_worth_least_is_left_out() {
        let company = Company {
            public: (0..5_000).map(|number| number.to_string()).collect(),
            strangers: vec![met(2, true)],
            ..Company::default()
        };
        let all = Interest::all(Some(&public_key(&key(1))), &company);
        assert_eq!(all.len(), Interest::MAX);
        assert!(all.starts_with(&[Interest::OwnPartition]));
        assert!(!all.contains(&Interest::Negotiated(person(2))));
    }
}
