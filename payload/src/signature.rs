//! Recoverable signatures over Keccak-256, which both the wrapper and the events of groups carry.

use keccak_asm::Keccak256;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{All, Message, PublicKey, Secp256k1, SecretKey};
use std::sync::LazyLock;

/// Bytes of a signature: R (32), S (32) and V (1).
pub const SIGNATURE_LEN: usize = 65;

/// One context for the process: making one takes longer than hundreds of signatures.
static SECP256K1: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

/// Why no author could be recovered. The sender, or whoever changed the bytes, is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not 65 bytes.
    #[error("a signature has {SIGNATURE_LEN} bytes, this one {len}")]
    Length {
        /// Bytes it has.
        len: usize,
    },
    /// V is over 3. The 27 and 28 of Ethereum's transactions are refused, as deployed.
    #[error("the recovery id of a signature is 0 to 3, this one's {id}")]
    RecoveryId {
        /// V.
        id: u8,
    },
    /// R and S are not the signature of any key.
    #[error("no key can have made this signature")]
    NoKey,
}

/// Keccak-256 of several pieces in a row.
pub(crate) fn keccak(pieces: &[&[u8]]) -> [u8; 32] {
    use keccak_asm::Digest as _;
    let mut hash = Keccak256::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().into()
}

/// The public key of `secret`.
pub(crate) fn public_key(secret: &SecretKey) -> PublicKey {
    secret.public_key(&SECP256K1)
}

/// R, S and V of the deterministic signature (RFC 6979) of `digest`.
pub(crate) fn sign(author: &SecretKey, digest: [u8; 32]) -> [u8; SIGNATURE_LEN] {
    let (id, compact) = SECP256K1
        .sign_ecdsa_recoverable(Message::from_digest(digest), author)
        .serialize_compact();
    let mut signature = [0; SIGNATURE_LEN];
    let [start @ .., last] = &mut signature;
    start.copy_from_slice(&compact);
    *last = i32::from(id) as u8;
    signature
}

/// Whose signature of `digest` this is. High S values are accepted, as deployed.
pub(crate) fn recover(signature: &[u8], digest: [u8; 32]) -> Result<PublicKey, SignatureError> {
    let Ok([compact @ .., id]) = <&[u8; SIGNATURE_LEN]>::try_from(signature) else {
        return Err(SignatureError::Length {
            len: signature.len(),
        });
    };
    let id =
        RecoveryId::try_from(i32::from(*id)).map_err(|_| SignatureError::RecoveryId { id: *id })?;
    let signature =
        RecoverableSignature::from_compact(compact, id).map_err(|_| SignatureError::NoKey)?;
    SECP256K1
        .recover_ecdsa(Message::from_digest(digest), &signature)
        .map_err(|_| SignatureError::NoKey)
}
