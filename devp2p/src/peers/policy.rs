//! The policy itself: who is dialled, who is admitted, who waits.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use rand_core::Rng;

use super::backoff::Backoff;
use super::limits::Limits;
use super::refusal::{Refusal, RefusalCounts, StaticPeerError};
use super::subscriber::subscriber;
use crate::{Enode, EnodeError, NodeId};

/// One connection, from the moment it is accepted or dialled. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// A dial to start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dial {
    /// The connection that the dial makes.
    pub connection: ConnectionId,
    /// Whom to dial, and where.
    pub enode: Enode,
}

/// A connection may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a superseded connection has to be closed"]
pub struct Admission {
    /// The node is trusted.
    pub trusted: bool,
    /// Another connection to the same node which has to be closed, as already connected: both
    /// nodes dialled each other at the same time, and both keep the one that the node with the
    /// higher id dialled.
    pub superseded: Option<ConnectionId>,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PolicyCounts {
    /// Dials whose other end has not proved its identity.
    pub dialling: usize,
    /// Accepted connections whose other end has not proved its identity.
    pub handshaking: usize,
    /// Connections that others opened, identity proved, trusted ones included.
    pub inbound: usize,
    /// Connections that we opened, identity proved, trusted ones included.
    pub outbound: usize,
}

/// Decides about connections.
///
/// Order of calls, per connection: either [`handle_accepted`](Self::handle_accepted), or
/// [`poll_dial`](Self::poll_dial) and then [`handle_connected`](Self::handle_connected) when TCP
/// is up; next [`handle_authenticated`](Self::handle_authenticated) when the handshake proved who
/// the other end is, [`handle_established`](Self::handle_established) after its Hello, and in any
/// case once [`handle_closed`](Self::handle_closed). After each call ask
/// [`poll_dial`](Self::poll_dial) until it has none, and wake up at
/// [`poll_timeout`](Self::poll_timeout). Time is in ms since any fixed moment.
#[derive(Debug)]
pub struct PeerPolicy {
    local: NodeId,
    limits: Limits,
    next_connection: u64,
    /// At most `handshakes + inbound + outbound` and the trusted peers.
    connections: HashMap<ConnectionId, Connection>,
    /// At most `limits.static_peers`.
    static_peers: HashMap<NodeId, StaticPeer>,
    /// Static peers without a connection, by the time of their next attempt.
    waiting: BTreeSet<(u64, NodeId)>,
    /// At most `limits.trusted_peers`.
    trusted: HashSet<NodeId>,
    refusals: RefusalCounts,
}

#[derive(Debug)]
struct StaticPeer {
    enode: Enode,
    backoff: Backoff,
    /// The entry in `waiting`, if there is one.
    due: Option<u64>,
}

#[derive(Debug)]
struct Connection {
    address: IpAddr,
    inbound: bool,
    /// Expected of a dial, proved from [`Stage::Authenticated`] on.
    node: Option<NodeId>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// TCP is not up.
    Connecting,
    /// The identity is not proved.
    Handshake,
    /// Identity proved, Hello missing.
    Authenticated,
    /// Hello exchanged, at this time.
    Established(u64),
}

impl PeerPolicy {
    /// A policy for the node `local` without any peers.
    pub fn new(local: NodeId, limits: Limits) -> Self {
        Self {
            local,
            limits,
            next_connection: 0,
            connections: HashMap::new(),
            static_peers: HashMap::new(),
            waiting: BTreeSet::new(),
            trusted: HashSet::new(),
            refusals: RefusalCounts::default(),
        }
    }

    // ---- commands ----

    /// Keeps a connection to `enode` from now on. A node that is listed already gets the new
    /// address, and is tried at once if it waits.
    ///
    /// # Errors
    ///
    /// [`StaticPeerError`]: this node itself, no address to dial, or the list is full.
    pub fn add_static(&mut self, enode: Enode, now: u64) -> Result<(), StaticPeerError> {
        if enode.id == self.local {
            return Err(StaticPeerError::OwnIdentity);
        }
        if let Err(EnodeError::NotDialable(address)) = enode.tcp_address() {
            return Err(StaticPeerError::NotDialable(address));
        }
        if !self.static_peers.contains_key(&enode.id)
            && self.static_peers.len() >= self.limits.static_peers
        {
            return Err(StaticPeerError::ListFull {
                limit: self.limits.static_peers,
            });
        }
        self.unschedule(&enode.id);
        let backoff = Backoff::new(self.limits.backoff_first, self.limits.backoff_longest);
        self.static_peers.insert(
            enode.id,
            StaticPeer {
                enode,
                backoff,
                due: None,
            },
        );
        if !self.has_connection(&enode.id) {
            self.schedule(enode.id, now);
        }
        Ok(())
    }

    /// Forgets a static peer and says which connection or dial it has, for the caller to close
    /// or keep.
    pub fn remove_static(&mut self, node: &NodeId) -> Option<ConnectionId> {
        self.unschedule(node);
        self.static_peers.remove(node)?;
        self.connections
            .iter()
            .find(|(_, c)| c.node == Some(*node))
            .map(|(id, _)| *id)
    }

