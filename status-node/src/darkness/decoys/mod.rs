//! Decoys: envelopes that say nothing, among which the user's own cannot be found.
//!
//! Whoever passes on a node's first-hand envelopes sees topic, size, TTL and time of each. A decoy has to
//! look as if the user had sent it, and that depends on what was seen before: people answer, write on, and
//! their devices acknowledge within milliseconds. So the rule is not a rate and a size, but this:
//!
//! > Decoys are what phantoms send: somebody who is not there, hears what the user hears, has the user's
//! > habits, and knows nothing of what the user does.
//!
//! User and phantom are two of a kind: exchange them, and what is seen before, at and after an envelope is as
//! likely as it was. There are as many phantoms as decoys are wanted for each envelope of the user's; a
//! last one takes part in some conversations only. When they write (`habits`) and what (`memory`) is learned
//! from the user's private envelopes while the node runs, and kept in memory only: on disk it would be a
//! diary of whom they write to when. Until two private envelopes went out on one topic there is nothing to
//! follow and nothing is sent, since whatever was made up would stand out.
//!
//! What decoys cannot do: nobody answers a phantom. Whoever sees what comes in for the user and waits learns
//! from an answer, above all from an acknowledgement, that the envelope before it was real. Nor do they go to
//! topics where anybody may know the key, public chats and contact codes: whoever has it sees that they do
//! not open. The first envelopes on a topic, before it is followed, are real as well, and so is one of a size
//! that was never seen before. The documentation of darkness has the figures.

mod followed;
mod habits;
mod memory;
mod moment;
mod phantom;
mod shape;

pub use shape::Shape;

use followed::Followed;
use habits::Habits;
use memory::Memory;
use moment::{HOUR, Moment};
use rand_core::CryptoRng;
use status_whisper::Topic;
use std::collections::{BTreeMap, VecDeque};

/// Decoys an hour at most: one a second, some 1 KB/s.
pub const MAX_PER_HOUR: u32 = 3_600;

/// Topics that are followed at most, those last written to: 64, more than anybody writes to in private
/// in a week. Each costs some 1 KB.
pub const MAX_TOPICS: usize = 64;

/// Shapes of the user's own envelopes that are remembered, the newest: 1,024 of 80 bytes, a day of lively
/// talk; 2 MB at the very most, if each went to [`MAX_TOPICS`] people at once.
pub const MAX_SHAPES: usize = 1_024;

/// Decoys for each envelope of the user's own at most: 16. Who writes little and wants many decoys gets
/// fewer than that, since otherwise a hundred would follow each message that comes in.
pub const MAX_RATIO: f64 = 16.0;

/// How many hours' worth of decoys may go out at once: a week's, since days differ and whoever talks much on
/// one of them needs most on that one.
const BUDGET_HOURS: f64 = 168.0;

/// How late, in ms, a decoy may be. When the node was asleep for longer than that it missed what was due,
/// as the user's own messages did not go out either.
const LATE: u64 = 60_000;

/// What was done, and what was not though it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Decoys that were given out.
    pub made: u64,
    /// Due while a week's worth had gone out within less than a week.
    pub over_budget: u64,
    /// Due while the node was asleep, or had no peer.
    pub missed: u64,
    /// Given out, but without proof of work in time, or refused by the node's own rules.
    pub unsealed: u64,
}

/// Says when a decoy is to go out and what it looks like. Times are ms since 1970.
///
/// Tell it what happens with [`handle_private`](Self::handle_private) and
/// [`handle_incoming`](Self::handle_incoming); call [`poll_decoy`](Self::poll_decoy) until there is
/// none, after each of them and when the time of [`poll_timeout`](Self::poll_timeout) has come. Seal what it
/// gives out and post it; if that fails, say so with [`handle_unsealed`](Self::handle_unsealed).
#[derive(Debug)]
pub struct Decoys {
    per_hour: u32,
    habits: Habits,
    topics: BTreeMap<Topic, Followed>,
    memory: Memory,
    /// Decoys that go out together with the last one: as many as there are topics at most.
    together: VecDeque<Shape>,
    /// Up to when all is counted, exclusive.
    at: u64,
    /// Decoys that may go out: what a week brings at most.
    allowance: f64,
    counts: Counts,
}

