//! The terminal of these tests itself: that it sees what a program shows, and notices what it leaves
//! behind.

use crate::terminal::{Terminal, normal};
use std::process::Command;

fn shell(script: &str) -> Terminal {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Terminal::start(&command, 20, 4)
}

#[test]
fn what_stands_on_the_screen_is_read_in_its_place() {
    let mut terminal = shell(r"printf 'ab\033[3;5Hx\033[1;2Hc'; read line");
    terminal.until_screen("ac\n\n    x\n");
}

#[test]
fn keys_reach_the_program_and_it_sees_the_size() {
    let mut terminal = shell("stty size; read line; stty size; echo \"<$line>\"; read line");
    terminal.until_shown("4 20");
    terminal.resize(30, 6);
    terminal.press("hello\r");
    terminal.until_shown("6 30");
    terminal.until_shown("<hello>");
    terminal.press("\r");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn what_differs_from_run_to_run_is_hidden_in_the_same_room() {
    let mut terminal = shell("echo 'at 12:34 0xabcdef'; exit 3");
    terminal.hide("0xab", "0xKE");
    terminal.hide("0xabcdef", "KEY");
    terminal.until_screen("at 00:00 KEY·····");
    assert_eq!(terminal.wait(), 3);
    assert_eq!(
        normal("1:23 123:45 12:345 09:59. 2026-11-23 @127.0.0.1:4711?"),
        "1:23 123:45 12:345 00:00. 0000-00-00 @127.0.0.1:0000?"
    );
}

#[test]
#[should_panic(expected = "the cursor is left hidden")]
fn a_terminal_that_is_not_restored_is_noticed() {
    shell(r"printf '\033[?25l'").wait();
}

#[test]
#[should_panic(expected = "not the settings as before")]
fn settings_that_are_not_restored_are_noticed() {
    shell("stty -echo").wait();
}

#[test]
#[should_panic(expected = "ended before")]
fn a_program_that_ends_too_early_is_noticed() {
    shell("echo a").until_shown("b");
}
