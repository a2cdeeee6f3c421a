//! A group as a list of actions, four bytes each: events of anybody, repetitions, second signatures,
//! and what members do through the interface. Whatever comes, the group is a function of the set of
//! its events, and deployed clients accept what it would send.

use crate::application_metadata::NOW_MS;
use bytes::Bytes;
use secp256k1::{Secp256k1, SecretKey};
use status_payload::{
    Action, DeployedGroup, Group, GroupEvent, GroupId, Person, Rules, Target, wire,
};
use std::sync::LazyLock;

const PEOPLE: usize = 5;

/// More would only make each run slower.
const MAX_ACTIONS: usize = 24;

struct World {
    keys: [SecretKey; PEOPLE],
    people: [Person; PEOPLE],
    id: GroupId,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let curve = Secp256k1::new();
    let keys = [1, 2, 3, 4, 5].map(|fill| SecretKey::from_byte_array([fill; 32]).expect("a key"));
    let people = keys.map(|key| Person::from(key.public_key(&curve)));
    let id = format!("a09c5e52-1234-4321-abcd-1234567890ab-{}", people[0]);
    World {
        keys,
        people,
        id: id.parse().expect("an id"),
    }
});

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let mut events = vec![creation()];
    let mut group = rebuild(&events, Rules::Deployed);
    for action in data.chunks_exact(4).take(MAX_ACTIONS) {
        let [who, what, when, whom] = *action else {
            return;
        };
        let author = usize::from(who) % PEOPLE;
        match who / PEOPLE as u8 % 8 {
            5 => events.push(events[usize::from(what) % events.len()].clone()),
            6 => {
                let event = resigned(&events[usize::from(what) % events.len()]);
                events.push(event);
            }
            7 => {
                let before = group.clone();
                let action = action_of(what, whom);
                match group.act(&WORLD.keys[author], action, NOW_MS + u64::from(when), 0) {
                    Ok(event) => {
                        assert!(event.clock() > before.last_clock());
                        events.push(event);
                    }
                    Err(_) => assert_eq!(group, before, "what fails changes nothing"),
                }
                continue;
            }
            _ => events.push(event(author, what, when, whom)),
        }
        let event = events.last().expect("one was pushed").clone();
        group.merge(vec![event]).expect("room for it");
    }
    assert_eq!(
        group,
        rebuild(&events, Rules::Deployed),
        "bit by bit or at once"
    );
    for rules in [Rules::Deployed, Rules::Strict] {
        let group = rebuild(&events, rules);
        let mut backwards = events.clone();
        backwards.reverse();
        assert_eq!(rebuild(&backwards, rules), group, "in any order");
        let sent = group.effective().cloned().collect();
        let theirs = DeployedGroup::rebuild(group.id().as_str(), sent).expect("others take it");
        let people = |targets: &[Target]| -> Vec<_> {
            targets.iter().filter_map(Target::person).copied().collect()
        };
        assert_eq!(people(theirs.members()), group.members());
        assert_eq!(people(theirs.admins()), group.admins());
        assert_eq!(people(theirs.joined()), group.joined());
        assert_eq!(theirs.name(), group.name());
    }
}

fn rebuild(events: &[GroupEvent], rules: Rules) -> Group {
    Group::rebuild(WORLD.id.clone(), events.to_vec(), rules).expect("it has its creation")
}

fn creation() -> GroupEvent {
    let change = wire::MembershipUpdateEvent {
        clock: 10,
        name: "group".into(),
        r#type: 1,
        ..Default::default()
    };
    GroupEvent::sign(&WORLD.keys[0], WORLD.id.as_str(), &change)
}

/// Any event: clocks that often collide, one bit for each target, the sixth for what is no key.
fn event(author: usize, what: u8, when: u8, whom: u8) -> GroupEvent {
    let mut members: Vec<_> = people(whom).iter().map(Person::to_string).collect();
    if whom & 0x20 != 0 {
        members.push("nobody".into());
    }
    let change = wire::MembershipUpdateEvent {
        clock: 1 + u64::from(when / 8),
        members,
        name: if what & 0x80 == 0 { "name" } else { "" }.into(),
        r#type: i32::from(what & 0x7f) % 10,
    };
    let event = GroupEvent::sign(&WORLD.keys[author], WORLD.id.as_str(), &change);
    let decoded = GroupEvent::decode(WORLD.id.as_str(), event.as_bytes().clone());
    assert_eq!(decoded.as_ref(), Ok(&event), "what was signed decodes");
    event
}

fn people(whom: u8) -> Vec<Person> {
    let named = |index: &usize| whom & (1 << index) != 0;
    (0..PEOPLE)
        .filter(named)
        .map(|index| WORLD.people[index])
        .collect()
}

fn action_of(what: u8, whom: u8) -> Action {
    let one = WORLD.people[usize::from(whom) % PEOPLE];
    match what % 7 {
        0 => Action::Invite(people(whom)),
        1 => Action::Join,
        2 => Action::Rename("renamed".into()),
        3 => Action::Remove(one),
        4 => Action::Promote(people(whom)),
        5 => Action::StepDown,
        _ => Action::Leave,
    }
}

/// The other signature of the same author: S becomes the order of the curve minus S.
fn resigned(event: &GroupEvent) -> GroupEvent {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36,
        0x41, 0x41,
    ];
    let mut bytes = event.as_bytes().to_vec();
    let mut borrow = 0;
    for place in (0..32).rev() {
        let difference = i16::from(ORDER[place]) - i16::from(bytes[32 + place]) - borrow;
        borrow = i16::from(difference < 0);
        bytes[32 + place] = difference.rem_euclid(256) as u8;
    }
    bytes[64] ^= 1;
    let resigned = GroupEvent::decode(WORLD.id.as_str(), Bytes::from(bytes)).expect("a signature");
    assert_eq!(resigned.author(), event.author());
    resigned
}
