//! Keccak-256, the one hash function of Whisper, and its output as a type.

use keccak_asm::{Digest, Keccak256};
use std::fmt;

/// A Keccak-256 hash: of an envelope's RLP, which identifies the envelope, or of a packet of
/// envelopes, which identifies a batch in confirmations.
///
/// This is the Keccak of 2011 with padding byte `01`, not the later SHA3-256, whatever EIP-627 and
/// the Status specification call it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Hashes `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Keccak256::digest(bytes).into())
    }

    /// Hashes the concatenation of `parts` without joining them first.
    pub(crate) fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = Keccak256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The number of leading zero bits, 0 to 256: what proof of work is measured by.
    pub fn leading_zeros(&self) -> u32 {
        let mut zeros = 0;
        for byte in self.0 {
            zeros += byte.leading_zeros();
            if byte != 0 {
                break;
            }
        }
        zeros
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

/// Writes `bytes` in lower-case hex after `0x`, as every value of the protocol is shown.
pub(crate) fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str("0x")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_keccak_and_not_sha3() {
        assert_eq!(
            Hash::of(b"").to_string(),
            "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        );
        assert_eq!(Hash::of_parts(&[b"ab", b"", b"c"]), Hash::of(b"abc"));
    }

    #[test]
    fn leading_zeros_cross_bytes() {
        let mut hash = Hash([0; 32]);
        assert_eq!(hash.leading_zeros(), 256);
        hash.0[1] = 0x10;
        assert_eq!(hash.leading_zeros(), 11);
        hash.0[0] = 0x80;
        assert_eq!(hash.leading_zeros(), 0);
    }
}
