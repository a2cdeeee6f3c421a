//! What a node tells its peers to go by: work (2), topics (3) and rates (20).

use crate::bloom::Bloom;
use crate::rlp::{DecodeError, Reader, Result, encode_list};
use alloy_rlp::Encodable;
use bytes::Bytes;

/// The least proof of work a node takes from now on: the bits of an IEEE 754 double as a bare
/// RLP integer (code 2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowRequirement(pub f64);

impl PowRequirement {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        alloy_rlp::encode(self.0.to_bits()).into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] unless it is an integer of at most 8 bytes whose double is finite and not
    /// negative (EIP-627).
    pub fn decode(payload: &[u8]) -> Result<Self> {
        pow_from_bits(Reader::new(payload).value("PoW requirement")?).map(Self)
    }
}

/// The double with these bits, if it can be demanded of envelopes. Minus zero can.
pub(super) fn pow_from_bits(bits: u64) -> Result<f64> {
    let pow = f64::from_bits(bits);
    if pow.is_finite() && pow >= 0.0 {
        return Ok(pow);
    }
    Err(DecodeError::Value {
        field: "PoW requirement",
        why: "negative, infinite or not a number",
    })
}

/// The topics a node takes from now on: a bare RLP string of 64 bytes (code 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BloomFilter(pub Bloom);

impl BloomFilter {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        alloy_rlp::encode(self.0.0.as_slice()).into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] unless it is a string of 64 bytes. Unlike in the status packet an empty one
    /// is refused.
    pub fn decode(payload: &[u8]) -> Result<Self> {
        let bytes = Reader::new(payload).array("bloom filter")?;
        Ok(Self(Bloom(bytes)))
    }
}

/// How much a node takes per second: `[per IP address, per peer, per topic]`, 0 is no limit
/// (code 20). The specification gives each 4 bytes, deployed are 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimits {
    /// Packets per second from one IP address.
    pub ip: u64,
    /// Packets per second from one peer.
    pub peer_id: u64,
    /// Packets per second for one topic.
    pub topic: u64,
}

impl RateLimits {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        let mut out = Vec::new();
        self.encode_to(&mut out);
        out.into()
    }

    pub(super) fn encode_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&encode_list(|out| {
            self.ip.encode(out);
            self.peer_id.encode(out);
            self.topic.encode(out);
        }));
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] unless it is a list of three integers.
    pub fn decode(payload: &[u8]) -> Result<Self> {
        let mut items = Reader::new(payload).list("rate limits")?;
        let limits = Self {
            ip: items.value("rate limit per address")?,
            peer_id: items.value("rate limit per peer")?,
            topic: items.value("rate limit per topic")?,
        };
        items.end("rate limits")?;
        Ok(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_must_be_a_finite_number() {
        let decode = |pow: f64| PowRequirement::decode(&PowRequirement(pow).encode()).ok();
        assert_eq!(decode(0.002), Some(PowRequirement(0.002)));
        assert_eq!(decode(-0.0), Some(PowRequirement(0.0)));
        for pow in [-0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(decode(pow), None, "{pow}");
        }
        // In a list, as the text of the EIP could be read.
        assert!(PowRequirement::decode(&[0xc1, 0x80]).is_err());
    }

    #[test]
    fn a_bloom_packet_has_64_bytes() {
        let packet = BloomFilter(Bloom::FULL);
        assert_eq!(BloomFilter::decode(&packet.encode()), Ok(packet));
        assert!(BloomFilter::decode(&[0x80]).is_err());
    }

    #[test]
    fn limits_are_three() {
        assert!(RateLimits::decode(&[0xc2, 1, 2]).is_err());
        assert!(RateLimits::decode(&[0xc4, 1, 2, 3, 4]).is_err());
    }
}
