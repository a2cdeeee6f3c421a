//! What is not acknowledged is sent again, as the back-off says, also after a restart.
#![cfg(test)]

mod support;

use status_mvds::{BackOff, Bounded, Config, Draft, Event, GivenUp, GroupSettings};
use support::*;

/// The epochs in which a node sends something to a peer that never answers.
fn sending_epochs(back_off: BackOff, until: u64) -> Vec<u64> {
    let config = Config {
        back_off,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, GroupSettings::default());
    alice.append(&group, "anybody?", 0);
    (0..until)
        .filter(|epoch| {
            alice.timeout(epoch * EPOCH);
            !alice.transmit(epoch * EPOCH).is_empty()
        })
        .collect()
}

#[test]
fn by_the_policy_that_was_chosen() {
    // First sends at once, so that the deployed sequence begins at 0.
    assert_eq!(
        sending_epochs(BackOff::DeployedV0_0_23, 60),
        [0, 2, 8, 22, 52]
    );
    assert_eq!(sending_epochs(BackOff::Master, 30), [0, 2, 6, 12, 20]);
    let bounded = BackOff::Bounded(Bounded {
        first: 4,
        bound: 10,
        jitter: 0,
    });
    assert_eq!(sending_epochs(bounded, 45), [0, 4, 12, 22, 32, 42]);
}

#[test]
fn the_timer_names_the_time_of_the_next_one() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    assert_eq!(alice.node.poll_timeout(), None);
    alice.append(&group, "anybody?", 0);
    alice.transmit(0);
    for _ in 0..10 {
        let at = alice.node.poll_timeout().unwrap();
        alice.timeout(at - 1);
        assert!(alice.transmit(at - 1).is_empty());
        alice.timeout(at);
        assert_eq!(alice.transmit(at).len(), 1);
    }
}

#[test]
fn an_epoch_touches_only_what_is_due() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    for number in 0..1_000 {
        alice.append(&group, format!("{number}"), 0);
    }
    let sent: usize = alice
        .transmit(0)
        .iter()
        .map(|packet| packet.payload.messages.len())
        .sum();
    assert_eq!(sent, 1_000);
    let before: Vec<_> = alice.node.records().collect();
    alice.timeout(EPOCH);
    assert!(alice.transmit(EPOCH).is_empty());
    assert_eq!(alice.node.records().collect::<Vec<_>>(), before);
}

#[test]
fn at_once_when_the_peer_comes_online() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    alice.append(&group, "anybody?", 0);
    for epoch in 0..20_000 {
        alice.timeout(epoch * EPOCH);
        alice.transmit(epoch * EPOCH);
    }
    let now = 20_000 * EPOCH;
    alice.timeout(now);
    assert!(
        alice.transmit(now).is_empty(),
        "the pause is ten minutes by now"
    );
    let wait = alice.node.poll_timeout().unwrap() - now;
    assert!(wait > 20 * EPOCH);
    alice.node.peer_online(&"bob".into(), now);
    assert_eq!(alice.transmit(now).len(), 1);
    let wait = alice.node.poll_timeout().unwrap() - now;
    assert!(wait <= 20 * EPOCH, "the pauses begin anew");
    // Being told so again and again sends nothing more often than the first pause.
    for turn in 0..10 {
        alice.node.peer_online(&"bob".into(), now + turn);
        assert!(alice.transmit(now + turn).is_empty());
    }
}

#[test]
fn after_a_restart() {
    let ([mut alice, bob], group) = pair(Config::default(), GroupSettings::default());
    alice.append(&group, "kept", 0);
    alice.transmit(0);
    alice.append(&group, "accepted and never sent", 0);
    alice.restart(60_000);
    let mut sides = [alice, bob];
    run(&mut sides, 60_000, 1, &mut nothing_lost);
    assert_eq!(
        sides[1].bodies(),
        ["accepted and never sent", "kept"],
        "in the order of being due"
    );
}

#[test]
fn time_that_passed_while_the_node_was_down_counts() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    alice.append(&group, "kept", 0);
    alice.transmit(0);
    let due = alice.node.poll_timeout().unwrap();
    alice.restart(due - EPOCH);
    assert_eq!(alice.node.poll_timeout(), Some(due));
    alice.restart(due + 1);
    alice.timeout(due + 1);
    assert_eq!(alice.transmit(due + 1).len(), 1);
}

#[test]
fn until_the_deadline_that_the_application_set_and_no_longer() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let draft = Draft {
        deadline: Some(30_000),
        ..Draft::from("soon or never")
    };
    let id = alice.append(&group, draft, 0);
    let patient = alice.append(&group, "whenever", 0);
    alice.transmit(0);
    alice.restart(1_000);
    alice.timeout(29_999);
    assert_eq!(alice.node.record_count(), 2);
    alice.transmit(29_999);
    alice.ledger.clear();
    assert_eq!(alice.node.poll_timeout(), Some(30_000));
    alice.timeout(30_000);
    let given_up = Event::GivenUp {
        message: id,
        peer: "bob".into(),
        reason: GivenUp::Deadline,
    };
    assert_eq!(alice.ledger, [given_up]);
    let left: Vec<_> = alice.node.records().map(|record| record.message).collect();
    assert_eq!(left, [patient]);
}

#[test]
fn a_deadline_after_the_last_acknowledgement_is_none() {
    let ([mut alice, bob], group) = pair(Config::default(), GroupSettings::default());
    let draft = Draft {
        deadline: Some(30_000),
        ..Draft::from("soon or never")
    };
    alice.append(&group, draft, 0);
    let mut sides = [alice, bob];
    exchange(&mut sides, 0, nothing_lost);
    assert_eq!(sides[0].node.poll_timeout(), None);
    sides[0].timeout(40_000);
    let given_up = |event: &Event| matches!(event, Event::GivenUp { .. });
    assert!(!sides[0].ledger.iter().any(given_up));
}
