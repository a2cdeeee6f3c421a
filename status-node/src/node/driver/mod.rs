//! The task that owns Whisper's state and moves packets between it and the network service.

mod application;
mod incoming;
mod network;

use super::clock::now_ms;
use super::event::NodeEvent;
use super::handle::Command;
use super::pow::PowPool;
use super::recent::Recent;
use super::sending::{Sealed, SendingQueue};
use super::stats::Counts;
use crate::Chat;
use crate::account::Identity;
use status_devp2p::NodeId;
use status_devp2p::net::{Network, NetworkEvents, PeerSender};
use status_payload::MessageId;
use status_whisper::{Bloom, FilterId, PeerId, Whisper};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Position of Whisper in the network service's list of subprotocols, which has no other.
const WHISPER: usize = 0;

/// Events of the network taken at once. Their effects go out together, so more would only add
/// latency.
const BATCH: usize = 256;

/// Ids of messages remembered for telling duplicates. An envelope lives seconds; a hundred
/// thousand messages in that time would be far more than the network ever carried.
const RECENT_IDS: usize = 100_000;

/// Chats whose clock is remembered. Beyond it a chat's clock starts again from the time of day,
/// which is what it follows anyway.
const MAX_CLOCKS: usize = 4096;

/// A connected peer.
struct Peer {
    node_id: NodeId,
    client_name: String,
    sender: PeerSender,
    /// There is no room in the connection's queue. Until there is, the peer's envelopes stay in
    /// Whisper's pool.
    blocked: bool,
    /// The connection ended while a packet was handed to it; its end is about to be reported.
    lost: bool,
}

/// See the module's documentation.
pub(super) struct Driver {
    network: Network,
    whisper: Whisper,
    identity: Option<Identity>,
    pow: PowPool,
    events: mpsc::Sender<NodeEvent>,
    peers: HashMap<PeerId, Peer>,
    ready: HashSet<PeerId>,
    chats: HashMap<Chat, FilterId>,
    chat_of: HashMap<FilterId, Chat>,
    clocks: HashMap<Chat, u64>,
    recent: Recent<MessageId>,
    sending: SendingQueue,
    sealing: JoinSet<Sealed>,
    blocked: JoinSet<PeerId>,
    counts: Counts,
    /// Topics of chats that a light node sends to without having joined them: as deployed, its
    /// own filter must admit them.
    sending_topics: Bloom,
}

impl Driver {
    pub(super) fn new(
        network: Network,
        whisper: Whisper,
        identity: Option<Identity>,
        pow: PowPool,
        events: mpsc::Sender<NodeEvent>,
    ) -> Self {
        Self {
            network,
            whisper,
            identity,
            pow,
            events,
            peers: HashMap::new(),
            ready: HashSet::new(),
            chats: HashMap::new(),
            chat_of: HashMap::new(),
            clocks: HashMap::new(),
            recent: Recent::new(RECENT_IDS),
            sending: SendingQueue::default(),
            sealing: JoinSet::new(),
            blocked: JoinSet::new(),
            counts: Counts::default(),
            sending_topics: Bloom::EMPTY,
        }
    }

    /// Runs until the node is told to stop or nobody holds it any more.
    pub(super) async fn run(
        mut self,
        mut network_events: NetworkEvents,
        mut commands: mpsc::Receiver<Command>,
    ) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut stopped = None;
        loop {
            self.transmit();
            self.take_events();
            let due = self.whisper.poll_timeout();
            tokio::select! {
                count = network_events.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        break;
                    }
                    for event in batch.drain(..) {
                        self.handle_network(event);
                    }
                }
                command = commands.recv() => match command {
                    Some(Command::Stop { done }) => {
                        stopped = Some(done);
                        break;
                    }
                    Some(command) => self.handle_command(command),
                    None => break,
                },
                Some(Ok(sealed)) = self.sealing.join_next() => {
                    self.handle_sealed(sealed);
                    self.seal_waiting();
                }
                Some(Ok(peer)) = self.blocked.join_next() => {
                    if let Some(peer) = self.peers.get_mut(&peer) {
                        peer.blocked = false;
                    }
                }
                () = until(due) => self.whisper.handle_timeout(now_ms()),
            }
        }
        self.transmit();
        self.network.shutdown().await;
        if let Some(done) = stopped {
            // Whoever asked may have given up waiting.
            let _ = done.send(());
        }
    }

    pub(super) fn remember_clock(&mut self, chat: &Chat, clock: u64) {
        if let Some(last) = self.clocks.get_mut(chat) {
            *last = clock.max(*last);
        } else if self.clocks.len() < MAX_CLOCKS {
            self.clocks.insert(chat.clone(), clock);
        }
    }

    pub(super) fn report(&mut self, event: NodeEvent) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.events.try_send(event) {
            self.counts.events_dropped += 1;
        }
    }
}

/// Sleeps until the Unix time `due` in ms, or for ever.
async fn until(due: Option<u64>) {
    match due {
        Some(due) => tokio::time::sleep(Duration::from_millis(due.saturating_sub(now_ms()))).await,
        None => std::future::pending().await,
    }
}
