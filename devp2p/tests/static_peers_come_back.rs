//! A static peer that goes away is dialled until it is back; one that is removed is not.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;

use bytes::Bytes;
use networks::{PATIENCE, config, connected, disconnected, message, next, until};
use status_devp2p::DisconnectReason;
use status_devp2p::net::{CloseReason, Network, NetworkEvent};

#[tokio::test]
async fn after_a_restart() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let mut relay = config(2);
    let (first, mut first_events) = Network::start(relay.clone()).await.unwrap();
    relay.listen = first.listening_on();
    node.add_static_peer(first.local_enode()).unwrap();
    connected(&mut events).await;
    connected(&mut first_events).await;
    first.shutdown().await;
    let reason = disconnected(&mut events).await;
    assert_eq!(
        reason,
        CloseReason::ByPeer(DisconnectReason::ClientQuitting)
    );
    // While it is away, dials fail and are repeated.
    for _ in 0..2 {
        match next(&mut events).await {
            NetworkEvent::DialFailed { reason, .. } => {
                assert_eq!(
                    reason,
                    CloseReason::Failed(std::io::ErrorKind::ConnectionRefused)
                );
            }
            other => panic!("{other:?}"),
        }
    }
    let (_second, mut second_events) = Network::start(relay).await.unwrap();
    let sender = connected(&mut events).await.sender;
    connected(&mut second_events).await;
    sender.try_send(0, 5, Bytes::from_static(b"again")).unwrap();
    assert_eq!(
        message(&mut second_events).await,
        (0, 5, Bytes::from_static(b"again"))
    );
}

#[tokio::test]
async fn unless_they_are_removed() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let (other, mut other_events) = Network::start(config(2)).await.unwrap();
    node.add_static_peer(other.local_enode()).unwrap();
    connected(&mut events).await;
    connected(&mut other_events).await;
    assert!(node.remove_static_peer(&other.node_id()));
    assert!(!node.remove_static_peer(&other.node_id()));
    let requested = DisconnectReason::Requested;
    assert_eq!(
        disconnected(&mut events).await,
        CloseReason::ByUs(requested)
    );
    assert_eq!(
        disconnected(&mut other_events).await,
        CloseReason::ByPeer(requested)
    );
    until(|| node.stats().connections == Default::default()).await;
    assert_eq!(node.stats().dialled, 1);
}

/// Both have the other as static peer and start at the same time: one connection is left.
#[tokio::test]
async fn two_that_dial_each_other_end_up_with_one_connection() {
    for round in 0..10 {
        let (mut first, mut second) = (config(10 + round), config(50 + round));
        // Short pauses would hide a pair of connections that kill each other again and again.
        for config in [&mut first, &mut second] {
            config.limits.backoff_first = 5_000;
        }
        let (first, mut first_events) = Network::start(first).await.unwrap();
        let (second, mut second_events) = Network::start(second).await.unwrap();
        first.add_static_peer(second.local_enode()).unwrap();
        second.add_static_peer(first.local_enode()).unwrap();
        let sender = connected(&mut first_events).await.sender;
        connected(&mut second_events).await;
        sender.try_send(1, 1, Bytes::from_static(b"x")).unwrap();
        let arrived = tokio::time::timeout(PATIENCE, async {
            loop {
                if let NetworkEvent::Message { payload, .. } = next(&mut second_events).await {
                    return payload;
                }
            }
        });
        assert_eq!(arrived.await.unwrap(), "x");
        assert_eq!((first.peers().len(), second.peers().len()), (1, 1));
    }
}
