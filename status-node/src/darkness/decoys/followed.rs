//! A topic to which the user writes in private, and the phantoms that write there.

use super::habits::{Factors, Habits};
use super::moment::Moment;
use super::phantom::{Phantom, Surroundings};
use super::{MAX_RATIO, exponential, uniform};
use rand_core::CryptoRng;

/// How soon, in ms, the other side's node acknowledges what was said to it: what comes in sooner than that
/// is no news, since people do not answer so fast.
const AT_ONCE: u64 = 2_000;

/// Of how many envelopes acknowledgements are awaited: of more, nothing is known.
const MAX_AWAITED: u8 = 64;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) personal: bool,
    /// When something came in there.
    incoming: Option<u64>,
    /// When the user last wrote there.
    written: Option<u64>,
    /// How many envelopes said something lately without anything coming in, and when the last did.
    awaited: (u8, u64),
    factors: Factors,
    phantoms: [Phantom; MAX_RATIO as usize],
}

fn is_at_once(at: u64, now: u64) -> bool {
    now.checked_sub(at).is_some_and(|ms| ms < AT_ONCE)
}

impl Followed {
    /// A topic that the user wrote to for the first time.
    pub(super) fn new(personal: bool, now: u64) -> Self {
        Self {
            personal,
            incoming: None,
            written: Some(now),
            awaited: (0, now),
            factors: Factors::default(),
            phantoms: [Phantom::default(); MAX_RATIO as usize],
        }
    }

    /// When the user last wrote there.
    pub(super) fn written(&self) -> Option<u64> {
        self.written
    }

    /// What the moment is like to the user.
    pub(super) fn moment(&self, now: u64) -> Moment {
        Moment::at(now, self.incoming, self.written)
    }

    /// The user wrote there; whether it `says` something that the other side acknowledges.
    pub(super) fn write(&mut self, says: bool, now: u64) {
        self.written = Some(now);
        if says {
            let (count, at) = self.awaited;
            let count = if is_at_once(at, now) { count } else { 0 };
            self.awaited = ((count + 1).min(MAX_AWAITED), now);
        }
    }

    /// Counts an envelope that the user is about to write there.
    pub(super) fn learn(&mut self, habits: &mut Habits, moment: &Moment) {
        habits.sent(moment, &mut self.factors);
    }

    /// Whether something came in so shortly before that an envelope may acknowledge it.
    pub(super) fn is_answering(&self, now: u64) -> bool {
        self.incoming.is_some_and(|at| is_at_once(at, now))
    }

    /// Something came in; whether it is news, and no acknowledgement.
    pub(super) fn hear(&mut self, now: u64) -> bool {
        let (count, at) = self.awaited;
        if count > 0 && is_at_once(at, now) {
            self.awaited = (count - 1, at);
            return false;
        }
        if self.is_idle(now) {
            self.begin_anew();
        }
        self.incoming = Some(now);
        true
    }

    /// Whether nothing came in for so long that whoever writes begins a conversation.
    pub(super) fn is_idle(&self, now: u64) -> bool {
        self.moment(now).is_idle()
    }

    /// Another conversation may begin: it is drawn who takes part.
    pub(super) fn begin_anew(&mut self) {
        for phantom in &mut self.phantoms {
            phantom.here = None;
            // What is drawn anew of a time without memory is as likely as what was left.
            phantom.ahead = None;
            phantom.due = None;
        }
    }

    /// The time from `from` to `until` passed, within an hour, in which nothing happened.
    pub(super) fn pass(&mut self, habits: &mut Habits, multiple: f64, from: u64, until: u64) {
        self.each(habits, multiple, |phantom, around| {
            phantom.pass(around, from, until);
        });
        let mut at = from;
        while at < until {
            let moment = self.moment(at);
            let ms = moment.until.min(until) - at;
            habits.passed(&moment, &mut self.factors, ms);
            at += ms;
        }
    }

    /// Finds when each phantom writes next, from `from` to the end of the hour, if nothing happens.
    pub(super) fn plan(&mut self, habits: &Habits, multiple: f64, from: u64) {
        self.each(habits, multiple, |phantom, around| {
            phantom.plan(around, from);
        });
    }

    fn each(
        &mut self,
        habits: &Habits,
        multiple: f64,
        mut does: impl FnMut(&mut Phantom, &Surroundings<'_>),
    ) {
        for (number, phantom) in self.phantoms.iter_mut().enumerate() {
            let around = Surroundings {
                habits,
                factors: &self.factors,
                incoming: self.incoming,
                part: multiple - number as f64,
            };
            does(phantom, &around);
        }
    }

    /// Draws when phantoms write, and whether they take part, for whom it was not; whether there were any.
    pub(super) fn draw(&mut self, rng: &mut impl CryptoRng) -> bool {
        let is_undrawn = self.is_undrawn();
        for phantom in &mut self.phantoms {
            phantom.ahead.get_or_insert_with(|| exponential(rng));
            phantom.here.get_or_insert_with(|| 1.0 - uniform(rng));
        }
        is_undrawn
    }

    /// Whether [`draw`](Self::draw) is to be called.
    pub(super) fn is_undrawn(&self) -> bool {
        let mut phantoms = self.phantoms.iter();
        phantoms.any(|phantom| phantom.ahead.is_none() || phantom.here.is_none())
    }

    /// When the first of the phantoms writes.
    pub(super) fn due(&self) -> Option<u64> {
        self.phantoms.iter().filter_map(|phantom| phantom.due).min()
    }

    /// A phantom whose time has come writes: its number, and what the moment is like to it. All are planned
    /// anew after that.
    pub(super) fn poll(&mut self, now: u64, rng: &mut impl CryptoRng) -> Option<(usize, Moment)> {
        let mut phantoms = self.phantoms.iter_mut().enumerate();
        let is_due = |phantom: &Phantom| phantom.due.is_some_and(|due| due <= now);
        let (number, phantom) = phantoms.find(|(_, phantom)| is_due(phantom))?;
        let moment = Moment::at(now, self.incoming, phantom.written);
        phantom.written = Some(now);
        phantom.ahead = Some(exponential(rng));
        phantom.due = None;
        Some((number, moment))
    }

    /// The phantom of this number wrote here as well, together with what it wrote elsewhere.
    pub(super) fn join(&mut self, number: usize, now: u64) {
        if let Some(phantom) = self.phantoms.get_mut(number) {
            phantom.written = Some(now);
        }
    }

    /// Forgets what is due; how many decoys that were.
    pub(super) fn miss(&mut self, now: u64) -> u64 {
        let mut missed = 0;
        for phantom in &mut self.phantoms {
            if phantom.due.is_some_and(|due| due <= now) {
                phantom.ahead = None;
                phantom.due = None;
                missed += 1;
            }
        }
        missed
    }

    /// What is peculiar to the topic.
    pub(super) fn factors_mut(&mut self) -> &mut Factors {
        &mut self.factors
    }
}
