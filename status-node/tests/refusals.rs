//! What cannot be done is refused with one sentence and a non-zero exit, and changes nothing.
#![cfg(test)]
#![cfg(feature = "cli")]

mod common;

use common::{Home, Running, complaint, json};

const ENODE: &str = "enode://6f8a80d14311c39f35f516fa664deaaaa13e85b2f7493f37f6144d86991ec012\
937307647bd3b9a82abe2974e1407241d54947bbb39763a4cac9f77166ad92a0@127.0.0.1:1";

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for arguments in [vec!["run"], vec!["listen", "--chat", "#a"]] {
        let output = Home::new()
            .command(&arguments)
            .args(["--listen", &address])
            .output()
            .unwrap();
        let sentence = complaint(&output);
        assert!(
            sentence.contains(&address) && sentence.contains("in use"),
            "{sentence}"
        );
    }
}

#[test]
fn a_network_that_cannot_be_simulated_is_a_command_line_that_makes_no_sense() {
    for (arguments, wanted) in [
        (["--nodes", "1"], "simulate 2 to 20000"),
        (["--loss", "1"], "0.9"),
        (["--latency", "5"], "--latency"),
    ] {
        let output = Home::new().run(&[&["simulate"][..], &arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let sentence = complaint(&output);
        assert!(sentence.contains(wanted), "{sentence}");
    }
}

#[test]
fn an_unusable_configuration_is_named_with_its_line() {
    let home = Home::new();
    let config = home.file("node.toml", "light = true\nlisten = 30303\n");
    let sentence = complaint(&home.run(&["run", "--config", &config]));
    assert!(sentence.contains("node.toml, line 2"), "{sentence}");
    let sentence = complaint(&home.run(&["run", "--config", "/nowhere.toml"]));
    assert!(sentence.contains("/nowhere.toml"), "{sentence}");
    assert!(!home.path().join("data").exists(), "it made a data folder");
}

#[test]
fn an_unreadable_key_is_named_and_kept() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let keys = home.path().join("data/nodekey");
    std::fs::write(&keys, "no key").unwrap();
    let sentence = complaint(&home.run(&["run", "--listen", "127.0.0.1:0"]));
    assert!(sentence.contains("nodekey"), "{sentence}");
    assert_eq!(std::fs::read(&keys).unwrap(), b"no key");
}

#[test]
fn a_wrong_password_opens_nothing() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let password = home.file("password", "wrong\n");
    let with = ["--password-file", &password, "--listen", "127.0.0.1:0"];
    for arguments in [
        vec!["run"],
        vec!["send", "--to", "#a", "x", "--peer", ENODE],
    ] {
        let output = home.command(&arguments).args(with).output().unwrap();
        assert!(complaint(&output).contains("wrong password"));
    }
}

#[test]
fn a_folder_has_one_owner() {
    let home = Home::new();
    let mut node = Running::start(&mut home.command(&["run", "--listen", "127.0.0.1:0", "--json"]));
    node.enode();
    for arguments in [
        vec!["run", "--listen", "127.0.0.1:0"],
        vec!["account", "new"],
    ] {
        let sentence = complaint(&home.run(&arguments));
        assert!(
            sentence.contains("in use by another status-node"),
            "{sentence}"
        );
    }
}

#[test]
fn a_chat_that_is_none_is_refused() {
    let home = Home::new();
    for (chat, reason) in [
        ("status", "is no chat"),
        ("0x04ab", "is no chat"),
        ("zQ3sh", "is no chat"),
        ("#", "not the name of a public chat"),
    ] {
        let sentence = complaint(&home.run(&["send", "--to", chat, "x", "--peer", ENODE]));
        assert!(sentence.contains(reason), "{sentence}");
        let sentence = complaint(&home.run(&["listen", "--chat", chat]));
        assert!(sentence.contains(reason), "{sentence}");
    }
}

#[test]
fn sending_without_what_it_takes_says_what_is_missing() {
    let home = Home::new();
    let sentence = complaint(&home.run(&["send", "--to", "#a", "x", "--peer", ENODE]));
    assert!(sentence.contains("account new"), "{sentence}");
    let sentence = complaint(&home.run(&["send", "--to", "#a", "x"]));
    assert!(sentence.contains("no node runs on"), "{sentence}");
    let sentence = complaint(&home.run(&["listen"]));
    assert!(sentence.contains("--chat"), "{sentence}");
    let send = [
        "send",
        "--to",
        "#a",
        "x",
        "--peer",
        ENODE,
        "--wait",
        "acknowledged",
    ];
    assert!(complaint(&home.run(&send)).contains("acknowledge"));
    let sentence = complaint(&home.run(&["send", "--to", "#a", "x", "--peer", "enode://x"]));
    assert!(sentence.contains("--peer"), "{sentence}");
    let sentence = complaint(&home.run(&["run", "--nat", "magic"]));
    assert!(sentence.contains("NAT mode"), "{sentence}");
}

#[test]
fn sending_to_nobody_fails_when_its_time_is_up() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let send = ["send", "--to", "#a", "x", "--peer", ENODE, "--timeout", "1"];
    let output = home.command(&send).args(["--log", "off"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let sentence = String::from_utf8(output.stderr).unwrap();
    let wanted = "error: not sent within 1 s: no peer is connected; it stays queued: ";
    assert!(sentence.starts_with(wanted), "{sentence}");
    let (_, id) = sentence.trim_end().rsplit_once(' ').unwrap();
    let ledger = json(&home.run(&["ledger", id, "--json"]));
    assert_eq!(ledger[0]["state"], "queued");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().lines().count(),
        1,
        "the enode, and nothing that looks like a sent message"
    );
}

#[test]
fn a_blank_message_is_refused() {
    let (home, relay) = (Home::new(), Home::new());
    json(&home.run(&["account", "new", "--json"]));
    let mut node =
        Running::start(&mut relay.command(&["run", "--listen", "127.0.0.1:0", "--json"]));
    let enode = node.enode();
    let output = home.run(&["send", "--to", "#a", "  ", "--peer", &enode]);
    assert!(!output.status.success());
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert!(sentence.contains("text is empty"), "{sentence}");
}

#[test]
fn a_reason_is_said_once_and_a_peer_is_named_in_full() {
    let peer = ENODE
        .replace(":1", ":0")
        .replace("127.0.0.1:0", "0.0.0.0:1");
    let sentence = complaint(&Home::new().run(&["listen", "--chat", "#a", "--peer", &peer]));
    let id = ENODE.strip_prefix("enode://").unwrap().split('@').next();
    let wanted = format!(
        "error: the peer {} cannot be kept: the address 0.0.0.0:1 of a static peer cannot be dialled",
        id.unwrap()
    );
    assert_eq!(sentence, wanted);
}

#[test]
fn a_data_folder_that_is_a_file_is_said_to_be_one() {
    let home = Home::new();
    let file = home.file("data", "");
    for command in [&["run"][..], &["account", "new"]] {
        let sentence = complaint(&home.run(command));
        assert_eq!(sentence, format!("error: {file} is a file, not a folder"));
    }
}
