//! A message is shown once, however often and in however many envelopes it comes.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, now_ms, patiently};
use status_node::account::Identity;
use status_node::coupling::Route;
use status_node::pipeline::Outgoing;
use status_node::{Chat, Node};
use status_whisper::packets::{Messages, code};
use std::sync::atomic::AtomicBool;

#[tokio::test]
async fn a_message_that_comes_in_two_envelopes_is_shown_once() {
    let chat: Chat = "#again".parse().unwrap();
    let (node, mut events) = Node::builder()
        .listen(LOOPBACK)
        .join(chat.clone())
        .start()
        .await
        .unwrap();
    let key = status_ecies::random_secret_key(&mut rand::rng());
    let (identity, route) = (Identity::from_secret_key(key), Route::of(&chat).unwrap());
    let key = identity.chat_key();
    let sender = Bare::connect(node.enode()).await;
    sender.greet().await;
    let now = now_ms();
    let sign = |text: &str, clock| Outgoing::sign(key, &chat, text, clock, now).unwrap();
    let (first, last) = (sign("first", now), sign("last", now + 1));
    for message in [&first, &first, &first, &last] {
        let unsealed = message.encrypt(key, &route, now, &mut rand::rng()).unwrap();
        let envelopes = vec![unsealed.seal(&AtomicBool::new(false)).unwrap()];
        sender
            .send(code::MESSAGES, Messages { envelopes }.encode())
            .await;
    }
    for expected in [&first, &last] {
        let message = patiently(events.next_message()).await.unwrap();
        assert_eq!(message.id, expected.id);
    }
    let stats = node.stats().await.unwrap();
    assert_eq!(stats.refused.get("duplicate"), Some(&2));
}
