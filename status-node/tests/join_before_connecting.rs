//! A chat that is joined in the builder misses nothing that the first peer already holds.
#![cfg(test)]

use status_node::account::Identity;
use status_node::{Chat, Node};
use std::net::SocketAddr;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

#[tokio::test]
async fn what_a_relay_holds_is_shown_to_a_chat_joined_in_the_builder() {
    let chat: Chat = "#joined-early".parse().unwrap();
    let (relay, _relay_events) = Node::builder().listen(loopback()).start().await.unwrap();

    let identity = Identity::from_secret_key(status_ecies::random_secret_key(&mut rand::rng()));
    let (sender, _sender_events) = Node::builder()
        .identity(identity)
        .peer(relay.enode())
        .start()
        .await
        .unwrap();
    let sent = tokio::time::timeout(PATIENCE, sender.send(&chat, "held by the relay"));
    let sent = sent.await.unwrap().unwrap();
    sender.shutdown().await;

    // The relay hands it over with the first packets after the handshake.
    let (listener, mut events) = Node::builder()
        .join(chat)
        .peer(relay.enode())
        .start()
        .await
        .unwrap();
    let shown = tokio::time::timeout(PATIENCE, events.next_message());
    assert_eq!(shown.await.unwrap().unwrap().id, sent.message.id);
    listener.shutdown().await;
    relay.shutdown().await;
}
