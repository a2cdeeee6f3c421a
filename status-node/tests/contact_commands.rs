//! People are added, named, blocked and removed.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;

use common::network::{Person, relay};
use serde_json::Value;
use status_node::rpc::ReportKind;

fn show(person: &Person, key: &str) -> Value {
    person.run(&["contact", "show", key]).remove(0)
}

#[test]
fn who_is_added_learns_of_it_and_who_is_blocked_is_not_heard() {
    let (_relay, enode) = relay();
    let (ann, mut bob) = (Person::new(&enode), Person::new(&enode));
    let mut at_bob = bob.follow(ReportKind::Contact);
    ann.run(&["contact", "profile", "ann.stateofus.eth"]);
    ann.run(&["contact", "add", &bob.key]);
    at_bob.until(|_| show(&bob, &ann.key)["request"] == true);
    let request = show(&bob, &ann.key);
    assert_eq!(request["ens_name"], "ann.stateofus.eth");
    assert_eq!(
        (&request["added"], &request["has_added_us"]),
        (&false.into(), &true.into())
    );

    bob.run(&["contact", "name", &ann.key, "Ann"]);
    bob.run(&["contact", "add", &ann.key]);
    let contacts = bob.run(&["contact", "list"]);
    assert_eq!(
        (&contacts[0]["alias"], &contacts[0]["added"]),
        (&"Ann".into(), &true.into())
    );
    bob.run(&["contact", "remove", &ann.key]);
    assert_eq!(show(&bob, &ann.key)["added"], false);

    ann.run(&["send", "--to", &bob.key, "one", "--wait", "acknowledged"]);
    assert_eq!(bob.node.line()["text"], "one");
    bob.run(&["contact", "block", &ann.key]);
    assert_eq!(show(&bob, &ann.key)["blocked"], true);
    assert!(bob.run(&["messages", "--chat", &ann.key]).is_empty());
    ann.run(&["send", "--to", &bob.key, "two"]);
    // Whoever is heard after the other was not.
    let carol = Person::new(&enode);
    carol.run(&["send", "--to", &bob.key, "three", "--wait", "acknowledged"]);
    assert_eq!(bob.node.line()["text"], "three");
    bob.run(&["contact", "unblock", &ann.key]);
    assert_eq!(show(&bob, &ann.key)["blocked"], false);
    ann.run(&["send", "--to", &bob.key, "four", "--wait", "acknowledged"]);
    // What was not heard is repeated, and may come first.
    let heard = bob.node.line()["text"].clone();
    assert!(heard == "four" || heard == "two", "{heard}");

    let oneself = ann.complaint(&["contact", "add", &ann.key]);
    assert!(oneself.contains("oneself"), "{oneself}");
}
