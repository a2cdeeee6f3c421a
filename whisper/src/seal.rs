//! Making an envelope: plaintext, encryption, and what the proof of work is to be.

use crate::envelope::{ENVELOPE_HEADER_LEN, Envelope, encode_without_nonce};
use crate::key::SymmetricKey;
use crate::open::{NONCE_LEN, TAG_LEN};
use crate::opened::{MAX_PAYLOAD_LEN, bare_len, build, padding_len};
use crate::pow::{Progress, Search, Work};
use crate::topic::Topic;
use aes_gcm::aead::{AeadInOut, inout::InOutBuf};
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use std::sync::atomic::AtomicBool;

/// The TTL in seconds of an envelope for which none, or 0, is given.
pub const DEFAULT_TTL: u32 = 50;

/// Whom an envelope is for.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'a> {
    /// Everybody who knows the key.
    Symmetric(&'a SymmetricKey),
    /// Whoever has the private key.
    Asymmetric(&'a PublicKey),
}

impl Recipient<'_> {
    /// Bytes by which the ciphertext is longer than the plaintext.
    fn overhead(&self) -> usize {
        match self {
            Self::Symmetric(_) => TAG_LEN + NONCE_LEN,
            Self::Asymmetric(_) => status_ecies::OVERHEAD,
        }
    }
}

/// Why a message cannot be sealed. The caller is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The size of the payload would not fit its field.
    #[error("the payload has {len} bytes, over {MAX_PAYLOAD_LEN} bytes")]
    PayloadTooLong {
        /// Its length.
        len: usize,
    },
}

/// Collects what goes into an envelope.
#[derive(Clone)]
pub struct MessageBuilder<'a> {
    payload: &'a [u8],
    padding: &'a [u8],
    signer: Option<&'a SecretKey>,
    topic: Topic,
    ttl: u32,
    work: Work,
}

impl<'a> MessageBuilder<'a> {
    /// A message that is not signed, lives [`DEFAULT_TTL`] seconds and costs no work.
    pub fn new(topic: Topic, payload: &'a [u8]) -> Self {
        Self {
            payload,
            padding: b"",
            signer: None,
            topic,
            ttl: DEFAULT_TTL,
            work: Work::None,
        }
    }

    /// Sets the TTL in seconds; 0 is [`DEFAULT_TTL`].
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = match seconds {
            0 => DEFAULT_TTL,
            seconds => seconds,
        };
        self
    }

    /// Signs with `key`. status-go discards messages that are not signed.
    pub fn sign(mut self, key: &'a SecretKey) -> Self {
        self.signer = Some(key);
        self
    }

    /// Pads with these bytes instead of random ones up to a multiple of 256. None are as if this
    /// was not called.
    pub fn padding(mut self, padding: &'a [u8]) -> Self {
        self.padding = padding;
        self
    }

    /// Sets the proof of work.
    pub fn work(mut self, work: Work) -> Self {
        self.work = work;
        self
    }

    /// The [size](Envelope::size) that the envelope will have, in bytes.
    pub fn size(&self, recipient: Recipient<'_>) -> usize {
        let signed = self.signer.is_some();
        let padding = match self.padding.len() {
            0 => padding_len(self.payload.len(), signed),
            len => len,
        };
        let plaintext = bare_len(self.payload.len(), signed) + padding;
        ENVELOPE_HEADER_LEN + plaintext + recipient.overhead()
    }

    /// Signs and encrypts; `now` is Unix time in seconds.
    ///
    /// # Errors
    ///
    /// [`SealError`].
    pub fn encrypt(
        &self,
        recipient: Recipient<'_>,
        now: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Unsealed, SealError> {
        let len = self.payload.len();
        if len > MAX_PAYLOAD_LEN {
            return Err(SealError::PayloadTooLong { len });
        }
        let plaintext = match self.padding {
            [] => {
                let mut padding = vec![0; padding_len(len, self.signer.is_some())];
                rng.fill_bytes(&mut padding);
                build(self.payload, &padding, self.signer)
            }
            padding => build(self.payload, padding, self.signer),
        };
        let data = match recipient {
            Recipient::Symmetric(key) => encrypt_symmetric(key, &plaintext, rng),
            Recipient::Asymmetric(key) => status_ecies::encrypt(rng, key, &plaintext, b""),
        };
        Ok(Unsealed {
            // Wraps as deployed.
            expiry: now
                .wrapping_add(self.ttl)
                .wrapping_add(self.work.extra_seconds()),
            ttl: self.ttl,
            topic: self.topic,
            data,
            work: self.work,
        })
    }
}

/// AES-256-GCM without associated data: `ciphertext || tag || nonce`. A random nonce repeats too
/// likely after 2^32 messages with a key.
fn encrypt_symmetric(key: &SymmetricKey, plaintext: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let mut data = Vec::with_capacity(plaintext.len() + TAG_LEN + NONCE_LEN);
    data.extend_from_slice(plaintext);
    let tag = key.cipher().encrypt_inout_detached(
        (&nonce).into(),
        b"",
        InOutBuf::from(data.as_mut_slice()),
    );
    // Fails only for more than 64 GiB, and a payload is at most 16 MiB.
    data.extend_from_slice(&tag.unwrap_or_default());
    data.extend_from_slice(&nonce);
    data
}

/// An encrypted message that lacks only its proof of work.
#[derive(Debug, Clone)]
pub struct Unsealed {
    pub(crate) expiry: u32,
    pub(crate) ttl: u32,
    pub(crate) topic: Topic,
    pub(crate) data: Vec<u8>,
    pub(crate) work: Work,
}

/// The work was stopped before its target was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("proof of work stopped at {best} leading zero bits of {target} after {tried} tries")]
pub struct NotReached {
    /// The most leading zero bits found.
    pub best: u32,
    /// The leading zero bits wanted.
    pub target: u32,
    /// How many nonces were tried.
    pub tried: u64,
}

impl Unsealed {
    /// The [size](Envelope::size) in bytes.
    pub fn size(&self) -> usize {
        ENVELOPE_HEADER_LEN + self.data.len()
    }

    /// The search for the nonce, to be run in steps or on several threads; none if no work is
    /// wanted.
    pub fn search(&self) -> Option<Search> {
        let without_nonce = encode_without_nonce(self.expiry, self.ttl, self.topic, &self.data);
        Search::new(&without_nonce, self.size(), self.ttl, self.work)
    }

    /// The envelope with this nonce.
    pub fn with_nonce(&self, nonce: u64) -> Envelope {
        Envelope::new(self.expiry, self.ttl, self.topic, &self.data, nonce)
    }

    /// Does the work here and now, until its target is reached or `cancelled` is set. The best of
    /// a limited time is what was found when `cancelled` is set.
    ///
    /// # Errors
    ///
    /// [`NotReached`] if it was cancelled before its target.
    pub fn seal(&self, cancelled: &AtomicBool) -> Result<Envelope, NotReached> {
        let Some(mut search) = self.search() else {
            return Ok(self.with_nonce(0));
        };
        match (search.run(u64::MAX, cancelled), search.target()) {
            (Progress::Found(nonce), _) => Ok(self.with_nonce(nonce)),
            (_, None) => Ok(self.with_nonce(search.best().nonce)),
            (_, Some(target)) => Err(NotReached {
                best: search.best().leading_zeros,
                target,
                tried: search.tried(),
            }),
        }
    }
}
