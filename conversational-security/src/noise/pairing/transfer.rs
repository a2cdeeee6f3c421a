//! What the two devices say to each other inside the session.

use super::super::MAX_TEXT_LEN;
use super::super::derive::sha256;
use super::{Bundle, MAX_BUNDLE_LEN, PairingError};
use zeroize::Zeroizing;

const READY: u8 = 1;
const CONFIRM: u8 = 2;
const REJECT: u8 = 3;
const PART: u8 = 4;
const RECEIVED: u8 = 5;

/// Bytes of a part before its content: kind, index, count.
const PART_HEADER_LEN: usize = 1 + 2 + 2;

/// Content of one part, in bytes.
const PART_LEN: usize = MAX_TEXT_LEN - PART_HEADER_LEN;

/// The most parts of a bundle; fewer than the nametags of one window, so none falls out of it.
pub(super) const MAX_PARTS: usize = MAX_BUNDLE_LEN.div_ceil(PART_LEN);

/// A message inside the session.
#[derive(Clone, Copy)]
pub(super) enum Message<'a> {
    /// The third message of the handshake arrived.
    Ready,
    /// The user confirmed the digits, and whether the other's confirmation has been seen.
    Confirm { seen: bool },
    /// The user rejected them.
    Reject,
    /// Part `index` of `count` of a bundle.
    Part {
        index: usize,
        count: usize,
        content: &'a [u8],
    },
    /// The bundle with this digest is complete.
    Received { digest: [u8; 32] },
}

impl<'a> Message<'a> {
    pub(super) fn encode(self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(PART_HEADER_LEN + 32));
        match self {
            Self::Ready => out.push(READY),
            Self::Confirm { seen } => out.extend([CONFIRM, seen.into()]),
            Self::Reject => out.push(REJECT),
            Self::Part {
                index,
                count,
                content,
            } => {
                out.reserve_exact(PART_HEADER_LEN + content.len());
                out.push(PART);
                for number in [index, count] {
                    // At most MAX_PARTS.
                    let number = u16::try_from(number).unwrap_or(u16::MAX);
                    out.extend(number.to_be_bytes());
                }
                out.extend_from_slice(content);
            }
            Self::Received { digest } => {
                out.push(RECEIVED);
                out.extend(digest);
            }
        }
        out
    }

    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, PairingError> {
        let malformed = PairingError::Malformed {
            what: "it is none of those of this version",
        };
        let (kind, rest) = bytes.split_first().ok_or(malformed)?;
        Ok(match (*kind, rest) {
            (READY, []) => Self::Ready,
            (CONFIRM, [0]) => Self::Confirm { seen: false },
            (CONFIRM, [1]) => Self::Confirm { seen: true },
            (REJECT, []) => Self::Reject,
            (PART, [a, b, c, d, content @ ..]) => Self::Part {
                index: u16::from_be_bytes([*a, *b]).into(),
                count: u16::from_be_bytes([*c, *d]).into(),
                content,
            },
            (RECEIVED, digest) => Self::Received {
                digest: digest.try_into().map_err(|_| malformed)?,
            },
            _ => return Err(malformed),
        })
    }
}

/// The parts of an encoded bundle, as messages.
pub(super) fn parts(encoded: &[u8]) -> impl Iterator<Item = Message<'_>> {
    let count = encoded.len().div_ceil(PART_LEN);
    let parts = encoded.chunks(PART_LEN).enumerate();
    parts.map(move |(index, content)| Message::Part {
        index,
        count,
        content,
    })
}

/// The digest by which a bundle is acknowledged.
pub(super) fn digest(encoded: &[u8]) -> [u8; 32] {
    sha256(&[b"status pairing bundle", encoded])
}

/// A bundle on its way to us.
#[derive(Default)]
pub(super) struct Incoming {
    /// One place for each part; as many as the first part says, [`MAX_PARTS`] at most.
    parts: Vec<Option<Zeroizing<Vec<u8>>>>,
    complete: bool,
}

/// What a part led to.
pub(super) enum Progress {
    /// More are to come.
    Waiting,
    /// That was the last.
    Complete {
        bundle: Box<Bundle>,
        digest: [u8; 32],
    },
}

