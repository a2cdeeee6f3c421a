//! `darkness` and `send --lint` say what is true of the node that runs, and hinder nothing.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;

use common::{Home, json, network::Person, network::relay};
use serde_json::Value;

fn find<'a>(findings: &'a [Value], what: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["what"] == what);
    found.unwrap_or_else(|| panic!("{what} is not in {findings:#?}"))
}

fn has(findings: &[Value], what: &str) -> bool {
    findings.iter().any(|finding| finding["what"] == what)
}

#[test]
fn a_message_is_linted_sent_and_then_counted() {
    let (_relay, enode) = relay();
    let (ann, mut bob) = (Person::new(&enode), Person::new(&enode));
    let before = ann.run(&["darkness"]);
    assert_eq!(find(&before, "one_peer")["exposure"], "open");
    assert!(has(&before, "nothing_sent") && has(&before, "takes_all"));
    assert!(has(&before, "no_decoys"));

    let printed = ann.run(&["send", "--lint", "--to", &bob.key, "hello"]);
    let [_enode, lint, sent] = printed.as_slice() else {
        panic!("{printed:#?}");
    };
    let lint = lint["lint"].as_array().unwrap();
    let to = find(lint, "to_partition");
    assert_eq!(to["numbers"]["partitions"], 5_000);
    let leaves = find(lint, "leaves");
    assert_eq!(leaves["numbers"]["envelopes"], 1);
    assert_eq!(sent["state"], "handed");
    assert_eq!(bob.node.line()["text"], "hello");

    let after = ann.run(&["darkness", "--accounts", "50000"]);
    let sizes = &find(&after, "sizes")["numbers"];
    let foreseen = &leaves["numbers"]["sizes"][0];
    let sizes = sizes["sizes"].as_array().unwrap();
    assert!(sizes.iter().any(|size| size[0] == *foreseen), "{sizes:?}");
    let partitions = &find(&after, "partitions")["numbers"];
    assert_eq!(
        (&partitions["count"], &partitions["people"]),
        (&1.into(), &10.0.into())
    );
    assert!(find(&after, "one_peer")["numbers"]["handed"].as_u64() >= Some(1));
    assert!(!has(&after, "nothing_sent"));

    // As if it were a light node: its filter is read as a peer could.
    ann.run(&["chats", "join", "#my-village"]);
    let light = ann.run(&[
        "darkness",
        "--light",
        "--name",
        "#my-village",
        "--last",
        "0",
    ]);
    let names = &find(&light, "names_pass")["numbers"];
    assert_eq!(names["joined"][0], "my-village");
    let passing = find(&light, "partition_passes")["numbers"]["passing"].as_u64();
    assert!((1..5_000).contains(&passing.unwrap()));
    assert!(has(&light, "nothing_sent"), "none were asked for");

    let text = ann.home.run(&["darkness"]).stdout;
    let text = String::from_utf8(text).unwrap();
    for heading in [
        "to the peers of this node\n",
        "\nto any node that passes envelopes on\n",
        "\nto whoever has the key\n",
        "\nto whoever watches the whole network\n",
    ] {
        assert!(text.contains(heading), "{heading:?} is not in {text}");
    }
    assert!(text.contains("\n  open    the only peer, "));
    let text = ann
        .home
        .run(&["send", "--lint", "--to", "#my-village", "hi"])
        .stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("whoever knows the name #my-village"),
        "{text}"
    );
    assert!(text.contains(" handed to a peer"), "{text}");
}

#[test]
fn an_account_is_judged_without_a_node_too() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let findings = json(&home.run(&["darkness", "--json"]));
    assert!(has(&findings, "no_node") && has(&findings, "nothing_sent"));
    assert!(!has(&findings, "address"));
    let light = json(&home.run(&["darkness", "--light", "--json"]));
    let tested = &find(&light, "key_testable")["numbers"];
    assert_eq!(tested["topics"], 3);
    assert!(tested["chance"].as_f64() < Some(0.001));
    let wrong = home.run(&["darkness", "--name", "0x04"]);
    assert_eq!(wrong.status.code(), Some(2));
    let none = home.run(&["darkness", "--accounts", "0"]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn a_light_node_sees_what_its_peers_are_told() {
    let ((relay, _running), enode) = relay();
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let mut arguments = Person::arguments(&enode).to_vec();
    arguments.push("--light");
    let mut node = common::Running::start(&mut home.command(&arguments));
    node.enode();
    let send = ["send", "--lint", "--to", "#far-away", "hello", "--json"];
    let printed = json(&home.run(&send));
    let lint = printed[1]["lint"].as_array().unwrap();
    assert!(has(lint, "would_widen") || has(lint, "would_be_outside"));
    let findings = json(&home.run(&["darkness", "--json"]));
    assert!(has(&findings, "takes_topics") && !has(&findings, "takes_all"));
    assert!(has(&findings, "widened") || has(&findings, "outside"));
    assert!(
        has(&findings, "unknown_readers"),
        "a chat that is not joined"
    );

    // The relay, which has no account, can tell as much of it.
    let told = json(&relay.run(&["darkness", "--of-peers", "--json"]));
    let filter = find(&told, "peer_takes_topics");
    assert_eq!(filter["to"], "here");
    let own = &find(&findings, "takes_topics")["numbers"]["bits"];
    assert_eq!(filter["numbers"]["bits"], *own);
    assert!(find(&told, "peer_brought")["numbers"]["first"].as_u64() >= Some(1));
    let own = json(&relay.run(&["darkness", "--json"]));
    assert!(has(&own, "no_account") && !has(&own, "no_decoys"));
}
