//! Attack: a peer that sends as fast as it can. Others are served meanwhile, and memory stays within
//! its bounds.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, now_ms, packet, patiently, person, ready};
use status_node::account::Identity;
use status_node::coupling::Route;
use status_node::pipeline::Outgoing;
use status_node::{Chat, Node};
use status_whisper::packets::{Messages, code};
use status_whisper::{Config, PoolLimits};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_chat_while_one_peer_floods() {
    let chat: Chat = "#attack".parse().unwrap();
    let (relay, _events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let (ann, _ann_events) = person(relay.enode(), &chat).await;
    let (_bob, mut bob_events) = person(relay.enode(), &chat).await;
    ready(&relay, 2).await;

    let flooder = Bare::connect(relay.enode()).await;
    flooder.greet().await;
    let flood = tokio::spawn(async move {
        for number in 0.. {
            if flooder
                .sender
                .send(0, code::MESSAGES, packet(number, 600, 1))
                .await
                .is_err()
            {
                break;
            }
        }
    });
    // The flood is under way.
    let wait = async {
        while relay.stats().await.unwrap().whisper.envelopes_in < 1_000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    patiently(wait).await;
    for text in ["one", "two", "three"] {
        patiently(ann.send(&chat, text)).await.unwrap();
        let message = patiently(bob_events.next_message()).await.unwrap();
        assert_eq!(message.text, text);
    }
    assert!(!flood.is_finished(), "the flood went on all the time");
    flood.abort();
}

#[tokio::test]
async fn the_pool_keeps_its_bounds_and_counts_what_it_leaves_out() {
    let limits = PoolLimits {
        max_envelopes: 500,
        max_bytes: 100_000,
    };
    let (node, _events) = Node::builder()
        .whisper(Config {
            pool: limits,
            min_pow: 0.0,
            ..Config::default()
        })
        .listen(LOOPBACK)
        .start()
        .await
        .unwrap();
    let flooder = Bare::connect(node.enode()).await;
    flooder.greet().await;
    for number in 0..5_000 {
        flooder.send(code::MESSAGES, packet(number, 300, 600)).await;
    }
    let wait = async {
        while node.stats().await.unwrap().whisper.envelopes_in < 5_000 {
            let stats = node.stats().await.unwrap();
            assert!(stats.pool_envelopes <= limits.max_envelopes);
            assert!(stats.pool_bytes <= limits.max_bytes);
        }
    };
    patiently(wait).await;
    let stats = node.stats().await.unwrap();
    let drops: u64 = stats.whisper.drops.iter().map(|(_, count)| count).sum();
    let held = stats.pool_envelopes as u64;
    assert!(drops + held >= 5_000, "{drops} dropped, {held} held");
}

#[tokio::test]
async fn an_application_that_does_not_fetch_its_events_finds_every_message_in_the_database() {
    let chat: Chat = "#attack".parse().unwrap();
    let (node, mut events) = Node::builder()
        .listen(LOOPBACK)
        .join(chat.clone())
        .start()
        .await
        .unwrap();
    let key = status_ecies::random_secret_key(&mut rand::rng());
    let (identity, route) = (Identity::from_secret_key(key), Route::of(&chat).unwrap());
    let flooder = Bare::connect(node.enode()).await;
    flooder.greet().await;
    const SENT: u64 = 1_200;
    for number in 0..SENT {
        let (key, now) = (identity.chat_key(), now_ms());
        let message = Outgoing::sign(key, &chat, &number.to_string(), now, now).unwrap();
        let unsealed = message.encrypt(key, &route, now, &mut rand::rng()).unwrap();
        let envelopes = vec![unsealed.seal(&AtomicBool::new(false)).unwrap()];
        flooder
            .send(code::MESSAGES, Messages { envelopes }.encode())
            .await;
    }
    let wait = async {
        loop {
            let stats = node.stats().await.unwrap();
            let lost = stats.refused.get("lagging").copied().unwrap_or_default();
            if stats.messages + lost == SENT {
                break (stats.messages, lost);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (kept, lost) = patiently(wait).await;
    assert!(kept <= 1_024 && lost > 0, "{kept} kept, {lost} lost");
    for number in 0..kept {
        let message = patiently(events.next_message()).await.unwrap();
        assert_eq!(message.text, number.to_string(), "the first ones, in order");
    }
    let stored = node.with_messenger(|_, turn| {
        let count = "SELECT count(*) FROM node_message";
        Ok(turn.transaction.query_row(count, [], |row| row.get(0))?)
    });
    let stored: i64 = patiently(stored).await.unwrap();
    assert_eq!(stored, SENT as i64);
}
