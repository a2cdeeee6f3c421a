//! The payload format of 35/WAKU2-NOISE: nametag, protocol, keys of the handshake, and the rest.
//!
//! ```text
//! nametag (16) | protocol (1) | length of the keys (1) | keys | length (8, little-endian) | text
//! a key:  0 | X coordinate (32)      or      1 | encrypted X coordinate (32) | tag (16)
//! ```

use super::cipher::MAX_MESSAGE_LEN;
use super::{MessageNametag, NoiseError, Pattern};
use bytes::{BufMut, Bytes, BytesMut};
use std::fmt;
use thiserror::Error;

/// Bytes of a payload around keys and text.
const FRAME_LEN: usize = 16 + 1 + 1 + 8;

/// The longest payload that is read: seven keys in clear are the most whose length fits into a
/// byte, and Noise bounds the text.
pub const MAX_PAYLOAD_LEN: usize = FRAME_LEN + 255 + MAX_MESSAGE_LEN;

/// Which protocol a payload is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// 0: a message after a handshake, of whichever protocol.
    AfterHandshake,
    /// 10 to 13: a message of this handshake.
    Handshake(Pattern),
    /// 30: a nonce and what a key encrypted under it.
    ChaChaPoly,
}

impl Protocol {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::AfterHandshake => 0,
            Self::Handshake(Pattern::K1k1) => 10,
            Self::Handshake(Pattern::Xk1) => 11,
            Self::Handshake(Pattern::Xx) => 12,
            Self::Handshake(Pattern::XxPsk0) => 13,
            Self::ChaChaPoly => 30,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::AfterHandshake,
            10 => Self::Handshake(Pattern::K1k1),
            11 => Self::Handshake(Pattern::Xk1),
            12 => Self::Handshake(Pattern::Xx),
            13 => Self::Handshake(Pattern::XxPsk0),
            30 => Self::ChaChaPoly,
            _ => return None,
        })
    }
}

/// A public key in a payload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PayloadKey {
    /// Readable by everybody: its X coordinate.
    Clear([u8; 32]),
    /// Encrypted, with the tag behind it.
    Encrypted([u8; 48]),
}

impl PayloadKey {
    /// The bytes as Noise has them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Clear(key) => key,
            Self::Encrypted(key) => key,
        }
    }

    /// The key from Noise's bytes, whose length says which kind it is.
    fn from_noise(bytes: &[u8]) -> Option<Self> {
        if let Ok(key) = bytes.try_into() {
            return Some(Self::Clear(key));
        }
        bytes.try_into().ok().map(Self::Encrypted)
    }
}

impl fmt::Debug for PayloadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Clear(..)",
            Self::Encrypted(_) => "Encrypted(..)",
        })
    }
}

/// A payload taken apart. Nothing in it is authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// By which the receiver knows it.
    pub nametag: MessageNametag,
    /// What it is.
    pub protocol: Protocol,
    /// Keys of a handshake; with [`Protocol::ChaChaPoly`] none. At most 255 bytes with their flags.
    pub keys: Vec<PayloadKey>,
    /// The encrypted rest, at most 65,535 bytes.
    pub text: Bytes,
}

/// Why bytes are no payload of 35/WAKU2-NOISE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// They end too early.
    #[error("the payload ends too early, after {len} bytes")]
    Short {
        /// How many there are.
        len: usize,
    },
    /// A protocol of another revision; 254 and 255 are those of 26/WAKU-PAYLOAD, not taken here.
    #[error("the payload is of protocol {0}, which is not known here")]
    UnknownProtocol(u8),
    /// A key that is neither in clear nor encrypted.
    #[error("a key has the flag {0}, where 0 and 1 are known")]
    KeyFlag(u8),
    /// The keys do not end where their length says.
    #[error("the keys do not end with the {0} bytes announced for them")]
    Keys(u8),
    /// Keys where there are none.
    #[error("a payload of ChaChaPoly has {0} bytes of keys, where there are none")]
    UnexpectedKeys(u8),
    /// The text is longer than Noise allows.
    #[error("the text has {len} bytes, {max} at most are allowed")]
    TextTooLong {
        /// What the payload says.
        len: u64,
        /// The limit.
        max: usize,
    },
    /// Something follows.
    #[error("{0} bytes follow the end of the payload")]
    Trailing(usize),
}

impl Payload {
    /// Takes a payload apart; the text shares the buffer.
    ///
    /// # Errors
    ///
    /// [`PayloadError`]: the sender's fault, or the bytes are something else.
    pub fn decode(bytes: Bytes) -> Result<Self, PayloadError> {
        let short = PayloadError::Short { len: bytes.len() };
        let (nametag, rest) = bytes.split_first_chunk().ok_or(short)?;
        let (&[number, keys_len], rest) = rest.split_first_chunk().ok_or(short)?;
        let protocol =
            Protocol::from_number(number).ok_or(PayloadError::UnknownProtocol(number))?;
        if protocol == Protocol::ChaChaPoly && keys_len != 0 {
            return Err(PayloadError::UnexpectedKeys(keys_len));
        }
        let (keys, rest) = rest.split_at_checked(keys_len.into()).ok_or(short)?;
        let keys = decode_keys(keys)?;
        let (len, text) = rest.split_first_chunk().ok_or(short)?;
        let len = u64::from_le_bytes(*len);
        let max = MAX_MESSAGE_LEN;
        let wanted = usize::try_from(len).ok().filter(|len| *len <= max);
        let wanted = wanted.ok_or(PayloadError::TextTooLong { len, max })?;
        if text.len() > wanted {
            return Err(PayloadError::Trailing(text.len() - wanted));
        }
        if text.len() < wanted {
            return Err(short);
        }
        Ok(Self {
            nametag: MessageNametag(*nametag),
            protocol,
            keys,
            text: bytes.slice_ref(text),
        })
    }

