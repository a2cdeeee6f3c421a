//! A conversation on the screen of a running node: what is unread, what comes, what is written, and what
//! becomes of it.

use crate::common::network::relay;
use crate::people::{ann_and_bob, eventually, screen};
use crate::terminal::key::{ENTER, ESC};

#[test]
fn messages_come_are_written_and_are_seen_to_arrive() {
    let (_relay, enode) = relay();
    let (ann, bob) = ann_and_bob(&enode);
    ann.run(&["chats", "join", "#town"]);
    bob.run(&[
        "send",
        "--to",
        &ann.key,
        "hello Ann",
        "--wait",
        "acknowledged",
    ]);

    let mut screen = screen(&ann);
    screen.until_like("something_unread");
    screen.press(ENTER);
    screen.until_like("a_chat_that_was_read");
    // Escape and Enter make a new line.
    screen.press("hello Bob,\x1b\rhow are you? 日本");
    screen.until_like("two_lines_written");
    screen.press(ENTER);
    screen.until_like("two_lines_delivered");
    let said = bob.run(&["messages", "--chat", &ann.key]);
    assert_eq!(said[1]["text"], "hello Bob,\nhow are you? 日本");

    // What comes is seen at once, without what would control the terminal or turn the line.
    bob.run(&["send", "--to", &ann.key, "fine\u{1b}[2J, and \u{202e}you?"]);
    screen.until_like("an_answer");
    eventually("all is read", || {
        ann.run(&["chats"]).iter().all(|chat| chat["unread"] == 0)
    });
    screen.press(ESC);
    screen.until_shown("? help");
    screen.press("q");
    assert_eq!(screen.wait(), 0);
}
