//! What is laid over the chats: one's own key, strangers, members, devices, the network, help, dialogs.

use crate::common::network::{Person, relay};
use crate::people::{ann_and_bob, eve, eventually, screen};
use crate::terminal::Terminal;
use crate::terminal::key::{ENTER, ESC, F1, F4, TAB, control};

/// Closes what is open: it is gone before another key follows, since both together are a key of their own.
fn close(screen: &mut Terminal, title: &str) {
    screen.press(ESC);
    screen.until_gone(title);
}

#[test]
fn ones_own_key_is_shown_to_be_scanned_and_copied() {
    let (_relay, enode) = relay();
    let (ann, _bob) = ann_and_bob(&enode);
    let mut screen = screen(&ann);
    screen.until_shown("Bob");
    screen.press("k");
    screen.until_like("own_key");
    screen.press(" ");
    screen.until_like("own_key_as_text");
    assert!(screen.shown().replace("\n ", "").contains(&ann.key));
    close(&mut screen, "Whole");
    screen.until_shown("Bob");
}

#[test]
fn a_stranger_who_asks_is_apart_and_becomes_a_contact() {
    let (_relay, enode) = relay();
    let (ann, bob) = ann_and_bob(&enode);
    let eve = eve(&enode);
    let mut screen = screen(&ann);
    eve.run(&["contact", "add", &ann.key]);
    let says = ["send", "--to", &ann.key, "who are you?"];
    eve.run(&[&says[..], &["--wait", "acknowledged"]].concat());
    screen.until_shown("1 contact request (F3)");
    screen.press("r");
    screen.until_like("a_stranger_asks");
    screen.press("a");
    screen.until_like("a_stranger_added");
    screen.press(TAB);
    screen.until_shown("[contacts 2]");
    // Blocking is asked about first.
    screen.press("b");
    screen.until_like("a_question_before_blocking");
    screen.press("n");
    screen.until_gone("Are you sure?");
    screen.press("b");
    screen.until_shown("Block Bob?");
    screen.press("y");
    screen.until_shown("contacts 1]");
    let known = ann.run(&["contact", "list"]);
    let of = |person: &Person| {
        let mut known = known.iter();
        known
            .find(|known| known["public_key"] == *person.key)
            .unwrap()
    };
    assert_eq!(of(&bob)["blocked"], true);
    assert_eq!(of(&eve)["blocked"], false);
    assert_eq!(of(&eve)["added"], true);
}

#[test]
fn a_chat_is_joined_by_a_dialog_that_says_what_is_wrong() {
    let (_relay, enode) = relay();
    let (ann, _bob) = ann_and_bob(&enode);
    let mut screen = screen(&ann);
    screen.until_shown("1 peer");
    screen.press("j");
    screen.until_shown("Join a chat");
    screen.press("nobody\r");
    screen.until_like("a_dialog_refuses");
    screen.press(&control('u'));
    screen.press("#town\r");
    screen.until_like("a_chat_joined");
    eventually("the chat is joined", || {
        let chats = ann.run(&["chats"]);
        chats.iter().any(|chat| chat["chat"] == "#town")
    });
}

#[test]
fn a_group_is_made_by_a_dialog_and_its_members_are_seen_to_join() {
    let (_relay, enode) = relay();
    let (ann, bob) = ann_and_bob(&enode);
    let mut screen = screen(&ann);
    screen.until_shown("1 peer");
    screen.press("g");
    screen.until_shown("New group");
    screen.press("Trip\rbob");
    screen.until_like("a_group_to_be_made");
    screen.press(ENTER);
    screen.until_shown("Trip (2 members)");
    screen.press(F4);
    screen.until_like("a_member_invited");
    let invitation = || {
        let chats = bob.run(&["chats"]);
        let group = chats.iter().find(|chat| chat["membership"] == "invited")?;
        Some(group["chat"].as_str()?.to_owned())
    };
    eventually("he is invited", || invitation().is_some());
    bob.run(&["group", "join", &invitation().unwrap()]);
    screen.until_like("a_member_joined");
}

#[test]
fn devices_the_network_and_the_keys_are_shown() {
    let (_relay, enode) = relay();
    let (ann, _bob) = ann_and_bob(&enode);
    let device = ann.run(&["device", "list"]).remove(0);
    let mut screen = screen(&ann);
    screen.hide(device["installation"].as_str().unwrap(), "DEVICE");
    screen.until_shown("1 peer");
    screen.press("d");
    screen.until_shown("without a name");
    screen.press("n");
    screen.until_shown("Name this device");
    screen.press("desk\r\r");
    screen.until_like("a_device_named");
    close(&mut screen, "Your devices");
    screen.press("s");
    let version = concat!("status-node/v", env!("CARGO_PKG_VERSION"));
    for shown in [
        "node        answers",
        "peers       1\n",
        &format!("127.0.0.1:00000 {version}"),
        "no proof of work in progress, nothing waits",
        "too few people were heard to judge it",
        "device      DEVICE",
        "enode       enode://",
    ] {
        screen.until_shown(shown);
    }
    close(&mut screen, "Network");
    screen.press(F1);
    screen.until_shown("Everywhere");
    screen.until_shown("Ctrl-Q Ctrl-C");
    close(&mut screen, "Help");
}
