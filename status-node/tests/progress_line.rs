//! Who waits at a terminal is told for what; scripts see nothing of it.
#![cfg(test)]
#![cfg(unix)]
#![cfg(feature = "cli")]

mod common;
#[path = "chat/terminal.rs"]
#[allow(dead_code, reason = "this takes a part of it")]
mod terminal;

use common::{Home, json};
use std::process::Command;
use terminal::Terminal;

/// Nobody is there.
const PEER: &str = "enode://261c55675e55ff25edb50b345cfb3a3f35f60712d251cbaaab97bd50054c6e\
    bc3cd4e22200c68daf7493e1f8da6a190a68a671e2d3977809612424c7c3888bc6@127.0.0.1:9";

#[test]
fn what_takes_long_is_shown_at_a_terminal_and_gone_afterwards() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let send = [
        "send",
        "--to",
        "#a",
        "hello",
        "--peer",
        PEER,
        "--timeout",
        "600",
    ];
    let mut terminal = Terminal::start(&home.command(&send), 120, 24);
    terminal.until_shown("waiting for a peer that takes it, and its proof of work (");
    let id = terminal.id().to_string();
    let killed = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(killed.unwrap().success());
    terminal.until_shown("error: interrupted: no peer was handed it; it stays queued");
    terminal.until_gone("waiting for a peer");
    assert_eq!(terminal.wait(), 1);
}

#[test]
fn a_simulation_says_how_far_it_is_and_ends_when_it_is_interrupted() {
    let home = Home::new();
    let week = ["simulate", "--nodes", "20", "--duration", "604800"];
    let mut terminal = Terminal::start(&home.command(&week), 120, 24);
    terminal.until_shown("times real time");
    let id = terminal.id().to_string();
    let killed = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(killed.unwrap().success());
    terminal.until_shown("error: interrupted after ");
    terminal.until_shown(" of 604860 simulated seconds; there is no report of a part");
    terminal.until_gone("times real time");
    assert_eq!(terminal.wait(), 1, "by the signal");
}

#[test]
fn scripts_see_nothing_of_it() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    // Longer than the second after which a person would be told.
    let send = [
        "send",
        "--to",
        "#a",
        "hello",
        "--peer",
        PEER,
        "--timeout",
        "2",
    ];
    let output = home.run(&send);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error: not sent within 2 s"), "{said}");
    assert!(!said.contains("waiting for"), "{said}");
    assert!(!said.contains('\r'), "{said}");
}
