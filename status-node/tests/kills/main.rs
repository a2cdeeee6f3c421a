//! A busy conversation of three whose processes are killed at any instant: nothing that was accepted is
//! lost, nothing is kept or shown twice, no message key is used twice, and the ledgers tell what happened.
//!
//! `cargo xtask kills` kills two hundred times; without `STATUS_NODE_KILLS=SEED+COUNT` it is a few. The
//! seed decides who is killed after how long and for how long; what the parties do meanwhile depends on
//! the machine.
#![cfg(test)]
#![cfg(unix)]

#[path = "../bare/mod.rs"]
mod bare;
mod harness;
mod party;
mod people;
mod tap;
mod verdict;

use bare::LOOPBACK;
use harness::Conversation;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use status_node::Node;
use std::time::{Duration, Instant};

/// Kills in an ordinary run of the tests.
const FEW: u64 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_comes_twice_however_often_somebody_is_killed() {
    let (seed, count) = plan();
    let (relay, _events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let tap = tap::start(relay.enode()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut conversation = Conversation::start(folder.path(), relay.enode());
    let mut random = StdRng::seed_from_u64(seed);
    let begun = Instant::now();
    conversation.wait_until_all_talk().await;
    for kill in 1..=count {
        tokio::time::sleep(Duration::from_millis(random.random_range(20..1_200))).await;
        let victim = random.random_range(0..people::PEOPLE);
        // Mostly it comes back at once, sometimes not before others were killed.
        let away = match random.random_range(0..8) {
            0 => random.random_range(1_000..5_000),
            _ => random.random_range(0..100),
        };
        conversation.kill(victim, Duration::from_millis(away));
        if kill % 20 == 0 {
            say(&format!(
                "{kill} killed after {} s",
                begun.elapsed().as_secs()
            ));
        }
    }
    conversation.settle().await;
    let shown = conversation.end().await;
    let seen = tap.seen().await;
    relay.shutdown().await;
    let found = verdict::judge(folder.path(), &shown);
    say(&format!(
        "seed {seed}, {count} killed: {found}, {seen}, {} s",
        begun.elapsed().as_secs()
    ));
    seen.check();
}

fn plan() -> (u64, u64) {
    let Ok(text) = std::env::var("STATUS_NODE_KILLS") else {
        return (1, FEW);
    };
    let (seed, count) = text.split_once('+').expect("SEED+COUNT");
    (seed.parse().unwrap(), count.parse().unwrap())
}

#[allow(
    clippy::print_stdout,
    reason = "what is seen of a long test while it runs"
)]
fn say(text: &str) {
    println!("kills: {text}");
}
