//! The start of a session on a bundle: verification, X3DH, the first step of the ratchet.

use crate::{Best, print};
use criterion::Criterion;
use keccak_asm::Keccak256;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey, ecdh};
use status_conversational_security::ratchet::{Ratchet, SecretBytes};
use status_conversational_security::{
    CompressedKey, OwnPreKey, VerifiedBundle, sign_bundle, signature_material, wire, x3dh,
};
use std::hint::black_box;
use vodozemac::olm::{Account, SessionConfig};

fn ours(identity: &SecretKey, bundle: &wire::Bundle, rng: &mut rand::rngs::ThreadRng) {
    let verified = VerifiedBundle::verify(bundle).unwrap();
    let prekey = &verified.pre_keys()["phone"];
    let start = x3dh::initiate(rng, identity, verified.identity(), &prekey.key);
    let secret = SecretBytes::new(*start.secret.expose_bytes());
    black_box(Ratchet::initiator(&secret, &CompressedKey::from(&prekey.key), rng).unwrap());
}

/// What cannot be done without: reading two keys (the identity, and the prekey once), recovering the
/// signer, three agreements of X3DH and one of the ratchet, two new keys.
fn limit(curve: &Secp256k1<secp256k1::All>, secret: &SecretKey, bundle: &wire::Bundle) {
    let identity = PublicKey::from_slice(&bundle.identity).unwrap();
    let prekey = &bundle.signed_pre_keys["phone"].signed_pre_key;
    let prekey = PublicKey::from_slice(prekey).unwrap();
    let digest: [u8; 32] = Keccak256::digest(signature_material(bundle)).into();
    let id = RecoveryId::try_from(i32::from(bundle.signature[64])).unwrap();
    let signature = RecoverableSignature::from_compact(&bundle.signature[..64], id).unwrap();
    let signer = curve.recover_ecdsa(Message::from_digest(digest), &signature);
    assert_eq!(signer.unwrap(), identity);
    for _ in 0..2 {
        black_box(secret.public_key(curve));
    }
    for public in [&prekey, &identity, &prekey, &prekey] {
        black_box(ecdh::shared_secret_point(public, secret));
    }
}

pub(crate) fn with_bundle(criterion: &mut Criterion) {
    let curve = Secp256k1::new();
    let [alice, bob] = [1, 2].map(|fill| SecretKey::from_byte_array([fill; 32]).unwrap());
    let mut rng = rand::rng();
    let prekey = OwnPreKey::generate(&mut rng, 0, 1);
    let pre_keys = [("phone".to_owned(), *prekey.public())].into();
    let bundle = sign_bundle(&bob, &pre_keys, 1_590_232_902_104_000_000);
    let (account, mut peer) = (Account::new(), Account::new());
    peer.generate_one_time_keys(1);
    let one_time = *peer.one_time_keys().values().next().unwrap();
    let [mut best, mut least, mut olm] = [(); 3].map(|()| Best::new());
    for _ in 0..100 {
        best.round(|| ours(&alice, &bundle, &mut rng));
        least.round(|| limit(&curve, &alice, &bundle));
        olm.round(|| {
            let config = SessionConfig::version_1();
            let identity = peer.curve25519_key();
            black_box(
                account
                    .create_outbound_session(config, identity, one_time)
                    .unwrap(),
            );
        });
    }
    let name = "start of a session with its bundle verified";
    print(name, "1.20", &best, &least, Some(&olm));
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| ours(&alice, &bundle, &mut rng));
    });
}
