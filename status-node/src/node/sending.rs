//! Messages of one's own on their way: from the moment they are signed until a peer has them.

use super::handle::{SendError, Sent};
use super::pow::PowError;
use crate::Chat;
use crate::coupling::Route;
use crate::pipeline::Outgoing;
use status_whisper::{Envelope, Hash};
use std::collections::{HashMap, VecDeque};
use tokio::sync::oneshot;

/// Messages that may wait for the first peer, and as many on their way through it. Who writes
/// faster than that to nobody is told.
const MAX_WAITING: usize = 1024;

/// A signed message and who waits for it to be sent.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) chat: Chat,
    pub(super) route: Route,
    pub(super) message: Outgoing,
    pub(super) text: String,
    pub(super) reply: oneshot::Sender<Result<Sent, SendError>>,
}

impl Sending {
    /// Whether anybody still wants to know. Who dropped the future has given the message up; an
    /// envelope already made goes its way.
    pub(super) fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    pub(super) fn fail(self, error: SendError) {
        // Nobody waits any more: then nobody needs to know.
        let _ = self.reply.send(Err(error));
    }
}

/// What the search for a nonce came to.
pub(super) struct Sealed {
    pub(super) sending: Sending,
    pub(super) result: Result<Envelope, PowError>,
}

/// Where each message stands.
#[derive(Debug, Default)]
pub(super) struct SendingQueue {
    /// Signed, but there is no peer yet, or many others are being sealed. An envelope made now
    /// would grow old.
    waiting: VecDeque<Sending>,
    /// Posted, but no peer has the envelope yet.
    posted: HashMap<Hash, (Sending, Envelope)>,
}

impl SendingQueue {
    /// Takes a message that no peer is there for; gives it back if too many wait.
    pub(super) fn wait(&mut self, sending: Sending) -> Option<Sending> {
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.retain(Sending::is_wanted);
        }
        if self.waiting.len() >= MAX_WAITING {
            return Some(sending);
        }
        self.waiting.push_back(sending);
        None
    }

    /// The message that waited longest for a peer.
    pub(super) fn next_waiting(&mut self) -> Option<Sending> {
        self.waiting.pop_front()
    }

    /// Whether another message may be posted.
    pub(super) fn has_room(&self) -> bool {
        self.posted.len() < MAX_WAITING
    }

    pub(super) fn posted(&mut self, sending: Sending, envelope: Envelope) {
        self.posted.insert(envelope.hash(), (sending, envelope));
    }

    /// The message of an envelope that a peer now has, or that expired before.
    pub(super) fn take(&mut self, envelope: &Hash) -> Option<(Sending, Envelope)> {
        self.posted.remove(envelope)
    }
}
