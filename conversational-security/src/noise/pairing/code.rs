//! The code that one device shows and the other takes: as text to copy, or as a QR code.

use super::super::derive::{hkdf, sha256};
use super::super::establish::{Approach, Framed};
use super::super::{MessageNametag, NoiseError, PreSharedKey, Role, SecretKey, StaticKey};
use multibase::Base;
use rand_core::CryptoRng;
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

/// What the text of a code begins with. Letters, digits and signs of a code are such that a QR code
/// packs two into eleven bits.
const PREFIX: &str = "STATUS-PAIR:";

/// The first byte of a code.
const VERSION: u8 = 1;

/// Length of the secret in bytes: too much to guess, and too little to make the code hard to scan.
const SECRET_LEN: usize = 16;

/// Version, secret, commitment, expiry, checksum.
const CODE_LEN: usize = 1 + SECRET_LEN + 32 + 8 + 4;

/// The longest text that is read as a code, in bytes; one of ours has 110.
const MAX_TEXT_LEN: usize = 256;

/// What one device shows: a secret, a commitment to its static key, and when it expires. Whoever sees
/// it can answer in the other device's place, which the eight digits then reveal. Wiped when dropped.
#[derive(Clone)]
pub struct PairingCode {
    pub(super) secret: Zeroizing<[u8; SECRET_LEN]>,
    pub(super) commitment: [u8; 32],
    pub(super) expires_ms: u64,
}

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CodeError {
    /// It is something else.
    #[error("the text is no pairing code")]
    NotACode,
    /// A letter is wrong or missing.
    #[error("the pairing code has a letter wrong or missing")]
    Damaged,
    /// A newer version's.
    #[error("the pairing code is of version {0}, and only 1 is known here")]
    OtherVersion(u8),
}

/// A QR code: dark and light squares, to be drawn with a margin of four light ones.
#[derive(Clone)]
pub struct QrSquares {
    width: usize,
    dark: Zeroizing<Vec<bool>>,
}

impl PairingCode {
    /// The code as text, of capital letters and digits.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(CODE_LEN));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.secret[..]);
        bytes.extend_from_slice(&self.commitment);
        bytes.extend_from_slice(&self.expires_ms.to_be_bytes());
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        let letters = Zeroizing::new(Base::Base32Upper.encode(&bytes[..]));
        Zeroizing::new([PREFIX, &letters].concat())
    }

    /// The code as a QR code.
    #[must_use]
    pub fn to_qr(&self) -> QrSquares {
        // 110 letters fit into a code of version 6 at this level of correction, of 40 versions.
        let code = qrcode::QrCode::with_error_correction_level(
            self.to_text().as_bytes(),
            qrcode::EcLevel::M,
        );
        let (width, colors) =
            code.map_or((0, Vec::new()), |code| (code.width(), code.into_colors()));
        let dark = colors.into_iter().map(|color| color == qrcode::Color::Dark);
        QrSquares {
            width,
            dark: Zeroizing::new(dark.collect()),
        }
    }

    /// When the code stops being accepted, in ms since 1970, on the clock of the device that shows
    /// it; exclusive.
    #[must_use]
    pub fn expires_ms(&self) -> u64 {
        self.expires_ms
    }

    /// The nametag of the pairing's first message, for the transport to find it by. It follows from the
    /// secret and does not give it away.
    #[must_use]
    pub fn nametag(&self) -> MessageNametag {
        MessageNametag::cut(&hkdf(&[0; 32], &self.secret[..], b"status pairing nametag"))
    }

    /// Whether `key` under `opening` is the key that the code commits to.
    pub(super) fn commits_to(&self, key: &StaticKey, opening: &[u8; 32]) -> bool {
        let commitment = key.commitment(super::DISPLAYED, opening);
        self.commitment.ct_eq(&commitment).into()
    }

    /// The handshake around the code.
    pub(super) fn handshake(
        &self,
        key: &SecretKey,
        role: Role,
        rng: &mut impl CryptoRng,
    ) -> Result<Framed, NoiseError> {
        let pre_shared = hkdf(&[0; 32], &self.secret[..], b"status pairing psk");
        let approach = Approach::PreShared(PreSharedKey(pre_shared));
        Framed::new(key, approach, role, self.nametag(), &self.prologue(), rng)
    }

    /// What both devices must agree on for the handshake to succeed: all of the code.
    fn prologue(&self) -> Vec<u8> {
        let (nametag, expires) = (self.nametag(), self.expires_ms.to_be_bytes());
        [
            b"status pairing 1",
            &nametag.0[..],
            &self.commitment,
            &expires,
        ]
        .concat()
    }
}

impl FromStr for PairingCode {
    type Err = CodeError;

