//! The queue between the connections and the application: bounded for each peer, and fair.
//!
//! Each connection has a queue of its own; the application takes from them in turn. So a peer that
//! floods fills its own queue, is not read any more, and delays nobody else's messages.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use super::config::QueueLimits;
use super::event::{NetworkEvent, PeerId};

/// Events taken from one peer before it is the next one's turn: enough to make use of a batch,
/// few enough that 50 peers' turns stay below a millisecond of a busy application.
const TURN: usize = 64;

/// Events that belong to no connection (failed dials, port mappings). They are rare, and only the
/// newest say how things are: beyond this many the oldest is dropped and counted.
const NOTICES: usize = 256;

/// What an event costs beside its payload.
const EVENT_BYTES: usize = size_of::<NetworkEvent>();

/// The side of the connections.
#[derive(Debug, Clone)]
pub(super) struct Inbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: QueueLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// One for each connection; a connection keeps its place in the limits until its queue is
    /// empty, so the limits on connections bound this too.
    queues: HashMap<PeerId, Queue>,
    /// Peers with something in their queue, each once, in the order of their turns.
    turns: VecDeque<PeerId>,
    notices: VecDeque<NetworkEvent>,
    dropped_notices: u64,
    application: Option<Waker>,
    /// No event will come any more.
    finished: bool,
    /// The application dropped its end.
    abandoned: bool,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<NetworkEvent>,
    bytes: usize,
    /// The connection waits for room, or for the queue to be empty.
    connection: Option<Waker>,
    /// The connection is over: the queue goes when it is empty.
    last: bool,
}

impl Queue {
    fn has_room(&self, limits: &QueueLimits) -> bool {
        self.events.len() < limits.received_messages && self.bytes < limits.received_bytes
    }
}

fn cost(event: &NetworkEvent) -> usize {
    match event {
        NetworkEvent::Message { payload, .. } => EVENT_BYTES + payload.len(),
        _ => EVENT_BYTES,
    }
}

