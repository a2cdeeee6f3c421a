//! What commands without a peer get from the node that runs on their folder, and how they end.
#![cfg(test)]
#![cfg(unix)]

mod common;

use common::{Home, Running, json};

const RUN: [&str; 4] = ["run", "--listen", "127.0.0.1:0", "--json"];

fn with_account() -> Home {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    home
}

/// What a command that fails after the enode says.
fn failure(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_send_that_was_stopped_neither_blocks_nor_loses_a_message() {
    let (ann, bob) = (with_account(), Home::new());
    // Only a node that is there later asks for a message, so the first one waits.
    let mut anns = Running::start(&mut ann.command(&RUN));
    let enode = anns.enode();
    for signal in ["KILL", "TERM", "INT"] {
        let send = ["send", "--to", "#a", signal, "--json"];
        let mut send = Running::start(&mut ann.command(&send));
        send.enode();
        let code = send.signal(signal);
        if signal != "KILL" {
            assert_eq!(code, Some(1));
            let wanted = "error: interrupted before a peer had the message\n";
            assert_eq!(send.complaints(), wanted);
        }
    }
    let listen = ["listen", "--chat", "#a", "--peer", &enode, "--json"];
    let mut listener = Running::start(&mut bob.command(&listen));
    listener.enode();
    let sent = json(&ann.run(&["send", "--to", "#a", "kept", "--json"]));
    assert_eq!(sent[1]["text"], "kept");
    // What was accepted before the signal is in the database, and sent first.
    while listener.line()["text"] != "kept" {}
}

#[test]
fn listening_ends_well_on_a_signal() {
    let home = Home::new();
    let mut node = Running::start(&mut home.command(&RUN));
    node.enode();
    for signal in ["INT", "TERM"] {
        let listen = ["listen", "--chat", "#a", "--json"];
        let mut listener = Running::start(&mut home.command(&listen));
        listener.enode();
        assert_eq!(listener.signal(signal), Some(0), "{signal}");
        assert_eq!(listener.complaints(), "");
    }
}

#[test]
fn a_locked_account_and_missing_chats_are_named() {
    let home = with_account();
    let mut node = Running::start(home.command(&RUN).env_remove("STATUS_NODE_PASSWORD"));
    node.enode();
    assert_eq!(
        failure(&home, &["send", "--to", "#a", "x"]),
        "error: the account of this node is locked: start `run` with its password\n"
    );
    assert_eq!(
        failure(&home, &["listen"]),
        "error: this node has no chats of its own: give --chat\n"
    );
}

#[test]
fn a_node_without_an_account_says_so() {
    let home = Home::new();
    let mut node = Running::start(&mut home.command(&RUN));
    node.enode();
    let sentence = failure(&home, &["send", "--to", "#a", "x"]);
    assert!(sentence.contains("has no account"), "{sentence}");
}

#[test]
fn a_node_that_is_told_to_end_leaves_no_socket() {
    let home = Home::new();
    let socket = home.path().join("data/control");
    // A process that was started to ignore that its terminal closes would go on.
    let ignores = std::fs::read_to_string("/proc/self/status").map_or(true, |status| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.is_none_or(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1)
    });
    for signal in ["TERM", "INT", "HUP"] {
        if signal == "HUP" && ignores {
            continue;
        }
        let mut node = Running::start(&mut home.command(&RUN));
        node.enode();
        assert!(socket.exists());
        assert_eq!(node.signal(signal), Some(0), "{signal}");
        assert!(!socket.exists(), "{signal}");
    }
}
