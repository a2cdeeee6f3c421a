//! Attack: a Hello over its limit, and messages whose compressed form announces more than may be.
//! All are refused by what they announce, before anything of that size is held.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;
mod raw;

use networks::{config, connected, disconnected, key, still_serves, until};
use raw::RawPeer;
use status_devp2p::net::{CloseReason, Network};
use status_devp2p::{FrameError, MAX_MESSAGE_SIZE, MessageError, SessionError};
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn an_oversized_hello() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    // Somewhat too large, read whole; far too large, where the header alone is enough.
    for (size, sent) in [(2_100, 2_100 + 80), (1 << 20, 32)] {
        let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
        let frame = peer.frame(0, &vec![0xc0; size]);
        peer.socket
            .write_all(&frame[..sent.min(frame.len())])
            .await
            .unwrap();
        assert_eq!(peer.receive().await, Some(0));
        assert_eq!(peer.receive().await, Some(1), "Disconnect");
        drop(peer);
    }
    until(|| node.stats().closed.violation == 2).await;
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn a_snappy_bomb() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    // 4 GiB - 1, and 16 MiB out of four bytes.
    let announce = |size: u64| -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = size;
        while rest >= 128 {
            bytes.push(rest as u8 | 128);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        bytes
    };
    let limit = MAX_MESSAGE_SIZE;
    let bombs = [
        (
            0xffff_ffff,
            MessageError::TooLarge {
                size: 0xffff_ffff,
                limit,
            },
        ),
        (
            1 << 24,
            MessageError::TooLarge {
                size: 1 << 24,
                limit,
            },
        ),
        ((1 << 24) - 1, MessageError::Snappy { size: 4 }),
    ];
    for (size, expected) in bombs {
        let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
        peer.greet(5).await;
        connected(&mut events).await;
        peer.send(16, &announce(size)).await;
        let reason = disconnected(&mut events).await;
        assert_eq!(
            reason,
            CloseReason::Violation(SessionError::Message(expected))
        );
        peer.closed().await;
    }
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn a_frame_that_was_tampered_with() {
    let (node, mut events) = Network::start(config(1)).await.unwrap();
    for (position, expected) in [(3, FrameError::HeaderMac), (40, FrameError::BodyMac)] {
        let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
        peer.greet(4).await;
        connected(&mut events).await;
        let mut frame = peer.frame(16, &[7; 100]);
        frame[position] ^= 1;
        peer.socket.write_all(&frame).await.unwrap();
        let reason = disconnected(&mut events).await;
        let expected = SessionError::Message(MessageError::Frame(expected));
        assert_eq!(reason, CloseReason::Violation(expected));
        peer.closed().await;
    }
    still_serves(&node, &mut events).await;
}
