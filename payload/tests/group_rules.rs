//! Every rule for events of groups by itself, with its reason, and where the rules differ.
#![cfg(test)]

mod common;

use common::{Change, creation, group_id, key, person};
use status_payload::EventKind::*;
use status_payload::{
    DeployedGroup, DeployedRefusal, EventKind, EventRefusal, Group, GroupEvent, MergeRefusal,
    NoGroup, Rules, Target, wire,
};

/// A group of person 0 with members 1 and 2, of whom 1 joined; `change` comes last.
fn after(change: &Change) -> Vec<GroupEvent> {
    vec![
        creation(),
        Change::new(0, 11, MembersAdded).targets(&[1, 2]).sign(),
        Change::new(1, 12, MemberJoined).sign(),
        change.sign(),
    ]
}

fn change(author: usize, kind: EventKind) -> Change {
    Change::new(author, 20, kind)
}

/// Why `change` is refused in a set, by the deployed and by the strict rules.
fn refusals(change: &Change) -> [Option<EventRefusal>; 2] {
    [Rules::Deployed, Rules::Strict].map(|rules| {
        let group = Group::rebuild(group_id(), after(change), rules).unwrap();
        let refusals: Vec<_> = group.refused().map(|(_, refusal)| refusal).collect();
        refusals.first().copied()
    })
}

/// Why `change` makes a deployed client refuse its update.
fn deployed(change: &Change) -> Option<EventRefusal> {
    match DeployedGroup::rebuild(group_id().as_str(), after(change)) {
        Ok(_) => None,
        Err(DeployedRefusal::Event { author, reason }) => {
            assert_eq!(*author, person(change.author));
            Some(reason)
        }
        Err(refusal) => panic!("{refusal}"),
    }
}

#[test]
fn each_rule_has_its_reason_in_both_modes() {
    use EventRefusal::*;
    let refused = |change: Change, reason| {
        assert_eq!(refusals(&change), [Some(reason); 2], "{change:?}");
        assert_eq!(deployed(&change), Some(reason), "{change:?}");
    };
    refused(change(0, Created).name("again"), SecondCreation);
    refused(change(1, NameChanged).name("x"), NotAdmin);
    refused(change(0, NameChanged), EmptyName);
    refused(change(1, MembersAdded).targets(&[3]), NotAdmin);
    refused(change(3, MemberJoined), NotInvited);
    refused(change(1, MemberRemoved).targets(&[2]), NotAdmin);
    refused(change(0, MemberRemoved), NotOneTarget { count: 0 });
    refused(
        change(0, MemberRemoved).targets(&[1, 2]),
        NotOneTarget { count: 2 },
    );
    refused(change(1, MemberRemoved).targets(&[0]), NotAdmin);
    refused(change(1, AdminsAdded).targets(&[1]), NotAdmin);
    refused(change(0, AdminsAdded).targets(&[3]), NotMembers);
    refused(change(0, AdminsAdded), NotMembers);
    refused(change(1, AdminRemoved).targets(&[1]), NotAdmin);
    refused(change(0, AdminRemoved).targets(&[1]), NotOneself);
    refused(change(0, AdminRemoved), NotOneTarget { count: 0 });
    for kind in [0, 8, -1, i32::MAX] {
        refused(change(0, EventKind::from(kind)), UnknownKind { kind });
    }
}

#[test]
fn what_is_allowed_has_its_effect() {
    let group = |change: Change| {
        let events = after(&change);
        let group = Group::rebuild(group_id(), events.clone(), Rules::Strict).unwrap();
        assert_eq!(group.refused().count(), 0, "{change:?}");
        assert!(DeployedGroup::rebuild(group_id().as_str(), events).is_ok());
        group
    };
    assert_eq!(group(change(0, NameChanged).name("x")).name(), "x");
    let invited = group(change(0, MembersAdded).targets(&[3, 1]));
    assert_eq!(invited.members(), [0, 1, 2, 3].map(person));
    assert_eq!(
        group(change(2, MemberJoined)).joined(),
        [0, 1, 2].map(person)
    );
    let removed = group(change(0, MemberRemoved).targets(&[1]));
    assert_eq!(removed.members(), [0, 2].map(person));
    assert_eq!(removed.joined(), [person(0)]);
    assert_eq!(
        group(change(1, MemberRemoved).targets(&[1])).joined(),
        [person(0)]
    );
    let left = group(change(0, MemberRemoved).targets(&[0]));
    assert!(left.admins().is_empty());
    assert_eq!(left.members(), [1, 2].map(person));
    assert_eq!(
        group(change(0, AdminsAdded).targets(&[1])).admins(),
        [0, 1].map(person)
    );
    assert!(
        group(change(0, AdminRemoved).targets(&[0]))
            .admins()
            .is_empty()
    );
}

