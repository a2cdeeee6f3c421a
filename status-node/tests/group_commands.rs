//! A group from its making to its end, by the commands of three people.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;

use common::Running;
use common::network::{Person, relay};
use status_node::rpc::{Report, ReportKind};

/// Who is in the group and joined, as somebody sees it.
fn joined(person: &Person, group: &str) -> usize {
    let shown = person.run(&["group", "show", group]).remove(0);
    let members = shown["members"].as_array().unwrap();
    let joined = members.iter().filter(|member| member["joined"] == true);
    joined.count()
}

/// How somebody stands to the group, among their chats.
fn membership(person: &Person, group: &str) -> String {
    let chats = person.run(&["chats"]);
    let chat = chats.iter().find(|chat| chat["chat"] == *group).unwrap();
    chat["membership"].as_str().unwrap().to_owned()
}

#[test]
fn it_is_made_joined_used_changed_and_left() {
    let (_relay, enode) = relay();
    let (mut ann, mut bob) = (Person::new(&enode), Person::new(&enode));
    let carol = Person::new(&enode);
    let is_group = |report: &Report| report.chat().is_some_and(|chat| !chat.starts_with("0x"));

    let mut at_bob = bob.follow(ReportKind::Chat);
    let mut at_carol = carol.follow(ReportKind::Chat);
    let mut shown_to_bob = Running::start(&mut bob.home.command(&["listen"]));
    assert!(shown_to_bob.text().starts_with("enode://"));
    let made = ann.run(&["group", "create", "Trip", &bob.key]).remove(0);
    let group = made["chat"].as_str().unwrap().to_owned();
    assert_eq!(
        (&made["name"], &made["admin"]),
        (&"Trip".into(), &true.into())
    );
    at_bob.until(is_group);
    assert_eq!(
        shown_to_bob.text(),
        format!("invited to the group \"Trip\": status-node group join {group}")
    );
    assert_eq!(membership(&bob, &group), "invited");
    let invited = bob.run(&["group", "show", &group]).remove(0);
    assert_eq!(
        (&invited["member"], &invited["joined"]),
        (&true.into(), &false.into())
    );

    let mut at_ann = ann.follow(ReportKind::Chat);
    bob.run(&["group", "join", &group]);
    at_ann.until(|report| is_group(report) && joined(&ann, &group) == 2);
    assert_eq!(membership(&bob, &group), "joined");

    let send = [
        "send",
        "--to",
        &group,
        "where to?",
        "--wait",
        "acknowledged",
    ];
    ann.run(&send);
    let read = bob.node.line();
    assert_eq!(
        (&read["text"], &read["chat"]),
        (&"where to?".into(), &group.clone().into())
    );

    ann.run(&["group", "add", &group, &carol.key]);
    at_carol.until(is_group);
    carol.run(&["group", "join", &group]);
    at_ann.until(|report| is_group(report) && joined(&ann, &group) == 3);
    at_bob.until(|report| is_group(report) && joined(&bob, &group) == 3);
    carol.run(&[
        "send",
        "--to",
        &group,
        "to the sea",
        "--wait",
        "acknowledged",
    ]);
    assert_eq!(ann.node.line()["text"], "to the sea");
    assert_eq!(bob.node.line()["text"], "to the sea");

    ann.run(&["group", "rename", &group, "Sea"]);
    at_bob.until(|report| {
        is_group(report) && bob.run(&["group", "show", &group])[0]["name"] == "Sea"
    });
    ann.run(&["group", "promote", &group, &bob.key]);
    at_bob.until(|report| {
        is_group(report) && bob.run(&["group", "show", &group])[0]["admin"] == true
    });
    bob.run(&["group", "remove", &group, &carol.key]);
    at_carol.until(|report| {
        is_group(report) && carol.run(&["group", "show", &group])[0]["member"] == false
    });
    assert_eq!(membership(&carol, &group), "not_member");
    at_ann.until(|report| is_group(report) && joined(&ann, &group) == 2);
    bob.run(&["group", "leave", &group]);
    at_ann.until(|report| is_group(report) && joined(&ann, &group) == 1);
    assert!(
        bob.run(&["chats"])
            .iter()
            .all(|chat| chat["chat"] != *group)
    );
}

#[test]
fn what_the_rules_forbid_is_refused_in_one_sentence() {
    let (_relay, enode) = relay();
    let (ann, bob) = (Person::new(&enode), Person::new(&enode));
    let mut at_bob = bob.follow(ReportKind::Chat);
    let made = ann.run(&["group", "create", "Trip", &bob.key]).remove(0);
    let group = made["chat"].as_str().unwrap();
    at_bob.until(|report| report.chat() == Some(group));
    for named in [
        vec!["group", "create", ""],
        vec!["group", "rename", group, ""],
    ] {
        assert!(ann.complaint(&named).contains("the new name is empty"));
    }
    bob.complaint(&["group", "remove", group, &ann.key]);
    bob.complaint(&["send", "--to", group, "not joined yet"]);
    let unknown = format!("7{group}");
    assert!(
        ann.complaint(&["group", "show", &unknown])
            .contains("no group")
    );
    ann.complaint(&["group", "rename", &unknown, "x"]);
    ann.complaint(&["chats", "leave", group]);
}
