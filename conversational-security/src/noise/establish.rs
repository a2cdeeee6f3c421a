//! From two devices to a session: the handshakes of 35/WAKU2-NOISE in their payload format, with the
//! certificate of each static key inside.
//!
//! ```text
//! initiator                                                       responder
//! start ------------- e                           --------------> handle_opening
//! handle_response <-- e, ee, (s), es {certificate} -------------- (Responding)
//! (Established) ----- (s), se {certificate}       --------------> handle_final (Established)
//! ```

use super::padding::{pad, unpad};
use super::{
    Certificate, Handshake, MessageNametag, NoiseError, Parameters, Pattern, Payload, PreSharedKey,
    Role, SecretKey, Session, StaticKey,
};
use bytes::Bytes;
use rand_core::CryptoRng;

/// A device that has a static key and its identity's certificate for it.
#[derive(Clone, Debug)]
pub struct Device {
    /// The static key.
    pub key: SecretKey,
    /// What binds it to the identity; [`Certificate::issue`].
    pub certificate: Certificate,
}

/// What is known of the peer beforehand, which decides on the handshake.
#[derive(Clone, Debug)]
pub enum Approach {
    /// Nothing: XX.
    Unknown,
    /// A secret: XXpsk0.
    PreShared(PreSharedKey),
    /// The responder's static key, which the initiator knows: XK1. The responder passes its own, and
    /// does not know who will come.
    ToKnown(StaticKey),
    /// Both know each other's static key, here the peer's: K1K1.
    BothKnown(StaticKey),
}

impl Approach {
    /// The handshake that this leads to.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        match self {
            Self::Unknown => Pattern::Xx,
            Self::PreShared(_) => Pattern::XxPsk0,
            Self::ToKnown(_) => Pattern::Xk1,
            Self::BothKnown(_) => Pattern::K1k1,
        }
    }
}

/// A session, and who is at its other end.
#[derive(Debug)]
pub struct Established {
    /// The session.
    pub session: Session,
    /// The identity that signed the peer's static key, verified. Whether it is the one that was
    /// meant is for the caller to say, unless the approach named its key.
    pub identity: secp256k1::PublicKey,
}

/// The side that begins.
#[derive(Debug)]
pub struct Initiator {
    device: Device,
    /// None once the session is made.
    framed: Option<Framed>,
}

impl Initiator {
    /// Begins a handshake; gives the first message too. Its nametag is known to the responder
    /// beforehand, and is part of what both sides must agree on.
    ///
    /// # Errors
    ///
    /// [`NoiseError::Internal`] only.
    pub fn start(
        device: Device,
        approach: Approach,
        nametag: MessageNametag,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Bytes), NoiseError> {
        let role = Role::Initiator;
        let mut framed = Framed::new(&device.key, approach, role, nametag, &nametag.0, rng)?;
        let message = framed.write(&[])?;
        let framed = Some(framed);
        Ok((Self { device, framed }, message))
    }

    /// Takes the second message; gives the session and the third message, which goes out before
    /// anything of the session does.
    ///
    /// # Errors
    ///
    /// [`NoiseError`]: it is not the true one, and the handshake still waits for that. After
    /// success [`NoiseError::Turn`].
    pub fn handle_response(&mut self, message: Bytes) -> Result<(Established, Bytes), NoiseError> {
        let framed = self.framed.as_mut().ok_or(NoiseError::Turn)?;
        let certificate = framed.read_checked(message, certified)?;
        let answer = framed.write(&self.device.certificate.to_bytes())?;
        let framed = self.framed.take().ok_or(NoiseError::Turn)?;
        Ok((established(framed, &certificate)?, answer))
    }

    /// The nametag that the second message will carry; none once the session is made.
    #[must_use]
    pub fn expected_nametag(&self) -> Option<MessageNametag> {
        self.framed.as_ref().map(Framed::nametag)
    }
}

/// The side that waits. One of these answers any number of first messages, each with a handshake
/// of its own.
#[derive(Clone, Debug)]
pub struct Responder {
    device: Device,
    approach: Approach,
    nametag: MessageNametag,
}

impl Responder {
    /// Waits for first messages with this nametag.
    #[must_use]
    pub fn new(device: Device, approach: Approach, nametag: MessageNametag) -> Self {
        Self {
            device,
            approach,
            nametag,
        }
    }

    /// Takes a first message; gives the handshake that it began, and the second message. In XX and
    /// XK1 anybody can begin one: the caller bounds how many it keeps, and for how long.
    ///
    /// # Errors
    ///
    /// [`NoiseError`]: it is no such message.
    pub fn handle_opening(
        &self,
        message: Bytes,
        rng: &mut impl CryptoRng,
    ) -> Result<(Responding, Bytes), NoiseError> {
        let (device, nametag) = (&self.device, self.nametag);
        let approach = self.approach.clone();
        let role = Role::Responder;
        let mut framed = Framed::new(&device.key, approach, role, nametag, &nametag.0, rng)?;
        framed.read_checked(message, |_, text| {
            text.is_empty().then_some(()).ok_or(NoiseError::Malformed)
        })?;
        let answer = framed.write(&device.certificate.to_bytes())?;
        let framed = Some(framed);
        Ok((Responding { framed }, answer))
    }
}

