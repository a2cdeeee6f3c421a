//! Device pairing: two devices of one user, one of which shows a code that the other takes, become
//! sure of each other and pass an account's secrets.
//!
//! The model is 43/WAKU2-DEVICE-PAIRING; the differences, and what each check prevents, stand in the
//! crate's `SPEC.md`. Any transport will do, which may lose, repeat and reorder messages: nothing
//! here rests on it.
//!
//! ```text
//! shows the code                                         takes the code
//! code: secret, commitment to its static key  ~~~~~~~~>  (out of band)
//!       <-- psk, e          {commitment to the other static key} --
//!       --- e, ee, s, es    {opening of the code's commitment}   ->   checked against the code
//!       <-- s, se           {opening of the first message's}     --   checked here
//!       --- ready ->
//! eight digits                 the user compares them                 eight digits
//!       --- confirm ->                                  <- confirm --
//!       <-- parts of the bundle, either way or both -->
//!       --- received -->
//! ```

mod bundle;
mod code;
mod joined;
mod machine;
mod transfer;

pub use bundle::{
    AccountSecrets, Bundle, BundleError, Contact, Installation, MAX_BUNDLE_LEN, MAX_CONTACTS,
    MAX_INSTALLATIONS, MAX_MNEMONIC_LEN, MAX_NAME_LEN,
};
pub use code::{CodeError, PairingCode, QrSquares};
pub use machine::Pairing;

use super::NoiseError;
use std::fmt;
use thiserror::Error;

/// Labels of the commitments: of the device that shows the code, and of the one that takes it.
const DISPLAYED: &[u8] = b"status pairing displayed key";
const SCANNED: &[u8] = b"status pairing scanning key";

/// The longest a code may be shown, in ms: ten minutes. 43/WAKU2-DEVICE-PAIRING suggests 30 s, which
/// is enough for a camera and not for somebody who copies a text.
pub const MAX_CODE_LIFETIME_MS: u64 = 600_000;

/// How far the clock of the device that takes a code may be ahead, in ms: two minutes. The device that
/// shows it holds to its own clock exactly.
pub const CLOCK_TOLERANCE_MS: u64 = 120_000;

/// How long each step after the code may take, in ms, the user's comparing included: five minutes.
pub const STEP_WITHIN_MS: u64 = 300_000;

/// After how many ms an unanswered message is sent again for the first time; the pause doubles each
/// time, to [`MAX_RESEND_AFTER_MS`] at most.
pub const RESEND_AFTER_MS: u64 = 2_000;

/// The longest pause between two sendings of the same message, in ms.
pub const MAX_RESEND_AFTER_MS: u64 = 8_000;

/// The eight digits that both devices show, from the hash of the whole handshake.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Digits(u32);

impl Digits {
    fn of_handshake(hash: &[u8; 32]) -> Self {
        let derived = super::derive::hkdf(hash, &[], b"status pairing digits");
        let [a, b, c, d, e, f, g, h, ..] = *derived;
        let number = u64::from_le_bytes([a, b, c, d, e, f, g, h]) % 100_000_000;
        Self(u32::try_from(number).unwrap_or_default())
    }
}

/// Two groups of four digits.
impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} {:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// Where a pairing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PairingState {
    /// The code is shown, and nobody has answered it.
    Displaying,
    /// The handshake is on its way. The code is used up.
    Handshaking,
    /// Both devices show digits; the user has not confirmed on both.
    Comparing,
    /// Confirmed on both: a bundle may pass.
    Paired,
    /// Nothing more happens.
    Over(Outcome),
}

/// In words, to follow a colon.
impl fmt::Display for PairingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Displaying => "the code is shown, and nobody has answered it",
            Self::Handshaking => "the handshake is on its way",
            Self::Comparing => "the digits are not confirmed on both devices",
            Self::Paired => "the devices are paired",
            Self::Over(Outcome::Finished) => "the pairing is finished",
            Self::Over(Outcome::Expired) => "the pairing has expired",
            Self::Over(Outcome::Rejected) => "the digits were rejected on this device",
            Self::Over(Outcome::RejectedByPeer) => "the digits were rejected on the other device",
        })
    }
}

/// How a pairing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Its time was up after all that was sent had been received.
    Finished,
    /// Its time was up before.
    Expired,
    /// The user rejected the digits here.
    Rejected,
    /// The user rejected them on the other device.
    RejectedByPeer,
}

/// What the application is told.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PairingEvent {
    /// Show these digits and ask whether the other device shows the same.
    Compare(Digits),
    /// The user confirmed on both devices.
    Paired,
    /// What the other device passed.
    Received(Box<Bundle>),
    /// The other device has all of what was passed to it.
    Delivered,
    /// It is over.
    Over(Outcome),
}

/// Why a message was refused or a command not carried out. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PairingError {
    /// The message does not pass the handshake or the session.
    #[error(transparent)]
    Noise(#[from] NoiseError),
    /// The code or the pairing has expired.
    #[error("the pairing expired {} s ago", now_ms.saturating_sub(*.expired_ms) / 1000)]
    Expired {
        /// When; exclusive.
        expired_ms: u64,
        /// The time that was given.
        now_ms: u64,
    },
    /// Somebody else has answered the code already, or this device is a second one.
    #[error("another device has answered the code already")]
    CodeUsed,
    /// The other device's static key is not the one it committed to: somebody is in between.
    #[error("the other device's key is not the one it committed to")]
    WrongCommitment,
    /// The other device sent secrets before the user confirmed here.
    #[error("the other device sent secrets before the digits were confirmed here")]
    Unconfirmed,
    /// The caller asks for what is not possible at this point.
    #[error("the pairing cannot do that now: {0}")]
    State(PairingState),
    /// The caller sends a second bundle, or the other device does.
    #[error("a second bundle: only one passes in each direction")]
    SecondBundle,
    /// The other device's message is none of this version.
    #[error("the other device's message is malformed: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The bundle is over a limit or malformed.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The caller asks for a longer life of the code than allowed, or none.
    #[error("a code lives for 1 to {max} ms, not {lifetime_ms}")]
    Lifetime {
        /// What was asked for.
        lifetime_ms: u64,
        /// The limit; inclusive.
        max: u64,
    },
}
