//! What a node can tell of its peers, which is what each of them can tell of it: whoever runs a relay knows
//! by this what there is to be known, to be kept, or to be asked for.

use super::filter;
use super::finding::Exposure;
use super::situation::{Assumptions, Neighbour, Situation, public_topic, tried};
use super::words::{Count, Grouped, Names, Numbers, Share, Short};
use crate::coupling::{Channel, PARTITIONS};
use crate::hex_key;
use crate::message::hex_node;
use secp256k1::PublicKey;
use serde::Serialize;
use status_whisper::Bloom;
use std::fmt;

/// Something that a node can tell of a peer. As text it is one sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", content = "numbers", rename_all = "snake_case")]
pub enum Sight {
    /// A full node's filter says nothing.
    PeerTakesAll {
        /// The peer.
        peer: String,
    },
    /// A light node's filter.
    PeerTakesTopics {
        /// The peer.
        peer: String,
        /// Bits that are set, of 512.
        bits: u32,
        /// Which share of all topics passes, from 0 to 1.
        share: f64,
        /// Partitions that pass.
        passing: u32,
        /// All partitions.
        partitions: u32,
        /// How many names of public chats were tried.
        tried: usize,
        /// Those that pass.
        names: Vec<String>,
    },
    /// Who may be there, of those whose keys are known here.
    PeerMayBe {
        /// The peer.
        peer: String,
        /// How many people's keys were tried.
        tried: usize,
        /// The keys of those whose topics all pass.
        people: Vec<String>,
        /// The chance that a key passes that is not there, from 0 to 1.
        chance: f64,
    },
    /// What it brought.
    PeerBrought {
        /// The peer.
        peer: String,
        /// How many envelopes.
        envelopes: u64,
        /// How many of them no other peer had brought before.
        first: u64,
    },
    /// What it made.
    PeerMade {
        /// The peer.
        peer: String,
        /// How many envelopes.
        envelopes: u64,
    },
}

impl Sight {
    /// How much of it is given away.
    pub fn exposure(&self) -> Exposure {
        match self {
            Self::PeerTakesAll { .. } => Exposure::Hidden,
            Self::PeerMade { .. } => Exposure::Open,
            _ => Exposure::Partly,
        }
    }
}

/// What a node can tell of its peers, one peer after the other; nothing without peers.
pub fn neighbours(situation: &Situation, assumptions: &Assumptions) -> Vec<Sight> {
    let Some(link) = &situation.link else {
        return Vec::new();
    };
    let names = tried(assumptions);
    let people = situation.heard.iter().filter_map(|heard| heard.person);
    let people: Vec<Known> = people.map(Known::new).collect();
    let mut sights = Vec::new();
    for neighbour in &link.peers {
        let peer = hex_node(&neighbour.node_id);
        match &neighbour.bloom {
            None => sights.push(Sight::PeerTakesAll { peer }),
            Some(bloom) => {
                let passing = filter::partitions(bloom);
                let share = filter::share(bloom);
                let names_pass = names.iter().filter(|name| bloom.admits(public_topic(name)));
                sights.push(Sight::PeerTakesTopics {
                    peer: peer.clone(),
                    bits: filter::bits(bloom),
                    share,
                    passing,
                    partitions: PARTITIONS,
                    tried: names.len(),
                    names: names_pass.map(|name| name.as_str().into()).collect(),
                });
                if !people.is_empty() {
                    let there = people.iter().filter(|known| known.may_be_behind(bloom));
                    sights.push(Sight::PeerMayBe {
                        peer,
                        tried: people.len(),
                        people: there.map(|known| hex_key(&known.key)).collect(),
                        chance: f64::from(passing) / f64::from(PARTITIONS) * share.powi(2),
                    });
                }
            }
        }
        sights.extend(brought(neighbour));
    }
    sights
}

fn brought(neighbour: &Neighbour) -> Vec<Sight> {
    let peer = hex_node(&neighbour.node_id);
    let mut sights = Vec::new();
    if neighbour.brought > 0 {
        sights.push(Sight::PeerBrought {
            peer: peer.clone(),
            envelopes: neighbour.brought,
            first: neighbour.first,
        });
    }
    if neighbour.outside > 0 {
        sights.push(Sight::PeerMade {
            peer,
            envelopes: neighbour.outside,
        });
    }
    sights
}

/// Somebody whose key is known here, with the filter that the key makes at the least.
struct Known {
    key: PublicKey,
    least: Bloom,
}

impl Known {
    fn new(key: PublicKey) -> Self {
        let channels = [
            Channel::Partitioned(key),
            Channel::PersonalDiscovery(key),
            Channel::ContactCode(key),
        ];
        Self {
            key,
            least: Bloom::from_topics(channels.iter().map(Channel::topic)),
        }
    }

    fn may_be_behind(&self, bloom: &Bloom) -> bool {
        bloom.contains(&self.least)
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeerTakesAll { peer } => write!(
                f,
                "{} takes every envelope, so what it takes says nothing of it",
                Short(peer)
            ),
            Self::PeerTakesTopics {
                peer,
                bits,
                share,
                passing,
                partitions,
                tried,
                names,
            } => {
                write!(
                    f,
                    "{} tells a filter with {bits} of 512 bits set, and listens to nothing outside of {} of all \
                     topics: {} of {} partitions pass, and {} of {}",
                    Short(peer),
                    Share(*share),
                    Grouped(u64::from(*passing)),
                    Grouped(u64::from(*partitions)),
                    Grouped(names.len() as u64),
                    Count(*tried, "name")
                )?;
                match names.is_empty() {
                    true => Ok(()),
                    false => write!(f, " ({})", Names(names)),
                }
            }
            Self::PeerMayBe {
                peer,
                tried,
                people,
                chance,
            } => {
                write!(
                    f,
                    "of {} whose keys are known here {} can be behind {} by its filter",
                    Count(*tried, "person"),
                    Grouped(people.len() as u64),
                    Short(peer)
                )?;
                if !people.is_empty() {
                    let people: Vec<_> = people.iter().map(|key| Short(key)).collect();
                    write!(f, " ({})", Numbers(&people))?;
                }
                write!(f, "; a stranger could with a chance of {}", Share(*chance))
            }
            Self::PeerBrought {
                peer,
                envelopes,
                first,
            } => write!(
                f,
                "{} brought {} envelopes, {} of them before any other peer did: what it makes itself is mostly \
                 among these",
                Short(peer),
                Grouped(*envelopes),
                Grouped(*first)
            ),
            Self::PeerMade { peer, envelopes } => write!(
                f,
                "{} envelopes that {} brought are outside of its own filter, so that it made them itself",
                Grouped(*envelopes),
                Short(peer)
            ),
        }
    }
}
