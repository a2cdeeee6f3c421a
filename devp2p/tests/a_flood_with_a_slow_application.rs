//! Attack: a peer that sends as fast as it can while the application is slow. What waits stays
//! bounded, the flooding peer is not read, and the messages of others come in turn.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;

use std::time::Duration;

use bytes::Bytes;
use networks::{config, connected, until};
use status_devp2p::net::{Network, NetworkEvent, SendError};

#[tokio::test]
async fn memory_is_bounded_and_others_are_served_in_turn() {
    let mut listening = config(1);
    listening.queues.received_messages = 100;
    listening.queues.received_bytes = 100_000;
    let (node, mut events) = Network::start(listening).await.unwrap();

    let (flooder, mut flooder_events) = Network::start(config(2)).await.unwrap();
    flooder.add_static_peer(node.local_enode()).unwrap();
    let flood = connected(&mut flooder_events).await.sender;
    let flooding = connected(&mut events).await.peer;
    let (quiet, mut quiet_events) = Network::start(config(3)).await.unwrap();
    quiet.add_static_peer(node.local_enode()).unwrap();
    let quiet_sender = connected(&mut quiet_events).await.sender;
    connected(&mut events).await;

    // Random bytes, which snappy cannot make smaller.
    let mut payload = vec![0; 1_000];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut payload);
    let payload = Bytes::from(payload);
    // Until nothing moves any more: all buffers on the way are full and stay so.
    let mut quiet_rounds = 0;
    let mut sent = 0u64;
    while quiet_rounds < 20 {
        match flood.try_send(0, 1, payload.clone()) {
            Ok(()) => (sent, quiet_rounds) = (sent + 1, 0),
            Err(SendError::Full { .. }) => {
                quiet_rounds += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(other) => panic!("{other}"),
        }
    }
    // One read of at most 256 KiB may come on top of the bound.
    let waiting = node.stats().waiting_bytes;
    assert!(
        (100_000..100_000 + (512 << 10)).contains(&waiting),
        "{waiting}"
    );
    let received = node.stats().messages_received;
    assert!(received < 600 && received < sent, "{received} of {sent}");

    // Someone else is heard although the flood came first.
    quiet_sender
        .try_send(0, 2, Bytes::from_static(b"help"))
        .unwrap();
    until(|| node.stats().messages_received > received).await;
    let mut before = 0;
    loop {
        match networks::next(&mut events).await {
            NetworkEvent::Message { peer, .. } if peer == flooding => before += 1,
            NetworkEvent::Message { payload, .. } => {
                assert_eq!(payload, "help");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(before <= 64, "one turn of the flood, not {before} messages");

    // And what the flood sent arrives whole, once it is taken.
    let mut taken = before;
    while taken < sent {
        match networks::next(&mut events).await {
            NetworkEvent::Message { payload: got, .. } => {
                assert_eq!(got, payload);
                taken += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(node.stats().waiting_bytes, 0);
}
