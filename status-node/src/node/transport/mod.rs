//! The pure part of the node: Whisper, its peers, and payloads on their way out.
//!
//! It has no socket, no clock and no thread, so that what a node does is the same whoever drives it: the
//! node's task over sockets and wall time, or a simulation on virtual time. Calls come in any order; after
//! each
//!
//! 1. packets go out: [`peers_with_output`](Transport::peers_with_output),
//!    [`poll_transmit`](Transport::poll_transmit);
//! 2. events are passed on: [`poll_event`](Transport::poll_event) until there is none, and again after
//!    each [`take_event`](Transport::take_event), until that has nothing more to take;
//! 3. payloads are sealed: [`poll_seal`](Transport::poll_seal), each with its proof of work given to
//!    [`handle_sealed`](Transport::handle_sealed).

mod decoys;
mod exposed;
mod incoming;
mod outgoing;
mod peers;

pub(in crate::node) use exposed::Exposed;

use super::desk::Arrival;
use super::event::NodeEvent;
use super::sending::SendingQueue;
use super::stats::Counts;
use crate::account::Identity;
use crate::coupling::Channel;
use crate::darkness::OwnEnvelopes;
use crate::darkness::decoys::Decoys;
use crate::messenger::TransportReport;
use peers::Peer;
use status_whisper::{FilterId, PeerId, Whisper};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Something that whoever drives a [`Transport`] passes on.
#[derive(Debug)]
pub(crate) enum TransportEvent {
    /// The messenger is to hear of it.
    Arrival(Arrival),
    /// The application is.
    Node(NodeEvent),
    /// A peer broke Whisper's protocol: its connection is to be ended. It is forgotten here already.
    Disconnect(PeerId),
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Transport {
    whisper: Whisper,
    identity: Option<Arc<Identity>>,
    /// As many as Whisper takes.
    peers: BTreeMap<PeerId, Peer>,
    /// Those with which envelopes flow.
    ready: BTreeSet<PeerId>,
    /// What each filter listens to.
    channels: BTreeMap<FilterId, Channel>,
    sending: SendingQueue,
    /// What was posted here last, for whoever asks what it gives away.
    own: OwnEnvelopes,
    /// None if none are wanted.
    decoys: Option<Decoys>,
    /// What one event of Whisper made, or one packet; all of it is taken before the next.
    events: VecDeque<TransportEvent>,
    counts: Counts,
}

impl Transport {
    /// The transport of the account `identity`, or of a node that listens only.
    pub(crate) fn new(whisper: Whisper, identity: Option<Arc<Identity>>) -> Self {
        Self {
            whisper,
            identity,
            peers: BTreeMap::new(),
            ready: BTreeSet::new(),
            channels: BTreeMap::new(),
            sending: SendingQueue::default(),
            own: OwnEnvelopes::default(),
            decoys: None,
            events: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    /// Does what has become due in Whisper.
    pub(crate) fn handle_timeout(&mut self, now_ms: u64) {
        self.whisper.handle_timeout(now_ms);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called, and after it
    /// [`poll_seal`](Self::poll_seal), in ms since 1970.
    pub(crate) fn poll_timeout(&self) -> Option<u64> {
        let whisper = self.whisper.poll_timeout();
        whisper.into_iter().chain(self.decoys_due()).min()
    }

    /// Whisper, to look at.
    pub(crate) fn whisper(&self) -> &Whisper {
        &self.whisper
    }

    /// What was counted here.
    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The same, for whoever drives it and loses things itself.
    pub(crate) fn counts_mut(&mut self) -> &mut Counts {
        &mut self.counts
    }

    /// With how many peers envelopes flow.
    pub(crate) fn ready_peers(&self) -> usize {
        self.ready.len()
    }

    fn report(&mut self, event: NodeEvent) {
        self.events.push_back(TransportEvent::Node(event));
    }

    /// Tells the messenger what became of something that it sent.
    fn tell(&mut self, report: TransportReport) {
        self.tell_of(0, report);
    }

    /// The same of something that has a number, which belongs to a loading of the messenger.
    fn tell_of(&mut self, generation: u64, report: TransportReport) {
        let arrival = Arrival::Report { generation, report };
        self.events.push_back(TransportEvent::Arrival(arrival));
    }
}
