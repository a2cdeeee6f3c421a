//! Decoys: envelopes that say nothing, among which the user's own cannot be found.
//!
//! Whoever passes on a node's first-hand envelopes sees topic, size, TTL and time of each. A decoy has to
//! look as if the user had sent it, and that depends on what was seen before: people answer, and their
//! devices acknowledge within milliseconds. So the rule is not a rate and a size, but this:
//!
//! > At each moment a decoy goes out with a fixed multiple of the probability with which the user would
//! > send something then, given all that an observer has seen so far; and it looks like something that the
//! > user sent at such a moment.
//!
//! Then, whatever was seen before an envelope, the odds that it is a decoy are always that multiple. What
//! the user does at which moment ([`Habits`](habits::Habits)) is learned from their private envelopes while
//! the node runs, and kept in memory only: on disk it would be a diary of whom they write to when. Until
//! two private envelopes went out on one topic there is nothing to follow and nothing is sent, since
//! whatever was made up would stand out.
//!
//! What decoys cannot do: nobody answers them, and nobody sends less because of them. Whoever waits for what
//! follows an envelope learns something: an answer shows that it was real, and an acknowledgement of this
//! node's own within milliseconds that it was not, since that was due anyway. The README has the figures. Nor do they go to topics where anybody may know the key, public chats and contact codes: whoever has it
//! sees that they do not open. The first envelopes on a topic, before it is followed, are real as well.

mod habits;
mod moment;
mod shape;

pub use shape::Shape;

use habits::{Factors, Habits};
use moment::{HOUR, Moment};
use rand_core::CryptoRng;
use status_whisper::Topic;
use std::collections::{BTreeMap, VecDeque};

/// Decoys an hour at most: one a second, some 1 KB/s.
pub const MAX_PER_HOUR: u32 = 3_600;

/// Topics that are followed at most, those last written to: 64, more than anybody writes to in private
/// in a week. Each costs some 100 bytes.
pub const MAX_TOPICS: usize = 64;

/// Shapes of the user's own envelopes that are remembered, the newest: 1,024 of 40 bytes, a day of lively
/// talk.
pub const MAX_SHAPES: usize = 1_024;

/// Decoys for each envelope of the user's own at most: 16. Who writes little and wants many decoys gets
/// fewer than that, since otherwise a hundred would follow each message that comes in.
pub const MAX_RATIO: f64 = 16.0;

/// How many hours' worth of decoys may go out at once: a week's, since days differ and whoever talks much on
/// one of them needs most on that one.
const BUDGET_HOURS: f64 = 168.0;

/// Shapes of the same topic at the same time since something came in that are enough to choose from;
/// with fewer those of other topics are taken into account.
const ENOUGH: usize = 3;

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

/// A topic to which the user writes in private.
#[derive(Debug)]
struct Followed {
    personal: bool,
    /// When something came in there.
    incoming: Option<u64>,
    /// When the user last wrote there.
    written: Option<u64>,
    factors: Factors,
    /// How many decoys are to be expected until the next one; drawn anew after each. None until it is drawn.
    ahead: Option<f64>,
    /// When the next one is due, if its hour brings it.
    due: Option<u64>,
}

/// An envelope of the user's own as it is remembered.
#[derive(Debug, Clone, Copy)]
struct Remembered {
    shape: Shape,
    since_incoming: usize,
}

