//! Filters: what an application wants to read.
//!
//! An envelope's topic is looked up in an index first; only where a filter names the topic is a key
//! tried, and each distinct key once, however many filters share it.

mod counts;

pub use counts::{FilterCounts, FilterReason};

use crate::bloom::Bloom;
use crate::envelope::Envelope;
use crate::key::Key;
use crate::open::{OpenError, open};
use crate::opened::Opened;
use crate::topic::Topic;
use secp256k1::PublicKey;
use std::collections::BTreeMap;

/// Topics in one filter, at most. Status uses one per filter.
pub const MAX_TOPICS_PER_FILTER: usize = 1024;

/// Names an installed filter. Numbers rise and are not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterId(pub u64);

/// Which envelopes an application wants, and the key to read them.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The topics; none means every envelope that arrives, each of which then costs a try of the
    /// key.
    pub topics: Vec<Topic>,
    /// What opens them.
    pub key: Key,
    /// The sender; none is anybody.
    pub sender: Option<PublicKey>,
    /// Whether unsigned messages are refused. Status clients discard them.
    pub signed_only: bool,
    /// Least proof of work, inclusive, on top of what the node demands.
    pub min_pow: f64,
    /// Whether direct messages of trusted peers (packet 127) are read too.
    pub direct: bool,
}

impl Filter {
    /// A filter of one topic that reads whatever the key opens.
    pub fn new(topic: Topic, key: impl Into<Key>) -> Self {
        Self {
            topics: vec![topic],
            key: key.into(),
            sender: None,
            signed_only: false,
            min_pow: 0.0,
            direct: true,
        }
    }
}

/// Why a filter was not installed. The caller is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstallError {
    /// As many as [`Config::max_filters`](crate::Config::max_filters) are installed.
    #[error("{0} filters are installed, which is the limit")]
    TooManyFilters(usize),
    /// More than [`MAX_TOPICS_PER_FILTER`].
    #[error("the filter has {0} topics, the limit is {MAX_TOPICS_PER_FILTER}")]
    TooManyTopics(usize),
}

#[derive(Debug)]
struct Installed {
    filter: Filter,
    /// The lowest id of the filters with the same key, when this one was installed: filters with
    /// the same group share one try.
    group: FilterId,
    counts: FilterCounts,
}

/// What one envelope meant to the filters.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) filters: Vec<FilterId>,
    pub(crate) opened: Opened,
}

/// The installed filters, by id and by topic.
#[derive(Debug)]
pub(crate) struct Filters {
    limit: usize,
    installed: BTreeMap<FilterId, Installed>,
    /// Ids rise, so each list is in order.
    by_topic: BTreeMap<Topic, Vec<FilterId>>,
    /// Filters without topics.
    of_all_topics: Vec<FilterId>,
    next_id: u64,
}

