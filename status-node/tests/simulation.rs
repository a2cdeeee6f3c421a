//! A network of whole nodes on virtual time: all is delivered, once, at a bounded price, and a seed is a run.
#![cfg(test)]

use status_node::simulation::{Options, Report, simulate};
use std::num::NonZeroUsize;

/// A small network in which much is said.
fn lively() -> Options {
    Options {
        nodes: 12,
        start_s: 3,
        duration_s: 30,
        settle_s: 30,
        rate: 600.0,
        group: 30,
        chat_size: 12,
        ..Options::default()
    }
}

fn run(options: &Options) -> Report {
    let outcome = simulate(options, |_| ()).unwrap();
    assert!(outcome.cpu.messenger > 0);
    let report = outcome.report;
    assert_eq!(report.duplicates, 0, "nothing is shown twice:\n{report}");
    assert_eq!(report.nodes.failures, 0, "{report}");
    report
}

#[test]
fn on_a_good_network_everybody_sees_everything_soon() {
    // All at once: who starts later is shown texts that nobody expected them to see.
    let report = run(&Options {
        start_s: 0,
        ..lively()
    });
    for kind in ["public", "one_to_one", "group"] {
        let texts = report.texts[kind];
        assert!(texts.written >= 8, "{kind}\n{report}");
        assert_eq!(texts.delivered, texts.expected, "{kind}\n{report}");
        let latency = texts.latency_ms.unwrap();
        // A few hops of 20 to 200 ms each; nothing waits for a tick, or to be sent again.
        assert!(latency.p50 >= 20 && latency.p99 < 1500, "{kind}\n{report}");
    }
    assert_eq!(report.unexpected, 0, "{report}");
    assert_eq!(report.nodes.packets_lost, 0);
    assert!(!report.nodes.drops.contains_key("connection_closed"));
    assert_eq!(report.nodes.refused.len(), 0, "{report}");
    assert_eq!(report.nodes.connections_refused.len(), 0, "{report}");
}

#[test]
fn who_connects_late_is_handed_more_than_a_connection_holds_at_once() {
    // Long texts by so many that the pool has more than the 2 MB of a session's queue when the last full
    // node starts.
    let report = run(&Options {
        nodes: 80,
        light: 0.9,
        seed: 2,
        start_s: 14,
        duration_s: 15,
        settle_s: 1,
        rate: 3_600.0,
        public: 100,
        group: 0,
        chat_size: 2,
        text_bytes: 4_096,
        ..Options::default()
    });
    assert_eq!(report.nodes.connections_ended, 0, "{report}");
    assert!(!report.nodes.drops.contains_key("connection_closed"));
}

#[test]
fn loss_a_partition_and_kills_keep_nobody_from_a_private_message() {
    let report = run(&Options {
        loss: 0.2,
        partition_start_s: 10,
        partition_s: 40,
        churn: 60.0,
        away_s: 10,
        light: 0.25,
        duration_s: 40,
        settle_s: 400,
        rate: 400.0,
        ..lively()
    });
    for kind in ["one_to_one", "group"] {
        let texts = report.texts[kind];
        assert!(texts.written >= 8, "{kind}\n{report}");
        assert_eq!(texts.delivered, texts.expected, "{kind}\n{report}");
    }
    // All of it went wrong indeed.
    let public = report.texts["public"];
    assert!(public.delivered < public.expected, "{report}");
    assert!(report.nodes.packets_lost > 100, "{report}");
    assert!(report.nodes.connections_ended > 20, "{report}");
    let worst = report.texts["one_to_one"].latency_ms.unwrap().max;
    assert!(worst > 15_000, "{report}");
}

#[test]
fn without_data_sync_what_is_lost_stays_lost_and_is_reported_so() {
    let with = |data_sync| {
        let report = run(&Options {
            nodes: 6,
            degree: 2,
            loss: 0.3,
            public: 0,
            group: 0,
            settle_s: 300,
            data_sync,
            ..lively()
        });
        let texts = report.texts["one_to_one"];
        assert!(texts.written >= 20, "{report}");
        (texts.expected - texts.delivered, report)
    };
    let (missed, report) = with(false);
    assert!(missed >= 3, "{report}");
    let (missed, report) = with(true);
    assert_eq!(missed, 0, "{report}");
}

#[test]
fn a_seed_is_a_run_on_any_number_of_threads() {
    let options = Options {
        nodes: 6,
        churn: 60.0,
        away_s: 5,
        loss: 0.1,
        duration_s: 30,
        settle_s: 10,
        ..lively()
    };
    let with = |seed, threads| {
        let threads = NonZeroUsize::new(threads).unwrap();
        run(&Options {
            seed,
            threads,
            ..options.clone()
        })
    };
    let first = with(1, 1);
    let second = with(1, 3);
    assert_eq!(first.to_string(), second.to_string());
    assert_eq!(
        serde_json::to_string(&first).unwrap(),
        serde_json::to_string(&second).unwrap()
    );
    assert_ne!(first.to_string(), with(2, 1).to_string());
}

#[test]
fn what_a_text_costs_the_network_stays_within_its_budget() {
    let report = run(&Options {
        public: 100,
        group: 0,
        duration_s: 40,
        settle_s: 20,
        ..lively()
    });
    assert!(report.all().expected > 500, "{report}");
    // A node brings an envelope to the neighbours that are not known to have it. If it were brought back
    // to whoever brought it, too, these would be almost four.
    let copies = report.copies.unwrap();
    assert!((1.0..3.0).contains(&copies), "{report}");
    // A text of 60 bytes is an envelope of some 500, which comes almost three times and is confirmed.
    let bytes = report.bytes_per_delivered_byte.unwrap();
    assert!((10.0..35.0).contains(&bytes), "{report}");
}

#[cfg(feature = "cli")]
#[test]
fn the_command_prints_the_same_each_time_and_the_time_it_took_elsewhere() {
    let simulate = |more: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_status-node"))
            .args(["simulate", "--nodes", "3", "--seed", "5", "--loss", "0.1"])
            .args(["--duration", "15", "--settle", "5", "--rate", "600"])
            .args(more)
            .output()
            .unwrap()
    };
    let first = simulate(&["--json"]);
    let second = simulate(&["--json", "--threads", "1", "--cpu"]);
    assert!(first.status.success() && first.stderr.is_empty());
    assert_eq!(first.stdout, second.stdout);
    let report: serde_json::Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(report["options"]["nodes"], 3);
    assert_eq!(report["duplicates"], 0);
    assert!(report["bytes_per_delivered_byte"].is_number());
    assert!(report["texts"]["public"]["latency_ms"]["p50"].is_number());
    let cost: serde_json::Value = serde_json::from_slice(&second.stderr).unwrap();
    assert!(cost["cpu_seconds"]["whisper"].is_number());
    assert!(cost["times_real_time"].is_number());

    let text = simulate(&[]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("shown twice: 0"), "{text}");
    let refused = simulate(&["--degree", "1"]);
    assert!(!refused.status.success());
    let sentence = String::from_utf8(refused.stderr).unwrap();
    assert!(
        sentence.contains("1 neighbours: a node has 2 to 12"),
        "{sentence}"
    );
}
