//! The plaintext of an envelope: flags, size of the payload, payload, padding and signature.
//!
//! ```text
//! flags (1) | size of the payload (0-3, little-endian) | payload | padding | signature (65)
//! ```
//!
//! The two lowest bits of the flags are the length of the size, the third says whether there is a
//! signature; others are ignored. The signature is `R || S || V` with `V` 0 or 1, over the
//! Keccak-256 of everything before it.

use crate::hash::Hash;
use bytes::Bytes;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{All, Message, PublicKey, Secp256k1, SecretKey};
use std::fmt;
use std::sync::LazyLock;

/// Length of a signature in bytes.
pub const SIGNATURE_LEN: usize = 65;
/// The plaintext is padded to a multiple of this many bytes.
pub const PADDING_UNIT: usize = 256;
/// The largest payload in bytes, inclusive: what a size of three bytes can say.
pub const MAX_PAYLOAD_LEN: usize = (1 << 24) - 1;

const SIZE_MASK: u8 = 0b011;
const SIGNED: u8 = 0b100;

static CONTEXT: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

/// A decrypted message whose form and signature are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    plaintext: Bytes,
    payload_start: usize,
    payload_end: usize,
    signer: Option<PublicKey>,
}

/// Why decrypted bytes are no message. Whoever sealed them is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaintextError {
    /// Nothing, not even flags.
    #[error("the plaintext of the envelope is empty")]
    Empty,
    /// The flags announce a signature for which there is no room.
    #[error("the plaintext of {len} bytes cannot hold the signature that its flags announce")]
    SignatureMissing {
        /// Its length.
        len: usize,
    },
    /// The payload or its size reaches into the signature or past the end.
    #[error("the payload would end at byte {end} of {available}")]
    PayloadTooLong {
        /// Where it would end.
        end: usize,
        /// Bytes there are before the signature.
        available: usize,
    },
    /// No public key fits the signature.
    #[error("no key can have made the signature inside the envelope")]
    Signature,
}

impl Opened {
    /// Takes a plaintext apart and recovers its signer.
    ///
    /// As deployed any valid signature is good: a changed plaintext is that of another signer.
    ///
    /// # Errors
    ///
    /// [`PlaintextError`]; cheap checks come before the signature.
    pub fn parse(plaintext: Bytes) -> Result<Self, PlaintextError> {
        let len = plaintext.len();
        let flags = *plaintext.first().ok_or(PlaintextError::Empty)?;
        let end = match flags & SIGNED {
            0 => len,
            _ => len
                .checked_sub(SIGNATURE_LEN)
                .filter(|end| *end > 1)
                .ok_or(PlaintextError::SignatureMissing { len })?,
        };
        let too_long = |payload_end| PlaintextError::PayloadTooLong {
            end: payload_end,
            available: end,
        };
        let payload_start = 1 + usize::from(flags & SIZE_MASK);
        let size = plaintext
            .get(1..payload_start)
            .ok_or(too_long(payload_start))?
            .iter()
            .rev()
            .fold(0, |size, byte| size << 8 | usize::from(*byte));
        let payload_end = payload_start + size;
        if payload_end > end {
            return Err(too_long(payload_end));
        }
        let signer = match plaintext.split_at_checked(end) {
            Some((signed, signature)) if flags & SIGNED != 0 => {
                Some(recover(signed, signature).ok_or(PlaintextError::Signature)?)
            }
            _ => None,
        };
        Ok(Self {
            plaintext,
            payload_start,
            payload_end,
            signer,
        })
    }

    /// What was sent.
    pub fn payload(&self) -> Bytes {
        self.plaintext.slice(self.payload_start..self.payload_end)
    }

    /// What was added to hide the payload's length.
    pub fn padding(&self) -> &[u8] {
        let end = self.plaintext.len() - self.signature().map_or(0, |_| SIGNATURE_LEN);
        self.plaintext
            .get(self.payload_end..end)
            .unwrap_or_default()
    }

    /// Who signed it; nobody if it is not signed.
    pub fn signer(&self) -> Option<&PublicKey> {
        self.signer.as_ref()
    }

    /// The signature, `R || S || V`.
    pub fn signature(&self) -> Option<&[u8; SIGNATURE_LEN]> {
        self.signer.and_then(|_| self.plaintext.last_chunk())
    }

    /// The first byte, with whatever bits the sender set.
    pub fn flags(&self) -> u8 {
        self.plaintext.first().copied().unwrap_or_default()
    }

    /// All of it.
    pub fn plaintext(&self) -> &Bytes {
        &self.plaintext
    }
}

impl fmt::Debug for Opened {
    /// Says how long the payload is, not what it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("payload_len", &(self.payload_end - self.payload_start))
            .field("padding_len", &self.padding().len())
            .field("signer", &self.signer)
            .finish()
    }
}

fn recover(signed: &[u8], signature: &[u8]) -> Option<PublicKey> {
    let (v, compact) = signature.split_last()?;
    let id = RecoveryId::try_from(i32::from(*v)).ok()?;
    let signature = RecoverableSignature::from_compact(compact, id).ok()?;
    let digest = Message::from_digest(Hash::of(signed).0);
    CONTEXT.recover_ecdsa(digest, &signature).ok()
}