#[test]
fn an_admin_is_removed_by_nobody_else() {
    let mut events = after(&change(0, AdminsAdded).targets(&[1]));
    events.push(Change::new(0, 21, MemberRemoved).targets(&[1]).sign());
    let group = Group::rebuild(group_id(), events.clone(), Rules::Deployed).unwrap();
    let refused: Vec<_> = group.refused().map(|(_, refusal)| refusal).collect();
    assert_eq!(refused, [EventRefusal::TargetIsAdmin]);
    assert!(matches!(
        DeployedGroup::rebuild(group_id().as_str(), events),
        Err(DeployedRefusal::Event {
            reason: EventRefusal::TargetIsAdmin,
            ..
        })
    ));
}

#[test]
fn the_strict_rules_ask_for_more() {
    let strict = |change: Change, reason| {
        assert_eq!(refusals(&change), [None, Some(reason)], "{change:?}");
        assert_eq!(deployed(&change), None, "{change:?}");
    };
    strict(
        change(0, AdminsAdded).targets(&[1, 3]),
        EventRefusal::NotMembers,
    );
    strict(change(0, MembersAdded), EventRefusal::NoTargets);
    strict(
        change(0, MemberRemoved).targets(&[3]),
        EventRefusal::NoMember,
    );
    strict(
        change(3, MemberRemoved).targets(&[3]),
        EventRefusal::NoMember,
    );
    let uuid = format!("no-uuid-{}", person(0)).parse().unwrap();
    assert_eq!(
        Group::rebuild(uuid, Vec::new(), Rules::Strict),
        Err(NoGroup::NoUuid)
    );
}

#[test]
fn a_set_takes_nobody_whom_no_key_names() {
    let nobody = change(0, MembersAdded).targets(&[3, 7]);
    assert_eq!(refusals(&nobody), [Some(EventRefusal::NotAPerson); 2]);
    // As deployed the text is a member, and the group can send nothing any more.
    let group = DeployedGroup::rebuild(group_id().as_str(), after(&nobody)).unwrap();
    assert_eq!(
        group.members().last(),
        Some(&Target::Other("nobody 7".into()))
    );
    // An event that concerns nobody may say what it likes.
    let joins = change(2, MemberJoined).targets(&[7]);
    assert_eq!(refusals(&joins), [None; 2]);
}

#[test]
fn a_group_is_created_once_and_by_whom_its_id_names() {
    let early = Change::new(0, 9, NameChanged).name("x").sign();
    let usurper = Change::new(1, 5, Created).name("mine").sign();
    let events = vec![creation(), early, usurper];
    let group = Group::rebuild(group_id(), events.clone(), Rules::Deployed).unwrap();
    let refused: Vec<_> = group.refused().map(|(_, refusal)| refusal).collect();
    assert_eq!(
        refused,
        [EventRefusal::NotTheCreator, EventRefusal::BeforeCreation]
    );
    assert_eq!((group.name(), group.members()), ("group", &[person(0)][..]));
    assert_eq!(
        Group::rebuild(group_id(), events[1..].to_vec(), Rules::Deployed),
        Err(NoGroup::NoCreation { events: 2 })
    );
    // When all have left, the deployed code lets anybody create the group once more.
    let left = Change::new(0, 11, MemberRemoved).targets(&[0]).sign();
    let again = Change::new(3, 12, Created).name("mine").sign();
    let events = vec![creation(), left, again];
    let group = Group::rebuild(group_id(), events.clone(), Rules::Deployed).unwrap();
    assert!(group.members().is_empty());
    let theirs = DeployedGroup::rebuild(group_id().as_str(), events).unwrap();
    assert_eq!(theirs.members(), [Target::Person(person(3))]);
}

#[test]
fn the_deployed_code_merges_what_stands_by_itself() {
    let known = DeployedGroup::rebuild(group_id().as_str(), vec![creation()]).unwrap();
    let joining = Change::new(1, 12, MemberJoined).sign();
    assert!(matches!(
        known.merge(vec![joining]),
        Err(MergeRefusal::Update(_))
    ));
    assert_eq!(
        known.merge(Vec::new()),
        Err(MergeRefusal::Update(DeployedRefusal::ChatId))
    );
    let update = after(&change(0, NameChanged).name("x"));
    let merged = known.merge(update.clone()).unwrap();
    assert_eq!((merged.name(), merged.events().len()), ("x", 4));
    assert_eq!(merged.last_clock(), 20);
    assert_eq!(merged.merge(update).unwrap(), merged);
    // Two updates that contradict each other leave what was known.
    let promoted = after(&change(0, AdminsAdded).targets(&[1]));
    let removed = after(&Change::new(0, 15, MemberRemoved).targets(&[1]));
    let known = DeployedGroup::rebuild(group_id().as_str(), removed).unwrap();
    assert!(matches!(
        known.merge(promoted),
        Err(MergeRefusal::Together(_))
    ));
}

