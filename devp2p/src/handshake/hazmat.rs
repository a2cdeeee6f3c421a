//! Handshakes with recorded keys, nonces and packets: for golden vectors, benches and fuzzing.
//!
//! A connection whose ephemeral key or nonce is used a second time has no secrecy. Nothing here
//! belongs into a node.

use super::packet::{Kind, Reader};
use super::{Auth, Form, HandshakeError, Initiator, Recipient, Secrets, initiator};
use crate::NodeKey;
use bytes::{Bytes, BytesMut};
use secp256k1::PublicKey;

/// What one side draws at random.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The ephemeral key.
    pub ephemeral: NodeKey,
    /// The nonce.
    pub nonce: [u8; 32],
}

/// An initiator that drew `drawn` and sent the packet `auth`.
pub fn initiator(local: &NodeKey, remote: &PublicKey, drawn: Drawn, auth: Bytes) -> Initiator {
    Initiator::resume(local.clone(), *remote, drawn.ephemeral, drawn.nonce, auth)
}

/// What the initiator that drew `drawn` says; the signature is deterministic (RFC 6979).
pub fn auth_body(local: &NodeKey, remote: &PublicKey, drawn: &Drawn) -> Auth {
    initiator::auth_body(local, remote, &drawn.ephemeral, drawn.nonce)
}

/// The keys of a recipient that drew `drawn`, read the packet at the front of `input` and answered
/// `ack`; nothing if the packet is not complete.
///
/// # Errors
///
/// [`HandshakeError`], as [`Recipient::handle_bytes`].
pub fn recipient(
    local: &NodeKey,
    drawn: &Drawn,
    input: &mut BytesMut,
    ack: &[u8],
) -> Result<Option<Secrets>, HandshakeError> {
    let request = Recipient::new(local).read(input)?;
    Ok(request.map(|request| request.finish(&drawn.ephemeral, &drawn.nonce, ack)))
}

/// The form and the decrypted body of the initiator's packet, if it is complete.
///
/// # Errors
///
/// [`HandshakeError`], as [`Recipient::handle_bytes`].
pub fn open_auth(
    local: &NodeKey,
    packet: &[u8],
) -> Result<Option<(Form, Vec<u8>)>, HandshakeError> {
    open(Kind::Auth, local, packet)
}

/// The form and the decrypted body of the recipient's packet, if it is complete.
///
/// # Errors
///
/// [`HandshakeError`], as [`Initiator::handle_bytes`].
pub fn open_ack(local: &NodeKey, packet: &[u8]) -> Result<Option<(Form, Vec<u8>)>, HandshakeError> {
    open(Kind::Ack, local, packet)
}

fn open(
    kind: Kind,
    local: &NodeKey,
    packet: &[u8],
) -> Result<Option<(Form, Vec<u8>)>, HandshakeError> {
    let opened = Reader::new(kind).read(local.secret_key(), &mut packet.into())?;
    Ok(opened.map(|opened| (opened.form, opened.plaintext.to_vec())))
}

/// The keys in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Exposed {
    /// The specification's `shared-secret`.
    pub shared_secret: [u8; 32],
    /// The key of AES-256-CTR in both directions.
    pub aes_secret: [u8; 32],
    /// The key of the AES block in the MACs.
    pub mac_secret: [u8; 32],
    /// The digest of the outgoing MAC's first state.
    pub egress_mac_digest: [u8; 32],
    /// The digest of the incoming MAC's first state.
    pub ingress_mac_digest: [u8; 32],
}

/// Copies the keys out. The copy is not erased on drop.
pub fn expose(secrets: &Secrets) -> Exposed {
    let [egress_mac_digest, ingress_mac_digest] = secrets.mac_digests();
    Exposed {
        shared_secret: *secrets.shared,
        aes_secret: *secrets.aes,
        mac_secret: *secrets.mac,
        egress_mac_digest,
        ingress_mac_digest,
    }
}
