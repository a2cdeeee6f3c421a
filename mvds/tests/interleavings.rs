//! Whatever happens in whatever order, the indices in memory agree with the store, nothing is handed
//! over twice, and in the end everything has arrived and nothing is owed.
#![cfg(test)]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};
use status_mvds::{
    Config, Dependencies, Draft, FirstSend, GroupId, GroupSettings, MessageId, Mode, Node, Payload,
};
use std::collections::BTreeSet;
use support::*;

#[derive(Debug, Clone)]
enum Action {
    Append {
        side: usize,
        ephemeral: bool,
    },
    Deliver(usize),
    Duplicate(usize),
    Lose(usize),
    Restart(usize),
    Pass(u64),
    Online(usize),
    /// Somebody outside of the group repeats what is on the wire as their own.
    Replay(usize),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0..2usize, prop::bool::weighted(0.1))
            .prop_map(|(side, ephemeral)| Action::Append { side, ephemeral }),
        6 => any::<usize>().prop_map(Action::Deliver),
        2 => any::<usize>().prop_map(Action::Duplicate),
        2 => any::<usize>().prop_map(Action::Lose),
        1 => (0..2usize).prop_map(Action::Restart),
        3 => (0..40u64).prop_map(Action::Pass),
        1 => (0..2usize).prop_map(Action::Online),
        1 => any::<usize>().prop_map(Action::Replay),
    ]
}

fn settings() -> impl Strategy<Value = (Config, GroupSettings)> {
    let mode = prop_oneof![Just(Mode::Batch), Just(Mode::Interactive)];
    let dependencies = prop_oneof![
        Just(Dependencies::Ignored),
        Just(Dependencies::Eventual),
        Just(Dependencies::Causal),
    ];
    let first_send = prop_oneof![Just(FirstSend::Immediate), Just(FirstSend::NextEpoch)];
    (mode, dependencies, first_send, 100..500usize).prop_map(
        |(mode, dependencies, first_send, max_payload)| {
            let config = Config {
                first_send,
                max_payload,
                ..Config::default()
            };
            let settings = GroupSettings {
                mode,
                dependencies,
                relay: false,
            };
            (config, settings)
        },
    )
}

/// What a restart would bring back is what is there.
fn agrees_with_its_store(side: &Side, now: u64) {
    let mut store = side.store.clone();
    let config = side.node.config().clone();
    let again = Node::load(config, &mut store, &mut StdRng::seed_from_u64(9), now).unwrap();
    let records = |node: &Node| {
        let records = node.records();
        let keys = records.map(|r| (r.peer, r.group, r.message, r.kind, r.count));
        keys.collect::<BTreeSet<_>>()
    };
    assert_eq!(records(&side.node), records(&again));
    assert_eq!(side.node.held_count(), again.held_count());
    assert!(again.epoch() <= side.node.epoch());
}

fn ids(side: &Side) -> Vec<MessageId> {
    side.delivered.iter().map(|delivery| delivery.id).collect()
}

struct Wire {
    sides: [Side; 2],
    group: GroupId,
    packets: Vec<Packet>,
    appended: [BTreeSet<MessageId>; 2],
    now: u64,
}

impl Wire {
    fn copy(&self, which: usize) -> Option<(usize, Payload)> {
        let packet = self.packets.get(which % self.packets.len().max(1))?;
        Some((self.position(packet), packet.payload.clone()))
    }

    fn position(&self, packet: &Packet) -> usize {
        usize::from(packet.to == self.sides[1].id)
    }

    fn act(&mut self, action: Action, number: usize) {
        match action {
            Action::Append { side, ephemeral } => {
                let draft = Draft {
                    ephemeral,
                    ..Draft::from(format!("{number}"))
                };
                let id = self.sides[side].append(&self.group, draft, self.now);
                if !ephemeral {
                    self.appended[side].insert(id);
                }
            }
            Action::Deliver(which) | Action::Duplicate(which) => {
                if let Some((to, payload)) = self.copy(which) {
                    let from = self.sides[1 - to].id.clone();
                    self.sides[to].receive(&from, payload, self.now);
                    if matches!(action, Action::Deliver(_)) {
                        self.packets.swap_remove(which % self.packets.len());
                    }
                }
            }
            Action::Lose(which) if !self.packets.is_empty() => {
                self.packets.swap_remove(which % self.packets.len());
            }
            Action::Lose(_) => {}
            Action::Restart(side) => self.sides[side].restart(self.now),
            Action::Pass(epochs) => {
                self.now += epochs * EPOCH;
                for side in &mut self.sides {
                    side.timeout(self.now);
                }
            }
            Action::Online(side) => {
                let peer = self.sides[1 - side].id.clone();
                self.sides[side].node.peer_online(&peer, self.now);
            }
            Action::Replay(which) => {
                if let Some((to, payload)) = self.copy(which) {
                    self.sides[to].receive(&"mallory".into(), payload, self.now);
                }
            }
        }
        for side in &mut self.sides {
            self.packets.extend(side.transmit(self.now));
            agrees_with_its_store(side, self.now);
        }
        let ours = [&self.sides[0].id, &self.sides[1].id];
        self.packets.retain(|packet| ours.contains(&&packet.to));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn keep_the_guarantees(
        (config, settings) in settings(),
        actions in vec(action(), 0..60),
    ) {
        let (sides, group) = pair(config, settings);
        let mut wire = Wire {
            sides,
            group,
            packets: Vec::new(),
            appended: Default::default(),
            now: 0,
        };
        for (number, action) in actions.into_iter().enumerate() {
            wire.act(action, number);
        }
        let now = wire.now;
        run(&mut wire.sides, now, 14_000, &mut nothing_lost);
        for (side, other) in [(0, 1), (1, 0)] {
            let delivered = ids(&wire.sides[side]);
            let distinct: BTreeSet<_> = delivered.iter().copied().collect();
            prop_assert_eq!(distinct.len(), delivered.len(), "handed over twice");
            prop_assert!(wire.appended[other].is_subset(&distinct), "lost");
            prop_assert!(wire.sides[side].node.poll_timeout().is_none());
        }
    }
}
