//! However the screen ends or is left for a while, the terminal is as it was before.

use crate::common::network::relay;
use crate::people::{ann_and_bob, screen};
use crate::terminal::key::{ENTER, control};
use std::process::Command;

fn signal(name: &str, id: u32) {
    let sent = Command::new("kill")
        .args(["-s", name, &id.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn the_terminal_is_given_back_at_the_end_and_meanwhile() {
    let (_relay, enode) = relay();
    let (ann, _bob) = ann_and_bob(&enode);
    for end in ["q", &control('c'), "TERM", "HUP"] {
        let mut screen = screen(&ann);
        screen.until_shown("1 peer");
        assert!(screen.screen().alternate_screen());
        match end {
            "TERM" | "HUP" => signal(end, screen.id()),
            keys => screen.press(keys),
        }
        assert_eq!(screen.wait(), 0, "{end:?}");
    }
    let mut screen = screen(&ann);
    screen.until_shown("1 peer");
    screen.press(&control('z'));
    screen.until_restored();
    screen.until_resumed(|id| signal("CONT", id));
    screen.until_shown("1 peer");
    // What is written and not sent is not lost without a word.
    screen.press(ENTER);
    screen.until_shown("Enter send");
    screen.press("a draft");
    screen.press(&control('q'));
    screen.until_shown("what you were writing is not kept: press again to end");
    screen.press(&control('q'));
    assert_eq!(screen.wait(), 0);
    // Terminals that are told twice to go to the other screen forget what the shell's looked like.
    let [entered, left] = ["\x1b[?1049h", "\x1b[?1049l"].map(|part| screen.times_written(part));
    assert_eq!((entered, left), (2, 2));
}
