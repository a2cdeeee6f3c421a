//! The status packet (0), by which two nodes tell each other what they want.

use super::requirements::{RateLimits, pow_from_bits};
use crate::bloom::{BLOOM_LEN, Bloom};
use crate::rlp::{DecodeError, Reader, Result, encode_list};
use alloy_rlp::{Encodable, Header};
use bytes::Bytes;

/// The version of Whisper that is spoken here.
pub const PROTOCOL_VERSION: u64 = 6;

/// `[version, pow, bloom, light, confirmations, rate limits]`: the first packet of each side.
///
/// As deployed only the version is mandatory. What is missing or of the wrong kind has its
/// default: no work demanded, a full node, not light, no confirmations, no limits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Status {
    /// The least proof of work of the envelopes that the sender takes.
    pub pow_requirement: f64,
    /// The sender's filter; none is a full node's.
    pub bloom: Option<Bloom>,
    /// Whether the sender only takes and posts envelopes and does not pass on others'.
    pub light: bool,
    /// Whether the sender answers each packet of envelopes with a confirmation.
    pub confirmations: bool,
    /// What the sender takes per second.
    pub rate_limits: RateLimits,
}

impl Status {
    /// Whether the sender takes every topic.
    pub fn is_full_node(&self) -> bool {
        self.bloom.is_none_or(|bloom| bloom.is_full())
    }

    /// Encodes all six items, as status-go v0.50.0 does.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            PROTOCOL_VERSION.encode(out);
            self.pow_requirement.to_bits().encode(out);
            let bloom = self.bloom.as_ref().map(|bloom| bloom.0.as_slice());
            bloom.unwrap_or_default().encode(out);
            self.light.encode(out);
            self.confirmations.encode(out);
            self.rate_limits.encode_to(out);
        })
        .into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if it is not a list that begins with the version, if the proof of work is
    /// negative, infinite or not a number, or if the bloom filter has neither 0 nor 64 bytes.
    pub fn decode(payload: &[u8]) -> Result<Self> {
        let mut version = Reader::new(payload).list("status")?;
        let got = version.value("version")?;
        if got != PROTOCOL_VERSION {
            let expected = PROTOCOL_VERSION;
            return Err(DecodeError::Version { expected, got });
        }
        let mut items = Lenient {
            rest: version.rest(),
        };
        let mut status = Self::default();
        if let Some(bits) = items.uint(8) {
            status.pow_requirement = pow_from_bits(bits)?;
            if let Some(bytes) = items.string() {
                status.bloom = bloom_or_full(bytes)?;
            }
        }
        status.light = items.boolean().unwrap_or_default();
        status.confirmations = items.boolean().unwrap_or_default();
        status.rate_limits = items.rate_limits().unwrap_or_default();
        Ok(status)
    }
}

fn bloom_or_full(bytes: &[u8]) -> Result<Option<Bloom>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let bloom = bytes.try_into().map_err(|_| DecodeError::Length {
        field: "bloom filter",
        expected: BLOOM_LEN,
        got: bytes.len(),
    })?;
    Ok(Some(Bloom(bloom)))
}

/// Reads the optional items the way go-ethereum's RLP stream does when its errors are ignored.
///
/// What matters is whether an item that is not what was asked for stays where it is, to be tried
/// as the next field, or is gone: a list or a number too large stays, a number with leading zeros
/// or a boolean that is neither 0 nor 1 is gone. Bytes that are not RLP stop everything behind.
struct Lenient<'a> {
    rest: &'a [u8],
}

enum Item<'a> {
    /// A byte below 0x80 that stands for itself.
    Byte(u8),
    String(&'a [u8]),
    List,
}

impl<'a> Lenient<'a> {
    /// The next item and what follows it.
    fn peek(&self) -> Option<(Item<'a>, &'a [u8])> {
        let mut rest = self.rest;
        let (list, len) = match Header::decode(&mut rest) {
            Ok(header) => (header.list, header.payload_length),
            // Here go-ethereum notices only after it has read the byte.
            Err(alloy_rlp::Error::NonCanonicalSingleByte) => {
                rest = self.rest.get(1..)?;
                (false, 1)
            }
            Err(_) => return None,
        };
        let (payload, behind) = rest.split_at_checked(len)?;
        let item = match payload {
            _ if list => Item::List,
            [byte] if rest.len() == self.rest.len() => Item::Byte(*byte),
            _ => Item::String(payload),
        };
        Some((item, behind))
    }

    /// A number of at most `max` bytes.
    fn uint(&mut self, max: usize) -> Option<u64> {
        let (item, behind) = self.peek()?;
        match item {
            Item::Byte(0) | Item::List => None,
            Item::Byte(byte) => {
                self.rest = behind;
                Some(byte.into())
            }
            Item::String(bytes) if bytes.len() > max => None,
            Item::String(bytes) => {
                self.rest = behind;
                let value = bytes
                    .iter()
                    .fold(0, |value, byte| value << 8 | u64::from(*byte));
                let canonical = match bytes {
                    [] => true,
                    [byte] => *byte >= 0x80,
                    [first, ..] => *first != 0,
                };
                canonical.then_some(value)
            }
        }
    }

    fn boolean(&mut self) -> Option<bool> {
        match self.uint(1)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let (item, behind) = self.peek()?;
        match item {
            Item::List => None,
            Item::Byte(_) => {
                let byte = self.rest.get(..1);
                self.rest = behind;
                byte
            }
            Item::String(bytes) => {
                self.rest = behind;
                match bytes {
                    [byte] if *byte < 0x80 => None,
                    bytes => Some(bytes),
                }
            }
        }
    }

    fn rate_limits(&mut self) -> Option<RateLimits> {
        RateLimits::decode(self.rest).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(hex_items: &str) -> Status {
        let items = hex::decode(hex_items).unwrap();
        Status::decode(&encode_list(|out| out.extend_from_slice(&items))).unwrap()
    }

    #[test]
    fn only_the_version_is_mandatory() {
        assert_eq!(decode("06"), Status::default());
        assert!(Status::default().is_full_node());
        assert!(Status::decode(&[0xc0]).is_err());
        assert_eq!(
            Status::decode(&[0xc1, 5]),
            Err(DecodeError::Version {
                expected: 6,
                got: 5
            })
        );
    }

    #[test]
    fn an_item_of_the_wrong_kind_is_tried_as_the_next_field() {
        let limits = RateLimits {
            ip: 1,
            peer_id: 2,
            topic: 3,
        };
        // A list where the work should be: nothing but the rate limits wants a list.
        assert_eq!(decode("06c3010203").rate_limits, limits);
        // Work and bloom missing in the middle: the booleans are not shifted, since a 1 is a
        // valid number for the work.
        assert!(!decode("060180").light);
        // A boolean of 2 is skipped.
        let status = decode("0680800201c3010203");
        assert!(!status.light && status.confirmations);
        assert_eq!(status.rate_limits, limits);
        // Nine bytes stay and block what follows.
        assert_eq!(
            decode("0689a895cb93f80b8b999e01c3010203"),
            Status::default()
        );
    }

    #[test]
    fn what_is_sent_has_six_items() {
        let status = Status {
            pow_requirement: 0.001,
            confirmations: true,
            ..Status::default()
        };
        let hex = hex::encode(status.encode());
        assert_eq!(hex, "d106883f50624dd2f1a9fc808001c3808080");
        assert_eq!(Status::decode(&status.encode()), Ok(status));
    }
}
