//! The messenger as a whole: what a message of two people costs, how soon it is shown, how long a node
//! takes to start and how much memory it keeps.
//!
//! Both ends are nodes of one process, each with its encrypted database on disk, and a TCP connection
//! on loopback between them. CPU time is that of the whole process, kernel included, with everything
//! that a user's node does: events, ledger, proof of work.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench stops at what goes wrong, and prints"
)]

mod history;
mod idle;
mod pair;
mod talk;

use std::time::Duration;

fn main() {
    // Memory is that of a process of its own.
    if let Ok(folder) = std::env::var(idle::FOLDER) {
        return idle::child(folder.as_ref());
    }
    // `cargo test --benches` only wants to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let only =
        std::env::args().find_map(|argument| argument.strip_prefix("only=").map(String::from));
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("talk") {
        throughput(if quick { 40 } else { 10_000 });
    }
    if wanted("latency") {
        latency(if quick { 5 } else { 200 });
    }
    if wanted("start") || wanted("idle") {
        start_and_memory(if quick { 2_000 } else { 100_000 });
    }
}

/// 1,000 messages per CPU second, which is 1 ms for each.
fn throughput(messages: usize) {
    let folder = tempfile::tempdir().unwrap();
    let cost = runtime().block_on(talk::throughput(folder.path(), messages));
    let ns = cost.cpu.as_nanos() as f64 / messages as f64;
    println!(
        "ratio one to one with data sync, durable: ours {ns:.0} ns, limit 1000000 ns, ratio {:.3} \
         (goal 1), {:.0} messages per CPU second, {:.0} per second",
        ns / 1e6,
        1e9 / ns,
        messages as f64 / cost.wall.as_secs_f64(),
    );
}

/// 30 ms at the median.
fn latency(messages: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut times = runtime().block_on(talk::latency(folder.path(), messages));
    times.sort_unstable();
    let median = times[times.len() / 2];
    println!(
        "ratio send to shown, idle: ours {} ns, limit 30000000 ns, ratio {:.3} (goal 1), worst of \
         {messages} {:.1} ms",
        median.as_nanos(),
        median.as_secs_f64() / 0.030,
        times[times.len() - 1].as_secs_f64() * 1e3,
    );
}

/// One second, and 60 MB.
fn start_and_memory(messages: usize) {
    let folder = tempfile::tempdir().unwrap();
    history::write(folder.path(), messages);
    let mut times: Vec<Duration> = (0..5)
        .map(|_| runtime().block_on(history::start(folder.path())))
        .collect();
    times.sort_unstable();
    let median = times[times.len() / 2];
    println!(
        "ratio start with {messages} messages: ours {} ns, limit 1000000000 ns, ratio {:.3} (goal 1)",
        median.as_nanos(),
        median.as_secs_f64(),
    );
    let bytes = runtime().block_on(idle::memory(folder.path()));
    println!(
        "ratio memory of an idle node: ours {bytes} B, limit 60000000 B, ratio {:.3} (goal 1), with \
         {messages} messages and a peer",
        bytes as f64 / 60e6,
    );
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}
