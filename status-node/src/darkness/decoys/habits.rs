//! How often the user sends at which moment: the part of the model that says when.
//!
//! The probability that the user sends something within the next millisecond is taken to be a product of
//! what the moment is like (how long ago something came in on the topic, and how long ago the user wrote there),
//! of the topic, and of the hour of the day. Each factor is what was counted, divided by what the other
//! factors let expect.

use super::moment::{Moment, STEPS};

/// How much a count must have seen before it weighs more than what is expected without it.
const DOUBT: f64 = 3.0;

/// The same of moments that differ in how long ago the user wrote. There are many of them, so that with more
/// doubt all of them would be the same for weeks.
const DOUBT_OF_MOMENT: f64 = 1.0;

/// The same of how much one answers to whom: in one conversation there are many envelopes.
const DOUBT_WITHIN: f64 = 30.0;

/// What remains of each count after an hour: half after a week, so that habits may change.
const KEPT_PER_HOUR: f64 = 0.995_882_6;

/// How many times, and in how many ms.
#[derive(Debug, Clone, Copy, Default)]
struct Rate {
    times: f64,
    ms: f64,
}

/// A factor on a rate: how often something happened, and how often it would have without the factor.
#[derive(Debug, Clone, Copy, Default)]
struct Factor {
    times: f64,
    expected: f64,
}

impl Factor {
    fn value(self, doubt: f64) -> f64 {
        (self.times + doubt) / (self.expected + doubt)
    }

    fn fade(&mut self) {
        self.times *= KEPT_PER_HOUR;
        self.expected *= KEPT_PER_HOUR;
    }
}

/// A factor in a conversation, and one on beginning it: whom one writes to first, and when, says little about
/// whom one answers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Factors {
    within: Factor,
    beginning: Factor,
}

impl Factors {
    fn at(&self, moment: &Moment) -> f64 {
        match moment.is_idle() {
            true => self.beginning.value(DOUBT),
            false => self.within.value(DOUBT_WITHIN),
        }
    }

    fn at_mut(&mut self, moment: &Moment) -> &mut Factor {
        match moment.is_idle() {
            true => &mut self.beginning,
            false => &mut self.within,
        }
    }

    fn fade(&mut self) {
        self.within.fade();
        self.beginning.fade();
    }
}

/// See the module's documentation. Its size is fixed: some 13 KB.
#[derive(Debug)]
pub(super) struct Habits {
    moments: [[Rate; STEPS]; STEPS],
    /// The same however long ago the user wrote.
    after_incoming: [Rate; STEPS],
    hours: [Factors; 24],
    all: Rate,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            moments: [[Rate::default(); STEPS]; STEPS],
            after_incoming: [Rate::default(); STEPS],
            hours: [Factors::default(); 24],
            all: Rate::default(),
        }
    }
}

impl Habits {
    /// The user sent something at such a moment, on a topic with this factor.
    pub(super) fn sent(&mut self, moment: &Moment, topic: &mut Factors) {
        self.count(moment, 1.0, 1.0);
        topic.at_mut(moment).times += 1.0;
        if let Some(hour) = self.hours.get_mut(moment.hour) {
            hour.at_mut(moment).times += 1.0;
        }
        self.all.times += 1.0;
    }

    /// The user sent the same to somebody else as well: no moment of its own.
    pub(super) fn sent_together(&mut self) {
        self.all.times += 1.0;
    }

    /// Such a moment lasted for this many ms on a topic with this factor.
    pub(super) fn passed(&mut self, moment: &Moment, topic: &mut Factors, ms: u64) {
        let ms = ms as f64;
        // With what is counted now: the first long silence after a first envelope proves nothing else.
        self.count(moment, 0.0, ms);
        let rate = self.of_moment(moment);
        let hour = self.hour(moment);
        if let Some(hours) = self.hours.get_mut(moment.hour) {
            hours.at_mut(moment).expected += rate * topic.at(moment) * ms;
        }
        topic.at_mut(moment).expected += rate * hour * ms;
    }

    /// So many ms passed, whatever the topic.
    pub(super) fn lasted(&mut self, ms: u64) {
        self.all.ms += ms as f64;
    }

    /// How often the user sends at such a moment on a topic with this factor, in envelopes a ms.
    pub(super) fn rate(&self, moment: &Moment, topic: &Factors) -> f64 {
        self.of_moment(moment) * topic.at(moment) * self.hour(moment)
    }

