//! Two nodes on loopback exchange messages of two subprotocols, with and without snappy.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;

use bytes::Bytes;
use networks::{PATIENCE, config, key, message, next, pair};
use status_devp2p::DisconnectReason;
use status_devp2p::net::{CloseReason, Direction, NetworkEvent, SendError};

#[tokio::test]
async fn with_every_pair_of_versions() {
    for (dialling, listening) in [(5, 5), (4, 5), (5, 4), (4, 4)] {
        let (mut first, mut second) = (config(1), config(2));
        first.protocol_version = dialling;
        second.protocol_version = listening;
        let mut pair = pair(first, second).await;
        let (to_listener, to_dialler) = (&pair.dialler.2, &pair.listener.2);
        let long = Bytes::from(vec![7; 300_000]);
        to_listener
            .try_send(0, 127, Bytes::from_static(b"one"))
            .unwrap();
        to_listener.try_send(0, 0, long.clone()).unwrap();
        to_dialler
            .try_send(1, 7, Bytes::from_static(b"two"))
            .unwrap();
        assert_eq!(
            message(&mut pair.dialler.1).await,
            (1, 7, Bytes::from_static(b"two"))
        );
        assert_eq!(
            message(&mut pair.listener.1).await,
            (0, 127, Bytes::from_static(b"one"))
        );
        assert_eq!(message(&mut pair.listener.1).await, (0, 0, long));
        let [peer] = &pair.listener.0.peers()[..] else {
            panic!("one peer")
        };
        assert_eq!(peer.node_id, key(1).node_id());
        assert_eq!(peer.client_name, "test/1");
        assert_eq!(peer.direction, Direction::Inbound);
        assert_eq!((peer.messages_received, peer.messages_sent), (2, 1));
        let compressed = dialling == 5 && listening == 5;
        assert_eq!(
            peer.bytes_received < 100_000,
            compressed,
            "{}",
            peer.bytes_received
        );
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let pair = pair(config(1), config(2)).await;
    let sender = &pair.dialler.2;
    assert_eq!(
        sender.try_send(2, 0, Bytes::new()),
        Err(SendError::NotShared(2))
    );
    let refused = SendError::NoSuchCode { code: 8, length: 8 };
    assert_eq!(sender.try_send(1, 8, Bytes::new()), Err(refused));
    let huge = Bytes::from(vec![0; 16 << 20]);
    assert!(matches!(
        sender.try_send(0, 0, huge),
        Err(SendError::TooLarge { .. })
    ));
}

#[tokio::test]
async fn only_shared_subprotocols_are_offered() {
    let (first, mut second) = (config(1), config(2));
    second.subprotocols.remove(0);
    let mut pair = pair(first, second).await;
    assert_eq!(
        pair.dialler.2.try_send(0, 0, Bytes::new()),
        Err(SendError::NotShared(0))
    );
    pair.dialler
        .2
        .try_send(1, 3, Bytes::from_static(b"x"))
        .unwrap();
    // The same subprotocol stands elsewhere in the other node's list.
    assert_eq!(
        message(&mut pair.listener.1).await,
        (0, 3, Bytes::from_static(b"x"))
    );
}

#[tokio::test]
async fn goodbye_comes_after_what_was_queued() {
    let mut pair = pair(config(1), config(2)).await;
    let sender = &pair.dialler.2;
    for code in 0..100 {
        sender
            .try_send(0, code, Bytes::from(vec![1; 5_000]))
            .unwrap();
    }
    sender.disconnect(DisconnectReason::SubprotocolError);
    assert!(sender.is_closed());
    assert_eq!(sender.try_send(0, 0, Bytes::new()), Err(SendError::Closed));
    for code in 0..100 {
        assert_eq!(message(&mut pair.listener.1).await.1, code);
    }
    let ends = [
        (
            &mut pair.dialler.1,
            CloseReason::ByUs(DisconnectReason::SubprotocolError),
        ),
        (
            &mut pair.listener.1,
            CloseReason::ByPeer(DisconnectReason::SubprotocolError),
        ),
    ];
    for (events, expected) in ends {
        match next(events).await {
            NetworkEvent::PeerDisconnected { reason, .. } => assert_eq!(reason, expected),
            other => panic!("{other:?}"),
        }
    }
    // A static peer is dialled again.
    networks::connected(&mut pair.dialler.1).await;
}

#[tokio::test]
async fn shutdown_tells_the_peers_and_ends_the_events() {
    let mut pair = pair(config(1), config(2)).await;
    tokio::time::timeout(PATIENCE, pair.dialler.0.shutdown())
        .await
        .unwrap();
    match next(&mut pair.listener.1).await {
        NetworkEvent::PeerDisconnected { reason, .. } => {
            assert_eq!(
                reason,
                CloseReason::ByPeer(DisconnectReason::ClientQuitting)
            );
        }
        other => panic!("{other:?}"),
    }
    let mut last = None;
    while let Some(event) = pair.dialler.1.recv().await {
        last = Some(event);
    }
    assert!(matches!(
        last,
        Some(NetworkEvent::PeerDisconnected {
            reason: CloseReason::ByUs(DisconnectReason::ClientQuitting),
            ..
        })
    ));
    assert_eq!(pair.dialler.0.peers(), []);
    assert_eq!(
        pair.dialler.2.try_send(0, 0, Bytes::new()),
        Err(SendError::Closed)
    );
}

#[tokio::test]
async fn dropping_the_handle_stops_the_service() {
    let pair = pair(config(1), config(2)).await;
    let (network, mut events, _) = pair.dialler;
    drop(network);
    while tokio::time::timeout(PATIENCE, events.recv())
        .await
        .unwrap()
        .is_some()
    {}
}
