//! Where an envelope goes, as far as that may be said to people: without secrets.

use crate::coupling::Channel;
use secp256k1::PublicKey;

/// Where an envelope goes, or where it is listened to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A public chat, by its name without `#`.
    Public(String),
    /// A partition of the discovery topic, by its number: where people are written to first.
    Partition(u32),
    /// The account's own topic, which its whole public key makes.
    OwnTopic,
    /// Where the account announces its own keys.
    OwnContactCode,
    /// Where somebody else announces theirs.
    ContactCode,
    /// The topic of two people, which they alone can compute.
    Pair,
    /// A topic of which nothing is known here.
    Unknown,
}

impl Place {
    /// The place of a channel, to the account `own`.
    pub fn of(channel: &Channel, own: Option<&PublicKey>) -> Self {
        match channel {
            Channel::Public(name) => Self::Public(name.clone()),
            Channel::Partitioned(person) => Self::Partition(Channel::partition(person)),
            Channel::PersonalDiscovery(person) if own == Some(person) => Self::OwnTopic,
            Channel::ContactCode(person) if own == Some(person) => Self::OwnContactCode,
            Channel::ContactCode(_) => Self::ContactCode,
            Channel::Negotiated(_) => Self::Pair,
            Channel::PersonalDiscovery(_) | Channel::Discovery => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::public_key;
    use secp256k1::SecretKey;

    #[test]
    fn places_tell_whose_they_are_and_no_secret() {
        let key = |byte| SecretKey::from_byte_array([byte; 32]).unwrap();
        let (own, other) = (public_key(&key(1)), public_key(&key(2)));
        let of = |channel: Channel| Place::of(&channel, Some(&own));
        assert_eq!(of(Channel::ContactCode(own)), Place::OwnContactCode);
        assert_eq!(of(Channel::ContactCode(other)), Place::ContactCode);
        assert_eq!(of(Channel::PersonalDiscovery(own)), Place::OwnTopic);
        assert_eq!(of(Channel::PersonalDiscovery(other)), Place::Unknown);
        assert_eq!(of(Channel::negotiated(&key(1), &other)), Place::Pair);
        assert_eq!(
            of(Channel::Public("status".into())),
            Place::Public("status".into())
        );
        let Place::Partition(number) = of(Channel::Partitioned(other)) else {
            panic!("no partition");
        };
        let topic = Channel::Partitioned(other).topic();
        let numbered = Channel::partition_topics().nth(number as usize);
        assert_eq!(numbered, Some(topic));
    }
}
