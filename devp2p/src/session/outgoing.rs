//! The outgoing queues of the subprotocols, served in turn.

use super::{QueueLimits, SendError};
use crate::{MAX_MESSAGE_SIZE, SharedCapability};
use bytes::Bytes;
use std::collections::VecDeque;

/// Largest payload that may be queued, in bytes: so far below the limit of a message that its
/// frame fits even if compression makes it longer and the code takes 9 bytes.
pub const MAX_OUTGOING_PAYLOAD: usize = MAX_MESSAGE_SIZE - MAX_MESSAGE_SIZE / 6 - 64;

/// One bounded queue a capability. A message leaves each non-empty queue in turn, so a
/// subprotocol that floods delays another by one message of its own at most.
#[derive(Debug)]
pub(super) struct Outgoing {
    lanes: Vec<Lane>,
    limits: QueueLimits,
    /// The lane whose turn it is.
    turn: usize,
    queued: usize,
}

#[derive(Debug)]
struct Lane {
    offset: u64,
    length: u64,
    messages: VecDeque<(u64, Bytes)>,
    bytes: usize,
}

impl Outgoing {
    pub(super) fn new(capabilities: &[SharedCapability], limits: QueueLimits) -> Self {
        let lane = |shared: &SharedCapability| Lane {
            offset: shared.offset,
            length: shared.length,
            messages: VecDeque::new(),
            bytes: 0,
        };
        Self {
            lanes: capabilities.iter().map(lane).collect(),
            limits,
            turn: 0,
            queued: 0,
        }
    }

    pub(super) fn push(
        &mut self,
        index: usize,
        code: u64,
        payload: Bytes,
    ) -> Result<(), SendError> {
        let count = self.lanes.len();
        let lane = self.lanes.get_mut(index);
        let lane = lane.ok_or(SendError::UnknownCapability { index, count })?;
        if code >= lane.length {
            return Err(SendError::UnknownCode {
                code,
                length: lane.length,
            });
        }
        let (size, limit) = (payload.len(), MAX_OUTGOING_PAYLOAD);
        if size > limit {
            return Err(SendError::TooLarge { size, limit });
        }
        if !lane.has_room(size, self.limits) {
            return Err(SendError::Full {
                messages: lane.messages.len(),
                bytes: lane.bytes,
            });
        }
        lane.bytes += size;
        lane.messages.push_back((lane.offset + code, payload));
        self.queued += 1;
        Ok(())
    }

    /// The next message in turn, with its code on the connection.
    pub(super) fn pop(&mut self) -> Option<(u64, Bytes)> {
        let count = self.lanes.len();
        for step in 0..count {
            let turn = (self.turn + step) % count;
            let Some(lane) = self.lanes.get_mut(turn) else {
                continue;
            };
            if let Some((code, payload)) = lane.messages.pop_front() {
                lane.bytes -= payload.len();
                self.queued -= 1;
                self.turn = (turn + 1) % count;
                return Some((code, payload));
            }
        }
        None
    }

    /// Whether a message of `size` bytes would be taken.
    pub(super) fn has_room(&self, index: usize, size: usize) -> bool {
        self.lanes
            .get(index)
            .is_some_and(|lane| lane.has_room(size, self.limits))
    }

    /// Empties all queues and gives how many messages that were.
    pub(super) fn clear(&mut self) -> usize {
        for lane in &mut self.lanes {
            lane.messages.clear();
            lane.bytes = 0;
        }
        std::mem::take(&mut self.queued)
    }

    pub(super) fn len(&self) -> usize {
        self.queued
    }
}

impl Lane {
    fn has_room(&self, size: usize, limits: QueueLimits) -> bool {
        self.messages.is_empty()
            || (self.messages.len() < limits.messages
                && self.bytes.saturating_add(size) <= limits.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(limits: QueueLimits) -> Outgoing {
        let shared = |name: &str, offset, length| SharedCapability {
            name: name.into(),
            version: 1,
            offset,
            length,
        };
        Outgoing::new(
            &[shared("a", 16, 4), shared("b", 20, 4), shared("c", 24, 4)],
            limits,
        )
    }

    #[test]
    fn turns_are_fair_whatever_one_lane_holds() {
        let mut queue = outgoing(QueueLimits::default());
        for _ in 0..5 {
            queue.push(0, 1, Bytes::from_static(b"flood")).unwrap();
        }
        queue.push(2, 3, Bytes::new()).unwrap();
        queue.push(1, 0, Bytes::new()).unwrap();
        let codes: Vec<_> = std::iter::from_fn(|| queue.pop())
            .map(|(code, _)| code)
            .collect();
        assert_eq!(codes, [17, 20, 27, 17, 17, 17, 17]);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn bounds_hold_and_free_again() {
        let mut queue = outgoing(QueueLimits {
            messages: 2,
            bytes: 10,
        });
        let payload = |len| Bytes::from(vec![0; len]);
        queue.push(0, 0, payload(100)).unwrap();
        assert_eq!(
            queue.push(0, 0, payload(0)),
            Err(SendError::Full {
                messages: 1,
                bytes: 100
            })
        );
        assert!(queue.has_room(1, 100), "another lane is not concerned");
        queue.pop().unwrap();
        queue.push(0, 0, payload(5)).unwrap();
        assert!(!queue.has_room(0, 6));
        queue.push(0, 0, payload(5)).unwrap();
        assert_eq!(
            queue.push(0, 0, payload(0)),
            Err(SendError::Full {
                messages: 2,
                bytes: 10
            })
        );
        assert_eq!(queue.clear(), 2);
        assert!(queue.has_room(0, 10));
    }

    #[test]
    fn misuse_is_named() {
        let mut queue = outgoing(QueueLimits::default());
        let unknown = SendError::UnknownCapability { index: 3, count: 3 };
        assert_eq!(queue.push(3, 0, Bytes::new()), Err(unknown));
        assert_eq!(
            queue.push(0, 4, Bytes::new()),
            Err(SendError::UnknownCode { code: 4, length: 4 })
        );
        let (size, limit) = (MAX_OUTGOING_PAYLOAD + 1, MAX_OUTGOING_PAYLOAD);
        let large = Bytes::from(vec![0; size]);
        assert_eq!(
            queue.push(0, 0, large),
            Err(SendError::TooLarge { size, limit })
        );
    }
}
