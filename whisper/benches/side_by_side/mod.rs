//! Measures a function of ours and the bare primitives it cannot do without in turns, so that
//! whatever else the machine does slows both down.

use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(8);

/// The best time of one call of each, in nanoseconds.
pub(crate) fn best<A, B>(mut ours: impl FnMut() -> A, mut limit: impl FnMut() -> B) -> (f64, f64) {
    let calls = (calls_per_round(&mut ours), calls_per_round(&mut limit));
    let mut best = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(time(calls.0, &mut ours));
        best.1 = best.1.min(time(calls.1, &mut limit));
    }
    best
}

/// Prints the line that collects the results of all crates. A call does `units` pieces of work.
pub(crate) fn report<A, B>(
    name: &str,
    goal: &str,
    units: f64,
    ours: impl FnMut() -> A,
    limit: impl FnMut() -> B,
) {
    let (ours, limit) = best(ours, limit);
    let ours = ours / units;
    let ratio = ours / limit;
    println!(
        "ratio {name}: ours {ours:.0} ns, limit {limit:.0} ns, ratio {ratio:.2} (goal {goal})"
    );
}

fn calls_per_round<T>(call: &mut impl FnMut() -> T) -> u32 {
    let mut calls = 1;
    loop {
        let elapsed = Duration::from_nanos((time(calls, call) * f64::from(calls)) as u64);
        if elapsed * 2 >= ROUND || calls > 1 << 24 {
            return calls;
        }
        calls *= 2;
    }
}

fn time<T>(calls: u32, call: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}
