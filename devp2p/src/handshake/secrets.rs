//! What a handshake ends in: the keys of the connection.

use crate::NodeId;
use crate::frame::{Cipher, FrameDecoder, FrameEncoder, Mac};
use aes::cipher::KeyIvInit;
use keccak_asm::{Digest, Keccak256};
use secp256k1::PublicKey;
use std::fmt;
use zeroize::Zeroizing;

/// Which side of the handshake one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Initiator,
    Recipient,
}

/// What both sides saw of the handshake; it seeds the MACs.
pub(super) struct Transcript<'a> {
    pub(super) initiator_nonce: &'a [u8; 32],
    pub(super) recipient_nonce: &'a [u8; 32],
    pub(super) auth: &'a [u8],
    pub(super) ack: &'a [u8],
}

/// The keys of one connection. They are used once: turning them into an encoder and a decoder
/// consumes them. Never printed; the keys are erased on drop.
pub struct Secrets {
    pub(super) shared: Zeroizing<[u8; 32]>,
    pub(super) aes: Zeroizing<[u8; 32]>,
    pub(super) mac: Zeroizing<[u8; 32]>,
    egress: Keccak256,
    ingress: Keccak256,
    remote: PublicKey,
}

impl Secrets {
    pub(super) fn derive(
        role: Role,
        ephemeral_shared: &[u8; 32],
        transcript: &Transcript<'_>,
        remote: PublicKey,
    ) -> Self {
        let nonces = keccak(transcript.recipient_nonce, transcript.initiator_nonce);
        let shared = keccak(ephemeral_shared, &nonces);
        let aes = keccak(ephemeral_shared, &shared);
        let mac = keccak(ephemeral_shared, &aes);
        // Each direction starts with the other side's nonce and the packet that went that way.
        let from_initiator = seed(&mac, transcript.recipient_nonce, transcript.auth);
        let from_recipient = seed(&mac, transcript.initiator_nonce, transcript.ack);
        let (egress, ingress) = match role {
            Role::Initiator => (from_initiator, from_recipient),
            Role::Recipient => (from_recipient, from_initiator),
        };
        Self {
            shared,
            aes,
            mac,
            egress,
            ingress,
            remote,
        }
    }

    /// The static key that the other side proved to have.
    pub fn remote_public_key(&self) -> &PublicKey {
        &self.remote
    }

    /// The same as an identifier.
    pub fn remote_id(&self) -> NodeId {
        NodeId::from(&self.remote)
    }

    /// The two halves of the connection.
    pub fn into_frames(self) -> (FrameEncoder, FrameDecoder) {
        let cipher = || Cipher::new((&*self.aes).into(), &[0; 16].into());
        let encoder = FrameEncoder::new(cipher(), Mac::new(&self.mac, self.egress.clone()));
        let decoder = FrameDecoder::new(cipher(), Mac::new(&self.mac, self.ingress.clone()));
        (encoder, decoder)
    }

    pub(super) fn mac_digests(&self) -> [[u8; 32]; 2] {
        [&self.egress, &self.ingress].map(|state| state.clone().finalize().into())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("remote", &self.remote_id())
            .finish_non_exhaustive()
    }
}

/// Keccak-256 of two halves.
fn keccak(first: &[u8], second: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(
        Keccak256::new()
            .chain_update(first)
            .chain_update(second)
            .finalize()
            .into(),
    )
}

fn seed(mac: &[u8; 32], nonce: &[u8; 32], packet: &[u8]) -> Keccak256 {
    Keccak256::new()
        .chain_update(*xor(mac, nonce))
        .chain_update(packet)
}

pub(super) fn xor(a: &[u8; 32], b: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new(*a);
    out.iter_mut()
        .zip(b)
        .for_each(|(byte, other)| *byte ^= other);
    out
}
