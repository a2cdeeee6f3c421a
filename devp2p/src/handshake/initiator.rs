//! The side that dials.

use super::packet::{Kind, Reader, seal_eip8, seal_pre_eip8};
use super::secrets::{Role, Transcript, xor};
use super::{Ack, Auth, Form, HandshakeError, Secrets};
use crate::node_key::CURVE;
use crate::{NodeId, NodeKey};
use bytes::{Bytes, BytesMut};
use keccak_asm::Keccak256;
use rand_core::CryptoRng;
use secp256k1::{Message, PublicKey};
use std::fmt;

/// The initiator of a handshake. Send [`Initiator::auth`], then give every byte that comes back to
/// [`Initiator::handle_bytes`] until it returns the [`Secrets`] or an error.
pub struct Initiator {
    local: NodeKey,
    remote: PublicKey,
    ephemeral: NodeKey,
    nonce: [u8; 32],
    auth: Bytes,
    /// None once the handshake is over.
    reader: Option<Reader>,
}

impl Initiator {
    /// Starts a handshake with the node that has the key `remote`, in the EIP-8 form.
    pub fn new(rng: &mut impl CryptoRng, local: &NodeKey, remote: &PublicKey) -> Self {
        Self::with_form(rng, local, remote, Form::Eip8)
    }

    /// Starts a handshake in the given form. As deployed nobody sends the older one any more.
    pub fn with_form(
        rng: &mut impl CryptoRng,
        local: &NodeKey,
        remote: &PublicKey,
        form: Form,
    ) -> Self {
        let ephemeral = NodeKey::random(rng);
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        let body = auth_body(local, remote, &ephemeral, nonce);
        let auth = match form {
            Form::Eip8 => seal_eip8(rng, remote, body.encode_eip8()),
            Form::PreEip8 => {
                let hash = Keccak256::digest(ephemeral.node_id().0).into();
                seal_pre_eip8(rng, remote, body.encode_pre_eip8(&hash))
            }
        };
        Self::resume(local.clone(), *remote, ephemeral, nonce, auth)
    }

    pub(super) fn resume(
        local: NodeKey,
        remote: PublicKey,
        ephemeral: NodeKey,
        nonce: [u8; 32],
        auth: Bytes,
    ) -> Self {
        let reader = Some(Reader::new(Kind::Ack));
        Self {
            local,
            remote,
            ephemeral,
            nonce,
            auth,
            reader,
        }
    }

    /// Takes the answer off the front of `input`: nothing if it is not complete yet, otherwise the
    /// keys. Bytes behind the answer are left, they are frames already.
    ///
    /// # Errors
    ///
    /// [`HandshakeError`]; the handshake is over then.
    pub fn handle_bytes(
        &mut self,
        input: &mut BytesMut,
    ) -> Result<Option<Secrets>, HandshakeError> {
        let mut reader = self.reader.take().ok_or(HandshakeError::Finished)?;
        let Some(opened) = reader.read(self.local.secret_key(), input)? else {
            self.reader = Some(reader);
            return Ok(None);
        };
        let ack = Ack::decode(opened.form, &opened.plaintext)?;
        let remote = ack
            .ephemeral_key
            .public_key()
            .map_err(|_| HandshakeError::PublicKey)?;
        let shared = status_ecies::shared_secret(&remote, self.ephemeral.secret_key());
        let transcript = Transcript {
            initiator_nonce: &self.nonce,
            recipient_nonce: &ack.nonce,
            auth: &self.auth,
            ack: &opened.packet,
        };
        Ok(Some(Secrets::derive(
            Role::Initiator,
            &shared,
            &transcript,
            self.remote,
        )))
    }

    /// The packet to send first.
    pub fn auth(&self) -> &Bytes {
        &self.auth
    }

    /// The node that is dialled.
    pub fn remote_id(&self) -> NodeId {
        NodeId::from(&self.remote)
    }
}

/// What the initiator says: its ephemeral key signs the static shared secret xor the nonce.
pub(super) fn auth_body(
    local: &NodeKey,
    remote: &PublicKey,
    ephemeral: &NodeKey,
    nonce: [u8; 32],
) -> Auth {
    let token = status_ecies::shared_secret(remote, local.secret_key());
    let message = Message::from_digest(*xor(&token, &nonce));
    let signed = CURVE.sign_ecdsa_recoverable(message, ephemeral.secret_key());
    let (recovery_id, compact) = signed.serialize_compact();
    let mut signature = [i32::from(recovery_id) as u8; 65];
    signature
        .iter_mut()
        .zip(compact)
        .for_each(|(to, from)| *to = from);
    Auth::new(signature, local.node_id(), nonce)
}

impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Initiator")
            .field("remote", &self.remote_id())
            .finish_non_exhaustive()
    }
}