/// Commands and what happened.
impl Decoys {
    /// `per_hour` decoys an hour in the long run, at most [`MAX_PER_HOUR`]; fewer at night and more in a
    /// conversation, as the user's own.
    pub fn new(per_hour: u32) -> Self {
        let per_hour = per_hour.min(MAX_PER_HOUR);
        Self {
            per_hour,
            habits: Habits::default(),
            topics: BTreeMap::new(),
            memory: Memory::default(),
            together: VecDeque::new(),
            at: 0,
            allowance: f64::from(per_hour) * BUDGET_HOURS,
            counts: Counts::default(),
        }
    }

    /// A private envelope of the user's own went out, to a topic whose key only those hold whom it concerns.
    /// Whether it `says` something, which the other side acknowledges, or acknowledges itself or the like.
    pub fn handle_private(&mut self, shape: Shape, says: bool, now: u64) {
        self.advance(now);
        let followed = self.topics.get(&shape.topic);
        let is_answer = followed.is_some_and(|followed| followed.is_answering(now));
        let is_together = !is_answer && self.memory.join(&shape, now);
        if !self.topics.contains_key(&shape.topic) {
            self.make_room();
            let followed = Followed::new(shape.personal, now);
            self.topics.insert(shape.topic, followed);
            if !is_together {
                self.memory.add(shape, &Moment::at(now, None, None), now);
            }
        } else if let Some(followed) = self.topics.get_mut(&shape.topic) {
            if is_together {
                self.habits.sent_together();
            } else {
                let moment = followed.moment(now);
                self.memory.add(shape, &moment, now);
                followed.learn(&mut self.habits, &moment);
            }
        }
        if let Some(followed) = self.topics.get_mut(&shape.topic) {
            followed.write(says, now);
        }
        self.plan_all();
    }

    /// A decoy that was given out did not become an envelope.
    pub fn handle_unsealed(&mut self) {
        self.counts.unsealed += 1;
    }

    /// An envelope of somebody else came in on `topic` and was opened.
    pub fn handle_incoming(&mut self, topic: Topic, now: u64) {
        if !self.topics.contains_key(&topic) {
            return;
        }
        self.advance(now);
        let followed = self.topics.get_mut(&topic);
        if followed.is_some_and(|followed| followed.hear(now)) {
            self.plan_all();
        }
    }
}

/// What goes out.
impl Decoys {
    /// The next decoy that is due.
    pub fn poll_decoy(&mut self, now: u64, rng: &mut impl CryptoRng) -> Option<Shape> {
        if self.topics.is_empty() || self.per_hour == 0 {
            return None;
        }
        self.advance(now);
        if let Some(shape) = self.together.pop_front() {
            return self.give(shape);
        }
        let mut drawn = false;
        for followed in self.topics.values_mut() {
            drawn |= followed.draw(rng);
        }
        if drawn {
            self.plan_all();
        }
        let mut topics = self.topics.iter_mut();
        let (topic, personal, (number, moment)) = topics.find_map(|(topic, followed)| {
            let written = followed.poll(now, rng)?;
            Some((*topic, followed.personal, written))
        })?;
        // The next one comes no earlier than a millisecond later.
        self.plan(topic, now + 1);
        let shapes = self.memory.choose(topic, personal, &moment, rng);
        let (first, others) = shapes.split_first()?;
        for other in others {
            if let Some(followed) = self.topics.get_mut(&other.topic) {
                followed.join(number, now);
            }
            self.plan(other.topic, now + 1);
        }
        self.together.extend(others);
        self.give(*first)
    }

