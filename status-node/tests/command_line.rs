//! A command line that makes no sense is answered with one sentence and a non-zero exit.
#![cfg(test)]
#![cfg(feature = "cli")]

mod common;

use common::{Home, complaint, json};

#[test]
fn nonsense_is_answered_with_one_sentence_and_exit_code_2() {
    for (arguments, wanted) in [
        (vec![], "requires a subcommand"),
        (vec!["fly"], "'fly'"),
        (vec!["account"], "requires a subcommand"),
        (vec!["account", "new", "--colour"], "--colour"),
        (vec!["account", "import"], "--mnemonic-file"),
        (
            vec![
                "account",
                "import",
                "--mnemonic-file",
                "a",
                "--private-key-file",
                "b",
            ],
            "cannot be used with",
        ),
        (vec!["messages"], "--chat"),
        (
            vec!["messages", "--chat", "#a", "--before", "x"],
            "message's id",
        ),
        (
            vec!["messages", "--chat", "#a", "--limit", "many"],
            "--limit",
        ),
        (
            vec!["messages", "--chat", "#a", "--limit", "0"],
            "1 to 1000",
        ),
        (vec!["chats", "join"], "<CHAT>"),
        (vec!["chats", "join", "a"], "is no chat"),
        (vec!["ledger", "0x12"], "message's id"),
        (vec!["contact"], "requires a subcommand"),
        (vec!["contact", "add", "Ann"], "public key"),
        (vec!["group", "add", "#a"], "group's id"),
        (vec!["group", "create"], "<NAME>"),
        (vec!["device", "enable"], "<DEVICE>"),
        (
            vec!["send", "--to", "#a", "x", "--wait", "read"],
            "possible values: handed, acknowledged",
        ),
        // What might be meant, or where it can be read.
        (vec!["sendd"], "a similar subcommand exists: 'send'"),
        (vec!["send", "--too", "#a", "x"], "'--to'"),
        (vec!["fly"], "; see status-node --help"),
        (
            vec!["group", "create"],
            "; see status-node group create --help",
        ),
        (vec!["run", "--listen", "30303"], "such as 127.0.0.1:30303"),
    ] {
        let output = Home::new().run(&arguments);
        let sentence = complaint(&output);
        assert!(sentence.contains(wanted), "{arguments:?}: {sentence}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn help_and_version_succeed() {
    for arguments in [vec!["--help"], vec!["--version"], vec!["account", "--help"]] {
        let output = Home::new().run(&arguments);
        assert!(output.status.success());
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn help_that_nobody_reads_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Home::new().command(&["--help"]);
    assert!(command.stdout(writer).status().unwrap().success());
}

/// A file to which nothing can be written stands for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure_with_a_sentence() {
    for arguments in [
        ["--help"].as_slice(),
        &["man"],
        &["completions", "bash"],
        &["explain", "0xc0"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = Home::new()
            .command(arguments)
            .stdout(full)
            .output()
            .unwrap();
        let sentence = complaint(&output);
        assert!(
            sentence.contains("No space left"),
            "{arguments:?}: {sentence}"
        );
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_done_here_is_said_in_one_sentence() {
    let home = Home::new();
    let key = "zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB";
    for arguments in [
        vec!["chats"],
        vec!["contact", "list"],
        vec!["device", "list"],
    ] {
        let sentence = complaint(&home.run(&arguments));
        assert!(
            sentence.contains("account new"),
            "{arguments:?}: {sentence}"
        );
    }
    json(&home.run(&["account", "new", "--json"]));
    for (arguments, wanted) in [
        (vec!["contact", "add", key], "no node runs on"),
        (vec!["group", "create", "Trip"], "no node runs on"),
        (vec!["messages", "--chat", "#a"], "it is not joined"),
        (vec!["chats", "leave", "#a"], "#a is not known"),
        (vec!["chats", "read", "#a"], "#a is not known"),
    ] {
        let sentence = complaint(&home.run(&arguments));
        assert!(sentence.contains(wanted), "{arguments:?}: {sentence}");
    }
    assert!(json(&home.run(&["chats", "--json"])).is_empty());
    json(&home.run(&["chats", "join", "#a", "--json"]));
    assert!(json(&home.run(&["messages", "--chat", "#a", "--json"])).is_empty());
    assert_eq!(json(&home.run(&["chats", "--json"]))[0]["chat"], "#a");
    json(&home.run(&["contact", "name", key, "Ann", "--json"]));
    assert_eq!(
        json(&home.run(&["contact", "list", "--json"]))[0]["alias"],
        "Ann"
    );
    assert_eq!(
        json(&home.run(&["device", "list", "--json"]))[0]["this"],
        true
    );
    let mut locked = home.command(&["chats"]);
    let sentence = complaint(&locked.env_remove("STATUS_NODE_PASSWORD").output().unwrap());
    assert!(sentence.contains("--password-file"), "{sentence}");
}
