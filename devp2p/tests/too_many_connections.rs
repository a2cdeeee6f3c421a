//! Attack: one address that opens connection after connection, and more peers than there are
//! places. Trusted peers get in all the same.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;
mod raw;

use networks::{config, connected, key, until};
use raw::RawPeer;
use status_devp2p::DisconnectReason;
use status_devp2p::net::{CloseReason, Network, NetworkEvent};
use tokio::net::TcpStream;

#[tokio::test]
async fn from_one_address() {
    let mut limited = config(1);
    limited.limits.per_address = 3;
    let (node, mut events) = Network::start(limited).await.unwrap();
    let address = node.listening_on().unwrap();
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    until(|| node.stats().connections.handshaking == 3).await;
    for _ in 0..10 {
        // Closed before a byte of the handshake was read.
        raw::closed(&mut TcpStream::connect(address).await.unwrap()).await;
    }
    assert_eq!(node.stats().refused.too_many_from_address, 10);
    assert_eq!(node.stats().connections.handshaking, 3);
    drop(held);
    until(|| node.stats().connections.handshaking == 0).await;
    networks::still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn more_peers_than_places() {
    let mut limited = config(1);
    limited.limits.inbound = 1;
    limited.trusted_peers = vec![key(3).node_id()];
    let (node, mut events) = Network::start(limited).await.unwrap();
    let mut first = RawPeer::connect(&node.local_enode(), key(2)).await;
    first.greet(5).await;
    connected(&mut events).await;

    let (second, mut second_events) = Network::start(config(4)).await.unwrap();
    second.add_static_peer(node.local_enode()).unwrap();
    match networks::next(&mut second_events).await {
        NetworkEvent::DialFailed { reason, .. } => {
            assert_eq!(reason, CloseReason::ByPeer(DisconnectReason::TooManyPeers));
        }
        other => panic!("{other:?}"),
    }
    second.shutdown().await;
    assert!(node.stats().refused.too_many_inbound >= 1);

    let mut trusted = RawPeer::connect(&node.local_enode(), key(3)).await;
    trusted.greet(5).await;
    let peer = connected(&mut events).await;
    assert!(peer.trusted);
    assert_eq!(peer.node_id, key(3).node_id());
    let flags: Vec<bool> = node.peers().iter().map(|peer| peer.trusted).collect();
    assert_eq!(flags, [false, true]);
}

#[tokio::test]
async fn the_same_node_twice_and_this_node_itself() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let mut first = RawPeer::connect(&node.local_enode(), key(2)).await;
    first.greet(5).await;
    connected(&mut events).await;
    let mut second = RawPeer::connect(&node.local_enode(), key(2)).await;
    // Disconnect comes in place of Hello.
    assert_eq!(second.receive().await, Some(1));
    assert_eq!(second.receive().await, None);
    let mut own = RawPeer::connect(&node.local_enode(), key(1)).await;
    assert_eq!(own.receive().await, Some(1));
    until(|| node.stats().closed.refused == 2).await;
    assert_eq!(node.stats().refused.already_connected, 1);
    assert_eq!(node.stats().refused.own_identity, 1);
    assert_eq!(node.peers().len(), 1);
}
