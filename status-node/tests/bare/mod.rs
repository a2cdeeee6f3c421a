//! A bare connection to a node, which says whatever a test wants it to say, and honest nodes beside
//! it.
#![allow(dead_code, reason = "each test file uses a part of this")]

use bytes::Bytes;
use status_devp2p::net::{
    CloseReason, Network, NetworkConfig, NetworkEvent, NetworkEvents, PeerSender,
};
use status_devp2p::{Enode, NodeKey, Subprotocol};
use status_node::account::Identity;
use status_node::{Chat, Node, NodeEvents};
use status_whisper::packets::{Messages, Status, code};
use status_whisper::{Envelope, Topic};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long anything may take on a machine that is busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Waits, but not for ever.
pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it takes too long")
}

pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// A connection on which nothing was said yet.
pub(crate) struct Bare {
    pub(crate) network: Network,
    pub(crate) events: NetworkEvents,
    pub(crate) sender: PeerSender,
}

impl Bare {
    pub(crate) async fn connect(to: Enode) -> Self {
        let key = NodeKey::random(&mut rand::rng());
        let mut config = NetworkConfig::new(key, "bare", vec![Subprotocol::whisper()]);
        config.static_peers = vec![to];
        let (network, mut events) = Network::start(config).await.unwrap();
        let sender = loop {
            if let NetworkEvent::PeerConnected(peer) = patiently(events.recv()).await.unwrap() {
                break peer.sender;
            }
        };
        Self {
            network,
            events,
            sender,
        }
    }

    /// Says what a full node says first.
    pub(crate) async fn greet(&self) {
        self.send(code::STATUS, Status::default().encode()).await;
    }

    pub(crate) async fn send(&self, code: u64, payload: Bytes) {
        patiently(self.sender.send(0, code, payload)).await.unwrap();
    }

    /// Why the connection ended, once it has.
    pub(crate) async fn end(&mut self) -> CloseReason {
        loop {
            let event = patiently(self.events.recv()).await.unwrap();
            if let NetworkEvent::PeerDisconnected { reason, .. } = event {
                return reason;
            }
        }
    }
}

/// A packet with one envelope that only `number` tells from others. With a TTL of 1 s no work at
/// all is enough for a node with default settings.
pub(crate) fn packet(number: u64, length: usize, ttl: u32) -> Bytes {
    let expiry = u32::try_from(now_ms() / 1000).unwrap() + ttl;
    let mut data = vec![7; length.max(8)];
    data[..8].copy_from_slice(&number.to_be_bytes());
    let envelope = Envelope::new(expiry, ttl, Topic([1, 2, 3, 4]), &data, 0);
    let envelopes = vec![envelope];
    Messages { envelopes }.encode()
}

/// Somebody with an account, connected to `relay` and in `chat`.
pub(crate) async fn person(relay: Enode, chat: &Chat) -> (Node, NodeEvents) {
    let key = status_ecies::random_secret_key(&mut rand::rng());
    Node::builder()
        .identity(Identity::from_secret_key(key))
        .peer(relay)
        .join(chat.clone())
        .start()
        .await
        .unwrap()
}

/// Waits until `node` has that many peers with which envelopes flow.
pub(crate) async fn ready(node: &Node, peers: usize) {
    let wait = async {
        while node.stats().await.unwrap().ready_peers < peers {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    patiently(wait).await;
}
