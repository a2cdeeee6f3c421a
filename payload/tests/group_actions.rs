//! Making one's own events: whatever was made, everybody accepts it, and no two have one clock.
#![cfg(test)]

mod common;

use common::{Change, NOW_MS, PEOPLE, creation, group_id, key, person};
use proptest::prelude::*;
use rand::SeedableRng as _;
use status_payload::{
    Action, CannotAct, ClockError, DeployedGroup, EventKind, EventRefusal, Group, MAX_AHEAD_MS,
    MembershipUpdate, Rules,
};
use std::collections::HashSet;

fn create() -> Group {
    let mut rng = rand::rngs::StdRng::seed_from_u64(6);
    Group::create(&key(0), "group", NOW_MS, &mut rng).unwrap()
}

fn act(group: &mut Group, who: usize, action: Action) -> Result<u64, CannotAct> {
    let event = group.act(&key(who), action, NOW_MS, 0)?;
    assert_eq!(event.author(), &person(who));
    Ok(event.clock())
}

#[test]
fn a_group_lives_through_every_action() {
    let mut group = create();
    assert_eq!((group.name(), group.id().creator()), ("group", &person(0)));
    assert!(group.id().has_uuid());
    let mut clocks = vec![group.last_clock()];
    let mut done = |who: usize, action: Action| {
        clocks.push(act(&mut group, who, action).unwrap());
        let events = group.events().to_vec();
        DeployedGroup::rebuild(group.id().as_str(), events).expect("deployed clients take it");
        group.clone()
    };
    done(0, Action::Invite(vec![person(1), person(2), person(3)]));
    done(1, Action::Join);
    assert_eq!(done(2, Action::Join).joined(), [0, 1, 2].map(person));
    assert_eq!(done(0, Action::Rename("new".into())).name(), "new");
    assert_eq!(
        done(0, Action::Promote(vec![person(1)])).admins(),
        [0, 1].map(person)
    );
    assert_eq!(
        done(1, Action::Remove(person(3))).members(),
        [0, 1, 2].map(person)
    );
    assert_eq!(done(0, Action::StepDown).admins(), [person(1)]);
    assert_eq!(done(2, Action::Leave).members(), [0, 1].map(person));
    assert_eq!(done(1, Action::Leave).members(), [person(0)]);
    assert!(clocks.is_sorted_by(|one, next| one < next), "{clocks:?}");
}

#[test]
fn what_others_would_refuse_is_not_made() {
    let mut group = create();
    act(&mut group, 0, Action::Invite(vec![person(1)])).unwrap();
    let before = group.clone();
    let mut refused = |who, action, reason| {
        assert_eq!(
            act(&mut group, who, action),
            Err(CannotAct::Refused(reason))
        );
        assert_eq!(group, before);
    };
    refused(1, Action::Rename("x".into()), EventRefusal::NotAdmin);
    refused(0, Action::Rename(String::new()), EventRefusal::EmptyName);
    refused(1, Action::Invite(vec![person(2)]), EventRefusal::NotAdmin);
    refused(0, Action::Invite(Vec::new()), EventRefusal::NoTargets);
    refused(2, Action::Join, EventRefusal::NotInvited);
    refused(1, Action::Remove(person(0)), EventRefusal::NotAdmin);
    refused(0, Action::Remove(person(3)), EventRefusal::NoMember);
    refused(
        0,
        Action::Promote(vec![person(1), person(2)]),
        EventRefusal::NotMembers,
    );
    refused(1, Action::StepDown, EventRefusal::NotAdmin);
    refused(3, Action::Leave, EventRefusal::NoMember);
}

#[test]
fn the_clock_follows_chat_and_time_and_leaves_out_what_is_taken() {
    let mut group = create();
    let rename = || Action::Rename("x".into());
    let event = group.act(&key(0), rename(), NOW_MS + 5, 0).unwrap();
    assert_eq!(event.clock(), NOW_MS + 5);
    let event = group.act(&key(0), rename(), NOW_MS, NOW_MS + 50).unwrap();
    assert_eq!(event.clock(), NOW_MS + 51);
    let ahead = NOW_MS + MAX_AHEAD_MS;
    let error = group.act(&key(0), rename(), NOW_MS, ahead);
    let too_high = ClockError::TooHigh {
        clock: ahead + 1,
        reference_ms: NOW_MS,
    };
    assert_eq!(error, Err(CannotAct::Clock(too_high)));
    assert_eq!(
        Group::create(&key(0), "x", 0, &mut rand::rngs::StdRng::seed_from_u64(1)),
        Err(CannotAct::Clock(ClockError::Zero))
    );
    // Events of a stranger have no effect; their clocks are left out, and push nobody ahead.
    let stranger = |clock| Change::new(4, clock, EventKind::MemberJoined).sign();
    let events = vec![creation(), stranger(11), stranger(12), stranger(99)];
    let mut group = Group::rebuild(group_id(), events, Rules::Deployed).unwrap();
    assert_eq!(group.act(&key(0), rename(), 11, 0).unwrap().clock(), 13);
}

#[test]
fn an_update_takes_the_group_to_its_members() {
    let mut group = create();
    act(&mut group, 0, Action::Invite(vec![person(1)])).unwrap();
    let message = status_payload::wire::ChatMessage {
        text: "welcome".into(),
        ..Default::default()
    };
    let update = group.update(Some(message.clone()));
    let read = MembershipUpdate::read(update.clone(), NOW_MS).unwrap();
    assert_eq!(
        read,
        MembershipUpdate::read_as_deployed(update, NOW_MS).unwrap()
    );
    assert_eq!((read.message(), read.refused()), (Some(&message), &[][..]));
    let id = read.chat_id().parse().unwrap();
    let theirs = Group::rebuild(id, read.into_events(), Rules::Deployed).unwrap();
    assert_eq!(theirs, group);
    assert!(!group.takes_message(&person(1), &person(0)));
    act(&mut group, 1, Action::Join).unwrap();
    assert!(group.takes_message(&person(1), &person(0)));
    assert!(!group.takes_message(&person(1), &person(2)));
}

fn any_action() -> impl Strategy<Value = Action> {
    let someone = || (0..PEOPLE).prop_map(person);
    let people = || proptest::collection::vec(someone(), 0..3);
    prop_oneof![
        2 => people().prop_map(Action::Invite),
        2 => Just(Action::Join),
        1 => "[a-c]?".prop_map(Action::Rename),
        1 => someone().prop_map(Action::Remove),
        1 => people().prop_map(Action::Promote),
        1 => Just(Action::StepDown),
        1 => Just(Action::Leave),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_two_events_have_the_same_clock_and_everybody_accepts_all(
        actions in proptest::collection::vec((0..PEOPLE, any_action(), 0..5u64), 1..25),
    ) {
        let mut group = create();
        let mut now_ms = NOW_MS;
        for (who, action, pause) in actions {
            now_ms += pause;
            let before = group.clone();
            match group.act(&key(who), action, now_ms, 0) {
                Ok(event) => prop_assert!(event.clock() > before.last_clock()),
                Err(_) => prop_assert_eq!(&group, &before),
            }
        }
        let clocks: HashSet<_> = group.events().iter().map(|event| event.clock()).collect();
        prop_assert_eq!(clocks.len(), group.events().len());
        prop_assert_eq!(group.refused().count(), 0);
        prop_assert!(group.equal_clocks().is_empty());
        let theirs = DeployedGroup::rebuild(group.id().as_str(), group.events().to_vec());
        let theirs = theirs.unwrap();
        prop_assert_eq!(theirs.events(), group.events());
    }
}
