//! The task that drives a [`Transport`]: moves packets between it and the network service, payloads
//! between it and the threads for proof of work, and what it reports to the messenger's desk.

mod application;
mod events;
mod network;

use super::clock::now_ms;
use super::desk::{Inbox, Orders, Reply};
use super::event::NodeEvent;
use super::handle::Command;
use super::pow::PowPool;
use super::sending::Sealed;
use super::stats::DeskCounts;
use super::transport::Transport;
use crate::account::Identity;
use status_devp2p::net::{Network, NetworkEvents, PeerSender};
use status_whisper::{PeerId, Whisper};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Position of Whisper in the network service's list of subprotocols, which has no other.
const WHISPER: usize = 0;

/// Events of the network taken at once. Their effects go out together, so more would only add
/// latency.
const BATCH: usize = 256;

/// How long a node that is stopped lets leave what it had to send.
const STOPPING: Duration = Duration::from_secs(1);

/// How often it looks meanwhile whether the messenger is done.
const LOOK: Duration = Duration::from_millis(2);

/// The connection to a peer.
struct Connection {
    address: SocketAddr,
    sender: PeerSender,
    /// There is no room in the connection's queue. Until there is, the peer's envelopes stay in
    /// Whisper's pool.
    blocked: bool,
    /// It ended while a packet was handed to it; its end is about to be reported.
    lost: bool,
}

/// See the module's documentation.
pub(super) struct Driver {
    network: Network,
    transport: Transport,
    pow: PowPool,
    events: mpsc::Sender<NodeEvent>,
    inbox: Arc<Inbox>,
    desk_counts: Arc<DeskCounts>,
    connections: HashMap<PeerId, Connection>,
    sealing: JoinSet<Sealed>,
    blocked: JoinSet<PeerId>,
}

/// What a driver is made of.
pub(super) struct Parts {
    pub(super) network: Network,
    pub(super) whisper: Whisper,
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) decoys_per_hour: u32,
    pub(super) pow: PowPool,
    pub(super) events: mpsc::Sender<NodeEvent>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) desk_counts: Arc<DeskCounts>,
}

impl Driver {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            network: parts.network,
            transport: Transport::new(parts.whisper, parts.identity)
                .with_decoys(parts.decoys_per_hour),
            pow: parts.pow,
            events: parts.events,
            inbox: parts.inbox,
            desk_counts: parts.desk_counts,
            connections: HashMap::new(),
            sealing: JoinSet::new(),
            blocked: JoinSet::new(),
        }
    }

    /// Runs until the node is told to stop or nobody holds it any more.
    pub(super) async fn run(
        mut self,
        mut network_events: NetworkEvents,
        mut commands: mpsc::Receiver<Command>,
        mut orders: mpsc::Receiver<Orders>,
        thread: std::thread::JoinHandle<()>,
    ) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut stopped = None;
        loop {
            self.transmit();
            self.take_events();
            let due = self.transport.poll_timeout();
            let has_room = self.inbox.has_room();
            let inbox = Arc::clone(&self.inbox);
            tokio::select! {
                () = inbox.room(), if !has_room => {}
                count = network_events.recv_many(&mut batch, BATCH), if has_room => {
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
                order = orders.recv() => match order {
                    Some(order) => self.handle_orders(order),
                    // The messenger's thread ended, though nobody closed the desk.
                    None => break,
                },
                Some(Ok(sealed)) = self.sealing.join_next() => self.handle_sealed(sealed),
                Some(Ok(peer)) = self.blocked.join_next() => {
                    if let Some(connection) = self.connections.get_mut(&peer) {
                        connection.blocked = false;
                    }
                }
                () = until(due) => {
                    self.transport.handle_timeout(now_ms());
                    self.seal_waiting();
                }
            }
        }
        self.transport.end_decoys();
        // Nobody waits for long, but neither for an acknowledgement that would have left a moment later.
        let leave = self.let_leave(&mut orders);
        let _ = tokio::time::timeout(STOPPING, leave).await;
        self.transmit();
        self.network.shutdown().await;
        // The last of what became of envelopes is entered before the messenger's thread ends.
        self.take_events();
        self.inbox.close();
        while let Some(orders) = orders.recv().await {
            orders.replies.into_iter().for_each(Reply::give);
        }
        // It has ended, or nearly: the database is closed when this returns.
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        // Nothing lies there unless the thread panicked, as a job of the application may make it.
        self.inbox.abandon();
        if let Some(done) = stopped {
            // Whoever asked may have given up waiting.
            let _ = done.send(());
        }
    }

    /// Works on until all is handed to peers that the messenger had to send so far.
    async fn let_leave(&mut self, orders: &mut mpsc::Receiver<Orders>) {
        loop {
            self.transmit();
            self.take_events();
            // In this order: what the messenger gave out before it was idle is in the queue of orders.
            let is_idle = self.inbox.is_idle();
            while let Ok(order) = orders.try_recv() {
                self.handle_orders(order);
            }
            let waits = self.transport.wants_to_seal();
            let is_under_way = !self.sealing.is_empty() || !self.blocked.is_empty();
            if is_idle && !waits && !is_under_way && self.transport.peers_with_output().is_empty() {
                return;
            }
            tokio::select! {
                Some(order) = orders.recv() => self.handle_orders(order),
                Some(Ok(sealed)) = self.sealing.join_next() => self.handle_sealed(sealed),
                Some(Ok(peer)) = self.blocked.join_next() => {
                    if let Some(connection) = self.connections.get_mut(&peer) {
                        connection.blocked = false;
                    }
                }
                () = tokio::time::sleep(LOOK) => {}
            }
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