/// A handshake that a first message began.
#[derive(Debug)]
pub struct Responding {
    /// None once the session is made.
    framed: Option<Framed>,
}

impl Responding {
    /// Takes the third message; gives the session.
    ///
    /// # Errors
    ///
    /// [`NoiseError`]: it is not the true one, and the handshake still waits for that. After
    /// success [`NoiseError::Turn`].
    pub fn handle_final(&mut self, message: Bytes) -> Result<Established, NoiseError> {
        let framed = self.framed.as_mut().ok_or(NoiseError::Turn)?;
        let certificate = framed.read_checked(message, certified)?;
        let framed = self.framed.take().ok_or(NoiseError::Turn)?;
        established(framed, &certificate)
    }

    /// The nametag that the third message will carry; none once the session is made.
    #[must_use]
    pub fn expected_nametag(&self) -> Option<MessageNametag> {
        self.framed.as_ref().map(Framed::nametag)
    }
}

/// Reads and verifies the certificate in a handshake's message.
fn certified(framed: &Framed, text: &[u8]) -> Result<Certificate, NoiseError> {
    Ok(Certificate::verified(text, &framed.remote_key()?)?)
}

fn established(framed: Framed, certificate: &Certificate) -> Result<Established, NoiseError> {
    Ok(Established {
        session: framed.session()?,
        identity: *certificate.identity(),
    })
}

/// A handshake whose messages are padded, and dressed as payloads. The nametag of each message after
/// the first follows from the hash of all before it, so both sides know it and nobody can change
/// it.
#[derive(Debug)]
pub(super) struct Framed {
    handshake: Handshake,
    role: Role,
    first: MessageNametag,
}

impl Framed {
    /// Begins; `prologue` is what both sides must agree on.
    pub(super) fn new(
        key: &SecretKey,
        approach: Approach,
        role: Role,
        first: MessageNametag,
        prologue: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, NoiseError> {
        let pattern = approach.pattern();
        let (remote, pre_shared) = match approach {
            Approach::Unknown => (None, None),
            Approach::PreShared(key) => (None, Some(key)),
            Approach::ToKnown(key) | Approach::BothKnown(key) => (Some(key), None),
        };
        let parameters = Parameters {
            pattern,
            role,
            local: key.clone(),
            remote,
            pre_shared,
            prologue: prologue.to_vec(),
        };
        Ok(Self {
            handshake: Handshake::new(parameters, rng)?,
            role,
            first,
        })
    }

    /// The nametag of the next message, whoever writes it.
    pub(super) fn nametag(&self) -> MessageNametag {
        match self.handshake.messages() {
            0 => self.first,
            _ => MessageNametag::of_handshake(&self.handshake.hash()),
        }
    }

    /// The peer's static key, which the message read last proved or brought.
    pub(super) fn remote_key(&self) -> Result<StaticKey, NoiseError> {
        self.handshake.remote_key().ok_or(NoiseError::Internal)
    }

    /// Writes the next message.
    pub(super) fn write(&mut self, text: &[u8]) -> Result<Bytes, NoiseError> {
        let (index, nametag) = (self.handshake.messages(), self.nametag());
        let message = self.handshake.write_message(&pad(text))?;
        let pattern = self.handshake.pattern();
        Ok(Payload::of_handshake(pattern, index, nametag, &message)?.encode())
    }

    /// Reads the next message, if `check` accepts its text. When anything fails the handshake is as
    /// it was.
    pub(super) fn read_checked<T, E: From<NoiseError>>(
        &mut self,
        message: Bytes,
        check: impl FnOnce(&Self, &[u8]) -> Result<T, E>,
    ) -> Result<T, E> {
        let payload = Payload::decode(message).map_err(NoiseError::from)?;
        if payload.nametag != self.nametag() {
            return Err(NoiseError::UnknownNametag.into());
        }
        let pattern = self.handshake.pattern();
        let message = payload.to_handshake(pattern, self.handshake.messages())?;
        let mut text = self.handshake.read_message(&message)?;
        let checked = match unpad(&mut text) {
            Ok(()) => check(self, &text),
            Err(error) => Err(error.into()),
        };
        if checked.is_err() {
            self.handshake.unread()?;
        }
        checked
    }

    /// The session at the end.
    pub(super) fn session(self) -> Result<Session, NoiseError> {
        Ok(Session::new(self.handshake.split()?, self.role))
    }
}
