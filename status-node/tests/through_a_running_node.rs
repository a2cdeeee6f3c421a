//! What commands without a peer get from the node that runs on their folder, and how they end.
#![cfg(test)]
#![cfg(feature = "cli")]
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
fn a_send_that_was_stopped_goes_out_when_there_is_a_peer() {
    let (ann, bob) = (with_account(), Home::new());
    // Only a node that is there later asks for a message, so the first ones wait.
    let mut anns = Running::start(&mut ann.command(&RUN));
    let enode = anns.enode();
    for signal in ["TERM", "INT"] {
        let send = ["send", "--to", "#a", signal, "--json"];
        let mut send = Running::start(&mut ann.command(&send));
        send.enode();
        assert_eq!(send.signal(signal), Some(1));
        // The signal may come before the node's answer.
        let sentence = send.complaints();
        let queued =
            "error: interrupted: no peer was handed it; it stays queued: status-node ledger 0x";
        let unknown = "error: interrupted before it was known whether the message is stored";
        assert!(
            sentence.starts_with(queued) || sentence.starts_with(unknown),
            "{sentence}"
        );
    }
    let listen = ["listen", "--chat", "#a", "--peer", &enode, "--json"];
    let mut listener = Running::start(&mut bob.command(&listen));
    listener.enode();
    json(&ann.run(&["send", "--to", "#a", "last", "--json"]));
    // Whether the node was asked before the command was stopped is up to chance.
    let stored = json(&ann.run(&["messages", "--chat", "#a", "--json"]));
    for _ in &stored {
        let text = listener.line()["text"].clone();
        assert!(stored.iter().any(|message| message["text"] == text));
    }
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
fn a_locked_account_is_named() {
    let home = with_account();
    let mut node = Running::start(home.command(&RUN).env_remove("STATUS_NODE_PASSWORD"));
    node.enode();
    let locked = "error: the account of this node is locked: start `run` with its password\n";
    assert_eq!(failure(&home, &["send", "--to", "#a", "x"]), locked);
    // There is a database, which cannot be read, and not none.
    for arguments in [
        vec!["chats"],
        vec!["messages", "--chat", "#a"],
        vec!["contact", "list"],
        vec!["device", "list"],
        vec!["chats", "read", "#a"],
    ] {
        assert_eq!(failure(&home, &arguments), locked, "{arguments:?}");
    }
}

#[test]
fn a_message_that_nobody_took_in_time_is_named() {
    let home = with_account();
    let mut node = Running::start(&mut home.command(&RUN));
    node.enode();
    let send = ["send", "--to", "#a", "x", "--timeout", "0", "--json"];
    let sentence = failure(&home, &send);
    let stored = json(&home.run(&["messages", "--chat", "#a", "--json"])).remove(0);
    let id = stored["id"].as_str().unwrap();
    assert_eq!(
        sentence,
        format!(
            "error: not sent within 0 s: no peer is connected; it stays queued: status-node ledger {id}\n"
        )
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
