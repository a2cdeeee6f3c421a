//! Two devices of one account learn of each other, and then share contacts, chats and messages.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;

use common::network::{Person, Reports, relay};
use serde_json::Value;
use status_node::rpc::{Report, ReportKind};

/// The other device, as one of them sees it.
fn other(person: &Person) -> Value {
    let devices = person.run(&["device", "list"]);
    assert_eq!(devices[0]["this"], true);
    devices.get(1).cloned().unwrap_or_default()
}

/// One device announces itself, and the other enables it.
fn introduce(from: &Person, name: &str, to: &Person, told: &mut Reports) -> String {
    from.run(&["device", "name", name, "--type", "desktop"]);
    from.run(&["device", "announce"]);
    told.until(|report| matches!(report, Report::Device { .. }) && other(to)["name"] == name);
    let seen = other(to);
    assert_eq!(
        (&seen["enabled"], &seen["announced"]),
        (&false.into(), &true.into())
    );
    let installation = seen["installation"].as_str().unwrap().to_owned();
    to.run(&["device", "enable", &installation]);
    assert_eq!(other(to)["enabled"], true);
    installation
}

#[test]
fn they_are_named_announced_enabled_and_kept_alike() {
    let (_relay, enode) = relay();
    let (desk, mut bob) = (Person::new(&enode), Person::new(&enode));
    let mut phone = Person::on_another_device(&desk, &enode);
    assert_eq!(phone.key, desk.key);

    let mut at_phone = phone.follow(ReportKind::Device);
    let mut at_desk = desk.follow(ReportKind::Device);
    assert!(
        desk.complaint(&["device", "announce"])
            .contains("status-node device name NAME")
    );
    let this = desk.run(&["device", "list"])[0]["installation"].clone();
    let disable = ["device", "disable", this.as_str().unwrap()];
    assert!(desk.complaint(&disable).contains("that is this device"));
    introduce(&desk, "desk", &phone, &mut at_phone);
    let phone_id = introduce(&phone, "phone", &desk, &mut at_desk);

    let mut contacts = phone.follow(ReportKind::Contact);
    desk.run(&["contact", "add", &bob.key]);
    contacts.until(|_| {
        let contacts = phone.run(&["contact", "list"]);
        contacts
            .iter()
            .any(|contact| contact["public_key"] == *bob.key && contact["added"] == true)
    });

    let send = [
        "send",
        "--to",
        &bob.key,
        "from my desk",
        "--wait",
        "acknowledged",
    ];
    let sent = desk.run(&send).remove(1);
    let acknowledged = sent["acknowledged"].as_array().unwrap();
    // The copy for the other device may be acknowledged by then, and is not waited for.
    assert!(
        acknowledged
            .iter()
            .any(|device| device["public_key"] == *bob.key)
    );
    assert_eq!(bob.node.line()["text"], "from my desk");
    let copy = phone.node.line();
    assert_eq!(
        (&copy["text"], &copy["outgoing"]),
        (&"from my desk".into(), &true.into())
    );
    assert_eq!(copy["chat"], *bob.key);

    desk.run(&["device", "disable", &phone_id]);
    assert_eq!(other(&desk)["enabled"], false);
    assert!(
        desk.complaint(&["device", "enable", "nobody"])
            .contains("not known")
    );
}
