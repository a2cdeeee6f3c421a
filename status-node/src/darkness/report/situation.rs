//! What a report is made of.

use crate::Chat;
use crate::chat::PublicName;
use crate::coupling::Channel;
use crate::darkness::{OwnEnvelope, Place};
use crate::messenger::{Messenger, SkewEstimate, Turn};
use secp256k1::PublicKey;
use status_devp2p::NodeId;
use status_whisper::{Bloom, Topic};
use std::collections::BTreeMap;

/// Names of public chats that anybody would try first: those that the clients of 2020 offered to whoever
/// opened a public chat, in each of their languages (status-react, `default-public-chats`).
pub const WELL_KNOWN: [&str; 14] = [
    "introductions",
    "chitchat",
    "status",
    "crypto",
    "tech",
    "music",
    "movies",
    "support",
    "status-chinese",
    "status-japanese",
    "status-korean",
    "status-russian",
    "status-spanish",
    "status-farsi",
];

/// How many accounts there are, if nobody says it: 10,000. Nobody can count them; it is only to turn a
/// partition into a number of people.
pub const DEFAULT_ACCOUNTS: u64 = 10_000;

/// Names that may be given to be tried beside the [`WELL_KNOWN`]: 10,000, a dictionary. Each costs a
/// microsecond.
pub const MAX_NAMES: usize = 10_000;

/// What is taken for granted in a report, since the node cannot know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumptions {
    /// How many accounts there are.
    pub accounts: u64,
    /// Names of public chats that somebody may try, beside the [`WELL_KNOWN`].
    pub names: Vec<PublicName>,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            accounts: DEFAULT_ACCOUNTS,
            names: Vec::new(),
        }
    }
}

/// A peer that envelopes flow with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Who.
    pub node_id: NodeId,
    /// The filter that it announced last; none is a full node's.
    pub bloom: Option<Bloom>,
    /// Envelopes that it brought.
    pub brought: u64,
    /// Those that no other peer had brought before.
    pub first: u64,
    /// Those that are outside of its own filter.
    pub outside: u64,
}

/// A node that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its id.
    pub node_id: NodeId,
    /// What it calls itself.
    pub client_name: String,
    /// Whether it passes on what it receives.
    pub relays: bool,
    /// Whether a light node adds the topics that it sends to to its filter, as deployed.
    pub announces_sent: bool,
    /// The least proof of work that it demands.
    pub min_pow: f64,
    /// Its peers.
    pub peers: Vec<Neighbour>,
    /// The decoys that it sends in an hour; none if it sends none.
    pub decoys_per_hour: Option<u32>,
}

/// A topic that is listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The topic.
    pub topic: Topic,
    /// What it belongs to.
    pub place: Place,
    /// Whose contact code it is, if it is somebody else's.
    pub person: Option<PublicKey>,
}

impl Heard {
    /// What listening to a channel is to the account `own`.
    pub fn of(channel: &Channel, own: Option<&PublicKey>) -> Self {
        Self {
            topic: channel.topic(),
            place: Place::of(channel, own),
            person: match channel {
                Channel::ContactCode(person) if own != Some(person) => Some(*person),
                _ => None,
            },
        }
    }
}

/// What a node knows of itself and has sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// When, in ms since 1970.
    pub now_ms: u64,
    /// None where no node runs.
    pub link: Option<Link>,
    /// The filter that peers are told; none for a full node.
    pub bloom: Option<Bloom>,
    /// The account; none without one.
    pub account: Option<PublicKey>,
    /// What is listened to.
    pub heard: Vec<Heard>,
    /// The last envelopes of this node's own, the oldest first.
    pub envelopes: Vec<OwnEnvelope>,
    /// Whether messages to people are acknowledged.
    pub acknowledges: bool,
    /// By how many ms the clocks of others are ahead, if that is [remarkable](SkewEstimate::is_remarkable).
    pub others_ahead_ms: Option<i64>,
}

impl Situation {
    /// What a messenger knows, where no node runs.
    pub fn of(messenger: &Messenger, turn: &Turn<'_>) -> Self {
        let own = messenger.identity();
        let heard = messenger.subscriptions();
        let skew = messenger.skew(turn.now_ms);
        let skew = skew.filter(SkewEstimate::is_remarkable);
        Self {
            now_ms: turn.now_ms,
            link: None,
            bloom: None,
            account: own.copied(),
            heard: heard.map(|channel| Heard::of(channel, own)).collect(),
            envelopes: Vec::new(),
            acknowledges: messenger.settings().data_sync,
            others_ahead_ms: skew.map(|skew| skew.others_ahead_ms),
        }
    }

    /// The same, if the node were a light one: then its filter is that of what it listens to.
    pub fn as_light(mut self) -> Self {
        if self.bloom.is_none() {
            let topics = self.heard.iter().map(|heard| heard.topic);
            self.bloom = Some(Bloom::from_topics(topics));
        }
        self
    }

    /// Keeps the last `count` envelopes.
    pub fn keep_last(&mut self, count: usize) {
        let more = self.envelopes.len().saturating_sub(count);
        self.envelopes.drain(..more);
    }

    /// What belongs to each topic that is known here. All partitions are known to everybody.
    pub(super) fn places(&self) -> BTreeMap<Topic, Place> {
        let partitions = (0..).zip(Channel::partition_topics());
        let mut places: BTreeMap<Topic, Place> = partitions
            .map(|(number, topic)| (topic, Place::Partition(number)))
            .collect();
        let heard = self.heard.iter().cloned();
        places.extend(heard.map(|heard| (heard.topic, heard.place)));
        places
    }

    /// The public chats that are listened to.
    pub(super) fn public_chats(&self) -> impl Iterator<Item = &str> {
        self.heard.iter().filter_map(|heard| match &heard.place {
            Place::Public(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// The topic of a public chat.
pub(super) fn public_topic(name: &PublicName) -> Topic {
    Channel::Public(name.as_str().into()).topic()
}

/// The names that are tried: those that anybody would try, and those that are given.
pub(super) fn tried(assumptions: &Assumptions) -> Vec<PublicName> {
    let well_known = WELL_KNOWN
        .iter()
        .filter_map(|name| match Chat::public(name) {
            Ok(Chat::Public(name)) => Some(name),
            _ => None,
        });
    let mut names: Vec<PublicName> = well_known.collect();
    for name in assumptions.names.iter().take(MAX_NAMES) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}
