//! The service: starting, commands, stopping.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::config::NetworkConfig;
use super::event::{CloseReason, Direction, PeerId};
use super::inbox::{Inbox, NetworkEvents, inbox};
use super::outbox::PeerSender;
use super::stats::{NetworkStats, PeerSnapshot, Traffic};
use super::{connection, nat};
use crate::peers::{ConnectionId, PeerPolicy, StaticPeerError};
use crate::{DisconnectReason, Enode, NodeId};

/// How many connections the system keeps for us until we accept them.
const BACKLOG: u32 = 128;

/// A running network service. Cheap to clone; dropping the last clone stops it without waiting.
#[derive(Debug, Clone)]
pub struct Network(Arc<Handle>);

#[derive(Debug)]
struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.stop();
        self.0.inbox.finish();
    }
}

/// Why a network service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another program, or another node, listens there.
    #[error("cannot listen on {0}: the port is in use")]
    PortInUse(SocketAddr),
    /// Listening failed for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A peer of the configuration cannot be used.
    #[error("the peer {node} cannot be kept: {source}")]
    Peer {
        /// Which. (Boxed, for an id is large.)
        node: Box<NodeId>,
        /// Why.
        source: StaticPeerError,
    },
    /// [`NetworkConfig::protocol_version`] is neither 4 nor 5.
    #[error("devp2p version {0} is not supported, 4 and 5 are")]
    ProtocolVersion(u64),
    /// [`NetworkConfig::subprotocols`] is empty.
    #[error("a node needs at least one subprotocol")]
    NoSubprotocol,
}

/// What all tasks of a service share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: NetworkConfig,
    pub(super) local: NodeId,
    pub(super) bound: Option<SocketAddr>,
    pub(super) inbox: Inbox,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
    policy: Mutex<PeerPolicy>,
    policy_changed: Notify,
    registry: Mutex<Registry>,
    started: Instant,
}

/// The connections, for commands and snapshots.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// Connections of any stage, for closing them from outside.
    pub(super) closers: HashMap<ConnectionId, CancellationToken>,
    pub(super) peers: HashMap<PeerId, RegisteredPeer>,
    pub(super) stats: NetworkStats,
    pub(super) external: Option<SocketAddr>,
}

/// An established connection.
#[derive(Debug)]
pub(super) struct RegisteredPeer {
    pub(super) node_id: NodeId,
    pub(super) address: SocketAddr,
    pub(super) direction: Direction,
    pub(super) client_name: String,
    pub(super) sender: PeerSender,
    pub(super) traffic: Arc<Traffic>,
}

impl Network {
    /// Starts a network service on the current tokio runtime, which must have I/O and time
    /// enabled. When this returns, the node listens.
    ///
    /// # Errors
    ///
    /// [`StartError`]; nothing was started then.
    pub async fn start(config: NetworkConfig) -> Result<(Self, NetworkEvents), StartError> {
        if !(4..=5).contains(&config.protocol_version) {
            return Err(StartError::ProtocolVersion(config.protocol_version));
        }
        if config.subprotocols.is_empty() {
            return Err(StartError::NoSubprotocol);
        }
        let local = config.key.node_id();
        let mut policy = PeerPolicy::new(local, config.limits);
        for node in &config.trusted_peers {
            let refused = |source| StartError::Peer {
                node: Box::new(*node),
                source,
            };
            policy.add_trusted(*node).map_err(refused)?;
        }
        for enode in &config.static_peers {
            let refused = |source| StartError::Peer {
                node: Box::new(enode.id),
                source,
            };
            policy.add_static(*enode, 0).map_err(refused)?;
        }
        let listener = config.listen.map(listen).transpose()?;
        let bound = match (&listener, config.listen) {
            (Some(listener), Some(address)) => Some(
                listener
                    .local_addr()
                    .map_err(|source| StartError::Listen { address, source })?,
            ),
            _ => None,
        };
        let (inbox, events) = inbox(config.queues);
        let shared = Arc::new(Shared {
            local,
            bound,
            inbox,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            policy: Mutex::new(policy),
            policy_changed: Notify::new(),
            registry: Mutex::default(),
            started: Instant::now(),
            config,
        });
        if let Some(listener) = listener {
            shared.tasks.spawn(accept(Arc::clone(&shared), listener));
        }
        shared.tasks.spawn(dial(Arc::clone(&shared)));
        if let Some(bound) = bound {
            shared
                .tasks
                .spawn(nat::keep_mapping(Arc::clone(&shared), bound));
        }
        Ok((Self(Arc::new(Handle(shared))), events))
    }