/// Makes the two ends.
pub(super) fn inbox(limits: QueueLimits) -> (Inbox, NetworkEvents) {
    let shared = Arc::new(Shared {
        limits,
        state: Mutex::default(),
    });
    (
        Inbox(Arc::clone(&shared)),
        NetworkEvents {
            shared,
            taken: Vec::new().into_iter(),
        },
    )
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing between lock and unlock can panic half-way; a poisoned lock holds good data.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// Hands over the events of `peer` and empties `events`.
    pub(super) fn push(&self, peer: PeerId, events: &mut Vec<NetworkEvent>) {
        if events.is_empty() {
            return;
        }
        let mut state = self.0.state();
        if state.abandoned {
            events.clear();
            return;
        }
        let State {
            queues,
            turns,
            application,
            ..
        } = &mut *state;
        let queue = queues.entry(peer).or_default();
        if queue.events.is_empty() {
            turns.push_back(peer);
        }
        queue.bytes += events.iter().map(cost).sum::<usize>();
        queue.events.extend(events.drain(..));
        wake(application.take(), state);
    }

    /// Hands over the last event of `peer`.
    pub(super) fn push_last(&self, peer: PeerId, event: NetworkEvent) {
        self.push(peer, &mut vec![event]);
        if let Some(queue) = self.0.state().queues.get_mut(&peer) {
            queue.last = true;
        }
    }

    /// Ready when `peer`'s queue takes more.
    pub(super) fn poll_room(&self, peer: PeerId, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.0.state();
        match state.queues.get_mut(&peer) {
            Some(queue) if !queue.has_room(&self.0.limits) => {
                queue.connection = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }

    /// Ready when the application took everything of `peer`.
    pub(super) fn poll_empty(&self, peer: PeerId, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.0.state();
        if state.abandoned {
            return Poll::Ready(());
        }
        match state.queues.get_mut(&peer) {
            Some(queue) if !queue.events.is_empty() => {
                queue.connection = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }

    /// Reports something that belongs to no connection.
    pub(super) fn notice(&self, event: NetworkEvent) {
        let mut state = self.0.state();
        if state.notices.len() >= NOTICES {
            state.notices.pop_front();
            state.dropped_notices += 1;
        }
        state.notices.push_back(event);
        wake(state.application.take(), state);
    }

    /// No event will come any more; the application sees the end after those that wait.
    pub(super) fn finish(&self) {
        let mut state = self.0.state();
        state.finished = true;
        wake(state.application.take(), state);
    }

    /// Notices dropped because nobody took them.
    pub(super) fn dropped_notices(&self) -> u64 {
        self.0.state().dropped_notices
    }

    /// Bytes that wait for the application, over all peers.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.0
            .state()
            .queues
            .values()
            .map(|queue| queue.bytes)
            .sum()
    }
}

/// Wakes outside the lock: the woken task would only run into it.
fn wake(waker: Option<Waker>, state: MutexGuard<'_, State>) {
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// The application's end: what the network service reports.
///
/// Peers are served in turn. While the application does not take a peer's messages, that peer is
/// not read beyond [`QueueLimits`]; other peers are. Dropping this end lets the network service
/// discard what it would report.
#[derive(Debug)]
pub struct NetworkEvents {
    shared: Arc<Shared>,
    /// Taken from the queues for [`NetworkEvents::recv`], not yet returned.
    taken: std::vec::IntoIter<NetworkEvent>,
}

impl NetworkEvents {
    /// The next event; `None` after the network service has stopped. Cancelling loses nothing.
    pub async fn recv(&mut self) -> Option<NetworkEvent> {
        std::future::poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// Appends at least one and at most `limit` events to `events` and returns how many; 0 only
    /// after the network service has stopped, or for a `limit` of 0. One lock for the lot: the
    /// way to take events when throughput matters. Cancelling loses nothing.
    pub async fn recv_many(&mut self, events: &mut Vec<NetworkEvent>, limit: usize) -> usize {
        std::future::poll_fn(|cx| self.poll_recv_many(cx, events, limit)).await
    }

    /// What waits now, without waiting for more.
    pub fn try_recv(&mut self) -> Option<NetworkEvent> {
        match self.poll_recv(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }

    /// See [`NetworkEvents::recv`].
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<NetworkEvent>> {
        if let Some(event) = self.taken.next() {
            return Poll::Ready(Some(event));
        }
        let mut events = Vec::new();
        // One event at a time would take the lock for each; a turn bounds what lies here
        // without counting in its peer's queue.
        match self.poll_recv_many(cx, &mut events, TURN) {
            Poll::Ready(_) => {
                self.taken = events.into_iter();
                Poll::Ready(self.taken.next())
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// See [`NetworkEvents::recv_many`].
    pub fn poll_recv_many(
        &mut self,
        cx: &Context<'_>,
        events: &mut Vec<NetworkEvent>,
        limit: usize,
    ) -> Poll<usize> {
        let before = events.len();
        let room = |events: &Vec<NetworkEvent>| limit - (events.len() - before);
        if limit == 0 {
            return Poll::Ready(0);
        }
        events.extend(self.taken.by_ref().take(limit));
        let mut woken = Vec::new();
        let mut state = self.shared.state();
        while room(events) > 0 {
            let Some(notice) = state.notices.pop_front() else {
                break;
            };
            events.push(notice);
        }
        while room(events) > 0 {
            let Some(peer) = state.turns.pop_front() else {
                break;
            };
            let State { queues, turns, .. } = &mut *state;
            let Some(queue) = queues.get_mut(&peer) else {
                continue;
            };
            let count = queue.events.len().min(TURN).min(room(events));
            let first = events.len();
            events.extend(queue.events.drain(..count));
            queue.bytes -= events.iter().skip(first).map(cost).sum::<usize>();
            if !queue.events.is_empty() {
                turns.push_back(peer);
            }
            // A connection that waits is woken once half of its queue is free: waking it for
            // each event would make it read in crumbs.
            let limits = &self.shared.limits;
            if queue.events.len() <= limits.received_messages / 2
                && queue.bytes <= limits.received_bytes / 2
            {
                woken.extend(queue.connection.take());
            }
            if queue.last && queue.events.is_empty() {
                queues.remove(&peer);
            }
        }
        let count = events.len() - before;
        if count == 0 && !state.finished {
            state.application = Some(cx.waker().clone());
            return Poll::Pending;
        }
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        Poll::Ready(count)
    }
}

impl Stream for NetworkEvents {
    type Item = NetworkEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<NetworkEvent>> {
        self.poll_recv(cx)
    }
}

impl Drop for NetworkEvents {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.abandoned = true;
        let queues = std::mem::take(&mut state.queues);
        state.turns.clear();
        state.notices.clear();
        drop(state);
        queues
            .into_values()
            .filter_map(|queue| queue.connection)
            .for_each(Waker::wake);
    }
}
