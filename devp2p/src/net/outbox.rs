//! The queue between the application and a connection: what is to be sent to one peer.

use core::fmt;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use bytes::Bytes;
use tokio::sync::Notify;

use super::config::QueueLimits;
use super::event::PeerId;
use crate::DisconnectReason;
use crate::session::MAX_OUTGOING_PAYLOAD;

/// A message on its way to the connection.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) code: u64,
    pub(super) payload: Bytes,
}

/// Sends to one peer. Cheap to clone; all clones share the same queues, one for each subprotocol,
/// so that a flood in one subprotocol takes no room from another.
#[derive(Clone)]
pub struct PeerSender(Arc<Outbox>);

impl fmt::Debug for PeerSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerSender")
            .field("peer", &self.0.peer)
            .finish_non_exhaustive()
    }
}

/// A message was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The peer takes messages more slowly than they come; try again later or wait with
    /// [`PeerSender::send`].
    #[error("the queue to the peer is full: {messages} messages, {bytes} bytes")]
    Full {
        /// Messages in the queue.
        messages: usize,
        /// Their bytes.
        bytes: usize,
    },
    /// The connection is over.
    #[error("the connection to the peer is over")]
    Closed,
    /// The peer does not speak the subprotocol, or there is none at this position.
    #[error("the subprotocol of index {0} is not shared with the peer")]
    NotShared(usize),
    /// The subprotocol has no such message code.
    #[error("message code {code} is outside the subprotocol, which has {length}")]
    NoSuchCode {
        /// The code.
        code: u64,
        /// How many codes there are.
        length: u64,
    },
    /// The message does not fit a frame.
    #[error("the message has {size} bytes, a peer takes {limit}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
}

/// What a connection finds after taking what it has room for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drained {
    /// Something is left.
    pub(super) left: bool,
    /// The application wants the connection to end.
    pub(super) disconnect: Option<DisconnectReason>,
}

#[derive(Debug)]
struct Outbox {
    peer: PeerId,
    limits: QueueLimits,
    state: Mutex<State>,
    /// Woken when a queue was emptied or the connection ended.
    room: Notify,
}

#[derive(Debug)]
struct State {
    /// By position of the subprotocol in the configuration; `None` is not shared.
    queues: Vec<Option<Queue>>,
    disconnect: Option<DisconnectReason>,
    closed: bool,
    connection: Option<Waker>,
}

#[derive(Debug)]
struct Queue {
    messages: VecDeque<Outgoing>,
    bytes: usize,
    length: u64,
}

impl Queue {
    fn room(&self, limits: &QueueLimits) -> Result<(), SendError> {
        let (messages, bytes) = (self.messages.len(), self.bytes);
        if messages >= limits.sending_messages || bytes >= limits.sending_bytes {
            return Err(SendError::Full { messages, bytes });
        }
        Ok(())
    }
}

