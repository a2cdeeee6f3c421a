//! A run: the plan's members on the simulated network, until nobody owes anybody anything.

use crate::plan::{Crash, Plan};
use crate::sabotage::Sabotage;
use crate::side::{Input, Side};
use bytes::Bytes;
use status_simulated_network::{Counters, Event, Network, NodeId};
use std::collections::BTreeMap;

/// How long inputs wait for others to share their transaction, in ms.
const GATHERING: u64 = 20;

/// What the network's tokens stand for.
enum Happening {
    Draft(usize),
    Join(usize),
    Apart(usize),
    Together,
    Sighting(usize),
    LinksChange,
    Restart(Crash),
}

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) sides: Vec<Side>,
    network: Network<Bytes>,
    happenings: BTreeMap<u64, Happening>,
    next_token: u64,
    prints: bool,
    /// How often a node died.
    pub(crate) crashes: u64,
}

/// What a run was made of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
    pub(crate) crashes: u64,
    pub(crate) on_sqlite: u64,
    pub(crate) network: Counters,
}

impl World {
    pub(crate) fn new(seed: u64, sabotage: Sabotage, prints: bool) -> Self {
        let mut plan = Plan::of(seed);
        if prints {
            println!("{plan:#?}");
        }
        let mut network = Network::new(plan.network_seed, plan.link.clone());
        let members = std::mem::take(&mut plan.members).into_iter().enumerate();
        let mut sides: Vec<_> = members
            .map(|(number, member)| {
                network.add_node();
                Side::new(number, member, sabotage)
            })
            .collect();
        for side in &mut sides {
            side.start(0);
        }
        let mut world = Self {
            plan,
            sides,
            network,
            happenings: BTreeMap::new(),
            next_token: 0,
            prints,
            crashes: 0,
        };
        world.schedule();
        world
    }

    fn plan_at(&mut self, at: u64, happening: Happening) {
        self.network.plan(at, self.next_token);
        self.happenings.insert(self.next_token, happening);
        self.next_token += 1;
    }

    fn schedule(&mut self) {
        for number in 0..self.plan.groups.len() {
            let group = &self.plan.groups[number];
            let late = group.latecomer.as_ref().map(|late| (late.at, late.what));
            for (member, _) in group.members.clone() {
                match late {
                    Some((at, latecomer)) if latecomer == member => {
                        self.plan_at(at, Happening::Join(number));
                    }
                    _ => self.join(member, number),
                }
            }
        }
        let drafts: Vec<_> = self.plan.drafts.iter().map(|draft| draft.at).collect();
        for (number, at) in drafts.into_iter().enumerate() {
            self.plan_at(at, Happening::Draft(number));
        }
        let partitions = self.plan.partitions.iter();
        let partitions: Vec<_> = partitions.map(|part| (part.at, part.what.lasts)).collect();
        for (number, (at, lasts)) in partitions.into_iter().enumerate() {
            self.plan_at(at, Happening::Apart(number));
            self.plan_at(at + lasts, Happening::Together);
        }
        let sightings: Vec<_> = self.plan.sightings.iter().map(|each| each.at).collect();
        for (number, at) in sightings.into_iter().enumerate() {
            self.plan_at(at, Happening::Sighting(number));
        }
        self.plan_at(self.plan.later.at, Happening::LinksChange);
    }

