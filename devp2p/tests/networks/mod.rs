//! What the tests of the network service share: nodes on loopback with short limits.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::time::Duration;

use bytes::Bytes;
use secp256k1::SecretKey;
use status_devp2p::net::{
    CloseReason, ConnectedPeer, Network, NetworkConfig, NetworkEvent, NetworkEvents, PeerSender,
};
use status_devp2p::{NodeKey, Subprotocol};

/// Nothing on loopback takes this long; only a broken test does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn key(fill: u8) -> NodeKey {
    NodeKey::new(SecretKey::from_byte_array([fill; 32]).unwrap())
}

/// Two subprotocols: at position 0 one with 128 codes, at 1 one with 8.
pub(crate) fn subprotocols() -> Vec<Subprotocol> {
    vec![
        Subprotocol {
            name: "shh".into(),
            version: 6,
            length: 128,
        },
        Subprotocol {
            name: "eko".into(),
            version: 1,
            length: 8,
        },
    ]
}

/// A node on loopback that listens and retries quickly.
pub(crate) fn config(fill: u8) -> NetworkConfig {
    let mut config = NetworkConfig::new(key(fill), format!("test/{fill}"), subprotocols());
    config.listen = Some("127.0.0.1:0".parse().unwrap());
    config.limits.backoff_first = 20;
    config.limits.backoff_longest = 100;
    config
}

pub(crate) async fn next(events: &mut NetworkEvents) -> NetworkEvent {
    tokio::time::timeout(PATIENCE, events.recv())
        .await
        .expect("an event in time")
        .expect("running")
}

/// The next peer, skipping failed dials.
pub(crate) async fn connected(events: &mut NetworkEvents) -> ConnectedPeer {
    loop {
        match next(events).await {
            NetworkEvent::PeerConnected(peer) => return *peer,
            NetworkEvent::DialFailed { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Subprotocol, code and payload of the next message.
pub(crate) async fn message(events: &mut NetworkEvents) -> (usize, u64, Bytes) {
    match next(events).await {
        NetworkEvent::Message {
            subprotocol,
            code,
            payload,
            ..
        } => (subprotocol, code, payload),
        other => panic!("{other:?}"),
    }
}

/// Two connected nodes, the first having dialled the second.
pub(crate) struct Pair {
    pub(crate) dialler: (Network, NetworkEvents, PeerSender),
    pub(crate) listener: (Network, NetworkEvents, PeerSender),
}

pub(crate) async fn pair(dialler: NetworkConfig, listener: NetworkConfig) -> Pair {
    let (listener, mut listener_events) = Network::start(listener).await.unwrap();
    let (dialler, mut dialler_events) = Network::start(dialler).await.unwrap();
    dialler.add_static_peer(listener.local_enode()).unwrap();
    let to_listener = connected(&mut dialler_events).await.sender;
    let to_dialler = connected(&mut listener_events).await.sender;
    Pair {
        dialler: (dialler, dialler_events, to_listener),
        listener: (listener, listener_events, to_dialler),
    }
}

/// Shows that a node still serves others: a new node connects to it and both exchange a message.
pub(crate) async fn still_serves(node: &Network, events: &mut NetworkEvents) {
    let (other, mut other_events) = Network::start(config(200)).await.unwrap();
    other.add_static_peer(node.local_enode()).unwrap();
    let to_node = connected(&mut other_events).await.sender;
    let to_other = connected(events).await.sender;
    to_node
        .try_send(0, 1, Bytes::from_static(b"hello"))
        .unwrap();
    to_other
        .try_send(0, 2, Bytes::from_static(b"world"))
        .unwrap();
    assert_eq!(message(events).await, (0, 1, Bytes::from_static(b"hello")));
    assert_eq!(
        message(&mut other_events).await,
        (0, 2, Bytes::from_static(b"world"))
    );
}

/// Waits until a counter or the like is as it should be.
pub(crate) async fn until(mut condition: impl FnMut() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("it happens in time");
}

/// The reason why the next peer to go went.
pub(crate) async fn disconnected(events: &mut NetworkEvents) -> CloseReason {
    loop {
        if let NetworkEvent::PeerDisconnected { reason, .. } = next(events).await {
            return reason;
        }
    }
}
