//! Without a node that runs, the screen runs one.

use crate::common::network::relay;
use crate::people::ann_and_bob;
use crate::terminal::Terminal;
use crate::terminal::key::control;

#[test]
fn it_runs_a_node_of_its_own_for_as_long_as_it_is_shown() {
    let (_relay, enode) = relay();
    let (mut ann, bob) = ann_and_bob(&enode);
    assert_eq!(ann.node.terminate(), Some(0));
    let command = ["chat", &bob.key, "--peer", &enode];
    let mut screen = Terminal::start(&ann.home.command(&command), 80, 24);
    screen.until_shown("1 peer");
    screen.press("hello Bob\r");
    screen.until_shown("delivered");
    screen.until_like("a_node_of_its_own");
    let said = bob.run(&["messages", "--chat", &ann.key]);
    assert_eq!(said.last().unwrap()["text"], "hello Bob");
    // Other commands reach this node meanwhile.
    assert_eq!(ann.run(&["messages", "--chat", &bob.key]).len(), 1);
    screen.press(&control('q'));
    assert_eq!(screen.wait(), 0);
    // The folder is free again.
    assert_eq!(ann.run(&["messages", "--chat", &bob.key]).len(), 1);
}

#[test]
fn what_is_no_terminal_and_a_folder_without_an_account_are_named() {
    let home = crate::common::Home::new();
    let complaint = crate::common::complaint(&home.run(&["chat"]));
    assert!(complaint.contains("needs a terminal"), "{complaint}");
    let mut terminal = Terminal::start(&home.command(&["chat"]), 80, 24);
    terminal.until_shown("error: ");
    assert_eq!(terminal.wait(), 1);
    assert!(terminal.shown().contains("account"), "{}", terminal.shown());
}