    /// Runs until nothing more is to come.
    ///
    /// # Errors
    ///
    /// If that is not so after `most` events.
    pub(crate) fn run(&mut self, most: u64) -> Result<(), String> {
        let mut events = 0;
        while let Some(event) = self.network.next_event() {
            events += 1;
            if events > most {
                return Err(format!("not settled after {events} events"));
            }
            match event {
                Event::Packet { from, to, message } => {
                    self.give(to.0 as usize, Input::Packet(from.0 as usize, message));
                }
                Event::Alarm { node } => self.wake(node.0 as usize),
                Event::Planned { token } => {
                    if let Some(happening) = self.happenings.remove(&token) {
                        self.happen(happening);
                    }
                }
            }
        }
        Ok(())
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Draft(number) => {
                let draft = self.plan.drafts[number].what.clone();
                self.give(draft.author, Input::Append(number as u64, draft));
            }
            Happening::Join(number) => {
                if let Some(late) = &self.plan.groups[number].latecomer {
                    self.join(late.what, number);
                }
            }
            Happening::Apart(number) => {
                for member in &self.plan.partitions[number].what.apart {
                    self.network.set_side(NodeId(*member as u32), 1);
                }
            }
            Happening::Together => self.network.heal(),
            Happening::Sighting(number) => {
                let (who, whom) = self.plan.sightings[number].what;
                self.give(who, Input::Sighted(whom));
            }
            Happening::LinksChange => self.network.set_all_links(self.plan.later.what.clone()),
            Happening::Restart(crash) => {
                let side = &mut self.sides[crash.member];
                side.change_clock(crash.clock_change);
                side.start(self.network.now());
                self.network.restart(NodeId(crash.member as u32));
                // Groups that a crash kept from being added are added again at every start.
                for number in 0..self.plan.groups.len() {
                    let group = &self.plan.groups[number];
                    let is_in = group
                        .members
                        .iter()
                        .any(|(member, _)| *member == crash.member);
                    let late = group.latecomer.as_ref();
                    let is_early = late.is_some_and(|late| {
                        late.what == crash.member && late.at > self.network.now()
                    });
                    if is_in && !is_early {
                        self.join(crash.member, number);
                    }
                }
                self.set_alarm(crash.member);
            }
        }
    }

    fn join(&mut self, member: usize, number: usize) {
        let members = self.plan.groups[number].members.clone();
        if let Some((_, settings)) = members.iter().find(|(each, _)| *each == member) {
            let all = members.iter().map(|(member, _)| *member).collect();
            self.give(member, Input::Join(number, *settings, all));
        }
    }

    /// Hands an input to a side. It is processed with the next few, or after a moment.
    fn give(&mut self, number: usize, input: Input) {
        if self.prints {
            println!("{} ms: {number} gets {}", self.network.now(), shown(&input));
        }
        let side = &mut self.sides[number];
        // Nobody is there to append; packets to those who are down are lost before.
        if side.node().is_none() {
            return;
        }
        side.waiting.push(input);
        if side.waiting.len() >= side.batch_size() {
            self.work(number);
        } else {
            self.set_alarm(number);
        }
    }

    fn wake(&mut self, number: usize) {
        if self.prints {
            println!("{} ms: {number} wakes", self.network.now());
        }
        self.sides[number].waiting.push(Input::Timeout);
        self.work(number);
    }

    fn work(&mut self, number: usize) {
        let batch = self.sides[number].batches;
        let place = self
            .plan
            .crashes
            .iter()
            .position(|crash| crash.member == number && crash.batch <= batch);
        let crash = place.map(|place| self.plan.crashes.remove(place));
        let now = self.network.now();
        let done = self.sides[number].run_batch(now, crash.as_ref().map(|crash| crash.moment));
        for (to, payload) in done.packets {
            if self.prints {
                println!("{now} ms: {number} sends {} bytes to {to}", payload.len());
            }
            self.network
                .send(NodeId(number as u32), NodeId(to as u32), payload);
        }
        if let Some(crash) = crash.filter(|_| done.crashed) {
            if self.prints {
                println!("{now} ms: {number} crashes {:?}", crash.moment);
            }
            self.crashes += 1;
            self.network.crash(NodeId(number as u32));
            self.plan_at(now + crash.down, Happening::Restart(crash));
        } else {
            self.set_alarm(number);
        }
    }

    /// Sets the alarm to when the side has something to do.
    fn set_alarm(&mut self, number: usize) {
        let side = &self.sides[number];
        let due = side.node().and_then(|node| node.poll_timeout());
        let due = due.map(|at| side.network_time(at));
        let gathered = (!side.waiting.is_empty()).then(|| self.network.now() + GATHERING);
        let at = [due, gathered].into_iter().flatten().min();
        self.network.set_alarm(NodeId(number as u32), at);
    }

    pub(crate) fn sums(&self) -> Sums {
        let inboxes = self.sides.iter().map(|side| &side.inbox);
        Sums {
            accepted: inboxes
                .clone()
                .map(|inbox| inbox.accepted.len() as u64)
                .sum(),
            delivered: inboxes.map(|inbox| inbox.delivered.len() as u64).sum(),
            crashes: self.crashes,
            on_sqlite: u64::from(self.sides.iter().any(Side::is_on_sqlite)),
            network: self.network.counters(),
        }
    }
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.crashes += other.crashes;
        self.on_sqlite += other.on_sqlite;
        self.network.sent += other.network.sent;
        self.network.duplicated += other.network.duplicated;
        self.network.delivered += other.network.delivered;
        self.network.lost += other.network.lost;
        self.network.cut += other.network.cut;
        self.network.to_down += other.network.to_down;
    }
}

fn shown(input: &Input) -> String {
    match input {
        Input::Packet(from, bytes) => format!("{} bytes from {from}", bytes.len()),
        other => format!("{other:?}"),
    }
}
