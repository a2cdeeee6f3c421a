//! Topics: the four bytes of an envelope that say, without revealing much, whom it concerns.

use crate::hash::{Hash, hex};
use std::fmt;

/// Four bytes in the clear by which nodes route envelopes and by which a receiver decides whether
/// an envelope is worth trying a key on (EIP-627).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Topic(pub [u8; 4]);

impl Topic {
    /// The topic of a name: the first four bytes of the Keccak-256 of its UTF-8.
    ///
    /// Which names exist is not this crate's business; it belongs to whoever couples payloads to
    /// the transport.
    pub fn from_name(name: &str) -> Self {
        let [a, b, c, d, ..] = Hash::of(name.as_bytes()).0;
        Self([a, b, c, d])
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_hashes_to_the_deployed_topic() {
        assert_eq!(Topic::from_name("status").to_string(), "0xcd423760");
    }
}
