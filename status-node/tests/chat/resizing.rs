//! The screen keeps to its window, whatever size that has.

use crate::common::network::relay;
use crate::people::{ann_and_bob, screen};
use crate::terminal::key::{ENTER, ESC, control};

const LONG: &str = "a line that is too long for a small window, but not for a large one";

#[test]
fn a_small_window_shows_one_thing_at_a_time_and_a_large_one_all() {
    let (_relay, enode) = relay();
    let (ann, bob) = ann_and_bob(&enode);
    bob.run(&["send", "--to", &ann.key, LONG, "--wait", "acknowledged"]);
    let mut screen = screen(&ann);
    screen.until_shown("Bob");
    screen.press(ENTER);
    screen.until_like("a_usual_window");
    screen.resize(40, 12);
    screen.until_like("a_small_window");
    screen.press(ESC);
    screen.until_like("chats_in_a_small_window");
    screen.press("g");
    screen.until_like("a_dialog_in_a_small_window");
    screen.press("Trip");
    for (columns, rows) in [(20, 5), (1, 1), (200, 60), (20, 5)] {
        screen.resize(columns, rows);
    }
    screen.until_shown("> Trip");
    screen.resize(40, 12);
    screen.until_shown("all members see it");
    screen.press(ESC);
    screen.until_gone("New group");
    screen.press("k");
    screen.until_like("own_key_in_a_small_window");
    // There is room for the code as soon as the window is large enough.
    screen.resize(80, 24);
    screen.until_shown("█");
    screen.press(ESC);
    screen.until_gone("█");
    for (columns, rows) in [(1, 1), (2, 3), (20, 5), (300, 100), (120, 30)] {
        screen.resize(columns, rows);
    }
    screen.until_shown(LONG);
    screen.press("q");
    assert_eq!(screen.wait(), 0);
}

#[test]
fn a_key_that_comes_with_a_new_size_is_not_lost_and_nor_is_the_size() {
    let (_relay, enode) = relay();
    let (ann, _bob) = ann_and_bob(&enode);
    let mut screen = screen(&ann);
    screen.until_shown("Bob");
    screen.press("j");
    screen.until_shown("Join a chat");
    let mut typed = String::new();
    for (number, key) in ('a'..='z').chain('A'..='N').enumerate() {
        let key = key.to_string();
        typed.push_str(&key);
        let (columns, rows) = [(70, 12), (80, 24)][number % 2];
        screen.press(&key);
        screen.resize(columns, rows);
        screen.until(&format!("{typed} in {columns}x{rows}"), |shown| {
            let last = shown.lines().last().unwrap_or_default();
            shown.contains(&typed) && last.trim_end() == "Enter do it  Esc cancel"
        });
    }
    screen.press(ESC);
    screen.press(&control('q'));
    assert_eq!(screen.wait(), 0);
}