#[test]
fn an_event_belongs_to_one_group() {
    let moved = format!("x-{}", person(0));
    let event = GroupEvent::decode(&moved, creation().as_bytes().clone());
    assert_ne!(event.unwrap().author(), &person(0));
    let mut bytes = creation().as_bytes().to_vec();
    let last = bytes.len() - 1;
    bytes[last - 2] ^= 1;
    if let Ok(event) = GroupEvent::decode(group_id().as_str(), bytes.into()) {
        assert_ne!(event.author(), &person(0));
    }
}

/// New names by the founder, each of so many bytes and none like the one before.
fn renamed(clocks: std::ops::Range<u64>, len: usize) -> Vec<GroupEvent> {
    let rename = |clock: u64| {
        let letter = if clock.is_multiple_of(2) { "x" } else { "y" };
        let rename = wire::MembershipUpdateEvent {
            clock,
            name: letter.repeat(len),
            r#type: NameChanged.number(),
            ..Default::default()
        };
        GroupEvent::sign(&key(0), group_id().as_str(), &rename)
    };
    clocks.map(rename).collect()
}

#[test]
fn a_group_is_bounded_and_keeps_its_state_when_full() {
    let mut group = Group::rebuild(group_id(), vec![creation()], Rules::Deployed).unwrap();
    let before = group.clone();
    let error = group.merge(renamed(11..41, 40_000));
    assert!(matches!(error, Err(NoGroup::TooManyBytes { bytes }) if bytes > Group::MAX_BYTES));
    assert_eq!(group, before);
    let error = group.merge(renamed(11..12 + Group::MAX_EVENTS as u64, 1));
    assert!(matches!(error, Err(NoGroup::TooManyEvents { .. })));
    assert_eq!(group, before);
}

#[test]
fn nobody_but_an_admin_fills_a_group() {
    let events = after(&change(0, NameChanged).name("x"));
    let alone = Group::rebuild(group_id(), events, Rules::Deployed).unwrap();
    let mut group = alone.clone();
    // A stranger invites itself and a member joins over and over, as often as a group has room.
    let flood = |kind: EventKind, author: usize| {
        let half = Group::MAX_EVENTS as u64 / 2;
        (0..half).map(move |clock| Change::new(author, 100 + clock, kind).targets(&[4]).sign())
    };
    let flood: Vec<_> = flood(MembersAdded, 4)
        .chain(flood(MemberJoined, 1))
        .collect();
    let merged = group.merge(flood.clone()).unwrap();
    assert_eq!(merged.new.len(), Group::MAX_EVENTS);
    assert_eq!(merged.dropped, alone.events().len());
    assert_eq!(group.events().len(), Group::MAX_EVENTS);
    let invited = Change::new(0, 9_000, MembersAdded).targets(&[3]).sign();
    let merged = group.merge(vec![invited]).unwrap();
    assert_eq!(merged.dropped, 1);
    assert_eq!(group.members(), [0, 1, 2, 3].map(person));
    assert_eq!(
        (group.name(), group.joined()),
        (alone.name(), alone.joined())
    );
    // Those without effect went first, then those that change nothing.
    let refused = group.refused().count();
    assert!(refused < Group::MAX_EVENTS / 2 && refused > 0);
    assert_eq!(group.effective().count() + refused, Group::MAX_EVENTS);
}

#[test]
fn who_lost_the_right_can_still_write_the_past() {
    // No clock is too old, and a set knows no order of arrival.
    let promoted = Change::new(0, 13, AdminsAdded).targets(&[1]).sign();
    let stepped_down = Change::new(1, 20, AdminRemoved).targets(&[1]).sign();
    let mut events = after(&change(2, MemberJoined));
    events.extend([promoted, stepped_down]);
    let mut group = Group::rebuild(group_id(), events, Rules::Strict).unwrap();
    let late = Change::new(1, 30, NameChanged).name("late").sign();
    let backdated = Change::new(1, 19, NameChanged).name("backdated").sign();
    group.merge(vec![late.clone(), backdated]).unwrap();
    assert_eq!(group.name(), "backdated");
    let refused: Vec<_> = group.refused().collect();
    assert_eq!(refused, [(&late, EventRefusal::NotAdmin)]);
}
