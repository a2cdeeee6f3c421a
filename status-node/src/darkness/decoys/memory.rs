//! What the user's own envelopes looked like: the part of the model that says what.

use super::moment::Moment;
use super::{MAX_SHAPES, MAX_TOPICS, Shape};
use rand_core::CryptoRng;
use status_whisper::Topic;
use std::collections::VecDeque;

/// Shapes of the same topic at the same moment that are enough to choose from; with fewer those of other
/// topics, or of other moments, are taken into account.
const ENOUGH: usize = 3;

/// How many of them are chosen from, the newest: what envelopes look like changes, above all when two people
/// got to know each other.
const NEWEST: usize = 32;

/// How soon, in ms, envelopes to other topics follow one that says the same to somebody else.
const TOGETHER: u64 = 100;

/// An envelope of the user's own as it is remembered, with those that went out with it.
#[derive(Debug, Clone)]
struct Remembered {
    shape: Shape,
    at: u64,
    since_incoming: usize,
    since_written: usize,
    /// The same for other people: a group's.
    others: Vec<Shape>,
}

/// The newest envelopes of the user's own.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The oldest first.
    shapes: VecDeque<Remembered>,
}

impl Memory {
    /// Whether an envelope goes out together with the last one, and takes it for that: one that says
    /// something, to a topic that did not get any yet.
    pub(super) fn join(&mut self, shape: &Shape, now: u64) -> bool {
        let Some(last) = self.shapes.back_mut() else {
            return false;
        };
        let is_other = |one: &Shape| one.topic != shape.topic;
        let is_together = now >= last.at
            && now - last.at <= TOGETHER
            && last.others.len() < MAX_TOPICS
            && is_other(&last.shape)
            && last.others.iter().all(is_other);
        if is_together {
            last.others.push(*shape);
        }
        is_together
    }

    /// Remembers an envelope that went out at such a moment.
    pub(super) fn add(&mut self, shape: Shape, moment: &Moment, now: u64) {
        if self.shapes.len() >= MAX_SHAPES {
            self.shapes.pop_front();
        }
        self.shapes.push_back(Remembered {
            shape,
            at: now,
            since_incoming: moment.since_incoming,
            since_written: moment.since_written,
            others: Vec::new(),
        });
    }

    /// What the user sent on this topic at such a moment; without enough of that, so long after something came
    /// in, whenever they wrote; without enough of that, on other topics too; without any, at other moments.
    /// What went out with it comes after it. Nothing on a topic that the user writes to only together with others.
    pub(super) fn choose(
        &self,
        topic: Topic,
        personal: bool,
        moment: &Moment,
        rng: &mut impl CryptoRng,
    ) -> Vec<Shape> {
        let on_topic = |one: &Remembered| one.shape.topic == topic;
        let alike = |one: &Remembered| one.shape.personal == personal;
        let answers = |one: &Remembered| one.since_incoming == moment.since_incoming;
        let then = |one: &Remembered| answers(one) && one.since_written == moment.since_written;
        let find = |wanted: &dyn Fn(&Remembered) -> bool, least: usize| {
            let newest_first = self.shapes.iter().rev().filter(|one| wanted(one));
            let found: Vec<_> = newest_first.take(NEWEST).collect();
            (found.len() >= least).then_some(found)
        };
        if !self.shapes.iter().any(on_topic) {
            return Vec::new();
        }
        let found = find(&|one| on_topic(one) && then(one), ENOUGH)
            .or_else(|| find(&|one| on_topic(one) && answers(one), ENOUGH))
            .or_else(|| find(&|one| alike(one) && then(one), ENOUGH))
            .or_else(|| find(&|one| alike(one) && answers(one), 1))
            .or_else(|| find(&on_topic, 1))
            .unwrap_or_default();
        let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let chosen = rng.next_u64().checked_rem(count);
        let chosen = chosen.and_then(|place| found.get(usize::try_from(place).ok()?));
        let Some(chosen) = chosen else {
            return Vec::new();
        };
        let shape = Shape {
            topic,
            ..chosen.shape
        };
        // Who is written to together belongs to the topic.
        let others = chosen.others.iter().filter(|_| on_topic(chosen));
        std::iter::once(shape).chain(others.copied()).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.shapes.len()
    }
}