/// How many bytes the size of a payload takes: at least one.
fn size_len(payload_len: usize) -> usize {
    match payload_len {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 3,
    }
}

/// The length of a plaintext without padding.
pub(crate) fn bare_len(payload_len: usize, signed: bool) -> usize {
    1 + size_len(payload_len) + payload_len + if signed { SIGNATURE_LEN } else { 0 }
}

/// How much padding is missing to the next multiple of [`PADDING_UNIT`]. A plaintext that is one
/// already gets a whole unit more.
pub(crate) fn padding_len(payload_len: usize, signed: bool) -> usize {
    PADDING_UNIT - bare_len(payload_len, signed) % PADDING_UNIT
}

/// Builds a plaintext. The payload must not be longer than [`MAX_PAYLOAD_LEN`].
pub(crate) fn build(payload: &[u8], padding: &[u8], signer: Option<&SecretKey>) -> Vec<u8> {
    let size_len = size_len(payload.len());
    let mut plaintext =
        Vec::with_capacity(bare_len(payload.len(), signer.is_some()) + padding.len());
    let signed = if signer.is_some() { SIGNED } else { 0 };
    plaintext.push(signed | size_len as u8);
    plaintext.extend(payload.len().to_le_bytes().iter().take(size_len));
    plaintext.extend_from_slice(payload);
    plaintext.extend_from_slice(padding);
    if let Some(key) = signer {
        let digest = Message::from_digest(Hash::of(&plaintext).0);
        let (id, compact) = CONTEXT
            .sign_ecdsa_recoverable(digest, key)
            .serialize_compact();
        plaintext.extend_from_slice(&compact);
        plaintext.push(i32::from(id) as u8);
    }
    plaintext
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Result<Opened, PlaintextError> {
        Opened::parse(Bytes::copy_from_slice(bytes))
    }

    fn key() -> SecretKey {
        SecretKey::from_byte_array([7; 32]).unwrap()
    }

    #[test]
    fn no_size_means_no_payload() {
        let opened = parse(&[0xf8, 1, 2, 3]).unwrap();
        assert!(opened.payload().is_empty());
        assert_eq!(opened.padding(), [1, 2, 3]);
        assert_eq!((opened.flags(), opened.signer()), (0xf8, None));
    }

    #[test]
    fn sizes_are_little_endian_and_need_not_be_short() {
        let opened = parse(&[3, 2, 0, 0, 8, 9, 5]).unwrap();
        assert_eq!(opened.payload(), &[8, 9][..]);
        assert_eq!(opened.padding(), [5]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(parse(&[]), Err(PlaintextError::Empty));
        let too_long = |end, available| Err(PlaintextError::PayloadTooLong { end, available });
        assert_eq!(parse(&[1]), too_long(2, 1));
        assert_eq!(parse(&[1, 2, 0]), too_long(4, 3));
        let missing = |len| Err(PlaintextError::SignatureMissing { len });
        assert_eq!(parse(&[4; 66]), missing(66));
        assert_eq!(parse(&[4; 10]), missing(10));
        let mut signed = build(b"abc", &[], Some(&key()));
        signed[1] = 4;
        assert_eq!(parse(&signed), too_long(6, 5));
    }

    #[test]
    fn v_is_0_or_1_and_not_27() {
        let mut plaintext = build(b"abc", b"pad", Some(&key()));
        let signer = key().public_key(&CONTEXT);
        assert_eq!(parse(&plaintext).unwrap().signer(), Some(&signer));
        *plaintext.last_mut().unwrap() += 27;
        assert_eq!(parse(&plaintext), Err(PlaintextError::Signature));
    }

    #[test]
    fn a_changed_message_has_another_signer() {
        let mut plaintext = build(b"abc", b"pad", Some(&key()));
        plaintext[2] = b'x';
        // Recovery fails for about half of all x coordinates, but not for this one.
        if let Ok(opened) = parse(&plaintext) {
            assert_ne!(opened.signer(), Some(&key().public_key(&CONTEXT)));
        }
    }

    #[test]
    fn debug_output_does_not_show_the_payload() {
        let opened = parse(&build(b"secret text", b"", None)).unwrap();
        assert_eq!(
            format!("{opened:?}"),
            "Opened { payload_len: 11, padding_len: 0, signer: None }"
        );
    }

    proptest! {
        #[test]
        fn padding_fills_the_unit(len in 0..70_000usize, signed: bool) {
            let padding = padding_len(len, signed);
            prop_assert!((1..=PADDING_UNIT).contains(&padding));
            prop_assert_eq!((bare_len(len, signed) + padding) % PADDING_UNIT, 0);
        }

        #[test]
        fn what_is_built_parses(
            payload in proptest::collection::vec(any::<u8>(), 0..600),
            padding in proptest::collection::vec(any::<u8>(), 0..20),
            signed: bool,
        ) {
            let key = key();
            let plaintext = build(&payload, &padding, signed.then_some(&key));
            let opened = parse(&plaintext).unwrap();
            prop_assert_eq!(opened.payload(), payload);
            prop_assert_eq!(opened.padding(), padding);
            prop_assert_eq!(opened.signer().is_some(), signed);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(opened) = parse(&bytes) {
                let len = opened.payload().len() + opened.padding().len();
                prop_assert!(len < bytes.len());
            }
        }
    }
}