/// Says when a decoy is to go out and what it looks like. Times are ms since 1970.
///
/// Tell it what happens with [`handle_private`](Self::handle_private), [`handle_other`](Self::handle_other)
/// and [`handle_incoming`](Self::handle_incoming); call [`poll_decoy`](Self::poll_decoy) until there is
/// none, after each of them and when the time of [`poll_timeout`](Self::poll_timeout) has come. Seal what it
/// gives out, post it, and tell it so with [`handle_other`](Self::handle_other).
#[derive(Debug)]
pub struct Decoys {
    per_hour: u32,
    habits: Habits,
    topics: BTreeMap<Topic, Followed>,
    shapes: VecDeque<Remembered>,
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
            shapes: VecDeque::new(),
            at: 0,
            allowance: f64::from(per_hour) * BUDGET_HOURS,
            counts: Counts::default(),
        }
    }

    /// A private envelope of the user's own went out, to a topic whose key only those hold whom it concerns.
    pub fn handle_private(&mut self, shape: Shape, now: u64) {
        self.advance(now);
        let mut since_incoming = moment::STEPS - 1;
        if let Some(topic) = self.topics.get_mut(&shape.topic) {
            let moment = Moment::at(now, topic.incoming, topic.written);
            since_incoming = moment.since_incoming;
            self.habits.sent(&moment, &mut topic.factors);
            topic.written = Some(now);
        } else {
            self.follow(&shape, now);
        }
        if self.shapes.len() >= MAX_SHAPES {
            self.shapes.pop_front();
        }
        self.shapes.push_back(Remembered {
            shape,
            since_incoming,
        });
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
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.incoming = Some(now);
        }
        self.plan_all();
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
        let mut drawn = false;
        for followed in self.topics.values_mut() {
            if followed.ahead.is_none() {
                followed.ahead = Some(exponential(rng));
                drawn = true;
            }
        }
        if drawn {
            self.plan_all();
        }
        let mut due = self.topics.iter();
        let (topic, followed) = due.find(|(_, one)| one.due.is_some_and(|due| due <= now))?;
        let (topic, personal) = (*topic, followed.personal);
        let since = Moment::at(now, followed.incoming, followed.written).since_incoming;
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.ahead = Some(exponential(rng));
        }
        // The next one comes no earlier than a millisecond later.
        self.plan(topic, now + 1);
        if self.allowance < 1.0 {
            self.counts.over_budget += 1;
            return None;
        }
        let shape = self.choose(topic, personal, since, rng)?;
        self.allowance -= 1.0;
        self.counts.made += 1;
        Some(shape)
    }

    /// When [`poll_decoy`](Self::poll_decoy) is to be called, in ms since 1970.
    pub fn poll_timeout(&self) -> Option<u64> {
        if self.topics.is_empty() || self.per_hour == 0 {
            return None;
        }
        if self.topics.values().any(|one| one.ahead.is_none()) {
            return Some(self.at);
        }
        let due = self.topics.values().filter_map(|one| one.due).min();
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
    /// Begins to follow a topic, and no longer the one that was written to longest ago if there are too many.
    fn follow(&mut self, shape: &Shape, now: u64) {
        if self.topics.len() >= MAX_TOPICS {
            let oldest = self.topics.iter().min_by_key(|(_, one)| one.written);
            if let Some(oldest) = oldest.map(|(topic, _)| *topic) {
                self.topics.remove(&oldest);
            }
        }
        let followed = Followed {
            personal: shape.personal,
            incoming: None,
            written: Some(now),
            factors: Factors::default(),
            ahead: None,
            due: None,
        };
        self.topics.insert(shape.topic, followed);
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
                let mut at = self.at;
                while at < end {
                    let moment = Moment::at(at, followed.incoming, followed.written);
                    let ms = moment.until.min(end) - at;
                    if let Some(ahead) = &mut followed.ahead {
                        let rate = self.habits.rate(&moment, &followed.factors);
                        *ahead -= multiple * rate * ms as f64;
                    }
                    self.habits.passed(&moment, &mut followed.factors, ms);
                    at += ms;
                }
            }
            let ms = end - self.at;
            self.habits.lasted(ms);
            let most = f64::from(self.per_hour) * BUDGET_HOURS;
            let gained = f64::from(self.per_hour) * ms as f64 / HOUR as f64;
            self.allowance = (self.allowance + gained).min(most);
            self.at = end;
            if end.is_multiple_of(HOUR) {
                let topics = self.topics.values_mut();
                self.habits.fade(topics.map(|one| &mut one.factors));
                self.plan_all();
            }
        }
    }

    /// The node was asleep until `now`, or its clock was set: nothing is learned from that time.
    fn sleep(&mut self, now: u64) {
        self.at = now;
        for followed in self.topics.values_mut() {
            if followed.due.is_some_and(|due| due <= now) {
                self.counts.missed += 1;
                followed.ahead = None;
            }
        }
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

    /// Finds when the next decoy of a topic is due, from `from` to the end of the hour, if nothing happens.
    fn plan(&mut self, topic: Topic, from: u64) {
        let multiple = self.multiple();
        let Some(followed) = self.topics.get_mut(&topic) else {
            return;
        };
        followed.due = None;
        let Some(mut ahead) = followed.ahead else {
            return;
        };
        let (mut at, end) = (from, (from / HOUR + 1) * HOUR);
        while at < end {
            let moment = Moment::at(at, followed.incoming, followed.written);
            let rate = multiple * self.habits.rate(&moment, &followed.factors);
            let ms = moment.until - at;
            if rate * ms as f64 >= ahead {
                let wait = (ahead.max(0.0) / rate) as u64;
                followed.due = Some(at + wait.min(ms - 1));
                return;
            }
            ahead -= rate * ms as f64;
            at = moment.until;
        }
    }

    /// What the user sent on this topic so long after something came in; without enough of that, on other
    /// topics too; without any, at other moments.
    fn choose(
        &self,
        topic: Topic,
        personal: bool,
        since_incoming: usize,
        rng: &mut impl CryptoRng,
    ) -> Option<Shape> {
        let on_topic = |one: &&Remembered| one.shape.topic == topic;
        let then = |one: &&Remembered| one.since_incoming == since_incoming;
        let alike = |one: &&Remembered| one.shape.personal == personal;
        let mut found: Vec<_> = self.shapes.iter().filter(on_topic).filter(then).collect();
        if found.len() < ENOUGH {
            found = self.shapes.iter().filter(alike).filter(then).collect();
        }
        if found.is_empty() {
            found = self.shapes.iter().filter(on_topic).collect();
        }
        let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let chosen = rng.next_u64().checked_rem(count)?;
        let chosen = found.get(usize::try_from(chosen).ok()?)?;
        Some(Shape {
            topic,
            ..chosen.shape
        })
    }
}

/// A number of mean 1 as the time to something that happens at random has it.
fn exponential(rng: &mut impl CryptoRng) -> f64 {
    // 53 bits, as a double holds exactly; never 0.
    let draw = (rng.next_u64() >> 11) as f64 + 1.0;
    -(draw / (1_u64 << 53) as f64).ln()
}

#[cfg(test)]
mod tests;
