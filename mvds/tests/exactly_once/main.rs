//! The two guarantees, over a network that loses, delays, duplicates, reorders and falls apart, with nodes that
//! crash at any step and come back with what they had committed: every message that was accepted is
//! delivered to the application exactly once, and in the end nobody owes anybody anything.
//!
//! A seed decides everything. `cargo test` runs a few hundred, `cargo xtask seeds` runs thousands, and
//! `cargo xtask seeds --seed N --count 1` repeats one with all that happens in it.
#![cfg(test)]

mod judge;
mod plan;
mod sabotage;
mod side;
mod world;

use sabotage::Sabotage;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use world::{Sums, World};

/// Seeds without the variable `MVDS_SEEDS`.
const FEW: u64 = 150;

/// Within so many seeds each defect is found.
const ENOUGH: u64 = 100;

/// A run takes a few thousand events, and more when a short back-off meets a long partition; one that
/// takes so many will not end.
const MOST_EVENTS: u64 = 300_000;

/// Enough for most runs, and soon over where a defect lets none end.
const FEWER_EVENTS: u64 = 10_000;

/// One seed's run; what is wrong with it, if anything.
fn run(seed: u64, sabotage: Sabotage, most: u64, prints: bool) -> Result<Sums, String> {
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed, sabotage, prints);
        world.run(most)?;
        judge::judge(&world)?;
        Ok(world.sums())
    }));
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    })
}

/// First seed and number of seeds, as `FIRST+COUNT`.
fn wanted() -> (u64, u64) {
    let text = std::env::var("MVDS_SEEDS").unwrap_or_else(|_| format!("0+{FEW}"));
    let (first, count) = text.split_once('+').expect("MVDS_SEEDS is FIRST+COUNT");
    (first.parse().unwrap(), count.parse().unwrap())
}

#[test]
fn every_accepted_message_is_delivered_exactly_once_and_nothing_is_left() {
    let (first, count) = wanted();
    let start = Instant::now();
    let next = AtomicU64::new(first);
    let total = Mutex::new((Sums::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed - first >= count {
                        break;
                    }
                    let result = run(seed, Sabotage::Nothing, MOST_EVENTS, count == 1);
                    let mut total = total.lock().unwrap();
                    match result {
                        Ok(sums) => total.0.add(&sums),
                        Err(what) => total.1.push((seed, what)),
                    }
                }
            });
        }
    });
    let (sums, mut failures) = total.into_inner().unwrap();
    let seconds = start.elapsed().as_secs_f32();
    println!("{count} seeds from {first} in {seconds:.0} s: {sums:?}");
    failures.sort();
    for (seed, what) in failures.iter().take(10) {
        println!("seed {seed}: {what}\n  cargo xtask seeds --seed {seed} --count 1");
    }
    assert!(failures.is_empty(), "{} seeds failed", failures.len());
    // What was to be survived was there.
    if count >= FEW {
        let network = sums.network;
        assert!(sums.accepted > count && sums.crashes > count / 2 && sums.on_sqlite > count / 50);
        assert!(
            network.lost > 0 && network.duplicated > 0 && network.cut > 0 && network.to_down > 0
        );
    }
}

/// The first seed with which the judge finds the defect, and nothing where there is none.
fn caught_by(sabotage: Sabotage) -> Option<u64> {
    let fails = |seed, sabotage| run(seed, sabotage, FEWER_EVENTS, false).is_err();
    (0..ENOUGH).find(|seed| fails(*seed, sabotage) && !fails(*seed, Sabotage::Nothing))
}

#[test]
fn who_acknowledges_once_is_caught() {
    assert!(caught_by(Sabotage::AcknowledgesOnce).is_some());
}

#[test]
fn who_never_repeats_is_caught() {
    assert!(caught_by(Sabotage::NeverRepeats).is_some());
}

#[test]
fn who_forgets_what_came_is_caught() {
    assert!(caught_by(Sabotage::ForgetsWhatCame).is_some());
}

#[test]
fn who_sends_before_it_commits_is_caught() {
    assert!(caught_by(Sabotage::SendsBeforeItCommits).is_some());
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..10 {
        let runs =
            [(); 2].map(|()| format!("{:?}", run(seed, Sabotage::Nothing, MOST_EVENTS, false)));
        assert_eq!(runs[0], runs[1]);
    }
}
