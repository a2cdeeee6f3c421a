//! Two accounts that know only a relay exchange public messages, by the command line and over TCP.
#![cfg(test)]
#![cfg(feature = "cli")]

mod common;

use common::{Home, Running, json};

fn relay(home: &Home) -> Running {
    Running::start(&mut home.command(&["run", "--listen", "127.0.0.1:0", "--json"]))
}

#[test]
fn a_message_goes_through_a_relay_and_arrives_once_with_the_senders_id() {
    let (relay_home, ann, bob) = (Home::new(), Home::new(), Home::new());
    let mut relay = relay(&relay_home);
    let enode = relay.enode();
    let account = json(&ann.run(&["account", "new", "--json"])).remove(0);

    let listen = [
        "listen", "--chat", "#a", "--chat", "#b", "--peer", &enode, "--json",
    ];
    let mut listener = Running::start(bob.command(&listen).args(["--count", "2"]));
    listener.enode();
    let mut sent = Vec::new();
    // The relay keeps what it got for a peer that comes later, so nobody waits for anybody here.
    for (chat, text) in [("#a", "one"), ("#elsewhere", "two"), ("#b", "three")] {
        let send = ["send", "--to", chat, text, "--peer", &enode, "--json"];
        let mut lines = json(&ann.run(&send));
        assert!(lines.remove(0)["enode"].is_string());
        let line = lines.remove(0);
        assert_eq!(line["state"], "handed");
        sent.push(line);
    }
    for expected in [&sent[0], &sent[2]] {
        let message = listener.line();
        for field in [
            "chat",
            "from",
            "text",
            "id",
            "clock",
            "timestamp",
            "envelope",
        ] {
            assert_eq!(message[field], expected[field], "{field}");
        }
        assert_eq!(message["from"], account["public_key"]);
        assert!(message["clock"].is_u64() && message["timestamp"].is_u64());
    }
    assert_eq!(listener.wait(), Some(0), "it ends after two messages");
}

#[test]
fn a_light_client_gets_the_chat_it_asked_for() {
    let (relay_home, ann, bob) = (Home::new(), Home::new(), Home::new());
    let mut relay = relay(&relay_home);
    let enode = relay.enode();
    json(&ann.run(&["account", "new", "--json"]));
    let listen = [
        "listen", "--light", "--chat", "#a", "--peer", &enode, "--json",
    ];
    let mut listener = Running::start(bob.command(&listen).args(["--count", "1"]));
    listener.enode();
    let send = ["send", "--light", "--to", "#a", "hello", "--peer", &enode];
    assert!(ann.run(&send).status.success());
    assert_eq!(listener.line()["text"], "hello");
}

#[test]
fn a_running_node_prints_the_messages_of_its_chats_and_stops_on_a_signal() {
    let (home, ann) = (Home::new(), Home::new());
    let config = home.file("node.toml", "listen = '127.0.0.1:0'\nchats = ['#a']\n");
    let mut node = Running::start(&mut home.command(&["run", "--config", &config, "--json"]));
    let enode = node.enode();
    json(&ann.run(&["account", "new", "--json"]));
    let send = ["send", "--to", "#a", "hello", "--peer", &enode];
    assert!(ann.run(&send).status.success());
    assert_eq!(node.line()["text"], "hello");
    #[cfg(unix)]
    assert_eq!(node.terminate(), Some(0));
}

#[test]
fn listening_ends_when_its_time_is_up() {
    let home = Home::new();
    let output = home.run(&["listen", "--chat", "#a", "--timeout", "1", "--json"]);
    assert_eq!(json(&output).len(), 1, "the enode and no message");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no --peer is given"), "{said}");
}

#[cfg(unix)]
#[test]
fn commands_without_a_peer_go_through_the_node_that_runs_on_their_folder() {
    let (relay_home, ann, bob) = (Home::new(), Home::new(), Home::new());
    let mut relay = relay(&relay_home);
    let enode = relay.enode();
    for home in [&ann, &bob] {
        json(&home.run(&["account", "new", "--json"]));
    }
    let run = [
        "run",
        "--listen",
        "127.0.0.1:0",
        "--chat",
        "#own",
        "--peer",
        &enode,
        "--json",
    ];
    let (mut anns, mut bobs) = (
        Running::start(&mut ann.command(&run)),
        Running::start(&mut bob.command(&run)),
    );
    let (anns_enode, bobs_enode) = (anns.enode(), bobs.enode());

    let mut elsewhere = Running::start(&mut bob.command(&["listen", "--chat", "#b", "--json"]));
    let mut all = Running::start(bob.command(&["listen", "--json"]).args(["--count", "2"]));
    assert_eq!(elsewhere.enode(), bobs_enode, "the running node's");
    all.enode();
    for (chat, text) in [("#b", "one"), ("#own", "two")] {
        let lines = json(&ann.run(&["send", "--to", chat, text, "--json"]));
        assert_eq!(lines[0]["enode"], anns_enode);
        assert_eq!(
            (&lines[1]["state"], &lines[1]["text"]),
            (&"handed".into(), &text.into())
        );
    }
    assert_eq!(elsewhere.line()["text"], "one");
    for text in ["one", "two"] {
        assert_eq!(all.line()["text"], text);
        assert_eq!(bobs.line()["text"], text);
    }
    assert_eq!(all.wait(), Some(0));
}
