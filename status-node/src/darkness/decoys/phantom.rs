//! Who sends decoys: people who are not there.

use super::habits::{Factors, Habits};
use super::moment::{HOUR, Moment};

/// Somebody who is not there, on one topic: hears what the user hears there and has the user's habits, but
/// knows nothing of what the user does.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Phantom {
    /// When this one last wrote.
    pub(super) written: Option<u64>,
    /// A number under 1, drawn anew for each conversation: this one takes part if it is a larger part of the
    /// user than that. None until it is drawn.
    pub(super) here: Option<f64>,
    /// How many envelopes are to be expected of this one until the next; drawn anew after each. None until it
    /// is drawn.
    pub(super) ahead: Option<f64>,
    /// When the next one is due, if its hour brings it.
    pub(super) due: Option<u64>,
}

/// What decides how often a phantom writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) habits: &'a Habits,
    /// What is peculiar to the topic.
    pub(super) factors: &'a Factors,
    /// When something came in there.
    pub(super) incoming: Option<u64>,
    /// How much of the user this phantom is: from 0 or less, who never writes, to 1 or more.
    pub(super) part: f64,
}

impl Phantom {
    fn is_here(&self, part: f64) -> bool {
        self.here.is_some_and(|here| here < part)
    }

    /// The time from `from` to `until` passed, in which nothing happened.
    pub(super) fn pass(&mut self, around: &Surroundings<'_>, from: u64, until: u64) {
        let Some(mut ahead) = self.ahead.filter(|_| self.is_here(around.part)) else {
            return;
        };
        let mut at = from;
        while at < until {
            let moment = Moment::at(at, around.incoming, self.written);
            let ms = moment.until.min(until) - at;
            ahead -= around.rate(&moment) * ms as f64;
            at += ms;
        }
        self.ahead = Some(ahead);
    }

    /// Finds when the next envelope is due, from `from` to the end of the hour, if nothing happens.
    pub(super) fn plan(&mut self, around: &Surroundings<'_>, from: u64) {
        self.due = None;
        let Some(mut ahead) = self.ahead.filter(|_| self.is_here(around.part)) else {
            return;
        };
        let (mut at, end) = (from, (from / HOUR + 1) * HOUR);
        while at < end {
            let moment = Moment::at(at, around.incoming, self.written);
            let rate = around.rate(&moment);
            let ms = moment.until - at;
            if rate > 0.0 && rate * ms as f64 >= ahead {
                let wait = (ahead.max(0.0) / rate) as u64;
                self.due = Some(at + wait.min(ms - 1));
                return;
            }
            ahead -= rate * ms as f64;
            at = moment.until;
        }
    }
}

impl Surroundings<'_> {
    /// In envelopes a ms.
    fn rate(&self, moment: &Moment) -> f64 {
        self.habits.rate(moment, self.factors)
    }
}