    // ---- commands ----

    /// Keeps a connection to `enode` from now on.
    ///
    /// # Errors
    ///
    /// [`StaticPeerError`].
    pub fn add_static_peer(&self, enode: Enode) -> Result<(), StaticPeerError> {
        let shared = self.shared();
        shared.with_policy(|policy, now| policy.add_static(enode, now))
    }

    /// Forgets a static peer and disconnects it. `false` if it was none.
    pub fn remove_static_peer(&self, node: &NodeId) -> bool {
        let shared = self.shared();
        let (known, connection) =
            shared.with_policy(|policy, _| (policy.is_static(node), policy.remove_static(node)));
        if let Some(connection) = connection {
            shared.close(connection, DisconnectReason::Requested);
        }
        known
    }

    /// Lets `node` connect whatever the limits say.
    ///
    /// # Errors
    ///
    /// [`StaticPeerError`].
    pub fn add_trusted_peer(&self, node: NodeId) -> Result<(), StaticPeerError> {
        self.shared()
            .with_policy(|policy, _| policy.add_trusted(node))
    }

    /// Makes `node` a peer like others; its connection stays. `false` if it was not trusted.
    pub fn remove_trusted_peer(&self, node: &NodeId) -> bool {
        self.shared()
            .with_policy(|policy, _| policy.remove_trusted(node))
    }

    /// Stops: no new connections, all peers are told (`ClientQuitting`) and the router's port
    /// mapping is released. Returns when that is done, at the latest after
    /// [`Timeouts::goodbye`](super::Timeouts::goodbye) and the time the router takes. Events that
    /// wait can still be taken; then [`NetworkEvents::recv`] returns `None`.
    pub async fn shutdown(&self) {
        let shared = self.shared();
        shared.stop();
        shared.tasks.close();
        shared.tasks.wait().await;
        shared.inbox.finish();
    }

    // ---- getters ----

    /// This node's identity.
    pub fn node_id(&self) -> NodeId {
        self.shared().local
    }

    /// How others reach this node: the router's outside address if there is a mapping, else the
    /// address listened on, with 127.0.0.1 or `::1` in place of an unspecified one. Port 0 if the
    /// node does not listen.
    pub fn local_enode(&self) -> Enode {
        let shared = self.shared();
        let unset = SocketAddr::from(([127, 0, 0, 1], 0));
        let external = shared.registry().external;
        let mut address = external.or(shared.bound).unwrap_or(unset);
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        // There is no discovery, which is what a UDP port would be for; as deployed, URLs of
        // nodes without it are written without `discport` all the same.
        Enode::new(shared.local, address)
    }

    /// Where this node listens, the real port included.
    pub fn listening_on(&self) -> Option<SocketAddr> {
        self.shared().bound
    }

    /// The established peers, in the order in which they connected.
    pub fn peers(&self) -> Vec<PeerSnapshot> {
        let shared = self.shared();
        let mut peers: Vec<_> = shared
            .registry()
            .peers
            .iter()
            .map(|(peer, registered)| PeerSnapshot {
                peer: *peer,
                node_id: registered.node_id,
                address: registered.address,
                direction: registered.direction,
                trusted: false,
                client_name: registered.client_name.clone(),
                messages_received: Traffic::read(&registered.traffic.messages_received),
                messages_sent: Traffic::read(&registered.traffic.messages_sent),
                bytes_received: Traffic::read(&registered.traffic.bytes_received),
                bytes_sent: Traffic::read(&registered.traffic.bytes_sent),
            })
            .collect();
        let policy = shared.policy();
        for peer in &mut peers {
            peer.trusted = policy.is_trusted(&peer.node_id);
        }
        drop(policy);
        peers.sort_unstable_by_key(|peer| peer.peer);
        peers
    }

    /// What was counted since the start.
    pub fn stats(&self) -> NetworkStats {
        let shared = self.shared();
        let mut stats = {
            let registry = shared.registry();
            let mut stats = registry.stats;
            for peer in registry.peers.values() {
                stats.add_traffic(&peer.traffic);
            }
            stats
        };
        let policy = shared.policy();
        stats.connections = policy.counts();
        stats.refused = policy.refusals();
        drop(policy);
        stats.waiting_bytes = shared.inbox.waiting_bytes();
        stats.dropped_notices = shared.inbox.dropped_notices();
        stats
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.0.0
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse(address),
        _ => StartError::Listen { address, source },
    };
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }
    .map_err(failed)?;
    // Without it a restarted node could not listen while old connections linger.
    #[cfg(unix)]
    socket.set_reuseaddr(true).map_err(failed)?;
    socket.bind(address).map_err(failed)?;
    socket.listen(BACKLOG).map_err(failed)
}