    /// The bytes to send. Keys beyond 255 bytes have no place in the format; handshakes have two at
    /// most.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut keys = Vec::new();
        for key in &self.keys {
            keys.push(u8::from(matches!(key, PayloadKey::Encrypted(_))));
            keys.extend_from_slice(key.as_bytes());
        }
        keys.truncate(u8::MAX.into());
        let mut out = BytesMut::with_capacity(FRAME_LEN + keys.len() + self.text.len());
        out.put_slice(&self.nametag.0);
        out.put_u8(self.protocol.number());
        out.put_u8(u8::try_from(keys.len()).unwrap_or(u8::MAX));
        out.put_slice(&keys);
        out.put_u64_le(self.text.len() as u64);
        out.put_slice(&self.text);
        out.freeze()
    }

    /// Dresses message `index` of a handshake as a payload.
    pub(super) fn of_handshake(
        pattern: Pattern,
        index: usize,
        nametag: MessageNametag,
        message: &[u8],
    ) -> Result<Self, NoiseError> {
        let mut rest = message;
        let mut keys = Vec::with_capacity(2);
        for len in pattern.keys(index) {
            let (key, after) = rest.split_at_checked(*len).ok_or(NoiseError::Internal)?;
            keys.push(PayloadKey::from_noise(key).ok_or(NoiseError::Internal)?);
            rest = after;
        }
        Ok(Self {
            nametag,
            protocol: Protocol::Handshake(pattern),
            keys,
            text: Bytes::copy_from_slice(rest),
        })
    }

    /// Message `index` of a handshake as Noise has it.
    pub(super) fn to_handshake(
        &self,
        expected: Pattern,
        index: usize,
    ) -> Result<Vec<u8>, NoiseError> {
        if self.protocol != Protocol::Handshake(expected) {
            let found = self.protocol.number();
            return Err(NoiseError::OtherPattern { expected, found });
        }
        let lens = self.keys.iter().map(|key| key.as_bytes().len());
        if !lens.eq(expected.keys(index).iter().copied()) {
            return Err(NoiseError::Malformed);
        }
        let mut message = Vec::with_capacity(96 + self.text.len());
        for key in &self.keys {
            message.extend_from_slice(key.as_bytes());
        }
        message.extend_from_slice(&self.text);
        Ok(message)
    }
}

fn decode_keys(mut bytes: &[u8]) -> Result<Vec<PayloadKey>, PayloadError> {
    let len = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    let mut keys = Vec::new();
    while let Some((flag, rest)) = bytes.split_first() {
        let key_len = match flag {
            0 => 32,
            1 => 48,
            other => return Err(PayloadError::KeyFlag(*other)),
        };
        let (key, rest) = rest
            .split_at_checked(key_len)
            .ok_or(PayloadError::Keys(len))?;
        keys.extend(PayloadKey::from_noise(key));
        bytes = rest;
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Payload {
        Payload {
            nametag: MessageNametag([7; 16]),
            protocol: Protocol::Handshake(Pattern::Xx),
            keys: vec![PayloadKey::Clear([1; 32]), PayloadKey::Encrypted([2; 48])],
            text: Bytes::from_static(b"text"),
        }
    }

    #[test]
    fn the_layout_is_that_of_the_specification() {
        let bytes = example().encode();
        let mut expected = vec![7; 16];
        expected.extend([12, 33 + 49, 0]);
        expected.extend([1; 32]);
        expected.push(1);
        expected.extend([2; 48]);
        expected.extend([4, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend(b"text");
        assert_eq!(bytes[..], expected[..]);
        assert_eq!(Payload::decode(bytes), Ok(example()));
    }

    #[test]
    fn truncation_is_refused_at_every_length() {
        let bytes = example().encode();
        for len in 0..bytes.len() {
            assert!(Payload::decode(bytes.slice(..len)).is_err(), "{len}");
        }
    }

    #[test]
    fn what_the_format_does_not_have_is_refused_with_its_reason() {
        let change = |place: usize, byte: u8| {
            let mut bytes = example().encode().to_vec();
            bytes[place] = byte;
            Payload::decode(bytes.into()).unwrap_err()
        };
        assert_eq!(change(16, 254), PayloadError::UnknownProtocol(254));
        assert_eq!(change(16, 30), PayloadError::UnexpectedKeys(82));
        assert_eq!(change(18, 2), PayloadError::KeyFlag(2));
        assert_eq!(change(17, 81), PayloadError::Keys(81));
        let max = MAX_MESSAGE_LEN;
        let len = 4 + (1 << 56);
        let text_len = 18 + 82;
        assert_eq!(
            change(text_len + 7, 1),
            PayloadError::TextTooLong { len, max }
        );
        assert_eq!(change(text_len, 3), PayloadError::Trailing(1));
    }

    #[test]
    fn the_numbers_of_the_protocols_are_the_assigned_ones() {
        let known: Vec<u8> = (0..=255)
            .filter(|number| {
                Protocol::from_number(*number).is_some_and(|known| known.number() == *number)
            })
            .collect();
        assert_eq!(known, [0, 10, 11, 12, 13, 30]);
    }

    proptest! {
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let bytes = Bytes::from(bytes);
            if let Ok(payload) = Payload::decode(bytes.clone()) {
                prop_assert_eq!(payload.encode(), bytes);
            }
        }
    }
}
