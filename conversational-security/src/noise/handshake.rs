//! A bare Noise handshake: patterns, messages as Noise writes them, and the keys at the end.
//!
//! The work is snow's. What is added: a message that fails leaves the handshake as it was. snow puts
//! its hash and chaining key back, but neither the key nor the counter of its cipher, so that after
//! a damaged third message of XX the true one is refused too. Here a failure rebuilds the
//! state from the messages so far, with the same ephemeral key; a success costs nothing more.

use super::cipher::{CipherKey, MAX_MESSAGE_LEN, TAG_LEN};
use super::resolver::Resolver;
use super::{NoiseError, PreSharedKey, SecretKey, StaticKey};
use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

/// The handshakes of 35/WAKU2-NOISE, all with Curve25519, ChaChaPoly and SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pattern {
    /// Both know each other's static key.
    K1k1,
    /// The initiator knows the responder's static key.
    Xk1,
    /// Neither knows anything; static keys are exchanged.
    Xx,
    /// As XX, between two that share a secret.
    XxPsk0,
}

impl Pattern {
    /// Noise's name of the whole protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::K1k1 => "Noise_K1K1_25519_ChaChaPoly_SHA256",
            Self::Xk1 => "Noise_XK1_25519_ChaChaPoly_SHA256",
            Self::Xx => "Noise_XX_25519_ChaChaPoly_SHA256",
            Self::XxPsk0 => "Noise_XXpsk0_25519_ChaChaPoly_SHA256",
        }
    }

    /// The lengths of the keys at the start of message `index` (0, 1 or 2): 32 for one in clear,
    /// 48 for an encrypted one.
    pub(super) fn keys(self, index: usize) -> &'static [usize] {
        match (index, self) {
            (0, _) | (1, Self::K1k1 | Self::Xk1) => &[32],
            (1, _) => &[32, 48],
            (2, Self::Xx | Self::XxPsk0 | Self::Xk1) => &[48],
            _ => &[],
        }
    }

    fn needs_remote_key(self, role: Role) -> bool {
        match self {
            Self::K1k1 => true,
            Self::Xk1 => role == Role::Initiator,
            Self::Xx | Self::XxPsk0 => false,
        }
    }
}

/// Who writes the first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Writes the first and the third message.
    Initiator,
    /// Writes the second.
    Responder,
}

/// What a side knows before a handshake. What a pattern has no use for is left out.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Which handshake.
    pub pattern: Pattern,
    /// Who begins.
    pub role: Role,
    /// Our static key.
    pub local: SecretKey,
    /// The peer's static key: K1K1 needs it on both sides, XK1 on the initiator's.
    pub remote: Option<StaticKey>,
    /// The shared secret of XXpsk0.
    pub pre_shared: Option<PreSharedKey>,
    /// What both sides must agree on for the handshake to succeed; it is hashed, not sent.
    pub prologue: Vec<u8>,
}

/// A handshake on its way. [`Handshake::write_message`] and [`Handshake::read_message`] take turns,
/// three messages in all; then [`Handshake::split`].
pub struct Handshake {
    parameters: Parameters,
    ephemeral: Zeroizing<[u8; 32]>,
    noise: Box<snow::HandshakeState>,
    /// The messages so far: at most three of at most 65,535 bytes.
    steps: Vec<Step>,
}

/// A message that was processed, with what is needed to do so again.
enum Step {
    Wrote(Zeroizing<Vec<u8>>),
    Read(Vec<u8>),
}

/// What a handshake ends with.
#[derive(Debug)]
pub struct Split {
    /// For what we send.
    pub sending: CipherKey,
    /// For what the peer sends.
    pub receiving: CipherKey,
    /// The peer's static key, which it proved to hold.
    pub remote: StaticKey,
    /// The handshake hash: the same on both sides and in no other handshake. Without a pre-shared
    /// key whoever saw the messages can compute it, so it is no secret.
    pub hash: [u8; 32],
    /// A secret for everything else that both sides derive; the keys do not follow from it.
    pub(super) exporter: Zeroizing<[u8; 32]>,
}