impl Filters {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            installed: BTreeMap::new(),
            by_topic: BTreeMap::new(),
            of_all_topics: Vec::new(),
            next_id: 0,
        }
    }

    pub(crate) fn install(&mut self, mut filter: Filter) -> Result<FilterId, InstallError> {
        if self.installed.len() >= self.limit {
            return Err(InstallError::TooManyFilters(self.limit));
        }
        filter.topics.sort_unstable();
        filter.topics.dedup();
        if filter.topics.len() > MAX_TOPICS_PER_FILTER {
            return Err(InstallError::TooManyTopics(filter.topics.len()));
        }
        let id = FilterId(self.next_id);
        self.next_id += 1;
        for topic in &filter.topics {
            self.by_topic.entry(*topic).or_default().push(id);
        }
        if filter.topics.is_empty() {
            self.of_all_topics.push(id);
        }
        let mut others = self.installed.values();
        let group = others
            .find(|other| same_key(&other.filter.key, &filter.key))
            .map_or(id, |other| other.group);
        let counts = FilterCounts::default();
        let installed = Installed {
            filter,
            group,
            counts,
        };
        self.installed.insert(id, installed);
        Ok(id)
    }

    pub(crate) fn uninstall(&mut self, id: FilterId) -> Option<Filter> {
        let Installed { filter, .. } = self.installed.remove(&id)?;
        for topic in &filter.topics {
            if let Some(ids) = self.by_topic.get_mut(topic) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.by_topic.remove(topic);
                }
            }
        }
        self.of_all_topics.retain(|other| *other != id);
        Some(filter)
    }

    /// Adds the topics of all filters to `bloom`.
    pub(crate) fn add_topics(&self, bloom: &mut Bloom) {
        self.by_topic.keys().for_each(|topic| bloom.insert(*topic));
    }

    /// Whether any filter wants to see envelopes of a topic.
    pub(crate) fn want(&self, topic: Topic) -> bool {
        !self.of_all_topics.is_empty() || self.by_topic.contains_key(&topic)
    }

    pub(crate) fn counts(&self, id: FilterId) -> Option<&FilterCounts> {
        self.installed.get(&id).map(|installed| &installed.counts)
    }

    pub(crate) fn get(&self, id: FilterId) -> Option<&Filter> {
        self.installed.get(&id).map(|installed| &installed.filter)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (FilterId, &Filter)> {
        let all = self.installed.iter();
        all.map(|(id, installed)| (*id, &installed.filter))
    }

    /// Opens an envelope for the filters of its topic. As deployed the first key that fits is the
    /// only one: filters with other keys do not match any more.
    pub(crate) fn open(&mut self, envelope: &Envelope, pow: f64, direct: bool) -> Option<Match> {
        let candidates = self.candidates(envelope.topic(), pow, direct);
        let mut tried = Vec::new();
        for (id, group) in &candidates {
            if tried.contains(group) {
                continue;
            }
            tried.push(*group);
            let Some(installed) = self.installed.get(id) else {
                continue;
            };
            let opened = open(envelope, &installed.filter.key);
            let users = candidates.iter().filter(|(_, other)| other == group);
            let filters: Vec<FilterId> = users
                .filter(|(id, _)| self.judge(*id, &opened))
                .map(|(id, _)| *id)
                .collect();
            let Ok(opened) = opened else {
                continue;
            };
            return (!filters.is_empty()).then_some(Match { filters, opened });
        }
        None
    }

    /// The filters that have the topic and accept what is known before decrypting, in order, each
    /// with its group.
    fn candidates(&mut self, topic: Topic, pow: f64, direct: bool) -> Vec<(FilterId, FilterId)> {
        let named = self.by_topic.get(&topic).map(Vec::as_slice);
        let mut ids = [named.unwrap_or_default(), &self.of_all_topics].concat();
        ids.sort_unstable();
        ids.into_iter()
            .filter_map(|id| {
                let installed = self.installed.get_mut(&id)?;
                let Installed { filter, counts, .. } = installed;
                let reason = if direct && !filter.direct {
                    FilterReason::Direct
                } else if pow < filter.min_pow {
                    FilterReason::LowPow
                } else {
                    return Some((id, installed.group));
                };
                counts.refuse(reason);
                None
            })
            .collect()
    }

    /// Counts for a filter what its key found; true if the message is for it.
    fn judge(&mut self, id: FilterId, opened: &Result<Opened, OpenError>) -> bool {
        let Some(Installed { filter, counts, .. }) = self.installed.get_mut(&id) else {
            return false;
        };
        let reason = match opened {
            Err(OpenError::Plaintext(_)) => FilterReason::Malformed,
            Err(_) => FilterReason::WrongKey,
            Ok(opened) => match opened.signer() {
                None if filter.signed_only => FilterReason::Unsigned,
                signer if filter.sender.is_some() && filter.sender.as_ref() != signer => {
                    FilterReason::OtherSender
                }
                _ => {
                    counts.matched += 1;
                    return true;
                }
            },
        };
        counts.refuse(reason);
        false
    }
}

fn same_key(one: &Key, other: &Key) -> bool {
    match (one, other) {
        (Key::Symmetric(one), Key::Symmetric(other)) => one == other,
        (Key::Private(one), Key::Private(other)) => one.secret() == other.secret(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
