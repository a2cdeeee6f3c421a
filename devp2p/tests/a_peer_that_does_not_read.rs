//! Attack: a peer that takes nothing of what it is sent. The application is told that the queue is
//! full, and after a while the peer is dropped.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;
mod raw;

use std::time::Duration;

use bytes::Bytes;
use networks::{config, connected, disconnected, key, still_serves};
use raw::RawPeer;
use status_devp2p::net::{CloseReason, Network, SendError};

#[tokio::test]
async fn the_queue_is_bounded_and_the_peer_is_dropped() {
    let mut stalling = config(1);
    stalling.timeouts.write_stall = Duration::from_millis(200);
    stalling.queues.sending_bytes = 500_000;
    let (node, mut events) = Network::start(stalling).await.unwrap();
    let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
    peer.greet(4).await;
    let sender = connected(&mut events).await.sender;
    let full = loop {
        match sender.try_send(0, 0, Bytes::from(vec![1; 100_000])) {
            Ok(()) => tokio::task::yield_now().await,
            Err(SendError::Full { messages, bytes }) => {
                assert_eq!(bytes, messages * 100_000);
                if tokio::time::timeout(Duration::from_millis(50), sender.send(0, 0, Bytes::new()))
                    .await
                    .is_err()
                {
                    break bytes;
                }
            }
            Err(other) => panic!("{other}"),
        }
    };
    assert!((500_000..=600_000).contains(&full), "{full}");
    let waiting = sender.clone();
    let waiting = tokio::spawn(async move { waiting.send(0, 0, Bytes::new()).await });
    let expected = CloseReason::WriteStalled(Duration::from_millis(200));
    assert_eq!(disconnected(&mut events).await, expected);
    assert_eq!(
        waiting.await.unwrap(),
        Err(SendError::Closed),
        "who waits is told"
    );
    assert!(node.stats().messages_dropped >= 5, "{:?}", node.stats());
    still_serves(&node, &mut events).await;
}
