//! Extended triple Diffie-Hellman (X3DH) on secp256k1, as deployed: how two installations agree on
//! the first secret of a session although one of them is offline.
//!
//! The one who starts knows the other's identity key and signed prekey from a
//! [`VerifiedBundle`](crate::VerifiedBundle), and adds an ephemeral key that it sends along. Three
//! agreements make the secret:
//!
//! | | initiator | recipient | binds |
//! |---|---|---|---|
//! | DH1 | identity key | signed prekey | the initiator's identity |
//! | DH2 | ephemeral key | identity key | the recipient's identity |
//! | DH3 | ephemeral key | signed prekey | forward secrecy |
//!
//! The secret is Keccak-256 of DH1, DH2 and DH3 in this order. Signal's document has more: a prefix
//! of 32 bytes of 0xff, HKDF, and one-time prekeys; none of them is deployed. Without one-time
//! prekeys an opening message can be replayed to the recipient as long as it keeps the prekey: the
//! session it leads to is the same one, and the ratchet refuses message numbers it has used.

use crate::curve::{SharedSecret, diffie_hellman};
use keccak_asm::Keccak256;
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use zeroize::Zeroizing;

/// What the initiator gets: the secret, and the ephemeral key that must go to the recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initiation {
    /// The secret on which the session is founded.
    pub secret: SharedSecret,
    /// Goes into the X3DH header, beside the prekey that was used.
    pub ephemeral: PublicKey,
}

/// Starts: draws an ephemeral key (32 bytes of `rng`), which is forgotten, and agrees with the owner
/// of `their_identity` and `their_prekey`. Both must come from one verified bundle.
pub fn initiate(
    rng: &mut impl CryptoRng,
    identity: &SecretKey,
    their_identity: &PublicKey,
    their_prekey: &PublicKey,
) -> Initiation {
    let mut ephemeral = status_ecies::random_secret_key(rng);
    let initiation = Initiation {
        secret: initiate_with(identity, &ephemeral, their_identity, their_prekey),
        ephemeral: ephemeral.public_key(&crate::curve::SECP256K1),
    };
    ephemeral.non_secure_erase();
    initiation
}

/// [`initiate`] with an ephemeral key of the caller's. It must never be used a second time.
pub fn initiate_with(
    identity: &SecretKey,
    ephemeral: &SecretKey,
    their_identity: &PublicKey,
    their_prekey: &PublicKey,
) -> SharedSecret {
    combine([
        diffie_hellman(identity, their_prekey),
        diffie_hellman(ephemeral, their_identity),
        diffie_hellman(ephemeral, their_prekey),
    ])
}

/// Answers what [`initiate`] started: `prekey` is the own one that the X3DH header names,
/// `their_identity` whoever the transport says has sent it. If that is a lie the secrets differ, and
/// the message that came along does not decrypt.
pub fn accept(
    identity: &SecretKey,
    prekey: &SecretKey,
    their_identity: &PublicKey,
    their_ephemeral: &PublicKey,
) -> SharedSecret {
    combine([
        diffie_hellman(prekey, their_identity),
        diffie_hellman(identity, their_ephemeral),
        diffie_hellman(prekey, their_ephemeral),
    ])
}

fn combine(agreements: [SharedSecret; 3]) -> SharedSecret {
    let mut input = Zeroizing::new([0; 96]);
    for (place, agreement) in input.chunks_exact_mut(32).zip(&agreements) {
        place.copy_from_slice(agreement.expose_bytes());
    }
    SharedSecret::new(Keccak256::digest(*input).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::SECP256K1;

    fn pair(fill: u8) -> (SecretKey, PublicKey) {
        let secret = SecretKey::from_byte_array([fill; 32]).unwrap();
        (secret, secret.public_key(&SECP256K1))
    }

    #[test]
    fn both_sides_get_the_secret() {
        let ((alice, alice_public), (bob, bob_public), (prekey, prekey_public)) =
            (pair(1), pair(2), pair(3));
        let started = initiate(&mut rand::rng(), &alice, &bob_public, &prekey_public);
        let answered = accept(&bob, &prekey, &alice_public, &started.ephemeral);
        assert_eq!(started.secret, answered);
    }

    /// Whoever lacks one of the three secret keys of a side, or is somebody else, gets another secret.
    #[test]
    fn every_key_counts() {
        let ((alice, alice_public), (bob, bob_public), (prekey, prekey_public)) =
            (pair(1), pair(2), pair(3));
        let ((ephemeral, ephemeral_public), (eve, eve_public)) = (pair(4), pair(5));
        let secret = initiate_with(&alice, &ephemeral, &bob_public, &prekey_public);
        let others = [
            initiate_with(&eve, &ephemeral, &bob_public, &prekey_public),
            initiate_with(&alice, &eve, &bob_public, &prekey_public),
            initiate_with(&alice, &ephemeral, &eve_public, &prekey_public),
            initiate_with(&alice, &ephemeral, &bob_public, &eve_public),
            accept(&eve, &prekey, &alice_public, &ephemeral_public),
            accept(&bob, &eve, &alice_public, &ephemeral_public),
            accept(&bob, &prekey, &eve_public, &ephemeral_public),
            accept(&bob, &prekey, &alice_public, &eve_public),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, secret, "case {index}");
        }
        let right = accept(&bob, &prekey, &alice_public, &ephemeral_public);
        assert_eq!(right, secret);
    }

    #[test]
    fn two_starts_share_nothing() {
        let ((alice, _), (_, bob_public), (_, prekey_public)) = (pair(1), pair(2), pair(3));
        let start = || initiate(&mut rand::rng(), &alice, &bob_public, &prekey_public);
        let (first, second) = (start(), start());
        assert_ne!(first.ephemeral, second.ephemeral);
        assert_ne!(first.secret, second.secret);
    }

    #[test]
    fn the_order_of_the_agreements_is_fixed() {
        let secrets = [1, 2, 3].map(|fill| SharedSecret::new([fill; 32]));
        let [a, b, c] = secrets.clone();
        assert_ne!(combine(secrets), combine([b, a, c]));
    }
}