impl Handshake {
    /// Begins, drawing the ephemeral key.
    ///
    /// # Errors
    ///
    /// [`NoiseError::MissingKey`] when the pattern needs a key that `parameters` lacks.
    pub fn new(parameters: Parameters, rng: &mut impl CryptoRng) -> Result<Self, NoiseError> {
        let mut ephemeral = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut ephemeral[..]);
        Self::with_ephemeral(parameters, ephemeral)
    }

    pub(super) fn with_ephemeral(
        parameters: Parameters,
        ephemeral: Zeroizing<[u8; 32]>,
    ) -> Result<Self, NoiseError> {
        let noise = build(&parameters, &ephemeral)?;
        Ok(Self {
            parameters,
            ephemeral,
            noise,
            steps: Vec::with_capacity(3),
        })
    }

    /// Writes the next message around `payload`, which may be empty. The first message's payload is
    /// readable by everybody, except in XXpsk0.
    ///
    /// # Errors
    ///
    /// [`NoiseError::Turn`], or [`NoiseError::TooLarge`] when the message would be longer than
    /// [`MAX_MESSAGE_LEN`]; the handshake is then as it was.
    pub fn write_message(&mut self, payload: &[u8]) -> Result<Vec<u8>, NoiseError> {
        if self.is_finished() || !self.noise.is_my_turn() {
            return Err(NoiseError::Turn);
        }
        let keys: usize = self.parameters.pattern.keys(self.steps.len()).iter().sum();
        let max = MAX_MESSAGE_LEN - keys - TAG_LEN;
        if payload.len() > max {
            return Err(NoiseError::TooLarge {
                len: payload.len(),
                max,
            });
        }
        let mut message = vec![0; keys + payload.len() + TAG_LEN];
        match self.noise.write_message(payload, &mut message) {
            Ok(len) => {
                message.truncate(len);
                let payload = Zeroizing::new(payload.to_vec());
                self.steps.push(Step::Wrote(payload));
                Ok(message)
            }
            Err(error) => Err(self.restore(&error)),
        }
    }

    /// Reads the peer's next message and gives its payload. Of the first message nothing is
    /// authenticated, except in XXpsk0.
    ///
    /// # Errors
    ///
    /// [`NoiseError::Turn`]; or [`NoiseError::Undecryptable`], [`NoiseError::WeakKey`] or
    /// [`NoiseError::Malformed`] for what no peer with the same parameters writes. The handshake
    /// is then as it was, and the true message is still read.
    pub fn read_message(&mut self, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, NoiseError> {
        if self.is_finished() || self.noise.is_my_turn() {
            return Err(NoiseError::Turn);
        }
        if message.len() > MAX_MESSAGE_LEN {
            return Err(NoiseError::Malformed);
        }
        let mut payload = Zeroizing::new(vec![0; message.len()]);
        match self.noise.read_message(message, &mut payload[..]) {
            Ok(len) => {
                payload.truncate(len);
                self.steps.push(Step::Read(message.to_vec()));
                Ok(payload)
            }
            Err(error) => Err(self.restore(&error)),
        }
    }

    /// The keys for what follows.
    ///
    /// # Errors
    ///
    /// [`NoiseError::Turn`] before the third message.
    pub fn split(mut self) -> Result<Split, NoiseError> {
        if !self.is_finished() {
            return Err(NoiseError::Turn);
        }
        let remote = self.remote_key().ok_or(NoiseError::MissingKey)?;
        let hash = self.hash();
        let (first, second) = self.noise.dangerously_get_raw_split();
        let (first, second) = (Zeroizing::new(first), Zeroizing::new(second));
        let both = Zeroizing::new([first.as_slice(), second.as_slice()].concat());
        let exporter = super::derive::hkdf(&hash, &both, b"status noise exporter");
        let (sending, receiving) = match self.parameters.role {
            Role::Initiator => (first, second),
            Role::Responder => (second, first),
        };
        Ok(Split {
            sending: CipherKey::from_bytes(&sending),
            receiving: CipherKey::from_bytes(&receiving),
            remote,
            hash,
            exporter,
        })
    }

    /// Whether all three messages went.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.noise.is_handshake_finished()
    }

    /// The handshake hash so far, which both sides share after each message.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        for (place, byte) in hash.iter_mut().zip(self.noise.get_handshake_hash()) {
            *place = *byte;
        }
        hash
    }

    /// The peer's static key, as soon as it is known.
    #[must_use]
    pub fn remote_key(&self) -> Option<StaticKey> {
        let key = self.noise.get_remote_static()?;
        key.first_chunk().copied().map(StaticKey)
    }

    /// Which handshake this is.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        self.parameters.pattern
    }

    /// How many messages went.
    pub(super) fn messages(&self) -> usize {
        self.steps.len()
    }

    /// Takes back the message read last, whose payload turned out to be none that is accepted.
    pub(super) fn unread(&mut self) -> Result<(), NoiseError> {
        if matches!(self.steps.last(), Some(Step::Read(_))) {
            self.steps.pop();
            self.noise = self.replay()?;
        }
        Ok(())
    }

    /// Goes back to the state before the message that snow refused with `error`.
    fn restore(&mut self, error: &snow::Error) -> NoiseError {
        match self.replay() {
            Ok(noise) => {
                self.noise = noise;
                NoiseError::from_snow(error)
            }
            Err(broken) => broken,
        }
    }

    /// The state after the messages so far, built anew. What went well once goes well again.
    fn replay(&self) -> Result<Box<snow::HandshakeState>, NoiseError> {
        let mut noise = build(&self.parameters, &self.ephemeral)?;
        let mut buffer = Zeroizing::new(vec![0; MAX_MESSAGE_LEN]);
        for step in &self.steps {
            match step {
                Step::Wrote(payload) => noise.write_message(payload, &mut buffer[..]),
                Step::Read(message) => noise.read_message(message, &mut buffer[..]),
            }
            .map_err(|error| NoiseError::from_snow(&error))?;
        }
        Ok(noise)
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("pattern", &self.parameters.pattern)
            .field("role", &self.parameters.role)
            .field("messages", &self.steps.len())
            .finish_non_exhaustive()
    }
}

