//! Whoever does not answer, a peer or the node itself, holds up neither keys nor the screen.

use crate::common::Running;
use crate::common::network::{Person, relay};
use crate::people::{ann_and_bob, screen};
use crate::terminal::key::ENTER;
use std::process::Command;

/// Sends a signal to a process, which does not end it.
fn signal(name: &str, process: &Running) {
    let id = process.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &id]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_peer_that_has_stopped_holds_up_nothing() {
    let ((_home, relay), enode) = relay();
    let (ann, bob) = ann_and_bob(&enode);
    let mut screen = screen(&ann);
    screen.until_shown("1 peer");
    screen.press(ENTER);
    screen.until_shown("Enter send");
    signal("STOP", &relay);
    screen.press("are you there?\r");
    screen.until_shown("  are you there?");
    screen.press("another one");
    screen.until_shown("> another one");
    signal("CONT", &relay);
    screen.until_shown("delivered");
    let said = bob.run(&["messages", "--chat", &ann.key]);
    assert_eq!(said.last().unwrap()["text"], "are you there?");
}

#[test]
fn a_node_that_has_stopped_is_named_and_what_was_written_is_sent_later() {
    let (_relay, enode) = relay();
    let (mut ann, bob) = ann_and_bob(&enode);
    let mut screen = screen(&ann);
    screen.until_shown("1 peer");
    screen.press(ENTER);
    screen.until_shown("Enter send");
    signal("STOP", &ann.node);
    screen.press("hello");
    screen.until_shown("> hello");
    screen.press(ENTER);
    screen.press("more");
    screen.until_shown("> more");
    screen.until_shown("the node has not answered for");
    signal("CONT", &ann.node);
    screen.until_shown("delivered");
    screen.until_gone("the node has not answered");
    let said = bob.run(&["messages", "--chat", &ann.key]);
    assert_eq!(said.last().unwrap()["text"], "hello");

    // One that has gone is looked for until there is one again.
    assert_eq!(ann.node.terminate(), Some(0));
    screen.until_shown("no connection to the node");
    screen.press("!");
    screen.until_shown("> more!");
    ann.node = Running::start(&mut ann.home.command(&Person::arguments(&enode)));
    screen.until_shown("1 peer");
    screen.press(ENTER);
    screen.until_gone("> more!");
    screen.until("both are delivered", |screen| {
        screen.matches("delivered").count() == 2
    });
}