impl Incoming {
    /// Takes a part, unless it contradicts those before or completes a bundle that is none.
    pub(super) fn take(
        &mut self,
        index: usize,
        count: usize,
        content: &[u8],
    ) -> Result<Progress, PairingError> {
        if self.complete {
            return Err(PairingError::SecondBundle);
        }
        let consistent = self.parts.is_empty() || self.parts.len() == count;
        // All parts but the last are full, which bounds the whole.
        let full = index.checked_add(1) == Some(count) || content.len() == PART_LEN;
        let fits = (1..=MAX_PARTS).contains(&count) && index < count;
        let taken = self.parts.get(index).is_some_and(Option::is_some);
        if !consistent || !full || !fits || content.is_empty() || taken {
            let what = "a part of the bundle contradicts the others";
            return Err(PairingError::Malformed { what });
        }
        let others = self.parts.iter().flatten().count();
        if others + 1 < count {
            self.parts.resize(count, None);
            if let Some(place) = self.parts.get_mut(index) {
                *place = Some(Zeroizing::new(content.to_vec()));
            }
            return Ok(Progress::Waiting);
        }
        let mut encoded = Zeroizing::new(Vec::with_capacity(count * PART_LEN));
        for place in 0..count {
            match self.parts.get(place) {
                Some(Some(part)) => encoded.extend_from_slice(part),
                _ => encoded.extend_from_slice(content),
            }
        }
        let bundle = Box::new(Bundle::decode(&encoded)?);
        let digest = digest(&encoded);
        self.parts = Vec::new();
        self.complete = true;
        Ok(Progress::Complete { bundle, digest })
    }

    /// Whether a bundle has begun to arrive and is not complete.
    pub(super) fn is_partial(&self) -> bool {
        !self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Contact, Installation};
    use super::*;

    fn large_bundle() -> Bundle {
        let secret = secp256k1::SecretKey::from_byte_array([3; 32]).unwrap();
        let contact = Contact {
            identity: secret.public_key(&secp256k1::Secp256k1::new()),
            name: "n".repeat(100),
            blocked: false,
        };
        Bundle {
            account: None,
            contacts: vec![contact; 2_000],
            installations: vec![Installation {
                id: "phone".into(),
                name: String::new(),
                kind: String::new(),
                enabled: true,
            }],
        }
    }

    fn take(incoming: &mut Incoming, message: &Message<'_>) -> Result<Progress, PairingError> {
        let Message::Part {
            index,
            count,
            content,
        } = *message
        else {
            panic!("no part")
        };
        incoming.take(index, count, content)
    }

    #[track_caller]
    fn assert_malformed<T>(refused: Result<T, PairingError>) {
        let refused = refused.err();
        assert!(
            matches!(refused, Some(PairingError::Malformed { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn parts_in_any_order_make_the_bundle_once() {
        let bundle = large_bundle();
        let encoded = bundle.encode().unwrap();
        let mut messages: Vec<_> = parts(&encoded).collect();
        assert_eq!(messages.len(), 5);
        messages.reverse();
        let mut incoming = Incoming::default();
        let last = messages.pop().unwrap();
        for message in &messages {
            assert!(matches!(
                take(&mut incoming, message),
                Ok(Progress::Waiting)
            ));
            assert_malformed(take(&mut incoming, message));
        }
        assert!(incoming.is_partial());
        let Ok(Progress::Complete {
            bundle: got,
            digest: of,
        }) = take(&mut incoming, &last)
        else {
            panic!("not complete")
        };
        assert_eq!((*got, of), (bundle, digest(&encoded)));
        assert!(!incoming.is_partial());
        assert_eq!(
            take(&mut incoming, &last).err(),
            Some(PairingError::SecondBundle)
        );
    }

    #[test]
    fn a_part_that_cannot_be_is_refused_and_changes_nothing() {
        let mut incoming = Incoming::default();
        for (index, count, len) in [
            (0, 0, 1),
            (1, 1, 1),
            (0, MAX_PARTS + 1, PART_LEN),
            (0, 2, 5),
            (0, 1, 0),
            (usize::MAX, 2, PART_LEN),
        ] {
            assert_malformed(incoming.take(index, count, &vec![0; len]));
        }
        assert!(incoming.take(0, 2, &[0; PART_LEN]).is_ok());
        assert_malformed(incoming.take(1, 3, &[0; PART_LEN]));
        // The last part would complete what is no bundle of this version.
        let refused = incoming.take(1, 2, &[0; 8]).err();
        assert!(matches!(refused, Some(PairingError::Bundle(_))));
        assert!(incoming.is_partial());
    }

    #[test]
    fn all_parts_of_the_largest_bundle_fit_into_one_window() {
        const { assert!(MAX_PARTS < super::super::super::NAMETAGS_AHEAD) };
    }

    #[test]
    fn messages_come_back_and_others_are_refused() {
        for bytes in [
            &[1][..],
            &[2, 0],
            &[2, 1],
            &[3],
            &[4, 0, 1, 0, 2, 9],
            &[5; 33],
        ] {
            assert_eq!(Message::decode(bytes).unwrap().encode()[..], bytes[..]);
        }
        for bytes in [
            &[][..],
            &[0],
            &[1, 1],
            &[2],
            &[2, 2],
            &[4, 0, 1, 0],
            &[5; 32],
            &[6],
        ] {
            assert_malformed(Message::decode(bytes));
        }
    }
}
