//! Known problem 15: groups diverge. Here membership is a function of the set of events: whatever
//! their order and repetition, everybody who knows the same events sees the same group, or the same
//! conflict by name.
#![cfg(test)]

mod common;

use common::{any_events, creation, group_id, resigned};
use proptest::prelude::*;
use status_payload::{DeployedGroup, Group, GroupEvent, NoGroup, Person, Rules, Target};

fn rebuild(events: Vec<GroupEvent>, rules: Rules) -> Result<Group, NoGroup> {
    Group::rebuild(group_id(), events, rules)
}

fn any_rules() -> impl Strategy<Value = Rules> {
    prop_oneof![Just(Rules::Deployed), Just(Rules::Strict)]
}

/// Events, and the same in another order with some of them twice or thrice.
fn shuffled() -> impl Strategy<Value = (Vec<GroupEvent>, Vec<GroupEvent>)> {
    any_events().prop_flat_map(|events| {
        let again = proptest::sample::subsequence(events.clone(), 0..=events.len());
        again.prop_flat_map(move |again| {
            let all = [events.clone(), again.clone(), again].concat();
            (Just(events.clone()), Just(all).prop_shuffle())
        })
    })
}

fn same_people(people: &[Person], targets: &[Target]) -> bool {
    let targets = targets.iter().map(Target::person);
    people.iter().map(Some).eq(targets)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_order_and_repetition((events, shuffled) in shuffled(), rules in any_rules()) {
        prop_assert_eq!(rebuild(events, rules), rebuild(shuffled, rules));
    }

    #[test]
    fn in_one_update_or_in_many(
        (events, shuffled) in shuffled(),
        rules in any_rules(),
        size in 1usize..7,
    ) {
        let at_once = rebuild([events, vec![creation()]].concat(), rules).unwrap();
        let mut bit_by_bit = rebuild(vec![creation()], rules).unwrap();
        for update in shuffled.chunks(size) {
            let merged = bit_by_bit.merge(update.to_vec()).unwrap();
            prop_assert_eq!(merged.new.len() + merged.known, update.len());
        }
        prop_assert_eq!(bit_by_bit, at_once);
    }

    #[test]
    fn a_second_signature_of_the_same_author_is_no_second_event(
        (events, shuffled) in shuffled(),
        rules in any_rules(),
    ) {
        let resigned: Vec<_> = shuffled.iter().map(resigned).collect();
        for (one, other) in resigned.iter().zip(&shuffled) {
            prop_assert_eq!(one.author(), other.author());
            prop_assert_ne!(one.signature(), other.signature());
        }
        let both = rebuild([events.clone(), resigned.clone()].concat(), rules);
        let reverse = rebuild([resigned, events.clone()].concat(), rules);
        prop_assert_eq!(&both, &reverse);
        let Ok(both) = both else { return Ok(()) };
        let alone = rebuild(events.clone(), rules).unwrap();
        prop_assert_eq!(both.events().len(), alone.events().len());
        prop_assert_eq!(both.members(), alone.members());
        prop_assert_eq!(both.admins(), alone.admins());
        prop_assert_eq!(both.joined(), alone.joined());
        prop_assert_eq!(both.name(), alone.name());
        // By merging, too, the order of arrival leaves no trace.
        let mut merged = alone;
        prop_assert_eq!(merged.merge(shuffled.iter().map(common::resigned).collect()).unwrap().new, []);
        prop_assert_eq!(merged, both);
    }

    #[test]
    fn refused_events_change_nothing_but_stay(events in any_events(), rules in any_rules()) {
        let Ok(group) = rebuild(events, rules) else { return Ok(()) };
        let effective: Vec<_> = group.effective().cloned().collect();
        prop_assert_eq!(effective.len() + group.refused().count(), group.events().len());
        let without = rebuild(effective, rules).unwrap();
        prop_assert_eq!(without.refused().count(), 0);
        prop_assert_eq!(without.members(), group.members());
        prop_assert_eq!(without.admins(), group.admins());
        prop_assert_eq!(without.joined(), group.joined());
        prop_assert_eq!(without.name(), group.name());
    }

    #[test]
    fn deployed_clients_accept_what_is_sent_and_see_the_same(
        events in any_events(),
        rules in any_rules(),
    ) {
        let Ok(group) = rebuild(events, rules) else { return Ok(()) };
        let update = group.update(None);
        let sent: Result<Vec<_>, _> = update
            .events
            .iter()
            .map(|event| GroupEvent::decode(&update.chat_id, event.clone()))
            .collect();
        let theirs = DeployedGroup::rebuild(&update.chat_id, sent.unwrap()).unwrap();
        prop_assert!(same_people(group.members(), theirs.members()));
        prop_assert!(same_people(group.admins(), theirs.admins()));
        prop_assert!(same_people(group.joined(), theirs.joined()));
        prop_assert_eq!(group.name(), theirs.name());
        prop_assert_eq!(group.last_clock(), theirs.last_clock());
    }

    #[test]
    fn who_joined_is_a_member_and_nobody_is_listed_twice(
        events in any_events(),
        rules in any_rules(),
    ) {
        let Ok(group) = rebuild(events, rules) else { return Ok(()) };
        prop_assert!(group.joined().iter().all(|person| group.members().contains(person)));
        if rules == Rules::Strict {
            prop_assert!(group.admins().iter().all(|person| group.members().contains(person)));
        }
        for people in [group.members(), group.admins(), group.joined()] {
            let distinct: std::collections::HashSet<_> = people.iter().collect();
            prop_assert_eq!(distinct.len(), people.len());
        }
    }
}

#[test]
fn an_event_that_comes_before_what_allows_it_takes_effect_later() {
    use common::{Change, person};
    use status_payload::{EventKind, EventRefusal};
    let invitation = Change::new(0, 11, EventKind::MembersAdded)
        .targets(&[1])
        .sign();
    let joining = Change::new(1, 12, EventKind::MemberJoined).sign();
    let mut group = rebuild(vec![creation(), joining.clone()], Rules::Deployed).unwrap();
    let refused: Vec<_> = group.refused().collect();
    assert_eq!(refused, [(&joining, EventRefusal::NotInvited)]);
    assert!(!group.joined().contains(&person(1)));
    group.merge(vec![invitation]).unwrap();
    assert_eq!(group.refused().count(), 0);
    assert_eq!(group.joined(), [person(0), person(1)]);
}

#[test]
fn equal_clocks_have_an_order_and_are_named() {
    use common::{Change, person};
    use status_payload::EventKind;
    let events = [
        Change::new(0, 10, EventKind::Created).name("group"),
        Change::new(0, 10, EventKind::MembersAdded).targets(&[1, 2]),
        Change::new(1, 10, EventKind::MemberJoined),
        Change::new(0, 12, EventKind::AdminsAdded).targets(&[1]),
        Change::new(0, 20, EventKind::NameChanged).name("name of the founder"),
        Change::new(1, 20, EventKind::NameChanged).name("name of the other"),
    ];
    let mut events: Vec<_> = events.iter().map(Change::sign).collect();
    events.reverse();
    let group = rebuild(events, Rules::Deployed).unwrap();
    assert_eq!(group.refused().count(), 0);
    assert_eq!(group.equal_clocks(), [10, 20]);
    assert_eq!(group.joined(), [person(0), person(1)]);
    let last = if person(0) > person(1) {
        "name of the founder"
    } else {
        "name of the other"
    };
    assert_eq!(group.name(), last);
}
