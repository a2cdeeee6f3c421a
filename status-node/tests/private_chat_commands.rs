//! Two people chat in private through their running nodes and a relay, and find all of it stored.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;

use common::{Home, Running, json, network::Person, network::relay};

#[test]
fn what_is_said_is_read_acknowledged_counted_and_kept() {
    let (_relay, enode) = relay();
    let (mut ann, mut bob) = (Person::new(&enode), Person::new(&enode));

    let send = ["send", "--to", &bob.key, "hello", "--wait", "acknowledged"];
    let sent = ann.run(&send).remove(1);
    assert_eq!(sent["state"], "acknowledged");
    assert_eq!(sent["chat"], *bob.key);
    assert_eq!(sent["from"], *ann.key);
    assert_eq!(sent["acknowledged"][0]["public_key"], *bob.key);
    // Nothing is known of a stranger's devices, so that there is no forward secrecy.
    let devices = serde_json::json!([
        { "public_key": bob.key, "installation": null, "reach": "to_identity", "reason": null },
    ]);
    assert_eq!(sent["devices"], devices);

    let read = bob.node.line();
    assert_eq!((&read["text"], &read["id"]), (&"hello".into(), &sent["id"]));
    assert_eq!(
        (&read["from"], &read["chat"]),
        (&sent["from"], &sent["from"])
    );
    let send = ["send", "--to", &ann.key, "hello back", "--reply-to"];
    let id = sent["id"].as_str().unwrap();
    let wait = ["--wait", "acknowledged"];
    let answer = bob.run(&[&send[..], &[id], &wait[..]].concat()).remove(1);
    assert_eq!(answer["devices"][0]["public_key"], *ann.key);
    assert_eq!(answer["devices"][0]["reach"], "in_session");
    let read = ann.node.line();
    assert_eq!(read["text"], "hello back");
    assert_eq!(read["response_to"], sent["id"]);

    // People read it with names and with ids that commands take.
    bob.run(&["contact", "name", &ann.key, "Ann from work"]);
    let shown = bob.home.run(&["messages", "--chat", &ann.key]).stdout;
    let shown = String::from_utf8(shown).unwrap();
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines[0].ends_with(&format!(" {id} Ann from work: hello")));
    let chats = String::from_utf8(bob.home.run(&["chats"]).stdout).unwrap();
    assert_eq!(chats, format!("{} (Ann from work), 1 unread\n", ann.key));
    let answered = answer["id"].as_str().unwrap();
    assert!(lines[1].ends_with(&format!(" {answered} me: hello back")));

    let ledger = ann.run(&["ledger", id]);
    let states: Vec<_> = ledger
        .iter()
        .map(|entry| entry["state"].as_str().unwrap())
        .collect();
    assert_eq!(states[0], "queued");
    for state in ["sealed", "handed", "acknowledged"] {
        assert!(states.contains(&state), "{states:?}");
    }

    let unread = |chats: &[serde_json::Value]| chats[0]["unread"].as_u64();
    assert_eq!(unread(&bob.run(&["chats"])), Some(1));
    bob.run(&["chats", "read", &ann.key]);
    assert_eq!(unread(&bob.run(&["chats"])), Some(0));

    // Without a node the database is read by the command itself.
    assert_eq!(ann.node.terminate(), Some(0));
    let messages = ann.run(&["messages", "--chat", &bob.key]);
    let texts: Vec<_> = messages.iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, ["hello", "hello back"]);
    assert_eq!(messages[0]["outgoing"], true);
    let chats = ann.run(&["chats"]);
    assert_eq!(chats[0]["chat"], *bob.key);
    assert_eq!(unread(&chats), Some(1));
    assert_eq!(ann.run(&["ledger", id]), ledger);
}

#[test]
fn messages_come_page_by_page() {
    let (_relay, enode) = relay();
    let ann = Person::new(&enode);
    let texts: Vec<String> = (0..5).map(|number| format!("number {number}")).collect();
    for text in &texts {
        ann.run(&["send", "--to", "#pages", text]);
    }
    let mut read = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let mut page = vec!["messages", "--chat", "#pages", "--limit", "2"];
        if let Some(before) = &before {
            page.extend(["--before", before.as_str()]);
        }
        let page = ann.run(&page);
        let Some(first) = page.first() else { break };
        before = Some(first["id"].as_str().unwrap().to_owned());
        let page = page.iter().map(|message| message["text"].clone());
        read.splice(0..0, page);
    }
    assert_eq!(read, texts);

    let unknown = format!("0x{}", "1".repeat(64));
    let page = ["messages", "--chat", "#pages", "--before", &unknown];
    assert!(ann.complaint(&page).contains("there is no message"));
    assert!(ann.complaint(&["ledger", &unknown]).contains("no message"));
}

#[test]
fn a_command_with_a_peer_needs_no_running_node() {
    let (_relay, enode) = relay();
    let (ann, mut bob) = (Home::new(), Person::new(&enode));
    let account = json(&ann.run(&["account", "new", "--json"])).remove(0);
    let send = ["send", "--to", &bob.key, "from a script", "--peer", &enode];
    let sent = json(&ann.run(&[&send[..], &["--wait", "acknowledged", "--json"]].concat()));
    assert_eq!(sent[1]["state"], "acknowledged");
    let read = bob.node.line();
    assert_eq!(read["text"], "from a script");
    assert_eq!(read["from"], account["public_key"]);

    let add = ["contact", "add", &bob.key, "--peer", &enode, "--json"];
    json(&ann.run(&add));
    let contacts = json(&ann.run(&["contact", "list", "--json"]));
    assert_eq!(contacts[0]["public_key"], *bob.key);
    assert_eq!(contacts[0]["added"], true);
}

#[test]
fn who_was_away_gets_what_was_said_meanwhile() {
    let (_relay, enode) = relay();
    let (ann, mut bob) = (Person::new(&enode), Person::new(&enode));
    let first = ["send", "--to", &bob.key, "first", "--wait", "acknowledged"];
    ann.run(&first);
    assert_eq!(bob.node.line()["text"], "first");
    assert_eq!(bob.node.terminate(), Some(0));

    let sent = ann.run(&["send", "--to", &bob.key, "while you were away"]);
    let id = sent[1]["id"].as_str().unwrap().to_owned();
    let mut acknowledged = ann.follow(status_node::rpc::ReportKind::Ledger);
    bob.node = Running::start(&mut bob.home.command(&Person::arguments(&enode)));
    bob.node.enode();
    assert_eq!(bob.node.line()["text"], "while you were away");
    acknowledged.until(|report| match report {
        status_node::rpc::Report::Ledger(entry) => {
            entry.message == id && entry.remaining == Some(0)
        }
        _ => false,
    });
}
