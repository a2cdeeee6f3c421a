//! What a report can find, with its numbers.

use serde::{Deserialize, Serialize};

/// To whom something is given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observer {
    /// To each peer: a node that this one is connected to.
    Peer,
    /// To a relay: any node that passes envelopes on, connected or not.
    Relay,
    /// To a reader: whoever has the key of an envelope.
    Reader,
    /// To this node itself, of its peers.
    Here,
    /// To an observer of the whole network, who sees all links or runs many nodes.
    Everywhere,
}

/// How much of something is given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// Nothing.
    Hidden,
    /// Something, or only to those who already know something.
    Partly,
    /// All there is to it.
    Open,
}

/// Something that is given away, or is not. As text it is one sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", content = "numbers", rename_all = "snake_case")]
pub enum Finding {
    /// No node runs.
    NoNode {},
    /// There is no account, or it is locked.
    NoAccount {},
    /// There is no peer.
    NoPeers {},
    /// Peers know the address and the node's id.
    Address {
        /// How many peers.
        peers: usize,
        /// The node's id.
        node_id: String,
    },
    /// Peers know the software.
    Software {
        /// What it calls itself.
        client_name: String,
    },
    /// The only peer knows that all is the node's own.
    OnePeer {
        /// Its id.
        peer: String,
        /// Own envelopes that are remembered.
        envelopes: usize,
        /// How many of them it was handed.
        handed: usize,
    },
    /// The node passes nothing on, so all that it hands over is its own.
    NeverRelays {
        /// How many peers.
        peers: usize,
    },
    /// Peers can only guess what the node's own is.
    ManyPeers {
        /// How many peers.
        peers: usize,
        /// Own envelopes that are remembered.
        envelopes: usize,
        /// How many of them every present peer was handed.
        handed_to_all: usize,
    },
    /// A full node's filter says nothing.
    TakesAll {},
    /// A light node that listens to nothing yet.
    TakesNothing {},
    /// A light node's filter.
    TakesTopics {
        /// Topics that are listened to.
        topics: usize,
        /// Bits that are set, of 512.
        bits: u32,
        /// Which share of all topics passes, from 0 to 1.
        share: f64,
    },
    /// The filter says of which partitions the account can be.
    PartitionPasses {
        /// Partitions that pass.
        passing: u32,
        /// All partitions.
        partitions: u32,
        /// How many accounts are taken for granted.
        accounts: u64,
        /// How many of them have a partition that passes.
        people: f64,
    },
    /// Whoever has the public key can find the account by the filter.
    KeyTestable {
        /// Topics that the key makes.
        topics: usize,
        /// The chance that another key passes too, from 0 to 1.
        chance: f64,
    },
    /// Names of public chats can be tried on the filter.
    NamesPass {
        /// How many were tried.
        tried: usize,
        /// Those that pass and are joined.
        joined: Vec<String>,
        /// Those that pass by chance.
        by_chance: Vec<String>,
        /// Joined chats whose names are not among those tried.
        others: usize,
    },
    /// Keys of people can be tried on the filter.
    FriendsTestable {
        /// Contact codes that are listened to.
        contact_codes: usize,
        /// The chance that another person's passes, from 0 to 1.
        share: f64,
    },
    /// The filter is the same under another address.
    FilterRecognised {
        /// Topics of two people in it, which nobody else computes.
        pairs: usize,
        /// Bits that are set, of 512.
        bits: u32,
    },
    /// The filter was widened for what was sent.
    Widened {
        /// For how many.
        count: usize,
        /// Own envelopes that are remembered.
        envelopes: usize,
    },
    /// What was sent was outside of the filter.
    Outside {
        /// How many.
        count: usize,
        /// Own envelopes that are remembered.
        envelopes: usize,
    },
    /// The work that is demanded is not the usual.
    OddWork {
        /// What is demanded.
        min_pow: f64,
        /// What is usual.
        usual: f64,
    },
    /// Nothing was sent.
    NothingSent {},
    /// Sizes tell lengths.
    Sizes {
        /// Own envelopes that are remembered.
        envelopes: usize,
        /// Sizes in bytes, and how many had them, the smallest first; the sixteen that were used most.
        sizes: Vec<(usize, usize)>,
        /// How many different sizes there were.
        different: usize,
    },
    /// Sizes tell what is encrypted to a person's key.
    Personal {
        /// How many.
        count: usize,
        /// Own envelopes that are remembered.
        envelopes: usize,
    },
    /// Envelopes went to partitions.
    Partitions {
        /// How many.
        count: usize,
        /// To how many different ones.
        different: usize,
        /// All partitions.
        partitions: u32,
        /// How many accounts are taken for granted.
        accounts: u64,
        /// How many of them share one.
        people: f64,
    },
    /// Envelopes of the same topic belong together.
    Topics {
        /// Own envelopes that are remembered.
        envelopes: usize,
        /// How many topics they have.
        topics: usize,
        /// How many have the topic that is used most.
        most: usize,
    },
    /// Envelopes went to topics of two people.
    Pairs {
        /// How many.
        count: usize,
        /// To how many different ones.
        topics: usize,
    },
    /// Each envelope says when it was made.
    Times {
        /// The TTLs in seconds.
        ttls: Vec<u32>,
    },
    /// The clock stands out.
    Clock {
        /// By how many ms the clocks of others are ahead.
        others_ahead_ms: i64,
    },
    /// The header is like everybody's.
    Usual {
        /// The TTL in seconds.
        ttl: u32,
        /// The work aimed at.
        pow: f64,
    },
    /// Who signed is inside.
    SignerInside {},
    /// Whoever knows the name of a public chat reads it.
    PublicReaders {
        /// How many.
        count: usize,
        /// The names of the chats.
        chats: Vec<String>,
    },
    /// Whoever has the public key reads what is announced.
    ContactCodeReaders {
        /// How many.
        count: usize,
    },
    /// Only the recipient reads.
    PrivateReaders {
        /// How many.
        count: usize,
    },
    /// It is not known here who reads.
    UnknownReaders {
        /// How many.
        count: usize,
    },
    /// The first appearance shows the sender.
    FirstSeen {},
    /// A full node's envelopes come as everybody's.
    ReceivesAll {},
    /// Only what passes the filter comes.
    ReceivesShare {
        /// The share of all topics that passes, from 0 to 1.
        share: f64,
    },
    /// Acknowledgements show both ends.
    Answers {},
    /// Nothing hides when one speaks.
    NoDecoys {},
    /// Decoys are sent.
    Decoys {
        /// How many in an hour.
        per_hour: u32,
        /// How many of the remembered envelopes are.
        decoys: usize,
        /// How many are remembered.
        envelopes: usize,
    },
    /// The hours of the day in which envelopes were posted.
    Hours {
        /// How many of 24.
        hours: usize,
        /// Own envelopes that are remembered.
        envelopes: usize,
        /// Between the first and the last of them, in ms.
        span_ms: u64,
    },
    /// The links are encrypted.
    Links {},
    /// What a message would be sent as.
    Leaves {
        /// Its envelopes.
        envelopes: usize,
        /// Their sizes in bytes.
        sizes: Vec<usize>,
    },
    /// A message to a group would leave as several at once.
    Together {
        /// How many.
        envelopes: usize,
    },
    /// It would go to a public chat.
    ToPublic {
        /// The name.
        chat: String,
        /// The topic.
        topic: String,
    },
    /// It would go to a partition.
    ToPartition {
        /// Its number.
        partition: u32,
        /// All partitions.
        partitions: u32,
        /// The topic.
        topic: String,
        /// How many accounts are taken for granted.
        accounts: u64,
        /// How many of them share it.
        people: f64,
    },
    /// It would go to the topic of two.
    ToPair {
        /// The topic.
        topic: String,
        /// How many of the remembered envelopes went there.
        before: usize,
    },
    /// The topic would be added to the filter.
    WouldWiden {
        /// The topic.
        topic: String,
        /// How many peers would be told.
        peers: usize,
    },
    /// The topic would stay outside of the filter.
    WouldBeOutside {
        /// The topic.
        topic: String,
    },
}

