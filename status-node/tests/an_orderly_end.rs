//! A node that is stopped lets leave what it owes others, for a moment.
#![cfg(test)]

mod bare;

use bare::{LOOPBACK, patiently, ready};
use status_node::account::Identity;
use status_node::{Chat, Node};

fn identity(byte: u8) -> Identity {
    let key = secp256k1::SecretKey::from_byte_array([byte; 32]).unwrap();
    Identity::from_secret_key(key)
}

#[tokio::test]
async fn an_acknowledgement_leaves_though_the_node_stops_with_the_message() {
    let (relay, _relay_events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let start = |byte| {
        let builder = Node::builder().identity(identity(byte));
        builder.peer(relay.enode()).start()
    };
    let (ann, _ann_events) = start(1).await.unwrap();
    let (bob, mut events) = start(2).await.unwrap();
    ready(&relay, 2).await;
    let chat = Chat::person(identity(2).profile().public_key());
    let sending = tokio::spawn(async move {
        let sent = ann
            .send_acknowledged(&chat, "stop when you read this")
            .await;
        (ann, sent)
    });
    patiently(events.next_message()).await.unwrap();
    patiently(bob.shutdown()).await;
    let (ann, sent) = patiently(sending).await.unwrap();
    sent.unwrap();
    patiently(ann.shutdown()).await;
    patiently(relay.shutdown()).await;
}

#[tokio::test]
async fn what_nobody_can_take_does_not_delay_it() {
    let (node, _events) = Node::builder().identity(identity(1)).start().await.unwrap();
    let queued = node.with_messenger(|messenger, turn| {
        messenger.send_text(turn, &"#chat".parse().unwrap(), "to nobody")
    });
    patiently(queued).await.unwrap();
    patiently(node.shutdown()).await;
}
