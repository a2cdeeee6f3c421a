//! The side that is dialled.

use super::packet::{Kind, Opened, Reader, seal_eip8, seal_pre_eip8};
use super::secrets::{Role, Transcript, xor};
use super::{Ack, Auth, Form, HandshakeError, Secrets};
use crate::NodeKey;
use crate::node_key::CURVE;
use bytes::{Bytes, BytesMut};
use rand_core::CryptoRng;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, PublicKey};
use std::fmt;

/// The recipient of a handshake. Give every byte that comes to [`Recipient::handle_bytes`] until
/// it returns [`Accepted`] or an error.
pub struct Recipient {
    local: NodeKey,
    /// None once the handshake is over.
    reader: Option<Reader>,
}

/// A handshake that the recipient accepted: send `ack`, then go on with frames.
#[derive(Debug)]
pub struct Accepted {
    /// The packet to send.
    pub ack: Bytes,
    /// The keys of the connection, which name the peer.
    pub secrets: Secrets,
}

impl Recipient {
    /// Waits for a handshake with the node of this key.
    pub fn new(local: &NodeKey) -> Self {
        Self {
            local: local.clone(),
            reader: Some(Reader::new(Kind::Auth)),
        }
    }

    /// Takes the packet off the front of `input` and answers it in its own form; nothing if it is
    /// not complete yet.
    ///
    /// # Errors
    ///
    /// [`HandshakeError`]; the handshake is over then.
    pub fn handle_bytes(
        &mut self,
        rng: &mut impl CryptoRng,
        input: &mut BytesMut,
    ) -> Result<Option<Accepted>, HandshakeError> {
        let Some(request) = self.read(input)? else {
            return Ok(None);
        };
        let ephemeral = NodeKey::random(rng);
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        let body = Ack::new(ephemeral.node_id(), nonce);
        let ack = match request.form {
            Form::Eip8 => seal_eip8(rng, &request.remote, body.encode_eip8()),
            Form::PreEip8 => seal_pre_eip8(rng, &request.remote, body.encode_pre_eip8()),
        };
        let secrets = request.finish(&ephemeral, &nonce, &ack);
        Ok(Some(Accepted { ack, secrets }))
    }

    /// Takes the packet off `input` and checks it.
    pub(super) fn read(&mut self, input: &mut BytesMut) -> Result<Option<Request>, HandshakeError> {
        let mut reader = self.reader.take().ok_or(HandshakeError::Finished)?;
        let Some(opened) = reader.read(self.local.secret_key(), input)? else {
            self.reader = Some(reader);
            return Ok(None);
        };
        Request::check(&self.local, opened).map(Some)
    }
}

/// An initiator's packet that is in order.
pub(super) struct Request {
    form: Form,
    packet: Bytes,
    nonce: [u8; 32],
    remote: PublicKey,
    remote_ephemeral: PublicKey,
}

impl Request {
    fn check(local: &NodeKey, opened: Opened) -> Result<Self, HandshakeError> {
        let Opened {
            form,
            packet,
            plaintext,
        } = opened;
        let auth = Auth::decode(form, &plaintext)?;
        let remote = auth
            .public_key
            .public_key()
            .map_err(|_| HandshakeError::PublicKey)?;
        let token = status_ecies::shared_secret(&remote, local.secret_key());
        let message = Message::from_digest(*xor(&token, &auth.nonce));
        let remote_ephemeral = recover(&auth.signature, message)?;
        Ok(Self {
            form,
            packet,
            nonce: auth.nonce,
            remote,
            remote_ephemeral,
        })
    }

    /// The keys, once the answer is made.
    pub(super) fn finish(&self, ephemeral: &NodeKey, nonce: &[u8; 32], ack: &[u8]) -> Secrets {
        let shared = status_ecies::shared_secret(&self.remote_ephemeral, ephemeral.secret_key());
        let transcript = Transcript {
            initiator_nonce: &self.nonce,
            recipient_nonce: nonce,
            auth: &self.packet,
            ack,
        };
        Secrets::derive(Role::Recipient, &shared, &transcript, self.remote)
    }
}

fn recover(signature: &[u8; 65], message: Message) -> Result<PublicKey, HandshakeError> {
    let [compact @ .., recovery_id] = signature;
    let recovery_id = RecoveryId::try_from(i32::from(*recovery_id));
    recovery_id
        .and_then(|id| RecoverableSignature::from_compact(compact, id))
        .and_then(|signature| CURVE.recover_ecdsa(message, &signature))
        .map_err(|_| HandshakeError::Signature)
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient")
            .field("local", &self.local.node_id())
            .finish_non_exhaustive()
    }
}