impl Finding {
    /// To whom this is given away, or would be.
    pub fn observer(&self) -> Observer {
        match self {
            Self::NoNode {}
            | Self::NoPeers {}
            | Self::Address { .. }
            | Self::Software { .. }
            | Self::OnePeer { .. }
            | Self::NeverRelays { .. }
            | Self::ManyPeers { .. }
            | Self::TakesAll {}
            | Self::TakesNothing {}
            | Self::TakesTopics { .. }
            | Self::PartitionPasses { .. }
            | Self::KeyTestable { .. }
            | Self::NamesPass { .. }
            | Self::FriendsTestable { .. }
            | Self::FilterRecognised { .. }
            | Self::Widened { .. }
            | Self::Outside { .. }
            | Self::OddWork { .. }
            | Self::WouldWiden { .. }
            | Self::WouldBeOutside { .. } => Observer::Peer,
            Self::NoAccount {}
            | Self::NothingSent {}
            | Self::Sizes { .. }
            | Self::Personal { .. }
            | Self::Partitions { .. }
            | Self::Topics { .. }
            | Self::Pairs { .. }
            | Self::Times { .. }
            | Self::Clock { .. }
            | Self::Usual { .. }
            | Self::SignerInside {}
            | Self::Leaves { .. }
            | Self::Together { .. }
            | Self::ToPartition { .. }
            | Self::ToPair { .. } => Observer::Relay,
            Self::PublicReaders { .. }
            | Self::ContactCodeReaders { .. }
            | Self::PrivateReaders { .. }
            | Self::UnknownReaders { .. }
            | Self::ToPublic { .. } => Observer::Reader,
            Self::FirstSeen {}
            | Self::ReceivesAll {}
            | Self::ReceivesShare { .. }
            | Self::Answers {}
            | Self::NoDecoys {}
            | Self::Decoys { .. }
            | Self::Hours { .. }
            | Self::Links {} => Observer::Everywhere,
        }
    }

    /// How much of it is given away.
    pub fn exposure(&self) -> Exposure {
        match self {
            Self::NoNode {}
            | Self::NoAccount {}
            | Self::NoPeers {}
            | Self::TakesAll {}
            | Self::TakesNothing {}
            | Self::NothingSent {}
            | Self::Usual { .. }
            | Self::SignerInside {}
            | Self::PrivateReaders { .. }
            | Self::ReceivesAll {} => Exposure::Hidden,
            Self::Address { .. }
            | Self::OnePeer { .. }
            | Self::NeverRelays { .. }
            | Self::Widened { .. }
            | Self::Outside { .. }
            | Self::Times { .. }
            | Self::PublicReaders { .. }
            | Self::FirstSeen {}
            | Self::NoDecoys {}
            | Self::ToPublic { .. }
            | Self::WouldWiden { .. }
            | Self::WouldBeOutside { .. } => Exposure::Open,
            _ => Exposure::Partly,
        }
    }
}