impl PeerSender {
    /// Queues for the subprotocols whose number of codes `lengths` gives; `None` is not shared.
    pub(super) fn new(peer: PeerId, lengths: Vec<Option<u64>>, limits: QueueLimits) -> Self {
        let queue = |length| Queue {
            messages: VecDeque::new(),
            bytes: 0,
            length,
        };
        let state = State {
            queues: lengths
                .into_iter()
                .map(|length| length.map(queue))
                .collect(),
            disconnect: None,
            closed: false,
            connection: None,
        };
        Self(Arc::new(Outbox {
            peer,
            limits,
            state: Mutex::new(state),
            room: Notify::new(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that this sends to.
    pub fn peer(&self) -> PeerId {
        self.0.peer
    }

    /// Queues a message: `subprotocol` is a position in
    /// [`NetworkConfig::subprotocols`](super::NetworkConfig::subprotocols), `code` counts from 0
    /// within it. Compression and encryption happen in the connection's task.
    ///
    /// # Errors
    ///
    /// [`SendError`]. `Ok` says that the message is queued, not that the peer has it.
    pub fn try_send(&self, subprotocol: usize, code: u64, payload: Bytes) -> Result<(), SendError> {
        if payload.len() > MAX_OUTGOING_PAYLOAD {
            return Err(SendError::TooLarge {
                size: payload.len(),
                limit: MAX_OUTGOING_PAYLOAD,
            });
        }
        let mut state = self.state();
        if state.closed || state.disconnect.is_some() {
            return Err(SendError::Closed);
        }
        let Some(Some(queue)) = state.queues.get_mut(subprotocol) else {
            return Err(SendError::NotShared(subprotocol));
        };
        if code >= queue.length {
            return Err(SendError::NoSuchCode {
                code,
                length: queue.length,
            });
        }
        queue.room(&self.0.limits)?;
        queue.bytes += payload.len();
        queue.messages.push_back(Outgoing { code, payload });
        let connection = state.connection.take();
        drop(state);
        connection.into_iter().for_each(Waker::wake);
        Ok(())
    }

    /// Queues a message, waiting for room. Cancelling queues nothing.
    ///
    /// # Errors
    ///
    /// [`SendError`], but never [`SendError::Full`].
    pub async fn send(
        &self,
        subprotocol: usize,
        code: u64,
        payload: Bytes,
    ) -> Result<(), SendError> {
        loop {
            let room = self.0.room.notified();
            tokio::pin!(room);
            // Registered before looking, so that room made in between is not missed.
            room.as_mut().enable();
            match self.try_send(subprotocol, code, payload.clone()) {
                Err(SendError::Full { .. }) => room.await,
                done => return done,
            }
        }
    }

    /// Whether a message for `subprotocol` would be queued now. For who makes messages only once
    /// there is room for them; between this and [`PeerSender::try_send`] only another sender's
    /// message or the end of the connection can come.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`], [`SendError::Closed`] or [`SendError::NotShared`].
    pub fn room(&self, subprotocol: usize) -> Result<(), SendError> {
        let state = self.state();
        if state.closed || state.disconnect.is_some() {
            return Err(SendError::Closed);
        }
        match state.queues.get(subprotocol) {
            Some(Some(queue)) => queue.room(&self.0.limits),
            _ => Err(SendError::NotShared(subprotocol)),
        }
    }

    /// Waits until [`PeerSender::room`] says that there is some.
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`] or [`SendError::NotShared`].
    pub async fn wait_for_room(&self, subprotocol: usize) -> Result<(), SendError> {
        loop {
            let room = self.0.room.notified();
            tokio::pin!(room);
            // Registered before looking, so that room made in between is not missed.
            room.as_mut().enable();
            match self.room(subprotocol) {
                Err(SendError::Full { .. }) => room.await,
                done => return done,
            }
        }
    }

    /// Ends the connection: what is queued is still sent if the peer takes it in time
    /// ([`Timeouts::goodbye`](super::Timeouts::goodbye)), then the reason. The first reason counts.
    pub fn disconnect(&self, reason: DisconnectReason) {
        let mut state = self.state();
        state.disconnect.get_or_insert(reason);
        let connection = state.connection.take();
        drop(state);
        connection.into_iter().for_each(Waker::wake);
        self.0.room.notify_waiters();
    }

    /// Whether the connection is over, or about to be.
    pub fn is_closed(&self) -> bool {
        let state = self.state();
        state.closed || state.disconnect.is_some()
    }

    /// Messages and bytes of `subprotocol` that wait for the connection.
    pub fn queued(&self, subprotocol: usize) -> (usize, usize) {
        match self.state().queues.get(subprotocol) {
            Some(Some(queue)) => (queue.messages.len(), queue.bytes),
            _ => (0, 0),
        }
    }

    // ---- the connection's side ----

    /// Offers the messages of each subprotocol in order to `take`, until it gives one back for
    /// which it has no room. Registers the connection to be woken by what comes next.
    pub(super) fn drain(
        &self,
        cx: &Context<'_>,
        mut take: impl FnMut(usize, Outgoing) -> Option<Outgoing>,
    ) -> Drained {
        let mut state = self.state();
        let (mut freed, mut left) = (false, false);
        for (subprotocol, queue) in state.queues.iter_mut().enumerate() {
            let Some(queue) = queue else { continue };
            while let Some(message) = queue.messages.pop_front() {
                let size = message.payload.len();
                if let Some(refused) = take(subprotocol, message) {
                    queue.messages.push_front(refused);
                    left = true;
                    break;
                }
                queue.bytes -= size;
                freed = true;
            }
        }
        match &state.connection {
            Some(waker) if waker.will_wake(cx.waker()) => {}
            _ => state.connection = Some(cx.waker().clone()),
        }
        let drained = Drained {
            left,
            disconnect: state.disconnect,
        };
        drop(state);
        if freed {
            self.0.room.notify_waiters();
        }
        drained
    }

    /// The connection is over: nothing is taken any more, what is queued is dropped.
    pub(super) fn close(&self) -> usize {
        let mut state = self.state();
        state.closed = true;
        state.connection = None;
        let queues = std::mem::take(&mut state.queues);
        drop(state);
        self.0.room.notify_waiters();
        queues
            .into_iter()
            .flatten()
            .map(|queue| queue.messages.len())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::task::noop_waker_ref;

    #[tokio::test]
    async fn room_is_known_before_a_message_is_made() {
        let limits = QueueLimits {
            sending_messages: 1,
            ..QueueLimits::default()
        };
        let sender = PeerSender::new(PeerId(1), vec![Some(1), None], limits);
        assert_eq!(sender.room(0), Ok(()));
        assert_eq!(sender.room(1), Err(SendError::NotShared(1)));
        sender.try_send(0, 0, Bytes::from_static(b"one")).unwrap();
        let full = Err(SendError::Full {
            messages: 1,
            bytes: 3,
        });
        assert_eq!(sender.room(0), full);

        let waiting = sender.clone();
        let waiting = tokio::spawn(async move { waiting.wait_for_room(0).await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        sender.drain(&Context::from_waker(noop_waker_ref()), |_, _| None);
        assert_eq!(waiting.await.unwrap(), Ok(()));

        sender.close();
        assert_eq!(sender.room(0), Err(SendError::Closed));
        assert_eq!(sender.wait_for_room(0).await, Err(SendError::Closed));
    }
}
