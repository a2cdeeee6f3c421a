//! Attack: a peer that stops talking in the middle of the handshake, or before Hello, or that
//! sends bytes just often enough to look alive. The time for all of it together is bounded.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;
mod raw;

use std::time::Duration;

use networks::{config, key, still_serves, until};
use raw::RawPeer;
use status_devp2p::net::{CloseReason, Network, NetworkConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

fn impatient() -> NetworkConfig {
    let mut config = config(1);
    config.timeouts.handshake = Duration::from_millis(300);
    config
}

#[tokio::test]
async fn silence_is_dropped() {
    let (node, mut events) = Network::start(impatient()).await.unwrap();
    let mut socket = TcpStream::connect(node.listening_on().unwrap())
        .await
        .unwrap();
    raw::closed(&mut socket).await;
    until(|| node.stats().closed.timed_out == 1).await;
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn crumbs_do_not_buy_time() {
    let (node, mut events) = Network::start(impatient()).await.unwrap();
    let socket = TcpStream::connect(node.listening_on().unwrap())
        .await
        .unwrap();
    let (mut reading, mut writing) = socket.into_split();
    let crumbs = tokio::spawn(async move {
        // A size prefix that announces 1,000 bytes, and then a byte now and then.
        let _ = writing.write_all(&[3, 232]).await;
        while writing.write_all(&[4]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut byte = [0];
    let ended = tokio::io::AsyncReadExt::read(&mut reading, &mut byte);
    let _ = tokio::time::timeout(networks::PATIENCE, ended)
        .await
        .expect("dropped in time");
    until(|| node.stats().closed.timed_out == 1).await;
    crumbs.abort();
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn silence_instead_of_hello_is_dropped() {
    let (node, mut events) = Network::start(impatient()).await.unwrap();
    let mut peer = RawPeer::connect(&node.local_enode(), key(9)).await;
    peer.closed().await;
    until(|| node.stats().closed.timed_out == 1).await;
    still_serves(&node, &mut events).await;
}

#[tokio::test]
async fn a_node_that_accepts_and_says_nothing_fails_the_dial() {
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (node, mut events) = Network::start(impatient()).await.unwrap();
    let enode = status_devp2p::Enode::new(key(9).node_id(), deaf.local_addr().unwrap());
    node.add_static_peer(enode).unwrap();
    match networks::next(&mut events).await {
        status_devp2p::net::NetworkEvent::DialFailed { reason, .. } => {
            assert_eq!(reason, CloseReason::TimedOut(Duration::from_millis(300)));
        }
        other => panic!("{other:?}"),
    }
}
