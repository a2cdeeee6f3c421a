//! People and events for the tests of groups.
#![cfg(test)]
#![allow(
    dead_code,
    reason = "each test file compiles this module for itself and uses a part of it"
)]

use proptest::prelude::*;
use secp256k1::{Secp256k1, SecretKey};
use status_payload::{EventKind, GroupEvent, GroupId, Person, wire};

/// A time within the clocks of the tests.
pub(crate) const NOW_MS: u64 = 1_590_232_902_104;

/// How many people there are.
pub(crate) const PEOPLE: usize = 5;

pub(crate) fn key(index: usize) -> SecretKey {
    SecretKey::from_byte_array([index as u8 + 1; 32]).unwrap()
}

pub(crate) fn person(index: usize) -> Person {
    key(index).public_key(&Secp256k1::new()).into()
}

/// The group of person 0.
pub(crate) fn group_id() -> GroupId {
    let uuid = "a09c5e52-1234-4321-abcd-1234567890ab";
    format!("{uuid}-{}", person(0)).parse().unwrap()
}

/// A change before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) author: usize,
    pub(crate) clock: u64,
    pub(crate) kind: i32,
    pub(crate) name: &'static str,
    /// From [`PEOPLE`] on, texts that are no key.
    pub(crate) targets: Vec<usize>,
}

impl Change {
    pub(crate) fn new(author: usize, clock: u64, kind: EventKind) -> Self {
        Self {
            author,
            clock,
            kind: kind.number(),
            name: "",
            targets: Vec::new(),
        }
    }

    pub(crate) fn name(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn targets(mut self, targets: &[usize]) -> Self {
        self.targets = targets.to_vec();
        self
    }

    pub(crate) fn sign(&self) -> GroupEvent {
        let name = |target: &usize| match target {
            0..PEOPLE => person(*target).to_string(),
            other => format!("nobody {other}"),
        };
        let change = wire::MembershipUpdateEvent {
            clock: self.clock,
            members: self.targets.iter().map(name).collect(),
            name: self.name.into(),
            r#type: self.kind,
        };
        GroupEvent::sign(&key(self.author), group_id().as_str(), &change)
    }
}

/// The creation by person 0 at clock 10.
pub(crate) fn creation() -> GroupEvent {
    Change::new(0, 10, EventKind::Created).name("group").sign()
}

/// Any change at all: mostly of the founder, with clocks that often collide.
pub(crate) fn any_change() -> impl Strategy<Value = Change> {
    let author = prop_oneof![2 => Just(0), 3 => 0..PEOPLE];
    let someone = || prop_oneof![20 => 0..PEOPLE, 1 => Just(PEOPLE)];
    let targets = prop_oneof![
        3 => proptest::collection::vec(someone(), 1),
        1 => proptest::collection::vec(someone(), 0..=3),
    ];
    (
        author,
        9u64..30,
        0..=8i32,
        prop_oneof!["", "a", "b"],
        targets,
    )
        .prop_map(|(author, clock, kind, name, targets)| Change {
            author,
            clock,
            kind,
            name: if name.is_empty() { "" } else { "name" },
            targets,
        })
}

/// Up to 30 signed changes, nearly always with the creation among them.
pub(crate) fn any_events() -> impl Strategy<Value = Vec<GroupEvent>> {
    let changes = proptest::collection::vec(any_change(), 0..30);
    (changes, prop::bool::weighted(0.95)).prop_map(|(changes, created)| {
        let mut events: Vec<_> = changes.iter().map(Change::sign).collect();
        if created {
            events.push(creation());
        }
        events
    })
}

/// The same event with the other signature of the same author: S replaced by the curve's order
/// minus S, which needs no key.
pub(crate) fn resigned(event: &GroupEvent) -> GroupEvent {
    const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let order = hex::decode(ORDER).unwrap();
    let mut bytes = event.as_bytes().to_vec();
    let mut borrow = 0i16;
    for place in (0..32).rev() {
        let difference = i16::from(order[place]) - i16::from(bytes[32 + place]) - borrow;
        borrow = i16::from(difference < 0);
        bytes[32 + place] = difference.rem_euclid(256) as u8;
    }
    bytes[64] ^= 1;
    GroupEvent::decode(group_id().as_str(), bytes.into()).unwrap()
}
