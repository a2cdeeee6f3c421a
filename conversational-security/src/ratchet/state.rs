//! The state of one session, and the two things that move it on: a message out, a message in.

use super::{ChainKey, MAX_GAP, MessageKey, RatchetHeader, SecretBytes, Tag, kdf_rk, open, seal};
use crate::CompressedKey;
use crate::key::public_of;
use rand_core::CryptoRng;
use secp256k1::SecretKey;
use std::fmt;

/// The double ratchet of one session.
///
/// Made by [`initiator`](Self::initiator) or [`recipient`](Self::recipient) from the secret of an
/// X3DH exchange. [`encrypt`](Self::encrypt) moves it on by one message; the state must be durable
/// before the message leaves, or a key is used twice after a crash. [`decrypt`](Self::decrypt)
/// gives the next state, to be stored with the keys it made. A message whose key was kept is
/// opened with that key and does not come here.
#[derive(Clone, PartialEq, Eq)]
pub struct Ratchet {
    pub(super) root: SecretBytes,
    pub(super) own_secret: SecretKey,
    pub(super) own_public: CompressedKey,
    /// The peer's ratchet key; none in a session that the peer started, until its first message.
    pub(super) remote: Option<CompressedKey>,
    pub(super) sending: ChainKey,
    pub(super) receiving: ChainKey,
    /// Length of the sending chain before.
    pub(super) previous: u32,
    /// Keys made for messages that came or are missing.
    pub(super) keys_made: u64,
}

/// What a message that was read leaves behind.
pub struct Decrypted {
    /// The plaintext.
    pub plaintext: Vec<u8>,
    /// The state from now on.
    pub ratchet: Ratchet,
    /// Keys of the messages missing before this one, oldest first, and at last its own.
    pub keys: Vec<MessageKey>,
}

/// Why a message was not read. The state is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RatchetError {
    /// More messages are missing before it than may be.
    #[error(
        "gap of {} over {}: more messages are missing before this one than may be",
        thousands(*missing),
        thousands(MAX_GAP)
    )]
    Gap {
        /// How many are missing in one chain.
        missing: u32,
    },
    /// The message is older than the chain's next one and its key is not kept: it was read and
    /// confirmed, or it is too old.
    #[error("message {n} was read already, or its key is no longer kept; the next is {next}")]
    KeyGone {
        /// Number of the message (or the length that it gives for the chain before).
        n: u32,
        /// Number that the chain has reached.
        next: u32,
    },
    /// The header holds no key.
    #[error("the ratchet key is no point of secp256k1")]
    Key,
    /// The tag does not match.
    #[error(transparent)]
    Tag(#[from] Tag),
}

