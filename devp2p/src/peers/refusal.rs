//! Why a connection is refused, and how often that happened.

/// Why the policy refuses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// [`Limits::handshakes`](super::Limits::handshakes) inbound handshakes are under way.
    #[error("{limit} inbound handshakes are already under way")]
    TooManyHandshakes {
        /// The limit.
        limit: usize,
    },
    /// The address has [`Limits::per_address`](super::Limits::per_address) connections.
    #[error("the address has {limit} connections already, as many as it may")]
    TooManyFromAddress {
        /// The limit.
        limit: usize,
    },
    /// All [`Limits::inbound`](super::Limits::inbound) places are taken.
    #[error("all {limit} places for inbound peers are taken")]
    TooManyInbound {
        /// The limit.
        limit: usize,
    },
    /// The node is connected already, or is about to be over the connection that is kept.
    #[error("there is a connection to the node already")]
    AlreadyConnected,
    /// The other end is this node itself.
    #[error("the other end is this node itself")]
    OwnIdentity,
    /// The connection is not known to the policy: closed before, or a mistake of the caller.
    #[error("the connection is not known, or its identity was proved before")]
    UnknownConnection,
}

/// How often each [`Refusal`] was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefusalCounts {
    /// [`Refusal::TooManyHandshakes`].
    pub too_many_handshakes: u64,
    /// [`Refusal::TooManyFromAddress`].
    pub too_many_from_address: u64,
    /// [`Refusal::TooManyInbound`].
    pub too_many_inbound: u64,
    /// [`Refusal::AlreadyConnected`].
    pub already_connected: u64,
    /// [`Refusal::OwnIdentity`].
    pub own_identity: u64,
    /// [`Refusal::UnknownConnection`].
    pub unknown_connection: u64,
}

impl RefusalCounts {
    pub(super) fn count(&mut self, refusal: Refusal) -> Refusal {
        let counter = match refusal {
            Refusal::TooManyHandshakes { .. } => &mut self.too_many_handshakes,
            Refusal::TooManyFromAddress { .. } => &mut self.too_many_from_address,
            Refusal::TooManyInbound { .. } => &mut self.too_many_inbound,
            Refusal::AlreadyConnected => &mut self.already_connected,
            Refusal::OwnIdentity => &mut self.own_identity,
            Refusal::UnknownConnection => &mut self.unknown_connection,
        };
        *counter += 1;
        refusal
    }

    /// The sum of all counters.
    pub fn total(&self) -> u64 {
        self.too_many_handshakes
            + self.too_many_from_address
            + self.too_many_inbound
            + self.already_connected
            + self.own_identity
            + self.unknown_connection
    }
}

/// Why a node cannot become a static or trusted peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaticPeerError {
    /// The node is this node itself.
    #[error("the node to stay connected to is this node itself")]
    OwnIdentity,
    /// The list is full.
    #[error("the list of static peers is full: it takes {limit} nodes")]
    ListFull {
        /// The limit.
        limit: usize,
    },
    /// The enode names no address that could be dialled.
    #[error("the address {0} of a static peer cannot be dialled")]
    NotDialable(std::net::SocketAddr),
}
