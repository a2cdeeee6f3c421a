//! Message nametags: 16 bytes in clear by which a receiver knows a message to be its own, and which
//! one it is, without trying keys (35/WAKU2-NOISE, "After-handshake").

use super::derive::{hkdf, sha256};
use std::collections::VecDeque;
use std::fmt;
use zeroize::Zeroizing;

/// How many messages ahead of the newest one a receiver knows, and how many missing ones behind it
/// it still waits for. 43/WAKU2-DEVICE-PAIRING suggests the next 50.
pub const NAMETAGS_AHEAD: usize = 50;

/// The nametag of a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageNametag(pub [u8; 16]);

impl MessageNametag {
    /// The first 16 bytes of `bytes`.
    pub(super) fn cut(bytes: &[u8; 32]) -> Self {
        let mut nametag = [0; 16];
        for (place, byte) in nametag.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self(nametag)
    }

    /// The nametag of the handshake message that follows a state with this hash.
    pub(super) fn of_handshake(hash: &[u8; 32]) -> Self {
        Self::cut(&hkdf(hash, &[], &[]))
    }
}

impl fmt::Debug for MessageNametag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageNametag(")?;
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// The secret behind the nametags of one direction. Wiped when dropped.
#[derive(Clone)]
pub(super) struct NametagSecret(pub(super) Zeroizing<[u8; 32]>);

impl NametagSecret {
    /// The nametag of message `number`.
    pub(super) fn nametag(&self, number: u64) -> MessageNametag {
        MessageNametag::cut(&sha256(&[&self.0[..], &number.to_le_bytes()]))
    }
}

/// The nametags that a receiver waits for: all that are missing behind the newest message read, at
/// most [`NAMETAGS_AHEAD`] of them, and as many ahead of it.
///
/// So however many messages are lost, one that is not further ahead than that is known; those that
/// are given up are counted.
#[derive(Clone)]
pub(super) struct Window {
    secret: NametagSecret,
    /// Missing ones, oldest first.
    missing: VecDeque<(u64, MessageNametag)>,
    /// The next ones, from the number `next` on.
    ahead: VecDeque<MessageNametag>,
    next: u64,
    /// Those read last, so that a repetition is told from a stranger's message: at most as many as
    /// can still be waited for.
    read: VecDeque<(u64, MessageNametag)>,
    lost: u64,
}

impl Window {
    /// A window whose first message has the number `first`.
    pub(super) fn new(secret: NametagSecret, first: u64) -> Self {
        let mut window = Self {
            secret,
            missing: VecDeque::new(),
            ahead: VecDeque::with_capacity(NAMETAGS_AHEAD),
            next: first,
            read: VecDeque::new(),
            lost: 0,
        };
        window.fill();
        window
    }

    /// The number of the message with this nametag.
    pub(super) fn number(&self, nametag: &MessageNametag) -> Option<u64> {
        if let Some(place) = self.ahead.iter().position(|known| known == nametag) {
            return self.next.checked_add(u64::try_from(place).ok()?);
        }
        let mut missing = self.missing.iter();
        missing
            .find(|(_, known)| known == nametag)
            .map(|(number, _)| *number)
    }

    /// The number of the message with this nametag, if it is one of the last hundred that were read.
    pub(super) fn number_read(&self, nametag: &MessageNametag) -> Option<u64> {
        let mut read = self.read.iter();
        read.find(|(_, known)| known == nametag)
            .map(|(number, _)| *number)
    }

    /// Message `number` was read.
    pub(super) fn mark(&mut self, number: u64) {
        if self.read.len() == 2 * NAMETAGS_AHEAD {
            self.read.pop_front();
        }
        self.read.push_back((number, self.secret.nametag(number)));
        if number < self.next {
            self.missing.retain(|(missing, _)| *missing != number);
            return;
        }
        while self.next <= number {
            let Some(nametag) = self.ahead.pop_front() else {
                break;
            };
            if self.next < number {
                self.missing.push_back((self.next, nametag));
            }
            self.next += 1;
        }
        while self.missing.len() > NAMETAGS_AHEAD {
            self.missing.pop_front();
            self.lost = self.lost.saturating_add(1);
        }
        self.fill();
    }

    /// How many messages before the newest one have not come and may still come.
    pub(super) fn missing(&self) -> usize {
        self.missing.len()
    }

    /// How many messages were given up.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Fills up the nametags ahead; the number 2^64-1 is no message's.
    fn fill(&mut self) {
        while self.ahead.len() < NAMETAGS_AHEAD {
            let Some(number) = self.next.checked_add(self.ahead.len() as u64) else {
                break;
            };
            if number == u64::MAX {
                break;
            }
            self.ahead.push_back(self.secret.nametag(number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(first: u64) -> (NametagSecret, Window) {
        let secret = NametagSecret(Zeroizing::new([7; 32]));
        (secret.clone(), Window::new(secret, first))
    }

    #[test]
    fn a_nametag_is_the_start_of_the_hash_of_secret_and_number() {
        let secret = NametagSecret(Zeroizing::new([0; 32]));
        let mut input = [0; 40];
        input[32] = 1;
        assert_eq!(secret.nametag(1), MessageNametag::cut(&sha256(&[&input])));
    }

    #[test]
    fn fifty_ahead_are_known_and_no_more() {
        let (secret, window) = window(0);
        assert_eq!(window.number(&secret.nametag(0)), Some(0));
        assert_eq!(window.number(&secret.nametag(49)), Some(49));
        assert_eq!(window.number(&secret.nametag(50)), None);
        assert_eq!(window.number_read(&secret.nametag(50)), None);
    }

    #[test]
    fn each_message_is_known_once_in_any_order() {
        let (secret, mut window) = window(0);
        for number in [3, 0, 40, 2, 1, 90] {
            assert_eq!(window.number(&secret.nametag(number)), Some(number));
            window.mark(number);
            let nametag = secret.nametag(number);
            assert_eq!(window.number(&nametag), None);
            assert_eq!(window.number_read(&nametag), Some(number));
        }
    }

    #[test]
    fn losses_without_end_do_not_make_it_deaf() {
        let (secret, mut window) = window(0);
        // Of every fifty messages one arrives.
        for number in (49..5_000).step_by(50) {
            assert_eq!(window.number(&secret.nametag(number)), Some(number));
            window.mark(number);
            assert!(window.missing() <= NAMETAGS_AHEAD);
        }
        assert_eq!(window.lost(), 4_900 - NAMETAGS_AHEAD as u64);
    }

    #[test]
    fn the_last_number_is_the_one_before_the_reserved() {
        let (secret, mut window) = window(u64::MAX - 2);
        assert_eq!(window.ahead.len(), 2);
        let last = u64::MAX - 1;
        assert_eq!(window.number(&secret.nametag(last)), Some(last));
        window.mark(last);
        assert_eq!(window.number(&secret.nametag(u64::MAX)), None);
        assert_eq!(
            window.number(&secret.nametag(u64::MAX - 2)),
            Some(u64::MAX - 2)
        );
    }
}