/// A number for people, its thousands apart: `1,204`.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Ratchet {
    /// The session of who started it: `secret` from X3DH, with the recipient's signed prekey as
    /// its first ratchet key. Draws the first ratchet key of one's own.
    ///
    /// # Errors
    ///
    /// [`RatchetError::Key`] if `prekey` is no point.
    pub fn initiator(
        secret: &SecretBytes,
        prekey: &CompressedKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RatchetError> {
        let remote = prekey.public_key().ok_or(RatchetError::Key)?;
        let own_secret = status_ecies::random_secret_key(rng);
        let dh = status_ecies::shared_secret(&remote, &own_secret);
        let (root, sending) = kdf_rk(secret, &dh);
        Ok(Self {
            root,
            own_public: public_of(&own_secret),
            own_secret,
            remote: Some(*prekey),
            sending: ChainKey::new(sending),
            // As deployed: both chains start with the secret, so that the recipient could answer
            // before it has read anything.
            receiving: ChainKey::new(secret.clone()),
            previous: 0,
            keys_made: 0,
        })
    }

    /// The session of who was written to: `secret` from X3DH, with one's own signed prekey as the
    /// first ratchet key.
    pub fn recipient(secret: &SecretBytes, prekey: &SecretKey) -> Self {
        Self {
            root: secret.clone(),
            own_public: public_of(prekey),
            own_secret: *prekey,
            remote: None,
            sending: ChainKey::new(secret.clone()),
            receiving: ChainKey::new(secret.clone()),
            previous: 0,
            keys_made: 0,
        }
    }

    /// Encrypts the next message; none once a chain of 2^32 - 1 messages without an answer is full.
    pub fn encrypt(&mut self, plaintext: &[u8]) -> Option<(RatchetHeader, Vec<u8>)> {
        let header = RatchetHeader {
            key: self.own_public,
            n: self.sending.n,
            pn: self.previous,
        };
        let key = self.sending.step()?;
        Some((header, seal(&key, &header, plaintext)))
    }

    /// Decrypts a message whose key is not kept. Leaves the state as it is: the next one is in
    /// what is returned. Draws a ratchet key if the message brought a new one.
    ///
    /// # Errors
    ///
    /// [`RatchetError`].
    pub fn decrypt(
        &self,
        header: &RatchetHeader,
        ciphertext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Decrypted, RatchetError> {
        let mut next = self.clone();
        let mut keys = Vec::new();
        if self.remote != Some(header.key) {
            // Before any work: the gap in the chain to come counts from its start.
            gap(0, header.n)?;
            next.skip(header.pn, &mut keys)?;
            next.turn(header.key, rng)?;
        }
        next.skip(header.n, &mut keys)?;
        let exhausted = RatchetError::KeyGone {
            n: header.n,
            next: header.n,
        };
        let key = next.receiving.step().ok_or(exhausted)?;
        let plaintext = open(&key, header, ciphertext)?;
        next.keep(header.n, key, &mut keys);
        Ok(Decrypted {
            plaintext,
            ratchet: next,
            keys,
        })
    }

    /// Makes the keys of the receiving chain up to message `until`.
    fn skip(&mut self, until: u32, keys: &mut Vec<MessageKey>) -> Result<(), RatchetError> {
        let missing = gap(self.receiving.n, until)?;
        keys.reserve(missing as usize + 1);
        for _ in 0..missing {
            let n = self.receiving.n;
            if let Some(key) = self.receiving.step() {
                self.keep(n, key, keys);
            }
        }
        Ok(())
    }

    fn keep(&mut self, n: u32, key: SecretBytes, keys: &mut Vec<MessageKey>) {
        // Without a remote key the chain is the one that nobody sends in: there is nothing that
        // a later message could name its keys by.
        if let Some(ratchet_key) = self.remote {
            keys.push(MessageKey {
                ratchet_key,
                n,
                key,
                sequence: self.keys_made,
                message: None,
            });
        }
        self.keys_made += 1;
    }

    /// The step of the root chain that the peer's new ratchet key `remote` brings: a new receiving
    /// chain, and with a new key of one's own a new sending chain. As deployed, that key is drawn
    /// now and not when the next message leaves.
    fn turn(
        &mut self,
        remote: CompressedKey,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RatchetError> {
        let point = remote.public_key().ok_or(RatchetError::Key)?;
        self.previous = self.sending.n;
        self.remote = Some(remote);
        let (root, receiving) = kdf_rk(
            &self.root,
            &status_ecies::shared_secret(&point, &self.own_secret),
        );
        self.own_secret.non_secure_erase();
        self.own_secret = status_ecies::random_secret_key(rng);
        self.own_public = public_of(&self.own_secret);
        let (root, sending) = kdf_rk(
            &root,
            &status_ecies::shared_secret(&point, &self.own_secret),
        );
        self.root = root;
        self.receiving = ChainKey::new(receiving);
        self.sending = ChainKey::new(sending);
        Ok(())
    }

    /// The key under which this side sends.
    pub fn own_key(&self) -> &CompressedKey {
        &self.own_public
    }

    /// The key under which the peer sends, once a message of it was read; before that, in a
    /// session that this side started, the peer's signed prekey.
    pub fn remote_key(&self) -> Option<&CompressedKey> {
        self.remote.as_ref()
    }

    /// Number of the next message that this side sends in its chain.
    pub fn next_sent(&self) -> u32 {
        self.sending.n
    }

    /// Number of the next message that is expected in the peer's chain.
    pub fn next_received(&self) -> u32 {
        self.receiving.n
    }

    /// How many message keys the session has made for messages to be read.
    pub fn keys_made(&self) -> u64 {
        self.keys_made
    }
}

/// How many messages are missing in a chain whose next one is `next` before message `until`.
fn gap(next: u32, until: u32) -> Result<u32, RatchetError> {
    let missing = until
        .checked_sub(next)
        .ok_or(RatchetError::KeyGone { n: until, next })?;
    if missing > MAX_GAP {
        return Err(RatchetError::Gap { missing });
    }
    Ok(missing)
}

impl Drop for Ratchet {
    fn drop(&mut self) {
        self.own_secret.non_secure_erase();
    }
}

impl fmt::Debug for Ratchet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ratchet")
            .field("own_key", &self.own_public)
            .field("remote_key", &self.remote)
            .field("next_sent", &self.sending.n)
            .field("next_received", &self.receiving.n)
            .field("keys_made", &self.keys_made)
            .finish_non_exhaustive()
    }
}
