//! Keys of single messages that are kept, and how many of them.

use crate::{CompressedKey, MessageId};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Most messages that may be missing before one in a chain. As deployed. A larger gap costs the
/// receiver a hash for each, which a hostile sender must not be able to demand.
pub const MAX_GAP: u32 = 1000;

/// A key is dropped once so many later ones of its session were made, read or not. As deployed.
pub const MAX_KEPT: u64 = 3000;

/// Most keys kept for one session; the oldest goes first. As deployed.
pub const MAX_KEYS_PER_SESSION: usize = 2000;

/// 32 secret bytes: compared in constant time, erased when dropped, never printed.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes([u8; 32]);

impl SecretBytes {
    /// The secret of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// The key of one message of a session: of one that has not come yet, or of one that was read and
/// is not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageKey {
    /// The sender's ratchet key of the message's chain.
    pub ratchet_key: CompressedKey,
    /// Number of the message in its chain.
    pub n: u32,
    /// The key.
    pub key: SecretBytes,
    /// Counts the keys of the session in the order they were made; the lowest is the oldest.
    pub sequence: u64,
    /// The message that was read with it, if one was.
    pub message: Option<MessageId>,
}

/// Which message keys of a session stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyWindow {
    /// Keys with a lower sequence go.
    pub first_sequence: u64,
    /// Of the rest, so many with the highest sequence stay.
    pub max: usize,
}

impl KeyWindow {
    /// The window of a session that has made `made` keys.
    pub fn after(made: u64) -> Self {
        Self {
            // As deployed: from the 3,000th key on, keys numbered up to `made - 3000` go.
            first_sequence: made.checked_sub(MAX_KEPT).map_or(0, |last| last + 1),
            max: MAX_KEYS_PER_SESSION,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves_with_the_3000th_key() {
        assert_eq!(KeyWindow::after(2999).first_sequence, 0);
        assert_eq!(KeyWindow::after(3000).first_sequence, 1);
        assert_eq!(KeyWindow::after(3001).first_sequence, 2);
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = MessageKey {
            ratchet_key: CompressedKey::new([2; 33]),
            n: 1,
            key: SecretBytes::new([0xab; 32]),
            sequence: 0,
            message: None,
        };
        let printed = format!("{key:?}");
        assert!(printed.contains("(secret)"), "{printed}");
        assert!(
            !printed.contains("ab") && !printed.contains("171"),
            "{printed}"
        );
    }
}
