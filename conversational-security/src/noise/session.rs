//! A session after a handshake: messages with nametags, in any order, each read once.

use super::cipher::{CipherKey, MAX_MESSAGE_LEN, TAG_LEN};
use super::derive::hkdf;
use super::handshake::Split;
use super::nametag::{NametagSecret, Window};
use super::padding::{PADDING_BLOCK, pad, unpad};
use super::{MessageNametag, NoiseError, Payload, Protocol, Role, StaticKey};
use bytes::Bytes;
use std::fmt;
use zeroize::Zeroizing;

/// The longest text of one message, in bytes: what whole blocks of padding, of which one byte is
/// padding at least, fill of a message of Noise.
pub const MAX_TEXT_LEN: usize = (MAX_MESSAGE_LEN - TAG_LEN) / PADDING_BLOCK * PADDING_BLOCK - 1;

/// Both directions of a session. [`Session::encrypt`] what is to be sent, give what arrives to
/// [`Session::handle_message`]; there is nothing to poll. It lives in memory alone: after a restart
/// a new handshake makes a new one, so that no number is ever used twice.
///
/// Message `n` of a direction carries the `n`-th nametag, is encrypted under the number `n`, and has
/// its nametag as associated data. So messages may arrive in any order.
pub struct Session {
    sending: CipherKey,
    receiving: CipherKey,
    nametags: NametagSecret,
    next: u64,
    window: Window,
    remote: StaticKey,
    hash: [u8; 32],
}

/// A message that was decrypted and not yet taken for read.
pub(super) struct Opened {
    number: u64,
    pub(super) text: Zeroizing<Vec<u8>>,
}

impl Session {
    /// The session that a finished handshake gives to the side with this role.
    pub(super) fn new(split: Split, role: Role) -> Self {
        Self::starting_at(split, role, 0)
    }

    fn starting_at(split: Split, role: Role, number: u64) -> Self {
        let secret = |info: &[u8]| NametagSecret(hkdf(&split.exporter, &split.hash, info));
        let (initiator, responder) = (secret(b"nametags initiator"), secret(b"nametags responder"));
        let (ours, theirs) = match role {
            Role::Initiator => (initiator, responder),
            Role::Responder => (responder, initiator),
        };
        Self {
            sending: split.sending,
            receiving: split.receiving,
            nametags: ours,
            next: number,
            window: Window::new(theirs, number),
            remote: split.remote,
            hash: split.hash,
        }
    }

    /// Encrypts a text of at most [`MAX_TEXT_LEN`] bytes for the peer.
    ///
    /// # Errors
    ///
    /// [`NoiseError::TooLarge`]; [`NoiseError::Exhausted`] after 2^64-1 messages. Nothing is used
    /// up then.
    pub fn encrypt(&mut self, text: &[u8]) -> Result<Bytes, NoiseError> {
        let (len, max) = (text.len(), MAX_TEXT_LEN);
        if len > max {
            return Err(NoiseError::TooLarge { len, max });
        }
        let nametag = self.nametags.nametag(self.next);
        let text = self.sending.encrypt(self.next, &nametag.0, &pad(text))?;
        // Encrypting under the last number of all fails above.
        self.next = self.next.saturating_add(1);
        let payload = Payload {
            nametag,
            protocol: Protocol::AfterHandshake,
            keys: Vec::new(),
            text: text.into(),
        };
        Ok(payload.encode())
    }

    /// Decrypts a message of the peer.
    ///
    /// # Errors
    ///
    /// [`NoiseError`]: the message is for somebody else, was read before, or is damaged. The session
    /// is then as it was.
    pub fn handle_message(&mut self, message: Bytes) -> Result<Zeroizing<Vec<u8>>, NoiseError> {
        let opened = self.open(message)?;
        self.mark_read(&opened);
        Ok(opened.text)
    }

    /// Decrypts and changes nothing.
    pub(super) fn open(&self, message: Bytes) -> Result<Opened, NoiseError> {
        let payload = Payload::decode(message)?;
        let nametag = payload.nametag;
        let new = self.window.number(&nametag);
        let number = new.or_else(|| self.window.number_read(&nametag));
        let number = number.ok_or(NoiseError::UnknownNametag)?;
        if payload.protocol != Protocol::AfterHandshake || !payload.keys.is_empty() {
            return Err(NoiseError::Malformed);
        }
        let mut text = self.receiving.decrypt(number, &nametag.0, &payload.text)?;
        unpad(&mut text)?;
        if new.is_none() {
            return Err(NoiseError::AlreadyRead);
        }
        Ok(Opened { number, text })
    }

    /// Takes a decrypted message for read: it will not be accepted again.
    pub(super) fn mark_read(&mut self, opened: &Opened) {
        self.window.mark(opened.number);
    }

    /// Whether a message with this nametag is one that the session waits for.
    #[must_use]
    pub fn expects(&self, nametag: &MessageNametag) -> bool {
        self.window.number(nametag).is_some()
    }

    /// How many messages were written.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.next
    }

    /// How many of the peer's messages before its newest have not come and are still waited for;
    /// at most [`NAMETAGS_AHEAD`](super::NAMETAGS_AHEAD).
    #[must_use]
    pub fn missing(&self) -> usize {
        self.window.missing()
    }

    /// How many of the peer's messages were given up, since they fell too far behind.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.window.lost()
    }

    /// The peer's static key.
    #[must_use]
    pub fn remote_key(&self) -> &StaticKey {
        &self.remote
    }

    /// The hash of the handshake, the same on both sides and in no other session.
    #[must_use]
    pub fn handshake_hash(&self) -> &[u8; 32] {
        &self.hash
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("remote", &self.remote)
            .field("sent", &self.next)
            .field("missing", &self.missing())
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
