//! A pairing after its handshake, and what is sent until it is answered.

use super::super::session::Session;
use super::super::{MessageNametag, NoiseError};
use super::transfer::{Incoming, Message};
use super::{Digits, MAX_RESEND_AFTER_MS, PairingError, RESEND_AFTER_MS};
use bytes::Bytes;

/// After the handshake.
pub(super) struct Joined {
    pub(super) session: Session,
    pub(super) digits: Digits,
    pub(super) we_confirmed: bool,
    pub(super) they_confirmed: bool,
    /// Repeated when the other device repeats itself: our last confirmation and our receipt.
    pub(super) confirmation: Option<Bytes>,
    pub(super) receipt: Option<Bytes>,
    pub(super) incoming: Incoming,
    /// The digest of what we pass.
    pub(super) outgoing: Option<[u8; 32]>,
}

impl Joined {
    /// The session that a finished handshake gave.
    pub(super) fn new(session: Session) -> Self {
        Self {
            digits: Digits::of_handshake(session.handshake_hash()),
            session,
            we_confirmed: false,
            they_confirmed: false,
            confirmation: None,
            receipt: None,
            incoming: Incoming::default(),
            outgoing: None,
        }
    }

    pub(super) fn is_paired(&self) -> bool {
        self.we_confirmed && self.they_confirmed
    }

    pub(super) fn say(&mut self, message: Message<'_>) -> Result<Bytes, NoiseError> {
        self.session.encrypt(&message.encode())
    }
}

/// What is sent again until the other device shows that it came.
#[derive(Default)]
pub(super) struct Unanswered {
    pub(super) handshake: Option<Bytes>,
    pub(super) confirmation: Option<Bytes>,
    /// As many as a bundle has parts.
    pub(super) parts: Vec<Bytes>,
    pub(super) at_ms: u64,
    pub(super) pause_ms: u64,
}

impl Unanswered {
    pub(super) fn messages(&self) -> impl Iterator<Item = &Bytes> {
        let short = self.handshake.iter().chain(&self.confirmation);
        short.chain(&self.parts)
    }

    pub(super) fn start(&mut self, now_ms: u64) {
        self.pause_ms = RESEND_AFTER_MS;
        self.at_ms = now_ms.saturating_add(self.pause_ms);
    }

    pub(super) fn is_due(&self, now_ms: u64) -> bool {
        now_ms >= self.at_ms && self.messages().next().is_some()
    }

    pub(super) fn repeat(&mut self, now_ms: u64) {
        self.pause_ms = self.pause_ms.saturating_mul(2).min(MAX_RESEND_AFTER_MS);
        self.at_ms = now_ms.saturating_add(self.pause_ms);
    }
}

/// A message with the nametag of a first one, when the first one is past, is another device's.
pub(super) fn used_up(error: PairingError, message: &Bytes, first: MessageNametag) -> PairingError {
    let unknown = error == PairingError::Noise(NoiseError::UnknownNametag);
    if unknown && message.starts_with(&first.0) {
        return PairingError::CodeUsed;
    }
    error
}
