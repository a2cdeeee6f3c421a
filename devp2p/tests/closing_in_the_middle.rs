//! Attack: a peer that closes in the middle of a frame, or of the handshake.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;
mod raw;

use networks::{config, connected, disconnected, key, still_serves, until};
use raw::RawPeer;
use status_devp2p::net::{CloseReason, Network};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn of_a_frame() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    for cut in [1, 16, 32, 33, 500] {
        let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
        peer.greet(4).await;
        connected(&mut events).await;
        let frame = peer.frame(16, &[7; 1_000]);
        peer.socket.write_all(&frame[..cut]).await.unwrap();
        peer.socket.shutdown().await.unwrap();
        assert_eq!(
            disconnected(&mut events).await,
            CloseReason::ClosedMidFrame,
            "{cut}"
        );
        peer.closed().await;
    }
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn between_frames_is_another_reason() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
    peer.greet(4).await;
    connected(&mut events).await;
    peer.socket.shutdown().await.unwrap();
    assert_eq!(disconnected(&mut events).await, CloseReason::Closed);
}

#[tokio::test]
async fn of_the_handshake() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    let mut socket = TcpStream::connect(node.listening_on().unwrap())
        .await
        .unwrap();
    socket.write_all(&[1, 100, 4]).await.unwrap();
    socket.shutdown().await.unwrap();
    raw::closed(&mut socket).await;
    until(|| node.stats().closed.closed_mid_frame == 1).await;
    still_serves(&node, &mut events).await;
}