    /// Lets `node` connect whatever the limits say.
    ///
    /// # Errors
    ///
    /// [`StaticPeerError`]: this node itself, or the list is full.
    pub fn add_trusted(&mut self, node: NodeId) -> Result<(), StaticPeerError> {
        if node == self.local {
            return Err(StaticPeerError::OwnIdentity);
        }
        if !self.trusted.contains(&node) && self.trusted.len() >= self.limits.trusted_peers {
            return Err(StaticPeerError::ListFull {
                limit: self.limits.trusted_peers,
            });
        }
        self.trusted.insert(node);
        Ok(())
    }

    /// Makes `node` a peer like others. Its connection stays.
    pub fn remove_trusted(&mut self, node: &NodeId) -> bool {
        self.trusted.remove(node)
    }

    // ---- what happened ----

    /// Someone connected from `address`.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooManyHandshakes`] or [`Refusal::TooManyFromAddress`]: close the socket, the
    /// connection does not exist for the policy.
    pub fn handle_accepted(&mut self, address: IpAddr) -> Result<ConnectionId, Refusal> {
        let address = subscriber(address);
        if self.counts().handshaking >= self.limits.handshakes {
            let limit = self.limits.handshakes;
            return Err(self.refusals.count(Refusal::TooManyHandshakes { limit }));
        }
        if self.untrusted_at(address) >= self.limits.per_address {
            let limit = self.limits.per_address;
            return Err(self.refusals.count(Refusal::TooManyFromAddress { limit }));
        }
        Ok(self.insert(Connection {
            address,
            inbound: true,
            node: None,
            stage: Stage::Handshake,
        }))
    }

    /// The TCP connection of a dial is up.
    pub fn handle_connected(&mut self, connection: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.stage = connection.stage.max(Stage::Handshake);
        }
    }

