//! Who chats in these tests: always the same accounts, so that names and keys on the screen are known.

use crate::common::STUCK;
use crate::common::network::Person;
use crate::terminal::Terminal;
use std::time::Instant;

/// Ann, in front of the screen.
const ANN: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

/// Bob, whom she knows.
const BOB: &str = "letter advice cage absurd amount doctor acoustic avoid letter advice cage above";

/// Eve, whom she does not.
const EVE: &str = "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong";

/// Ann and Bob, who are contacts, each with a running node; she has a chat with him.
pub(crate) fn ann_and_bob(relay: &str) -> (Person, Person) {
    let (ann, bob) = (Person::of_words(ANN, relay), Person::of_words(BOB, relay));
    ann.run(&["contact", "name", &bob.key, "Bob"]);
    ann.run(&["contact", "add", &bob.key]);
    bob.run(&["contact", "add", &ann.key]);
    ann.run(&["chats", "join", &bob.key]);
    (ann, bob)
}

/// Eve, with a running node.
pub(crate) fn eve(relay: &str) -> Person {
    Person::of_words(EVE, relay)
}

/// The screen of somebody whose node runs, of 80 columns and 24 lines.
pub(crate) fn screen(person: &Person) -> Terminal {
    Terminal::start(&person.home.command(&["chat"]), 80, 24)
}

/// Asks until something is so: the screen shows what it wants of the node before the node has done it.
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < STUCK, "never: {what}");
    }
}