    /// How often the user sends, in envelopes a ms on all topics; none if nothing is known.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.all.times > 0.0).then(|| self.all.times / self.all.ms.max(1.0))
    }

    /// An hour is over.
    pub(super) fn fade<'a>(&mut self, topics: impl Iterator<Item = &'a mut Factors>) {
        let rates = self.moments.iter_mut().flatten();
        for rate in rates.chain(&mut self.after_incoming).chain([&mut self.all]) {
            rate.times *= KEPT_PER_HOUR;
            rate.ms *= KEPT_PER_HOUR;
        }
        topics.for_each(Factors::fade);
        self.hours.iter_mut().for_each(Factors::fade);
    }

    fn hour(&self, moment: &Moment) -> f64 {
        let hour = self.hours.get(moment.hour).copied();
        hour.unwrap_or_default().at(moment)
    }

    fn count(&mut self, moment: &Moment, times: f64, ms: f64) {
        let row = self.moments.get_mut(moment.since_incoming);
        let exact = row.and_then(|row| row.get_mut(moment.since_written));
        let whole = self.after_incoming.get_mut(moment.since_incoming);
        for rate in exact.into_iter().chain(whole) {
            rate.times += times;
            rate.ms += ms;
        }
    }

    /// What was counted at moments like this one; where they were few, also at those that differ from it
    /// in how long ago the user wrote.
    fn of_moment(&self, moment: &Moment) -> f64 {
        let whole = self.after_incoming.get(moment.since_incoming);
        let whole = whole.copied().unwrap_or_default();
        if whole.times <= 0.0 {
            return 0.0;
        }
        // One envelope after a moment's silence is no habit.
        let general = whole.times / (whole.ms + moment.width() as f64);
        let row = self.moments.get(moment.since_incoming);
        let exact = row.and_then(|row| row.get(moment.since_written)).copied();
        let exact = exact.unwrap_or_default();
        (exact.times + DOUBT_OF_MOMENT) / (exact.ms + DOUBT_OF_MOMENT / general)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::darkness::decoys::moment::HOUR;

    const DAY: u64 = 24 * HOUR;

    #[test]
    fn nothing_is_expected_where_nothing_was_seen() {
        let mut habits = Habits::default();
        let mut topic = Factors::default();
        let idle = Moment::at(DAY, None, None);
        habits.passed(&idle, &mut topic, HOUR);
        assert_eq!((habits.rate(&idle, &topic), habits.mean()), (0.0, None));
        habits.sent(&idle, &mut topic);
        let answering = Moment::at(DAY, Some(DAY - 5), None);
        assert_eq!(habits.rate(&answering, &topic), 0.0);
        assert!(habits.rate(&idle, &topic) > 0.0);
    }

    #[test]
    fn rates_follow_the_moment_the_topic_and_the_hour() {
        let mut habits = Habits::default();
        let (mut busy, mut quiet) = (Factors::default(), Factors::default());
        // In the even hours ten envelopes on one topic and one on the other, in the odd ones none.
        for hour in 0..240 {
            let idle = Moment::at(hour * HOUR, None, None);
            if hour % 2 == 0 {
                (0..10).for_each(|_| habits.sent(&idle, &mut busy));
                habits.sent(&idle, &mut quiet);
            }
            habits.passed(&idle, &mut busy, HOUR);
            habits.passed(&idle, &mut quiet, HOUR);
            habits.lasted(HOUR);
        }
        let at = |hour: u64| Moment::at(hour * HOUR, None, None);
        let per_hour = |hour, topic| habits.rate(&at(hour), &topic) * HOUR as f64;
        assert!(
            (5.0..15.0).contains(&per_hour(2, busy)),
            "{}",
            per_hour(2, busy)
        );
        assert!(
            (0.4..3.0).contains(&per_hour(2, quiet)),
            "{}",
            per_hour(2, quiet)
        );
        assert!(per_hour(3, busy) < 2.0, "{}", per_hour(3, busy));
        let mean = habits.mean().unwrap() * HOUR as f64;
        assert!((mean - 5.5).abs() < 0.01, "{mean}");
    }

    #[test]
    fn half_is_forgotten_in_a_week() {
        let mut habits = Habits::default();
        let mut topic = Factors::default();
        let idle = Moment::at(0, None, None);
        (0..100).for_each(|_| habits.sent(&idle, &mut topic));
        (0..168).for_each(|_| habits.fade([&mut topic].into_iter()));
        assert!((topic.beginning.times - 50.0).abs() < 0.1, "{topic:?}");
    }
}
