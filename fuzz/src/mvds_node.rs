//! Two nodes of data sync under any sequence of actions: packets are lost, repeated, reordered, nodes
//! restart at any step, members come and go, and somebody else sends them what it likes. In the
//! end the network heals: what was accepted has arrived once, and nothing is owed.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use rand::{SeedableRng, rngs::StdRng};
use status_mvds::{
    BackOff, Bounded, Config, Dependencies, Draft, Event, FirstSend, GivenUp, GroupId,
    GroupSettings, MemoryStore, Message, MessageId, Metadata, Mode, Node, Payload, PeerId,
    UnknownGroups,
};
use std::collections::BTreeSet;

const EPOCH: u64 = 300;
const MAX_ACTIONS: usize = 300;
/// Longer than any request is repeated and than any patience lasts with the settings below.
const HEALING: u64 = 2_000;

#[derive(Debug, Arbitrary)]
struct Settings {
    interactive: bool,
    dependencies: u8,
    next_epoch: bool,
    small_payloads: bool,
    refuse_unknown: bool,
    tight: bool,
}

#[derive(Debug, Arbitrary)]
enum Action {
    Append {
        side: bool,
        ephemeral: bool,
        deadline: Option<u8>,
    },
    Deliver {
        packet: u8,
    },
    Duplicate {
        packet: u8,
    },
    Lose {
        packet: u8,
    },
    Restart {
        side: bool,
    },
    Pass {
        epochs: u8,
    },
    Online {
        side: bool,
    },
    Rejoin {
        side: bool,
    },
    Hostile {
        side: bool,
        peer: u8,
        acks: Vec<Id>,
        requests: Vec<Id>,
        offers: Vec<Id>,
        message: Option<Forged>,
    },
}

/// An id that may exist.
#[derive(Debug, Arbitrary)]
enum Id {
    Known(u8),
    Invented(u8),
    Malformed(u8),
}

#[derive(Debug, Arbitrary)]
struct Forged {
    group: u8,
    body: u8,
    ephemeral: bool,
    parents: Vec<Id>,
}

struct Side {
    id: PeerId,
    node: Node,
    store: MemoryStore,
    delivered: BTreeSet<MessageId>,
    /// What was accepted and not given up, ephemeral messages apart.
    owed: BTreeSet<MessageId>,
}

impl Side {
    fn call<T, E: std::fmt::Debug>(
        &mut self,
        work: impl FnOnce(&mut Node, &mut MemoryStore) -> Result<T, E>,
    ) -> T {
        let done = work(&mut self.node, &mut self.store).expect("a store in memory does not fail");
        while let Some(event) = self.node.poll_event() {
            match event {
                Event::Delivered(delivery) => {
                    assert_eq!(delivery.id, delivery.message.id());
                    assert!(self.delivered.insert(delivery.id), "handed over twice");
                }
                Event::GivenUp {
                    message, reason, ..
                } => {
                    assert!(matches!(reason, GivenUp::Deadline | GivenUp::Removed));
                    self.owed.remove(&message);
                }
                _ => {}
            }
        }
        done
    }
}

struct World {
    sides: [Side; 2],
    group: GroupId,
    other: GroupId,
    settings: GroupSettings,
    wire: Vec<(usize, Payload)>,
    ids: Vec<MessageId>,
    now: u64,
    limit: usize,
}

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(settings) = Settings::arbitrary(&mut input) else {
        return;
    };
    let mut world = World::new(&settings);
    for _ in 0..MAX_ACTIONS {
        if input.is_empty() {
            break;
        }
        let Ok(action) = Action::arbitrary(&mut input) else {
            break;
        };
        world.act(action);
        world.fetch();
    }
    world.heal();
}

