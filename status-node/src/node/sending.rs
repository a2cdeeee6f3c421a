//! Payloads of the messenger on their way: until they are in an envelope, and while that lives.

use crate::darkness::decoys::Shape;
use crate::messenger::Outbound;
use status_whisper::{Bloom, Envelope, Hash, Topic};
use std::collections::{HashMap, VecDeque};

use super::pow::PowError;

/// Payloads that wait for the first peer or for their proof of work before the messenger is told to repeat
/// nothing. What the user writes meanwhile is bounded by the messenger, which tells the user.
const MANY: usize = 1024;

/// A payload, and the loading of the messenger that its number belongs to.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) generation: u64,
    pub(crate) outbound: Outbound,
}

/// Something whose nonce is searched.
#[derive(Debug)]
pub(crate) enum Sealing {
    /// A payload of the messenger.
    Payload(Sending),
    /// A decoy.
    Decoy(Shape),
}

/// What the search for a nonce came to.
pub(crate) struct Sealed {
    pub(crate) sending: Sealing,
    pub(crate) result: Result<Envelope, PowError>,
}

/// An envelope of one's own that lives.
#[derive(Debug)]
pub(super) struct Posted {
    topic: Topic,
    /// Whether it carries messages, so that the ledger wants to know all that becomes of it.
    carries_messages: bool,
    /// Whether anybody wants to know anything of it.
    is_tracked: bool,
    handed: bool,
    confirmed: bool,
    is_decoy: bool,
}

/// Where each payload stands.
#[derive(Debug, Default)]
pub(super) struct SendingQueue {
    /// There is no peer yet, or many others are being sealed. An envelope made now would grow old.
    waiting: VecDeque<Sending>,
    /// In Whisper's pool, whose bound is the bound of this.
    posted: HashMap<Hash, Posted>,
}

impl SendingQueue {
    /// Takes a payload.
    pub(super) fn wait(&mut self, sending: Sending) {
        self.waiting.push_back(sending);
    }

    /// Whether any payload waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many payloads wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The payload that waited longest.
    pub(super) fn next_waiting(&mut self) -> Option<Sending> {
        self.waiting.pop_front()
    }

    /// Forgets what waits: the messenger was loaded anew, and gives out once more what it still wants sent.
    pub(super) fn forget_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Whether so much waits that there should not be more.
    pub(super) fn is_congested(&self) -> bool {
        self.waiting.len() >= MANY
    }

    /// An envelope was posted.
    pub(super) fn posted(&mut self, envelope: &Envelope, sending: &Sending) {
        let posted = Posted {
            topic: envelope.topic(),
            carries_messages: !sending.outbound.messages.is_empty(),
            is_tracked: sending.outbound.is_tracked,
            handed: false,
            confirmed: false,
            is_decoy: false,
        };
        self.posted.insert(envelope.hash(), posted);
    }

    /// A decoy was posted.
    pub(super) fn posted_decoy(&mut self, envelope: &Envelope) {
        let posted = Posted {
            topic: envelope.topic(),
            carries_messages: false,
            is_tracked: false,
            handed: false,
            confirmed: false,
            is_decoy: true,
        };
        self.posted.insert(envelope.hash(), posted);
    }

    /// Whether an envelope is a decoy, of which nobody wants to hear.
    pub(super) fn is_decoy(&self, envelope: &Hash) -> bool {
        let posted = self.posted.get(envelope);
        posted.is_some_and(|posted| posted.is_decoy)
    }

    /// An envelope was handed to a peer; whether the messenger wants to know.
    pub(super) fn handed(&mut self, envelope: &Hash) -> bool {
        self.posted.get_mut(envelope).is_some_and(|posted| {
            let first = !std::mem::replace(&mut posted.handed, true);
            posted.is_tracked && (first || posted.carries_messages)
        })
    }

    /// A peer confirmed an envelope; whether the messenger wants to know.
    pub(super) fn confirmed(&mut self, envelope: &Hash) -> bool {
        self.posted.get_mut(envelope).is_some_and(|posted| {
            let first = !std::mem::replace(&mut posted.confirmed, true);
            posted.is_tracked && (first || posted.carries_messages)
        })
    }

    /// Whether the ledger wants to know what a peer says of an envelope.
    pub(super) fn concerns_messages(&self, envelope: &Hash) -> bool {
        let posted = self.posted.get(envelope);
        posted.is_some_and(|posted| posted.carries_messages)
    }

    /// An envelope is gone from the pool; whether the messenger wants to know, if it was one of these.
    pub(super) fn expired(&mut self, envelope: &Hash) -> Option<bool> {
        let posted = self.posted.remove(envelope)?;
        Some(posted.is_tracked)
    }

    /// The topics of envelopes that live. A light node's own filter must admit them, as deployed.
    pub(super) fn topics(&self) -> Bloom {
        let mut topics = Bloom::EMPTY;
        for posted in self.posted.values() {
            topics.insert(posted.topic);
        }
        topics
    }
}
