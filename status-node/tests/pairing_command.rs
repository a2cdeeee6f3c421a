//! `status-node device pair` makes two devices of an account know each other, by a code and digits.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;

use common::{Running, network::Person, network::relay};
use serde_json::Value;
use status_node::rpc::ReportKind;

/// What a command prints until `event`.
fn until(command: &mut Running, event: &str) -> Value {
    loop {
        let line = command.line();
        if line["event"] == event {
            return line;
        }
    }
}

#[test]
fn two_devices_of_an_account_are_enabled_by_a_code() {
    let (_relay, enode) = relay();
    let desk = Person::new(&enode);
    let phone = Person::on_another_device(&desk, &enode);
    let bob = Person::new(&enode);
    desk.run(&["contact", "name", &bob.key, "Bob"]);
    desk.run(&["contact", "add", &bob.key]);
    let mut at_desk = desk.follow(ReportKind::Device);
    let mut at_phone = phone.follow(ReportKind::Device);

    let show = ["device", "pair", "--yes", "--json"];
    let mut shows = Running::start(&mut desk.home.command(&show));
    let first = shows.line();
    let (code, at) = (
        first["code"].as_str().unwrap(),
        first["at"].as_str().unwrap(),
    );
    let take = ["device", "pair", code, "--at", at, "--yes", "--json"];
    let mut takes = Running::start(&mut phone.home.command(&take));
    let digits = until(&mut shows, "compare")["digits"].clone();
    assert_eq!(until(&mut takes, "compare")["digits"], digits);
    assert_eq!((shows.wait(), takes.wait()), (Some(0), Some(0)));

    let is_paired = |person: &Person| {
        let devices = person.run(&["device", "list"]);
        devices
            .iter()
            .filter(|device| device["enabled"] == true)
            .count()
            == 2
    };
    for (person, reports) in [(&desk, &mut at_desk), (&phone, &mut at_phone)] {
        if !is_paired(person) {
            reports.until(|_| is_paired(person));
        }
    }
    let contact = phone.run(&["contact", "show", &bob.key]).remove(0);
    assert_eq!(
        (&contact["alias"], &contact["added"]),
        (&"Bob".into(), &true.into())
    );
}

#[test]
fn who_says_no_on_either_device_is_told_that_they_are_not_paired() {
    let (_relay, enode) = relay();
    let desk = Person::new(&enode);
    let phone = Person::on_another_device(&desk, &enode);
    let mut shows = Running::start(&mut desk.home.command(&["device", "pair", "--json"]));
    let first = shows.line();
    let (code, at) = (
        first["code"].as_str().unwrap(),
        first["at"].as_str().unwrap(),
    );
    let take = ["device", "pair", code, "--at", at, "--json"];
    let mut takes = Running::start(&mut phone.home.command(&take));
    // Nobody is there to answer, which both take for a no.
    assert_eq!((shows.wait(), takes.wait()), (Some(1), Some(1)));
    for mut command in [shows, takes] {
        let sentence = command.complaints();
        assert!(
            sentence.starts_with("error: not paired: the digits were rejected"),
            "{sentence}"
        );
    }
}

#[test]
fn a_code_that_is_none_and_a_device_that_is_not_there_are_named() {
    let (_relay, enode) = relay();
    let desk = Person::new(&enode);
    let take = ["device", "pair", "nonsense", "--at", "127.0.0.1:1"];
    assert!(desk.complaint(&take).contains("no device waits at"));
    let nowhere = ["device", "pair", "nonsense"];
    assert!(desk.complaint(&nowhere).contains("--at"));
}