impl World {
    fn new(settings: &Settings) -> Self {
        let group_settings = GroupSettings {
            mode: match settings.interactive {
                true => Mode::Interactive,
                false => Mode::Batch,
            },
            dependencies: match settings.dependencies % 3 {
                0 => Dependencies::Ignored,
                1 => Dependencies::Eventual,
                _ => Dependencies::Causal,
            },
            relay: false,
        };
        let limit = if settings.small_payloads { 150 } else { 10_000 };
        let tight = |few, many| if settings.tight { few } else { many };
        let config = Config {
            back_off: BackOff::Bounded(Bounded {
                first: 3,
                bound: 50,
                jitter: 30,
            }),
            first_send: match settings.next_epoch {
                true => FirstSend::NextEpoch,
                false => FirstSend::Immediate,
            },
            unknown_groups: match settings.refuse_unknown {
                true => UnknownGroups::Refuse,
                false => UnknownGroups::Accept(group_settings),
            },
            max_payload: limit,
            max_requests_per_peer: tight(3, 1_000),
            max_acks_per_peer: tight(3, 1_000),
            max_strangers: tight(1, 100),
            max_held_per_peer: tight(2, 100),
            max_history: tight(2, 100),
            patience: 100 * EPOCH,
            ..Config::default()
        };
        let mut sides = ["alice", "bob"].map(|name| {
            let mut store = MemoryStore::new();
            let mut rng = StdRng::seed_from_u64(1);
            let node = Node::load(config.clone(), &mut store, &mut rng, 0);
            Side {
                id: name.into(),
                node: node.expect("a store in memory does not fail"),
                store,
                delivered: BTreeSet::new(),
                owed: BTreeSet::new(),
            }
        });
        let (group, other) = (GroupId::from("the two"), GroupId::from("with mallory"));
        for (side, peer) in sides.iter_mut().zip(["bob", "alice"]) {
            for (group, peer) in [(&group, peer), (&other, "mallory0")] {
                side.call(|node, store| node.add_group(store, group, group_settings));
                side.call(|node, store| node.add_peer(store, group, &peer.into()));
            }
        }
        Self {
            sides,
            group,
            other,
            settings: group_settings,
            wire: Vec::new(),
            ids: Vec::new(),
            now: 0,
            limit,
        }
    }

    fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::Append {
                side,
                ephemeral,
                deadline,
            } => {
                let draft = Draft {
                    deadline: deadline.map(|epochs| now + u64::from(epochs) * EPOCH),
                    ephemeral,
                    ..Draft::from(self.ids.len().to_le_bytes().to_vec())
                };
                let (side, group) = (&mut self.sides[usize::from(side)], &self.group);
                // A group without members refuses.
                let Ok(id) = side.node.append(&mut side.store, group, draft, now) else {
                    return;
                };
                if !ephemeral {
                    side.owed.insert(id);
                }
                self.ids.push(id);
            }
            Action::Deliver { packet } => {
                if let Some(index) = self.index(packet) {
                    let (to, payload) = self.wire.swap_remove(index);
                    self.bring(to, payload);
                }
            }
            Action::Duplicate { packet } => {
                if let Some(index) = self.index(packet) {
                    let (to, payload) = self.wire[index].clone();
                    self.bring(to, payload);
                }
            }
            Action::Lose { packet } => {
                if let Some(index) = self.index(packet) {
                    self.wire.swap_remove(index);
                }
            }
            Action::Restart { side } => {
                let side = &mut self.sides[usize::from(side)];
                let config = side.node.config().clone();
                let mut rng = StdRng::seed_from_u64(now);
                side.node = Node::load(config, &mut side.store, &mut rng, now)
                    .expect("a store in memory does not fail");
            }
            Action::Pass { epochs } => {
                self.now += u64::from(epochs) * EPOCH;
                self.timeouts();
            }
            Action::Online { side } => {
                let peer = self.sides[usize::from(!side)].id.clone();
                self.sides[usize::from(side)].node.peer_online(&peer, now);
            }
            Action::Rejoin { side } => {
                let peer = self.sides[usize::from(!side)].id.clone();
                let (group, settings) = (self.group.clone(), self.settings);
                let side = &mut self.sides[usize::from(side)];
                side.call(|node, store| node.remove_group(store, &group));
                side.call(|node, store| node.add_group(store, &group, settings));
                side.call(|node, store| node.add_peer(store, &group, &peer));
            }
            Action::Hostile {
                side,
                peer,
                acks,
                requests,
                offers,
                message,
            } => {
                let payload = Payload {
                    acks: self.spell(acks),
                    requests: self.spell(requests),
                    offers: self.spell(offers),
                    messages: message
                        .map(|forged| self.forge(forged))
                        .into_iter()
                        .collect(),
                };
                let peer = PeerId::from(format!("mallory{}", peer % 3).into_bytes());
                let side = &mut self.sides[usize::from(side)];
                side.call(|node, store| node.handle_payload(store, &peer, payload, now));
            }
        }
    }

    fn index(&self, packet: u8) -> Option<usize> {
        (!self.wire.is_empty()).then(|| usize::from(packet) % self.wire.len())
    }

    fn spell(&self, ids: Vec<Id>) -> Vec<Bytes> {
        let spell = |id| match id {
            Id::Known(number) if !self.ids.is_empty() => {
                let id = self.ids[usize::from(number) % self.ids.len()];
                Bytes::copy_from_slice(&id.0)
            }
            Id::Known(number) | Id::Invented(number) => vec![number; 32].into(),
            Id::Malformed(length) => vec![0; usize::from(length)].into(),
        };
        ids.into_iter().map(spell).collect()
    }

    fn forge(&self, forged: Forged) -> Message {
        let group = match forged.group % 3 {
            0 => self.group.clone(),
            1 => self.other.clone(),
            _ => GroupId::from("of nobody"),
        };
        Message {
            group_id: group.0,
            timestamp: 0,
            // One byte: the honest ones write more, so that nobody forges theirs.
            body: vec![forged.body].into(),
            metadata: Some(Metadata {
                parents: self.spell(forged.parents),
                ephemeral: forged.ephemeral,
            }),
        }
    }

    fn bring(&mut self, to: usize, payload: Payload) {
        let (from, now) = (self.sides[1 - to].id.clone(), self.now);
        self.sides[to].call(|node, store| node.handle_payload(store, &from, payload, now));
    }

    fn timeouts(&mut self) {
        let now = self.now;
        for side in &mut self.sides {
            side.call(|node, store| node.handle_timeout(store, now));
        }
    }

    /// Puts on the wire what leaves, as far as it is for one of the two.
    fn fetch(&mut self) {
        let now = self.now;
        for side in &mut self.sides {
            while let Some(out) = side.call(|node, store| node.poll_transmit(store, now)) {
                assert!(!out.payload.is_empty());
                let numbering = side.node.config().numbering;
                let (payload, unknown) =
                    Payload::decode(out.payload.clone(), numbering).expect("ours decodes");
                assert!(unknown.is_empty() && !payload.is_empty());
                let several = payload.messages.len() != 1
                    || payload.acks.len() + payload.offers.len() + payload.requests.len() > 0;
                assert!(!several || out.payload.len() <= self.limit);
                match &out.peer.0[..] {
                    b"alice" => self.wire.push((0, payload)),
                    b"bob" => self.wire.push((1, payload)),
                    _ => {}
                }
            }
        }
    }

    /// From now on nothing is lost.
    fn heal(&mut self) {
        for _ in 0..HEALING {
            self.fetch();
            while let Some((to, payload)) = self.wire.pop() {
                self.bring(to, payload);
                self.fetch();
            }
            let settled = self.sides.iter().all(|side| side.node.is_settled());
            let quiet = self
                .sides
                .iter()
                .all(|side| side.node.poll_timeout().is_none());
            if settled && quiet {
                break;
            }
            self.now += EPOCH;
            self.timeouts();
        }
        for (side, other) in [(0, 1), (1, 0)] {
            let (side, other) = (&self.sides[side], &self.sides[other]);
            assert!(side.node.is_settled(), "{:?}", side.node.records().next());
            let lost: Vec<_> = side.owed.difference(&other.delivered).collect();
            assert!(lost.is_empty(), "lost: {lost:?}");
        }
    }
}
