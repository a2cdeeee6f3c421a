//! What a node reports to its application.

use super::config::PeerId;
use super::fault::PeerFault;
use crate::envelope::Envelope;
use crate::filter::FilterId;
use crate::hash::Hash;
use crate::packets::{P2pRequest, RequestComplete, SyncRequest, SyncResponse};
use std::collections::VecDeque;

/// What [`Whisper::poll_event`](crate::Whisper::poll_event) yields.
#[derive(Debug, Clone)]
pub enum Event {
    /// A peer's status was taken; envelopes flow from now on.
    PeerReady(PeerId),
    /// A peer broke the protocol by what it did not do; disconnect it (reason 16, subprotocol
    /// error). What a peer did is the result of `handle_packet` instead.
    PeerFailed {
        /// The peer.
        peer: PeerId,
        /// What it failed to do.
        fault: PeerFault,
    },
    /// An envelope that filters asked for and a key opened.
    Message(Box<Received>),
    /// An envelope of this node's own was put into a packet for a peer. It may still be lost.
    Sent {
        /// The peer.
        peer: PeerId,
        /// Hash of the envelope.
        envelope: Hash,
    },
    /// A peer confirmed a batch in which this node's own envelopes were. An envelope it refused is
    /// in `refused`, and only there.
    Confirmed {
        /// The peer.
        peer: PeerId,
        /// Own envelopes of the batch that the peer took, in the order of the batch.
        taken: Vec<Hash>,
        /// Own envelopes of the batch that it did not.
        refused: Vec<Refused>,
    },
    /// An envelope of this node's own expired and was dropped from the pool.
    Expired(Hash),
    /// A trusted peer says that a request for history is answered (packet 125).
    RequestComplete {
        /// The peer.
        peer: PeerId,
        /// Where the answer stopped, or what went wrong.
        response: RequestComplete,
    },
    /// A peer, trusted or not, asks for history (packet 126). Only with
    /// [`Config::serves_history`](crate::Config::serves_history), as are the next two.
    HistoryRequest {
        /// The peer.
        peer: PeerId,
        /// What it asks for.
        request: P2pRequest,
    },
    /// A peer, trusted or not, asks for the envelopes its archive lacks (packet 123).
    SyncRequest {
        /// The peer.
        peer: PeerId,
        /// What it asks for.
        request: SyncRequest,
    },
    /// A trusted peer sends envelopes for the archive (packet 124).
    SyncResponse {
        /// The peer.
        peer: PeerId,
        /// The envelopes, and whether more follow.
        response: SyncResponse,
    },
}

/// An envelope that was opened.
#[derive(Debug, Clone)]
pub struct Received {
    /// The filters that it matches, in the order of installation; never empty.
    pub filters: Vec<FilterId>,
    /// The envelope. It holds its own bytes, not a slice of a packet.
    pub envelope: Envelope,
    /// Its contents.
    pub opened: crate::Opened,
    /// Its proof of work when it arrived.
    pub pow: f64,
    /// Who sent it; none if this node posted it.
    pub peer: Option<PeerId>,
    /// Whether a trusted peer sent it directly (packet 127): it was not checked for expiry or work,
    /// and it is not passed on.
    pub direct: bool,
}

/// Why a peer did not take an envelope (packet 12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Hash of the envelope.
    pub envelope: Hash,
    /// The peer's code; status-go always sends 37.
    pub code: u64,
    /// The peer's words, at most 256 bytes of them.
    pub description: String,
}

/// Events that wait for the application, at most: one packet yields one, a posted envelope one per
/// peer, so this is a thousand posts to sixteen peers.
const MAX_EVENTS: usize = 16_384;

/// Bytes of packets in waiting events, at most: sixteen packets of the largest size.
const MAX_EVENT_BYTES: usize = 16 << 20;

/// The queue of events, bounded for an application that does not fetch them.
#[derive(Debug, Default)]
pub(super) struct Events {
    queue: VecDeque<(Event, usize)>,
    bytes: usize,
}

impl Events {
    /// Appends an event that holds `bytes` of a packet; false if there is no place for it.
    pub(super) fn push(&mut self, event: Event, bytes: usize) -> bool {
        if self.queue.len() >= MAX_EVENTS || self.bytes + bytes > MAX_EVENT_BYTES {
            return false;
        }
        self.bytes += bytes;
        self.queue.push_back((event, bytes));
        true
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        let (event, bytes) = self.queue.pop_front()?;
        self.bytes -= bytes;
        Some(event)
    }
}
