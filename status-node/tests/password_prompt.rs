//! Whoever sits at a terminal is asked for the password that is given nowhere else, and it is not shown.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

mod common;
#[allow(dead_code, reason = "most of it is for whole screens")]
#[path = "chat/terminal.rs"]
mod terminal;

use common::{Home, complaint};
use terminal::Terminal;
use terminal::key::{ENTER, control};

/// In a terminal, without a password in the environment.
fn at_a_terminal(home: &Home, arguments: &[&str]) -> Terminal {
    let mut command = home.command(arguments);
    command.env_remove("STATUS_NODE_PASSWORD");
    Terminal::start(&command, 250, 40)
}

/// Answers a question by typing `password`.
fn answer(terminal: &mut Terminal, question: &str, password: &str) {
    terminal.until_shown(question);
    terminal.until_taken();
    terminal.press(password);
    terminal.press(ENTER);
}

fn made() -> Home {
    let home = Home::new();
    let output = home.run(&["account", "new"]);
    assert!(output.status.success(), "{}", complaint(&output));
    home
}

#[test]
fn a_new_account_gets_a_password_that_is_typed_twice() {
    let home = Home::new();
    let mut terminal = at_a_terminal(&home, &["account", "new"]);
    answer(&mut terminal, "New password:", "one thing");
    answer(&mut terminal, "The same again:", "another");
    terminal.until_shown("the two passwords differ");
    assert_eq!(terminal.wait(), 1);
    assert!(!home.path().join("data/account.json").exists());

    let mut terminal = at_a_terminal(&home, &["account", "new"]);
    answer(&mut terminal, "New password:", "one thing");
    answer(&mut terminal, "The same again:", "one thing");
    assert_eq!(terminal.wait(), 0);
    assert!(!terminal.shown().contains("one thing"));
    let mut command = home.command(&["chats"]);
    command.env("STATUS_NODE_PASSWORD", "one thing");
    assert!(command.output().unwrap().status.success());
}

#[test]
fn who_has_an_account_already_is_not_asked_for_a_password_first() {
    let home = made();
    let mut terminal = at_a_terminal(&home, &["account", "new"]);
    terminal.until_shown("not overwritten");
    assert_eq!(terminal.wait(), 1);
    assert!(!terminal.shown().contains("password:"));
}

#[test]
fn a_command_asks_for_the_password_and_takes_no_other() {
    let home = made();
    let mut terminal = at_a_terminal(&home, &["chats"]);
    answer(&mut terminal, "Password:", "secret");
    assert_eq!(terminal.wait(), 0);
    let mut terminal = at_a_terminal(&home, &["chats"]);
    answer(&mut terminal, "Password:", "wrong");
    terminal.until_shown("wrong password");
    assert_eq!(terminal.wait(), 1);
}

#[test]
fn the_screen_comes_once_the_password_is_typed() {
    let home = made();
    let mut terminal = at_a_terminal(&home, &["chat"]);
    answer(&mut terminal, "Password:", "secret");
    terminal.until_shown("? help");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn a_password_is_changed_by_typing_both() {
    let home = made();
    let mut terminal = at_a_terminal(&home, &["account", "password"]);
    answer(&mut terminal, "Password:", "wrong");
    terminal.until_shown("wrong password");
    assert_eq!(terminal.wait(), 1);
    assert!(!terminal.shown().contains("New password"));
    let mut terminal = at_a_terminal(&home, &["account", "password"]);
    answer(&mut terminal, "Password:", "secret");
    answer(&mut terminal, "New password:", "");
    terminal.until_shown("the password is empty");
    assert_eq!(terminal.wait(), 1);
    let mut terminal = at_a_terminal(&home, &["account", "password"]);
    answer(&mut terminal, "Password:", "secret");
    answer(&mut terminal, "New password:", "another");
    answer(&mut terminal, "The same again:", "another");
    terminal.until_shown("The password is changed.");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn control_c_ends_the_question_and_gives_the_terminal_back() {
    let home = made();
    for arguments in [&["chats"][..], &["chat"]] {
        let mut terminal = at_a_terminal(&home, arguments);
        terminal.until_shown("Password:");
        terminal.until_taken();
        terminal.press(&control('c'));
        assert_ne!(terminal.wait(), 0, "{arguments:?}");
        // By the signal: there is nothing to complain of.
        assert_eq!(terminal.shown().trim(), "Password:", "{arguments:?}");
    }
}

#[test]
fn who_sits_at_no_terminal_is_told_how_to_give_it() {
    let home = made();
    for (arguments, wanted) in [
        (&["chats"][..], "set STATUS_NODE_PASSWORD"),
        (&["account", "password"], "set STATUS_NODE_PASSWORD"),
    ] {
        let mut command = home.command(arguments);
        let output = command.env_remove("STATUS_NODE_PASSWORD").output();
        let sentence = complaint(&output.unwrap());
        assert!(sentence.contains(wanted), "{sentence}");
        let output = command.env("STATUS_NODE_PASSWORD", "").output();
        assert_eq!(complaint(&output.unwrap()), sentence);
    }
    let sentence = complaint(&home.run(&["account", "password"]));
    assert!(sentence.contains("--new-password-file"), "{sentence}");
}
