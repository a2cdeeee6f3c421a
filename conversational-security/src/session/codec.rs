//! A session as bytes, for stores that keep it as one value.

use super::{Opening, Session};
use crate::CompressedKey;
use crate::ratchet::{Ratchet, RatchetParts};
use zeroize::Zeroizing;

/// Version of the encoding, its first byte.
const VERSION: u8 = 1;

/// Bytes of an encoded session.
const LEN: usize = 300;

/// Bytes that are no session. Whoever stored them, or the disk, is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{len} stored bytes are not a session of encoding {VERSION}")]
pub struct CodecError {
    /// How many bytes there were.
    pub len: usize,
}

impl Session {
    /// The session as bytes, secrets included.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(LEN));
        let opening = match self.opening {
            Opening::Unanswered => 0,
            Opening::Answered => 1,
            Opening::Received => 2,
        };
        let parts = self.ratchet.to_parts();
        out.extend_from_slice(&[VERSION, opening]);
        out.extend_from_slice(self.ephemeral.as_bytes());
        out.push(self.superseded_ns.is_some().into());
        out.extend_from_slice(&self.superseded_ns.unwrap_or_default().to_le_bytes());
        out.extend_from_slice(&self.used_ns.to_le_bytes());
        out.extend_from_slice(&*parts.root);
        out.extend_from_slice(&*parts.own_secret);
        out.extend_from_slice(parts.own_public.as_bytes());
        let remote = parts.remote.unwrap_or(CompressedKey::new([0; 33]));
        out.extend_from_slice(remote.as_bytes());
        out.extend_from_slice(&*parts.sending);
        out.extend_from_slice(&parts.sending_n.to_le_bytes());
        out.extend_from_slice(&*parts.receiving);
        out.extend_from_slice(&parts.receiving_n.to_le_bytes());
        out.extend_from_slice(&parts.previous.to_le_bytes());
        out.extend_from_slice(&parts.keys_made.to_le_bytes());
        out
    }

    /// The session that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// [`CodecError`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        let error = CodecError { len: bytes.len() };
        Self::parse(bytes).ok_or(error)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let [version, opening] = *take::<2>(&mut rest)?;
        if version != VERSION {
            return None;
        }
        let opening = match opening {
            0 => Opening::Unanswered,
            1 => Opening::Answered,
            2 => Opening::Received,
            _ => return None,
        };
        let ephemeral = CompressedKey::new(*take(&mut rest)?);
        let [superseded] = *take::<1>(&mut rest)?;
        let superseded_ns = i64::from_le_bytes(*take(&mut rest)?);
        let used_ns = i64::from_le_bytes(*take(&mut rest)?);
        let parts = RatchetParts {
            root: Zeroizing::new(*take(&mut rest)?),
            own_secret: Zeroizing::new(*take(&mut rest)?),
            own_public: CompressedKey::new(*take(&mut rest)?),
            remote: Some(CompressedKey::new(*take(&mut rest)?)).filter(is_key),
            sending: Zeroizing::new(*take(&mut rest)?),
            sending_n: u32::from_le_bytes(*take(&mut rest)?),
            receiving: Zeroizing::new(*take(&mut rest)?),
            receiving_n: u32::from_le_bytes(*take(&mut rest)?),
            previous: u32::from_le_bytes(*take(&mut rest)?),
            keys_made: u64::from_le_bytes(*take(&mut rest)?),
        };
        if !rest.is_empty() || superseded > 1 {
            return None;
        }
        Some(Self {
            ratchet: Ratchet::from_parts(&parts)?,
            ephemeral,
            opening,
            superseded_ns: (superseded == 1).then_some(superseded_ns),
            used_ns,
        })
    }
}

fn is_key(key: &CompressedKey) -> bool {
    key.as_bytes().iter().any(|byte| *byte != 0)
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratchet::SecretBytes;
    use proptest::prelude::*;
    use secp256k1::SecretKey;

    fn session(remote: bool, superseded_ns: Option<i64>) -> Session {
        let secret = SecretBytes::new([7; 32]);
        let prekey = SecretKey::from_byte_array([8; 32]).unwrap();
        let recipient = Ratchet::recipient(&secret, &prekey);
        let initiator = Ratchet::initiator(&secret, recipient.own_key(), &mut rand::rng());
        Session {
            ratchet: if remote {
                initiator.unwrap()
            } else {
                recipient
            },
            ephemeral: CompressedKey::new([3; 33]),
            opening: Opening::Received,
            superseded_ns,
            used_ns: -5,
        }
    }

    #[test]
    fn a_session_comes_back_as_it_was() {
        for remote in [false, true] {
            for superseded_ns in [None, Some(0), Some(77)] {
                let session = session(remote, superseded_ns);
                let bytes = session.to_bytes();
                assert_eq!(Session::from_bytes(&bytes).unwrap(), session);
                assert!(bytes.len() <= LEN, "{} bytes", bytes.len());
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = session(true, None).to_bytes();
        for len in 0..bytes.len() {
            let error = Session::from_bytes(&bytes[..len]).unwrap_err();
            assert_eq!(error, CodecError { len });
        }
        let newer = [&[2], &bytes[1..]].concat();
        assert!(Session::from_bytes(&newer).is_err());
        let longer = [&bytes[..], &[0]].concat();
        assert!(Session::from_bytes(&longer).is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..320)) {
            let _ = Session::from_bytes(&bytes);
        }
    }
}