/// snow's state at the start.
fn build(
    parameters: &Parameters,
    ephemeral: &Zeroizing<[u8; 32]>,
) -> Result<Box<snow::HandshakeState>, NoiseError> {
    let pattern = parameters.pattern;
    let pre_shared = match (&parameters.pre_shared, pattern) {
        (Some(key), Pattern::XxPsk0) => Some(key.0.clone()),
        (None, Pattern::XxPsk0) => return Err(NoiseError::MissingKey),
        _ => None,
    };
    let with_pre_shared = pre_shared.is_some();
    let resolver = Resolver {
        ephemeral: ephemeral.clone(),
        pre_shared,
    };
    let secret = parameters.local.to_bytes();
    let internal = |error: snow::Error| NoiseError::from_snow(&error);
    let name = pattern.name().parse().map_err(internal)?;
    let mut builder = snow::Builder::with_resolver(name, Box::new(resolver))
        .prologue(&parameters.prologue)
        .and_then(|builder| builder.local_private_key(&secret[..]))
        .map_err(internal)?;
    if with_pre_shared {
        // The true one is with the resolver.
        builder = builder.psk(0, &[0; 32]).map_err(internal)?;
    }
    if pattern.needs_remote_key(parameters.role) {
        let remote = parameters.remote.as_ref().ok_or(NoiseError::MissingKey)?;
        builder = builder.remote_public_key(&remote.0).map_err(internal)?;
    }
    let noise = match parameters.role {
        Role::Initiator => builder.build_initiator(),
        Role::Responder => builder.build_responder(),
    };
    noise.map(Box::new).map_err(internal)
}

#[cfg(test)]
mod tests;
