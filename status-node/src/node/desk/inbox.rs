//! What lies on the desk: calls, and what arrived.

use super::Call;
use crate::coupling::Channel;
use crate::messenger::TransportReport;
use crate::node::clock::now_ms;
use crate::node::handle::CallError;
use crate::pipeline::Incoming;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Envelopes and reports that may lie there before the network is read no more: a second or so of
/// work. What is under way when it is full still finds room, which is one packet at most.
const MAX_ARRIVALS: usize = 1024;

/// Their bytes: sixteen of the largest envelopes, or a thousand of the usual size many times over.
const MAX_BYTES: usize = 16 << 20;

/// The thread looks at the clock at least this often, since the clock may have been set.
const MAX_SLEEP: Duration = Duration::from_secs(60);

/// Something that the node's task has for the messenger.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// An envelope was opened.
    Envelope {
        /// By the filter of this channel.
        channel: Channel,
        /// What was in it.
        incoming: Incoming,
    },
    /// Something became of what the messenger sent.
    Report {
        /// By which loading of the messenger, which its numbers belong to.
        generation: u64,
        /// What.
        report: TransportReport,
    },
}

impl Arrival {
    fn bytes(&self) -> usize {
        match self {
            Self::Envelope { incoming, .. } => incoming.payload().len(),
            Self::Report { .. } => 0,
        }
    }
}

/// What is to be done next.
pub(crate) enum Work {
    /// What has become due.
    Timeout,
    Call(Call),
    Arrival(Arrival),
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(in crate::node) struct Inbox {
    state: Mutex<State>,
    /// Something is there for the thread.
    filled: Condvar,
    /// There is room again.
    emptied: Notify,
}

#[derive(Default)]
struct State {
    calls: VecDeque<Call>,
    arrivals: VecDeque<Arrival>,
    bytes: usize,
    /// A bound was reached, and not half of it is free yet: otherwise the network would be read packet
    /// by packet.
    full: bool,
    closed: bool,
    /// Much of what the messenger gave out has not left.
    congested: bool,
    /// The thread is at something.
    busy: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("calls", &self.calls.len())
            .field("arrivals", &self.arrivals.len())
            .field("bytes", &self.bytes)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn call(&self, call: Call) -> Result<(), CallError> {
        let mut state = self.state();
        if state.closed {
            return Err(CallError::Stopped);
        }
        state.calls.push_back(call);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Lays something down. Whoever does so looks for [room](Self::has_room) first.
    pub(in crate::node) fn arrive(&self, arrival: Arrival) {
        let mut state = self.state();
        state.bytes += arrival.bytes();
        state.arrivals.push_back(arrival);
        state.full |= state.arrivals.len() >= MAX_ARRIVALS || state.bytes >= MAX_BYTES;
        drop(state);
        self.filled.notify_one();
    }

    /// Whether more may arrive.
    pub(in crate::node) fn has_room(&self) -> bool {
        !self.state().full
    }

    /// Completes once more may arrive. One task at a time waits for it.
    pub(in crate::node) async fn room(&self) {
        while !self.has_room() {
            self.emptied.notified().await;
        }
    }

    /// Whether nothing lies there and the thread waits: all that it had to give out is given out.
    pub(in crate::node) fn is_idle(&self) -> bool {
        let state = self.state();
        state.calls.is_empty() && state.arrivals.is_empty() && !state.busy
    }

    /// How many envelopes and reports lie there, and their bytes.
    pub(in crate::node) fn load(&self) -> (usize, usize) {
        let state = self.state();
        (state.arrivals.len(), state.bytes)
    }

    /// What is to be done next, calls first.
    pub(super) fn next(&self) -> Option<Work> {
        let mut state = self.state();
        if let Some(call) = state.calls.pop_front() {
            return Some(Work::Call(call));
        }
        self.pop_arrival(&mut state).map(Work::Arrival)
    }

    /// What arrived first.
    pub(super) fn next_arrival(&self) -> Option<Arrival> {
        let mut state = self.state();
        self.pop_arrival(&mut state)
    }

    fn pop_arrival(&self, state: &mut State) -> Option<Arrival> {
        let arrival = state.arrivals.pop_front()?;
        state.bytes -= arrival.bytes();
        if state.full && state.arrivals.len() <= MAX_ARRIVALS / 2 && state.bytes <= MAX_BYTES / 2 {
            state.full = false;
            self.emptied.notify_one();
        }
        Some(arrival)
    }

    /// Says whether much of what the messenger gave out has not left. While that is so it repeats nothing:
    /// more of the same would only wait behind it.
    pub(in crate::node) fn set_congested(&self, congested: bool) {
        let mut state = self.state();
        if state.congested != congested {
            state.congested = congested;
            drop(state);
            self.filled.notify_one();
        }
    }

    pub(super) fn is_congested(&self) -> bool {
        self.state().congested
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.state().calls.is_empty()
    }

    /// Waits until something lies there or the time `due` (Unix, in ms) has come; false once the desk
    /// is closed and empty.
    pub(super) fn wait(&self, due: Option<u64>) -> bool {
        let mut state = self.state();
        loop {
            state.busy = true;
            if !state.calls.is_empty() || !state.arrivals.is_empty() {
                return true;
            }
            if state.closed {
                return false;
            }
            let rest = due.map(|due| due.saturating_sub(now_ms()));
            if rest == Some(0) {
                return true;
            }
            state.busy = false;
            let sleep = rest.map_or(MAX_SLEEP, Duration::from_millis).min(MAX_SLEEP);
            let congested = state.congested;
            let woken = self.filled.wait_timeout(state, sleep);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
            if state.congested != congested {
                // What is due is another question now.
                state.busy = true;
                return true;
            }
        }
    }

    /// Whether no more calls are taken.
    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Throws away what lies there: the thread is gone, and whoever waits for an answer must hear that.
    pub(in crate::node) fn abandon(&self) {
        let mut state = self.state();
        state.closed = true;
        let calls = std::mem::take(&mut state.calls);
        state.arrivals.clear();
        state.bytes = 0;
        drop(state);
        drop(calls);
    }

    /// Takes no more calls. What lies there is still done.
    pub(in crate::node) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::OutboundId;

    fn arrival(number: u64) -> Arrival {
        Arrival::Report {
            generation: 0,
            report: TransportReport::Failed {
                outbound: OutboundId(number),
                reason: String::new(),
            },
        }
    }

    #[tokio::test]
    async fn a_full_desk_says_so_until_half_of_it_is_free() {
        let inbox = Inbox::default();
        for number in 0..MAX_ARRIVALS {
            assert!(inbox.has_room());
            inbox.arrive(arrival(number as u64));
        }
        assert!(!inbox.has_room());
        for _ in 0..MAX_ARRIVALS / 2 {
            assert!(!inbox.has_room());
            inbox.next_arrival().unwrap();
        }
        assert!(inbox.has_room());
        inbox.room().await;
    }

    #[test]
    fn a_closed_desk_is_emptied_first() {
        let inbox = Inbox::default();
        inbox.arrive(arrival(1));
        inbox.close();
        assert!(inbox.wait(None));
        assert!(matches!(inbox.next(), Some(Work::Arrival(_))));
        assert!(!inbox.wait(None));
    }

    #[test]
    fn what_is_due_wakes_the_thread() {
        let inbox = Inbox::default();
        assert!(inbox.wait(Some(now_ms())));
    }
}