    /// Reads a code; case, and white space before and after, do not matter.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        if text.len() > MAX_TEXT_LEN || !text.is_ascii() {
            return Err(CodeError::NotACode);
        }
        let upper = Zeroizing::new(text.to_ascii_uppercase());
        let letters = upper.strip_prefix(PREFIX).ok_or(CodeError::NotACode)?;
        let bytes = Base::Base32Upper.decode(letters);
        let bytes = Zeroizing::new(bytes.map_err(|_| CodeError::Damaged)?);
        let (body, sum) = bytes.split_last_chunk().ok_or(CodeError::Damaged)?;
        if *sum != checksum(body) {
            return Err(CodeError::Damaged);
        }
        match body.split_first() {
            Some((&VERSION, fields)) => Self::from_fields(fields).ok_or(CodeError::Damaged),
            Some((version, _)) => Err(CodeError::OtherVersion(*version)),
            None => Err(CodeError::Damaged),
        }
    }
}

impl PairingCode {
    fn from_fields(fields: &[u8]) -> Option<Self> {
        let (secret, rest) = fields.split_first_chunk()?;
        let (commitment, rest) = rest.split_first_chunk()?;
        Some(Self {
            secret: Zeroizing::new(*secret),
            commitment: *commitment,
            expires_ms: u64::from_be_bytes(rest.try_into().ok()?),
        })
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingCode")
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}

impl QrSquares {
    /// Squares in a row, and rows.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the square is dark; outside the code all are light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dark.get(y * self.width + x) == Some(&true)
    }

    /// The code for a terminal with dark letters on light ground, two rows of squares in a line.
    #[must_use]
    pub fn to_blocks(&self) -> Zeroizing<String> {
        const MARGIN: usize = 4;
        let mut text = Zeroizing::new(String::new());
        let dark = |x: usize, y: usize| match (x.checked_sub(MARGIN), y.checked_sub(MARGIN)) {
            (Some(x), Some(y)) => self.is_dark(x, y),
            _ => false,
        };
        let side = self.width + 2 * MARGIN;
        for y in (0..side).step_by(2) {
            for x in 0..side {
                text.push(match (dark(x, y), dark(x, y + 1)) {
                    (false, false) => ' ',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (true, true) => '█',
                });
            }
            text.push('\n');
        }
        text
    }
}

impl fmt::Debug for QrSquares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QrSquares({} by {})", self.width, self.width)
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = sha256(&[b"status pairing code", bytes]);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> PairingCode {
        PairingCode {
            secret: Zeroizing::new([1; SECRET_LEN]),
            commitment: [2; 32],
            expires_ms: 1_600_000_000_000,
        }
    }

    #[test]
    fn the_text_reads_back_whatever_its_case() {
        let text = code().to_text();
        assert_eq!(text.len(), 110);
        for text in [text.to_string(), format!(" {}\n", text.to_lowercase())] {
            let read: PairingCode = text.parse().unwrap();
            assert_eq!(read.secret, code().secret);
            assert_eq!(read.commitment, code().commitment);
            assert_eq!(read.expires_ms, code().expires_ms);
        }
    }

    #[test]
    fn a_wrong_letter_is_noticed() {
        let text = code().to_text();
        for place in PREFIX.len()..text.len() {
            let mut wrong = text.to_string().into_bytes();
            wrong[place] = if wrong[place] == b'C' { b'D' } else { b'C' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(
                wrong.parse::<PairingCode>().err(),
                Some(CodeError::Damaged),
                "{place}"
            );
        }
    }

    #[test]
    fn what_is_no_code_is_told_from_what_is_newer() {
        let not = |text: &str| text.parse::<PairingCode>().err();
        assert_eq!(not("hello"), Some(CodeError::NotACode));
        assert_eq!(not(&"x".repeat(10_000)), Some(CodeError::NotACode));
        assert_eq!(not("STATUS-PAIR:"), Some(CodeError::Damaged));
        let mut newer = vec![2, 0, 0];
        newer.extend(checksum(&newer));
        let newer = format!(
            "{PREFIX}{}",
            multibase::encode(Base::Base32Upper, newer).split_off(1)
        );
        assert_eq!(not(&newer), Some(CodeError::OtherVersion(2)));
    }

    #[test]
    fn the_qr_code_has_its_three_corners_and_is_small_enough_to_scan() {
        let qr = code().to_qr();
        assert!((21..=45).contains(&qr.width()), "{}", qr.width());
        let far = qr.width() - 7;
        for (x, y) in [(0, 0), (far, 0), (0, far)] {
            assert!((0..7).all(|i| qr.is_dark(x + i, y) && qr.is_dark(x, y + i)));
            assert!(!qr.is_dark(x + 1, y + 1) && qr.is_dark(x + 3, y + 3));
        }
        assert!(!qr.is_dark(qr.width(), 0));
        let lines = (qr.width() + 8).div_ceil(2);
        assert_eq!(qr.to_blocks().lines().count(), lines);
    }

    #[test]
    fn the_secret_shows_nowhere() {
        let shown = format!("{:?} {:?}", code(), code().to_qr());
        assert!(!shown.contains("1, 1") && !shown.contains("0101") && !shown.contains("AEAQ"));
    }
}