    /// When [`poll_decoy`](Self::poll_decoy) is to be called, in ms since 1970.
    pub fn poll_timeout(&self) -> Option<u64> {
        if self.topics.is_empty() || self.per_hour == 0 {
            return None;
        }
        let is_undrawn = self.topics.values().any(Followed::is_undrawn);
        if is_undrawn || !self.together.is_empty() {
            return Some(self.at);
        }
        let due = self.topics.values().filter_map(Followed::due).min();
        // At the full hour all is planned anew.
        let hour = (self.at / HOUR + 1) * HOUR;
        Some(due.map_or(hour, |due| due.min(hour)))
    }
}

/// Getters.
impl Decoys {
    /// How many an hour are wanted.
    pub fn per_hour(&self) -> u32 {
        self.per_hour
    }

    /// What was counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many topics are followed.
    pub fn followed(&self) -> usize {
        self.topics.len()
    }
}

impl Decoys {
    /// Follows the topic no longer that was written to longest ago, if there is no room for another.
    fn make_room(&mut self) {
        if self.topics.len() >= MAX_TOPICS {
            let oldest = self.topics.iter().min_by_key(|(_, one)| one.written());
            if let Some(oldest) = oldest.map(|(topic, _)| *topic) {
                self.topics.remove(&oldest);
            }
        }
    }

    /// A decoy that is due goes out, if there were not too many.
    fn give(&mut self, shape: Shape) -> Option<Shape> {
        if self.allowance < 1.0 {
            self.counts.over_budget += 1;
            return None;
        }
        self.allowance -= 1.0;
        self.counts.made += 1;
        Some(shape)
    }

    /// Counts what passed until `now`, exclusive.
    fn advance(&mut self, now: u64) {
        if self.topics.is_empty() {
            self.at = now;
            return;
        }
        let expected = self.poll_timeout().unwrap_or(now);
        if now < self.at || now > expected.max(self.at).saturating_add(LATE) {
            return self.sleep(now);
        }
        let multiple = self.multiple();
        while self.at < now {
            let end = now.min((self.at / HOUR + 1) * HOUR);
            for followed in self.topics.values_mut() {
                followed.pass(&mut self.habits, multiple, self.at, end);
            }
            let ms = end - self.at;
            self.habits.lasted(ms);
            let most = f64::from(self.per_hour) * BUDGET_HOURS;
            let gained = f64::from(self.per_hour) * ms as f64 / HOUR as f64;
            self.allowance = (self.allowance + gained).min(most);
            self.at = end;
            if end.is_multiple_of(HOUR) {
                let topics = self.topics.values_mut();
                self.habits.fade(topics.map(Followed::factors_mut));
                let idle = self.topics.values_mut().filter(|one| one.is_idle(end));
                idle.for_each(Followed::begin_anew);
                self.plan_all();
            }
        }
    }

    /// The node was asleep until `now`, or its clock was set: nothing is learned from that time.
    fn sleep(&mut self, now: u64) {
        self.at = now;
        for followed in self.topics.values_mut() {
            self.counts.missed += followed.miss(now);
        }
        self.counts.missed += self.together.drain(..).count() as u64;
        self.plan_all();
    }

    /// Decoys for each envelope of the user's own.
    fn multiple(&self) -> f64 {
        let wanted = f64::from(self.per_hour) / HOUR as f64;
        let mean = self.habits.mean();
        mean.map_or(0.0, |mean| (wanted / mean).min(MAX_RATIO))
    }

    fn plan_all(&mut self) {
        let topics: Vec<Topic> = self.topics.keys().copied().collect();
        for topic in topics {
            self.plan(topic, self.at);
        }
    }

    /// Finds when the next decoys of a topic are due, from `from` to the end of the hour, if nothing happens.
    fn plan(&mut self, topic: Topic, from: u64) {
        let multiple = self.multiple();
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.plan(&self.habits, multiple, from);
        }
    }
}

/// A number of mean 1 as the time to something that happens at random has it.
fn exponential(rng: &mut impl CryptoRng) -> f64 {
    -uniform(rng).ln()
}

/// A number from 0, exclusive, to 1.
fn uniform(rng: &mut impl CryptoRng) -> f64 {
    // 53 bits, as a double holds exactly.
    let draw = (rng.next_u64() >> 11) as f64 + 1.0;
    draw / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests;
