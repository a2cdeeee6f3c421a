//! Attack: bytes that are no handshake. The connection is dropped with a reason, others are served.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;
mod raw;

use networks::{config, still_serves, until};
use rand::{Rng, SeedableRng, rngs::StdRng};
use status_devp2p::net::Network;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn garbage_is_dropped_and_others_are_served() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let address = node.listening_on().unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    for round in 0..20 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let mut garbage = vec![0; 100 * (round + 1)];
        rng.fill_bytes(&mut garbage);
        // What looks like a size prefix must not decide how long we listen.
        garbage[0] |= u8::from(round % 2 == 0) * 0x80;
        // The node may close before everything is written.
        let _ = socket.write_all(&garbage).await;
        let _ = socket.shutdown().await;
        raw::closed(&mut socket).await;
    }
    let over = || {
        let closed = node.stats().closed;
        closed.handshake + closed.closed_mid_frame + closed.failed
    };
    until(|| over() == 20).await;
    assert!(
        node.stats().closed.handshake >= 10,
        "{:?}",
        node.stats().closed
    );
    assert_eq!(node.stats().connections, Default::default());
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn a_handshake_meant_for_another_node_is_garbage() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let mut enode = node.local_enode();
    enode.id = networks::key(77).node_id();
    let (dialler, mut dialler_events) = Network::start(config(2)).await.unwrap();
    dialler.add_static_peer(enode).unwrap();
    match networks::next(&mut dialler_events).await {
        status_devp2p::net::NetworkEvent::DialFailed { enode: failed, .. } => {
            assert_eq!(failed, enode);
        }
        other => panic!("{other:?}"),
    }
    until(|| node.stats().closed.handshake > 0).await;
    dialler.shutdown().await;
    still_serves(&node, &mut events).await;
}
