//! The envelopes that this node posted last, as those who pass them on see them.

use status_devp2p::NodeId;
use status_whisper::{Hash, Topic};
use std::collections::VecDeque;

/// How many own envelopes are remembered, the newest: 256. Enough to see a rhythm in, few enough to be
/// looked through for each peer that is handed one.
pub const MAX_ENVELOPES: usize = 256;

/// How many peers are remembered that were handed one envelope, the first ones: 64, more than a node has.
/// With [`MAX_ENVELOPES`] that is 1 MiB at most.
pub const MAX_RECEIVERS: usize = 64;

/// What an envelope is posted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It carries something that the user said or did.
    Message,
    /// It acknowledges, announces the account's keys, or is a copy for the user's other devices.
    Upkeep,
    /// It says nothing, and is there to be taken for the others.
    Decoy,
}

/// How the topic of an envelope stood to the bloom filter that the node announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InBloom {
    /// A full node announces none.
    Full,
    /// The filter let it through anyway.
    Inside,
    /// It was added to the filter for this envelope, and the peers were told, as deployed.
    Widened,
    /// It stayed outside of the filter.
    Outside,
}

/// An envelope of this node's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEnvelope {
    /// Its hash.
    pub hash: Hash,
    /// Its topic.
    pub topic: Topic,
    /// Whether it is encrypted to the key of a person, and not under that of a topic.
    pub personal: bool,
    /// Its size in bytes ([`Envelope::size`](status_whisper::Envelope::size)).
    pub size: usize,
    /// Its TTL in seconds.
    pub ttl: u32,
    /// When it was posted, in ms since 1970.
    pub posted_ms: u64,
    /// What for.
    pub cause: Cause,
    /// How its topic stood to the node's filter.
    pub bloom: InBloom,
    /// The peers that it was handed to, in this order: [`MAX_RECEIVERS`] at most.
    pub peers: Vec<NodeId>,
}

/// The last envelopes of this node's own, [`MAX_ENVELOPES`] at most, since it started. They are kept in
/// memory alone: on disk they would tell whoever takes the disk what those who pass envelopes on can only
/// guess.
#[derive(Debug, Default)]
pub struct OwnEnvelopes {
    /// The oldest first.
    envelopes: VecDeque<OwnEnvelope>,
    posted: u64,
}

impl OwnEnvelopes {
    /// An envelope was posted.
    pub fn post(&mut self, envelope: OwnEnvelope) {
        if self.envelopes.len() >= MAX_ENVELOPES {
            self.envelopes.pop_front();
        }
        self.envelopes.push_back(envelope);
        self.posted += 1;
    }

    /// A peer was handed an envelope. One of somebody else changes nothing.
    pub fn handed(&mut self, envelope: &Hash, peer: NodeId) {
        // Envelopes leave soon after they are posted.
        let mut newest_first = self.envelopes.iter_mut().rev();
        if let Some(own) = newest_first.find(|own| own.hash == *envelope)
            && own.peers.len() < MAX_RECEIVERS
            && !own.peers.contains(&peer)
        {
            own.peers.push(peer);
        }
    }

    /// The envelopes, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &OwnEnvelope> + ExactSizeIterator {
        self.envelopes.iter()
    }

    /// How many were posted since the start, those that are forgotten included.
    pub fn posted(&self) -> u64 {
        self.posted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(number: u16) -> OwnEnvelope {
        let [high, low] = number.to_be_bytes();
        let mut hash = [0; 32];
        hash[..2].copy_from_slice(&[high, low]);
        OwnEnvelope {
            hash: Hash(hash),
            topic: Topic([1, 2, 3, 4]),
            personal: false,
            size: 304,
            ttl: 15,
            posted_ms: u64::from(number),
            cause: Cause::Message,
            bloom: InBloom::Full,
            peers: Vec::new(),
        }
    }

    #[test]
    fn the_newest_are_kept_in_their_order() {
        let mut own = OwnEnvelopes::default();
        for number in 0..1_000 {
            own.post(envelope(number));
        }
        let kept: Vec<u64> = own.iter().map(|envelope| envelope.posted_ms).collect();
        assert_eq!(kept, (744..1_000).collect::<Vec<_>>());
        assert_eq!(own.posted(), 1_000);
    }

    #[test]
    fn each_peer_counts_once_and_only_for_own_envelopes() {
        let mut own = OwnEnvelopes::default();
        own.post(envelope(1));
        for _ in 0..2 {
            own.handed(&envelope(1).hash, NodeId([7; 64]));
            own.handed(&envelope(2).hash, NodeId([7; 64]));
        }
        for peer in 0..100 {
            own.handed(&envelope(1).hash, NodeId([peer; 64]));
        }
        let peers = &own.iter().next().unwrap().peers;
        assert_eq!(peers[..2], [NodeId([7; 64]), NodeId([0; 64])]);
        assert_eq!(peers.len(), MAX_RECEIVERS);
    }
}
