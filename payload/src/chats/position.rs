//! The order of messages in a chat.

use crate::MessageId;

/// Where a message stands in its chat: by its clock, and where clocks are equal by its id. The order
/// is total and depends on nothing but the messages, so everybody who has the same messages sees
/// them in the same order, whatever the order of arrival. Neither the author's time nor that of the
/// envelope plays a part.
///
/// An implausible clock cannot hold the end of a chat for long: one that is too far ahead is refused
/// ([`MAX_AHEAD_MS`](crate::MAX_AHEAD_MS)), and one's own clock does not follow it
/// ([`ChatClock`](crate::ChatClock)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    // The order of the fields is the order of comparison.
    clock: u64,
    id: MessageId,
}

impl Position {
    /// The position of the message `id` with this clock.
    pub fn new(clock: u64, id: MessageId) -> Self {
        Self { clock, id }
    }

    /// The clock.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// The message.
    pub fn id(&self) -> MessageId {
        self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_decides_then_the_id() {
        let position = |clock, fill| Position::new(clock, MessageId::from([fill; 32]));
        assert!(position(1, 9) < position(2, 1));
        assert!(position(2, 1) < position(2, 2));
        assert_eq!(position(2, 2), position(2, 2));
        assert_eq!(position(3, 1).clock(), 3);
        assert_eq!(position(3, 1).id(), MessageId::from([1; 32]));
    }
}