    /// The handshake proved that `node` is at the other end.
    ///
    /// # Errors
    ///
    /// A [`Refusal`]: tell the peer, close, and report [`handle_closed`](Self::handle_closed).
    pub fn handle_authenticated(
        &mut self,
        connection: ConnectionId,
        node: NodeId,
    ) -> Result<Admission, Refusal> {
        let admission = self
            .admit(connection, node)
            .map_err(|r| self.refusals.count(r))?;
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.node = Some(node);
            connection.stage = connection.stage.max(Stage::Authenticated);
        }
        if let Some(superseded) = admission
            .superseded
            .and_then(|id| self.connections.get_mut(&id))
        {
            // It is about to be closed and must not stand for the node any more.
            superseded.node = None;
        }
        self.unschedule(&node);
        Ok(admission)
    }

    /// Hello was exchanged with a common capability. `false` when the connection was superseded
    /// in the meantime and has to be closed.
    #[must_use = "a superseded connection has to be closed"]
    pub fn handle_established(&mut self, connection: ConnectionId, now: u64) -> bool {
        let Some(connection) = self.connections.get_mut(&connection) else {
            return false;
        };
        let Some(node) = connection.node else {
            return false;
        };
        connection.stage = Stage::Established(now);
        // A peer that comes to us is back, however often our own attempts failed.
        if connection.inbound
            && let Some(peer) = self.static_peers.get_mut(&node)
        {
            peer.backoff.reset();
        }
        true
    }

    /// The connection is over, or the dial failed. A static peer is tried again after a pause
    /// drawn with `rng`.
    pub fn handle_closed(&mut self, connection: ConnectionId, now: u64, rng: &mut impl Rng) {
        let Some(closed) = self.connections.remove(&connection) else {
            return;
        };
        // An inbound connection that never proved who it was, or a superseded one.
        let Some(node) = closed.node else { return };
        if self.has_connection(&node) {
            return;
        }
        let Some(peer) = self.static_peers.get_mut(&node) else {
            return;
        };
        if let Stage::Established(since) = closed.stage
            && now.saturating_sub(since) >= self.limits.healthy_after
        {
            peer.backoff.reset();
        }
        let pause = peer.backoff.fail(rng);
        self.schedule(node, now.saturating_add(pause));
    }

    // ---- what to do ----

    /// The next dial to start. Trusted static peers are dialled beyond the limits.
    pub fn poll_dial(&mut self, now: u64) -> Option<Dial> {
        let (due, node) = self.next_dial()?;
        if due > now {
            return None;
        }
        self.unschedule(&node);
        let enode = self.static_peers.get(&node)?.enode;
        let connection = self.insert(Connection {
            address: subscriber(enode.ip),
            inbound: false,
            node: Some(node),
            stage: Stage::Connecting,
        });
        Some(Dial { connection, enode })
    }

    /// When [`poll_dial`](Self::poll_dial) will have a dial, if nothing else happens before; in
    /// the past if it has one now.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.next_dial().map(|(due, _)| due)
    }

    // ---- getters ----

    /// The connection to `node` whose handshake succeeded.
    pub fn connection_of(&self, node: &NodeId) -> Option<ConnectionId> {
        let is_it = |c: &Connection| c.node == Some(*node) && c.stage >= Stage::Authenticated;
        self.connections
            .iter()
            .find(|(_, c)| is_it(c))
            .map(|(id, _)| *id)
    }

    /// Whether `node` is trusted.
    pub fn is_trusted(&self, node: &NodeId) -> bool {
        self.trusted.contains(node)
    }

    /// Whether a connection to `node` is kept.
    pub fn is_static(&self, node: &NodeId) -> bool {
        self.static_peers.contains_key(node)
    }

    /// How many connections there are in each stage.
    pub fn counts(&self) -> PolicyCounts {
        let mut counts = PolicyCounts::default();
        for connection in self.connections.values() {
            let counter = match (connection.inbound, connection.stage >= Stage::Authenticated) {
                (true, false) => &mut counts.handshaking,
                (false, false) => &mut counts.dialling,
                (true, true) => &mut counts.inbound,
                (false, true) => &mut counts.outbound,
            };
            *counter += 1;
        }
        counts
    }

    /// How often each refusal was given.
    pub fn refusals(&self) -> RefusalCounts {
        self.refusals
    }

    // ---- the rules ----

    fn admit(&self, id: ConnectionId, node: NodeId) -> Result<Admission, Refusal> {
        // Proving an identity twice is a mistake of the caller, who may close the connection.
        let in_handshake = |c: &&Connection| c.stage <= Stage::Handshake;
        let connection = self
            .connections
            .get(&id)
            .filter(in_handshake)
            .ok_or(Refusal::UnknownConnection)?;
        if node == self.local {
            return Err(Refusal::OwnIdentity);
        }
        if !connection.inbound && connection.node != Some(node) {
            // Superseded while its handshake went on.
            return Err(Refusal::AlreadyConnected);
        }
        let mut superseded = None;
        for (other_id, other) in &self.connections {
            if *other_id != id && other.node == Some(node) {
                if !self.yields(other, connection, &node) {
                    return Err(Refusal::AlreadyConnected);
                }
                superseded = Some(*other_id);
            }
        }
        let trusted = self.trusted.contains(&node);
        if connection.inbound && !trusted {
            let established = |c: &&Connection| c.inbound && c.stage >= Stage::Authenticated;
            if self.untrusted().filter(established).count() >= self.limits.inbound {
                return Err(Refusal::TooManyInbound {
                    limit: self.limits.inbound,
                });
            }
        }
        Ok(Admission {
            trusted,
            superseded,
        })
    }

    /// Whether `older` gives way to `newer`, both being connections to `node`.
    fn yields(&self, older: &Connection, newer: &Connection, node: &NodeId) -> bool {
        match older.stage {
            // The dial may never come through, the peer is here.
            Stage::Connecting => true,
            // Each of two nodes dialled the other: both must choose the same connection.
            Stage::Handshake | Stage::Authenticated if older.inbound != newer.inbound => {
                newer.inbound == (*node > self.local)
            }
            _ => false,
        }
    }

    /// The earliest waiting peer whom the limits allow to dial.
    fn next_dial(&self) -> Option<(u64, NodeId)> {
        let dialling = self.counts().dialling;
        let outbound = self.untrusted().filter(|c| !c.inbound).count();
        let allowed = |node: &NodeId| {
            if dialling >= self.limits.dials {
                return false;
            }
            let Some(peer) = self.static_peers.get(node) else {
                return false;
            };
            self.trusted.contains(node)
                || outbound < self.limits.outbound
                    && self.untrusted_at(subscriber(peer.enode.ip)) < self.limits.per_address
        };
        self.waiting.iter().find(|(_, node)| allowed(node)).copied()
    }

    fn untrusted(&self) -> impl Iterator<Item = &Connection> {
        let trusted = |c: &Connection| c.node.is_some_and(|node| self.trusted.contains(&node));
        self.connections.values().filter(move |c| !trusted(c))
    }

    fn untrusted_at(&self, address: IpAddr) -> usize {
        self.untrusted().filter(|c| c.address == address).count()
    }

    fn has_connection(&self, node: &NodeId) -> bool {
        self.connections.values().any(|c| c.node == Some(*node))
    }

    fn insert(&mut self, connection: Connection) -> ConnectionId {
        self.next_connection += 1;
        let id = ConnectionId(self.next_connection);
        self.connections.insert(id, connection);
        id
    }

    fn schedule(&mut self, node: NodeId, due: u64) {
        self.unschedule(&node);
        if let Some(peer) = self.static_peers.get_mut(&node) {
            peer.due = Some(due);
            self.waiting.insert((due, node));
        }
    }

    fn unschedule(&mut self, node: &NodeId) {
        if let Some(due) = self
            .static_peers
            .get_mut(node)
            .and_then(|peer| peer.due.take())
        {
            self.waiting.remove(&(due, *node));
        }
    }
}
