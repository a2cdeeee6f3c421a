//! How a node is put together.

use super::desk::{self, Caller, Desk};
use super::driver::{Driver, Parts};
use super::event::{EVENTS, NodeEvents};
use super::handle::Node;
use super::pow::PowPool;
use crate::Chat;
use crate::account::Identity;
use crate::data_folder::DataFolder;
use crate::messenger::{MessengerError, Settings};
use crate::storage::Database;
use secp256k1::SecretKey;
use status_devp2p::net::nat::NatMode;
use status_devp2p::net::{self, Network, NetworkConfig, QueueLimits, Timeouts};
use status_devp2p::peers::Limits;
use status_devp2p::{Enode, MAX_MESSAGE_SIZE, NodeId, NodeKey, Subprotocol};
use status_whisper::{Bloom, Config, RateLimiting, Role, Whisper};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Commands that may wait for the node's task; a full queue makes the caller wait.
const COMMANDS: usize = 64;

/// Threads for proof of work at most: messages cost microseconds, so more would only idle.
const MAX_POW_THREADS: usize = 4;

/// Bytes of a message that a peer may send even if the settings of Whisper allow fewer, so that its
/// status and its refusals are read.
const MIN_MESSAGE_SIZE: usize = 64 << 10;

/// Collects what a node is started with.
#[derive(Debug, Default)]
pub struct NodeBuilder {
    listen: Option<SocketAddr>,
    peers: Vec<Enode>,
    chats: Vec<Chat>,
    trusted: Vec<NodeId>,
    nat: NatMode,
    node_key: Option<NodeKey>,
    identity: Option<Arc<Identity>>,
    database: Option<Database>,
    folder: Option<DataFolder>,
    messenger: Settings,
    whisper: Config,
    announce_sent: Option<bool>,
    decoys_per_hour: u32,
    limits: Option<Limits>,
    protocol_version: Option<u64>,
    queues: QueueLimits,
    timeouts: Timeouts,
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The network service did not start.
    #[error(transparent)]
    Network(#[from] net::StartError),
    /// The system gives no threads.
    #[error("cannot start the threads for proof of work and the messenger: {0}")]
    Threads(std::io::Error),
    /// The database does not open, or the messenger does not load from it.
    #[error("cannot load the messenger: {0}")]
    Messenger(#[from] MessengerError),
    /// The minimum proof of work makes no sense.
    #[error("the node cannot demand a proof of work of {0}: it is no finite number from 0 up")]
    MinPow(f64),
}

impl NodeBuilder {
    /// Listens there; port 0 lets the system choose.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Keeps a connection to `enode`. May be called again.
    pub fn peer(mut self, enode: Enode) -> Self {
        self.peers.push(enode);
        self
    }

    /// Where everything is kept: the database of the account's data folder. Without one it is kept in
    /// memory and gone with the node.
    pub fn database(mut self, database: Database) -> Self {
        self.database = Some(database);
        self
    }

    /// Keeps a data folder locked for as long as the node uses what is in it.
    pub(super) fn hold(mut self, folder: DataFolder) -> Self {
        self.folder = Some(folder);
        self
    }

    /// How the messenger behaves; by default as deployed.
    pub fn messenger(mut self, settings: Settings) -> Self {
        self.messenger = settings;
        self
    }

    /// Joins `chat` before any peer is connected, so that nothing is missed: peers hand over what
    /// they hold as soon as they are connected, and it is shown to the chats joined by then. May be
    /// called again.
    pub fn join(mut self, chat: Chat) -> Self {
        self.chats.push(chat);
        self
    }

    /// Lets this node connect whatever the limits say, and takes its direct messages.
    pub fn trusted_peer(mut self, node: NodeId) -> Self {
        self.trusted.push(node);
        self
    }

    /// Whether and how to ask the router for a port mapping; by default it is not asked.
    pub fn nat(mut self, mode: NatMode) -> Self {
        self.nat = mode;
        self
    }

    /// The key by which other nodes know this one; by default a new one.
    pub fn node_key(mut self, key: SecretKey) -> Self {
        self.node_key = Some(NodeKey::new(key));
        self
    }

    /// Who sends; without one the node listens and passes on.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// All settings of Whisper; by default those of status-go. Call it before those that change one
    /// of them.
    pub fn whisper(mut self, config: Config) -> Self {
        self.whisper = config;
        self
    }

    /// A light client asks its peers only for the chats it joined.
    pub fn light(mut self, light: bool) -> Self {
        self.whisper.role = match light {
            true => Role::Light {
                topics: Bloom::EMPTY,
            },
            false => Role::Full,
        };
        self.whisper.own_outside_bloom = light;
        self
    }

    /// Whether a light client adds the topics that it sends to, to the filter by which it asks its peers, as
    /// clients of 2020 do. By default it does not: that would tell all peers, not only the first that gets
    /// the envelope, in which partition the recipient is; and full nodes take the envelope either way.
    pub fn announce_sent(mut self, announce: bool) -> Self {
        self.announce_sent = Some(announce);
        self
    }

    /// How many [decoys](crate::darkness::decoys) an hour are sent in the long run, among which the account's
    /// private envelopes cannot be found: at most
    /// [`MAX_PER_HOUR`](crate::darkness::decoys::MAX_PER_HOUR); by default none.
    pub fn decoys(mut self, per_hour: u32) -> Self {
        self.decoys_per_hour = per_hour;
        self
    }

    /// The least proof of work this node takes; by default 0.001, as status-go.
    pub fn min_pow(mut self, pow: f64) -> Self {
        self.whisper.min_pow = pow;
        self
    }

    /// How many packets and envelopes a second peers may send; by default as many as they like, as
    /// deployed.
    pub fn rate_limiting(mut self, limits: RateLimiting) -> Self {
        self.whisper.rate_limiting = Some(limits);
        self
    }

    /// Bounds on connections.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Version of devp2p: 5 (the default) or 4, which knows no compression.
    pub fn protocol_version(mut self, version: u64) -> Self {
        self.protocol_version = Some(version);
        self
    }

    /// Bounds on the queues of each connection.
    pub fn queues(mut self, queues: QueueLimits) -> Self {
        self.queues = queues;
        self
    }

    /// How long connections may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Starts the node on the current tokio runtime. When this returns, it listens, and hears what the
    /// database says that it is to hear.
    pub async fn start(self) -> Result<(Node, NodeEvents), StartError> {
        let pow = self.whisper.min_pow;
        if !(pow.is_finite() && pow >= 0.0) {
            return Err(StartError::MinPow(pow));
        }
        let key = self
            .node_key
            .unwrap_or_else(|| NodeKey::random(&mut rand::rng()));
        let threads = std::thread::available_parallelism()
            .unwrap_or(NonZeroUsize::MIN)
            .min(NonZeroUsize::new(MAX_POW_THREADS).unwrap_or(NonZeroUsize::MIN));
        let pow = PowPool::start(threads).map_err(StartError::Threads)?;
        let mut network = NetworkConfig::new(key, client_name(), vec![Subprotocol::whisper()]);
        network.listen = self.listen;
        network.static_peers = self.peers;
        network.trusted_peers = self.trusted;
        network.nat = self.nat.into();
        network.limits = self.limits.unwrap_or_default();
        network.queues = self.queues;
        network.timeouts = self.timeouts;
        // What is a little too large reaches Whisper, which says so as deployed; what is far too
        // large is refused before it takes memory.
        network.max_message_size = self
            .whisper
            .max_message_size
            .saturating_mul(2)
            .clamp(MIN_MESSAGE_SIZE, MAX_MESSAGE_SIZE);
        if let Some(version) = self.protocol_version {
            network.protocol_version = version;
        }
        let mut config = self.whisper;
        config.seed = rand::random();
        if let Some(announce) = self.announce_sent {
            config.own_outside_bloom = !announce;
        }
        let (events, event_queue) = mpsc::channel(EVENTS);
        // What is listened to is known before anybody connects.
        let mut desk = desk::start(Desk {
            database: self.database,
            folder: self.folder,
            identity: self.identity.clone(),
            settings: self.messenger,
            chats: self.chats,
            events: events.clone(),
        })
        .await
        .map_err(|error| match error {
            desk::StartError::Thread(error) => StartError::Threads(error),
            desk::StartError::Messenger(error) => StartError::Messenger(error),
        })?;
        let (network, network_events) = match Network::start(network).await {
            Ok(started) => started,
            Err(error) => {
                desk.inbox.close();
                return Err(error.into());
            }
        };
        let account = self.identity.as_ref();
        let public_key = account.map(|identity| *identity.profile().public_key());
        let (commands, command_queue) = mpsc::channel(COMMANDS);
        let mut driver = Driver::new(Parts {
            network: network.clone(),
            whisper: Whisper::new(config),
            identity: self.identity,
            decoys_per_hour: self.decoys_per_hour,
            pow,
            events,
            inbox: Arc::clone(&desk.inbox),
            desk_counts: desk.counts,
        });
        while let Ok(orders) = desk.orders.try_recv() {
            driver.handle_orders(orders);
        }
        let caller = Caller::new(desk.inbox);
        tokio::spawn(driver.run(network_events, command_queue, desk.orders, desk.thread));
        Ok((
            Node::new(commands, caller, network, public_key),
            NodeEvents(event_queue),
        ))
    }
}

/// How this node calls itself in Hello, in the form that all nodes use.
pub(super) fn client_name() -> String {
    format!(
        "status-node/v{}/{}-{}/rust",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