/// Accepts connections until the service stops.
async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, address)) => {
                shared.registry().stats.accepted += 1;
                // A refused socket is closed at once: it has cost no cryptography.
                let admitted = shared.policy().handle_accepted(address.ip());
                match admitted {
                    Ok(id) => {
                        let closer = shared.opened(id);
                        let task =
                            connection::inbound(Arc::clone(&shared), id, closer, socket, address);
                        shared.tasks.spawn(task);
                    }
                    Err(refusal) => tracing::debug!(%address, %refusal, "refused"),
                }
            }
            Err(error) => {
                // Out of file descriptors, usually: the next call fails the same way at once.
                shared.registry().stats.accept_errors += 1;
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

/// Starts the dials that the policy asks for, until the service stops.
async fn dial(shared: Arc<Shared>) {
    loop {
        let next = {
            let now = shared.now();
            let mut policy = shared.policy();
            while let Some(dial) = policy.poll_dial(now) {
                shared.registry().stats.dialled += 1;
                let closer = shared.opened(dial.connection);
                let task = connection::outbound(Arc::clone(&shared), dial, closer);
                shared.tasks.spawn(task);
            }
            policy.poll_timeout()
        };
        let due = next.map(|ms| shared.started + std::time::Duration::from_millis(ms));
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = shared.policy_changed.notified() => {}
            () = async { tokio::time::sleep_until(due.unwrap_or(shared.started)).await }, if due.is_some() => {}
        }
    }
}

impl Shared {
    /// Milliseconds since the start.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn policy(&self) -> MutexGuard<'_, PeerPolicy> {
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the policy, and lets the dialling task look at it afterwards.
    pub(super) fn with_policy<T>(&self, change: impl FnOnce(&mut PeerPolicy, u64) -> T) -> T {
        let now = self.now();
        let result = change(&mut self.policy(), now);
        self.policy_changed.notify_one();
        result
    }

    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No new connections, and a goodbye to all peers. Connections in the handshake watch `stop`.
    fn stop(&self) {
        self.stop.cancel();
        for peer in self.registry().peers.values() {
            peer.sender.disconnect(DisconnectReason::ClientQuitting);
        }
    }

    /// A connection begins; it watches the token, by which others close it before it is
    /// established.
    fn opened(&self, connection: ConnectionId) -> CancellationToken {
        let closer = CancellationToken::new();
        self.registry().closers.insert(connection, closer.clone());
        closer
    }

    /// A connection is established.
    pub(super) fn established(&self, peer: PeerId, registered: RegisteredPeer) {
        let sender = registered.sender.clone();
        {
            let mut registry = self.registry();
            registry.stats.established += 1;
            registry.peers.insert(peer, registered);
        }
        // Either `stop` saw the peer above, or this sees that the service stops.
        if self.stop.is_cancelled() {
            sender.disconnect(DisconnectReason::ClientQuitting);
        }
    }

    /// An established connection ended: `dropped` messages did not go out.
    pub(super) fn ended(&self, peer: PeerId, dropped: u64) {
        let mut registry = self.registry();
        if let Some(registered) = registry.peers.remove(&peer) {
            registry.stats.add_traffic(&registered.traffic);
        }
        registry.stats.messages_dropped += dropped;
    }

    /// Closes a connection from outside, whatever its stage.
    pub(super) fn close(&self, connection: ConnectionId, reason: DisconnectReason) {
        let registry = self.registry();
        if let Some(peer) = registry.peers.get(&PeerId(connection.0)) {
            peer.sender.disconnect(reason);
        } else if let Some(closer) = registry.closers.get(&connection) {
            closer.cancel();
        }
    }

    /// A connection ended, before or after it was established.
    pub(super) fn closed(&self, connection: ConnectionId, reason: &CloseReason) {
        {
            let mut registry = self.registry();
            registry.closers.remove(&connection);
            registry.stats.closed.count(reason);
        }
        self.with_policy(|policy, now| policy.handle_closed(connection, now, &mut rand::rng()));
    }
}
