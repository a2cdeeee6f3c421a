//! Attack: somebody sends what the messenger must look into, faster than it can. The network is not
//! read meanwhile, memory stays within its bounds, and the user is served.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, now_ms, patiently};
use status_node::account::Identity;
use status_node::coupling::Route;
use status_node::pipeline::Outgoing;
use status_node::{Chat, Node};
use status_whisper::packets::{Messages, code};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_waits_in_the_network_and_the_user_does_not() {
    let chat: Chat = "#flood".parse().unwrap();
    let (node, _events) = Node::builder()
        .listen(LOOPBACK)
        .join(chat.clone())
        .start()
        .await
        .unwrap();
    // The messenger is at something that takes long, until it is told to go on.
    let (go_on, wait) = mpsc::channel::<()>();
    let busy = tokio::spawn({
        let node = node.clone();
        async move {
            node.with_messenger(move |_, _| {
                let _ = wait.recv();
                Ok(())
            })
            .await
        }
    });
    let key = status_ecies::random_secret_key(&mut rand::rng());
    let (identity, route) = (Identity::from_secret_key(key), Route::of(&chat).unwrap());
    let flooder = Bare::connect(node.enode()).await;
    flooder.greet().await;
    const SENT: u64 = 3_000;
    let sending = tokio::spawn(async move {
        for number in 0..SENT {
            let (key, now) = (identity.chat_key(), now_ms());
            let message = Outgoing::sign(key, &chat, &number.to_string(), now, now).unwrap();
            let unsealed = message.encrypt(key, &route, now, &mut rand::rng()).unwrap();
            let envelopes = vec![unsealed.seal(&AtomicBool::new(false)).unwrap()];
            let packet = Messages { envelopes }.encode();
            if flooder
                .sender
                .send(0, code::MESSAGES, packet)
                .await
                .is_err()
            {
                break;
            }
        }
        flooder
    });
    // The desk fills up, and then nothing more is read.
    let full = async {
        loop {
            let (waiting, _) = node.backlog();
            if waiting >= 1_024 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    patiently(full).await;
    go_on.send(()).unwrap();
    patiently(busy).await.unwrap().unwrap();
    // A call overtakes what waits.
    let chats = node.with_messenger(|messenger, turn| messenger.chats(turn));
    assert_eq!(patiently(chats).await.unwrap().len(), 1);
    let done = async {
        loop {
            let (waiting, bytes) = node.backlog();
            // One packet may come on top, which here is one envelope.
            assert!(waiting <= 1_025 && bytes <= 17 << 20, "{waiting}, {bytes}");
            let stats = node.stats().await.unwrap();
            if stats.messenger.envelopes_in == SENT {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    patiently(done).await;
    drop(patiently(sending).await.unwrap());
    node.shutdown().await;
}
