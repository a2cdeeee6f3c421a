//! Bundles as they should be, and each way of being wrong.

use super::*;
use crate::NO_SESSION;
use crate::bundle::{OwnPreKey, sign_bundle};
use proptest::prelude::*;
use secp256k1::SecretKey;

const NOW_NS: i64 = 1_590_232_902_104_000_000;

fn identity(fill: u8) -> SecretKey {
    SecretKey::from_byte_array([fill; 32]).unwrap()
}

fn pre_key(fill: u8, version: u32) -> PreKey {
    *OwnPreKey::from_parts(identity(fill), version, NOW_NS).public()
}

/// The bundle of `identity(1)` with two installations.
fn bundle() -> wire::Bundle {
    let pre_keys = [
        ("desktop".to_owned(), pre_key(2, 3)),
        ("phone".to_owned(), pre_key(3, 1)),
    ];
    sign_bundle(&identity(1), &pre_keys.into(), NOW_NS)
}

/// `bundle` after `change`, with its signature made anew by `identity(1)`.
fn resigned(change: impl FnOnce(&mut wire::Bundle)) -> wire::Bundle {
    let mut bundle = bundle();
    change(&mut bundle);
    let signed = SECP256K1.sign_ecdsa_recoverable(digest(&bundle), &identity(1));
    let (id, compact) = signed.serialize_compact();
    bundle.signature = [&compact[..], &[i32::from(id) as u8]].concat().into();
    bundle
}

#[test]
fn a_signed_bundle_gives_its_prekeys() {
    let verified = VerifiedBundle::verify(&bundle()).unwrap();
    assert_eq!(*verified.identity(), identity(1).public_key(&SECP256K1));
    assert_eq!(verified.timestamp_ns(), NOW_NS);
    assert!(verified.timestamp_is_plausible());
    assert_eq!(verified.pre_keys()["desktop"], pre_key(2, 3));
    assert_eq!(verified.pre_keys()["phone"], pre_key(3, 1));
    assert!(verified.unusable().is_empty());
}

#[test]
fn signing_is_deterministic_but_for_the_time() {
    assert_eq!(bundle(), bundle());
    let later = sign_bundle(&identity(1), &BTreeMap::new(), NOW_NS + 1);
    let now = sign_bundle(&identity(1), &BTreeMap::new(), NOW_NS);
    assert_ne!(now.signature, later.signature);
}

#[test]
fn whatever_is_changed_is_noticed() {
    let wrong = |change: &dyn Fn(&mut wire::Bundle)| {
        let mut bundle = bundle();
        change(&mut bundle);
        VerifiedBundle::verify(&bundle).unwrap_err()
    };
    let phone = |bundle: &mut wire::Bundle| bundle.signed_pre_keys["phone"].clone();
    let other = identity(9).public_key(&SECP256K1).serialize();
    let changes: [&dyn Fn(&mut wire::Bundle); 7] = [
        &|bundle| bundle.timestamp += 1,
        &|bundle| bundle.timestamp = 0,
        &|bundle| bundle.identity = other.to_vec().into(),
        &|bundle| drop(bundle.signed_pre_keys.remove("phone")),
        &|bundle| {
            let mut pre_key = phone(bundle);
            pre_key.version += 1;
            bundle.signed_pre_keys.insert("phone".into(), pre_key);
        },
        &|bundle| {
            let mut pre_key = phone(bundle);
            pre_key.signed_pre_key = other.to_vec().into();
            bundle.signed_pre_keys.insert("phone".into(), pre_key);
        },
        &|bundle| {
            let pre_key = phone(bundle);
            bundle.signed_pre_keys.insert("tablet".into(), pre_key);
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let error = wrong(change);
        assert!(
            matches!(error, BundleError::NotTheIdentity | BundleError::NoKey),
            "change {index}: {error}"
        );
    }
}

#[test]
fn the_protocol_version_is_not_signed() {
    let mut changed = bundle();
    for pre_key in changed.signed_pre_keys.values_mut() {
        pre_key.protocol_version = 7;
    }
    let verified = VerifiedBundle::verify(&changed).unwrap();
    assert_eq!(verified.pre_keys()["phone"].protocol_version, 7);
}

#[test]
fn what_is_no_signature_is_refused_with_its_numbers() {
    let verify_with = |signature: Vec<u8>| {
        let changed = wire::Bundle {
            signature: signature.into(),
            ..bundle()
        };
        VerifiedBundle::verify(&changed).unwrap_err()
    };
    let good = bundle().signature.to_vec();
    for len in [0, 64, 66, 130] {
        let mut signature = good.clone();
        signature.resize(len, 0);
        assert_eq!(verify_with(signature), BundleError::SignatureLength { len });
    }
    for id in [4, 27, 28, 255] {
        let mut signature = good.clone();
        signature[64] = id;
        assert_eq!(verify_with(signature), BundleError::RecoveryId { id });
    }
    let mut other_parity = good.clone();
    other_parity[64] ^= 1;
    assert_eq!(verify_with(other_parity), BundleError::NotTheIdentity);
    // R and S beyond the group's order, and zero.
    for fill in [0xff, 0] {
        let mut signature = vec![fill; 65];
        signature[64] = 0;
        assert_eq!(verify_with(signature), BundleError::NoKey);
    }
}

#[test]
fn the_identity_must_be_a_compressed_key() {
    let verify_with = |identity: Vec<u8>| {
        let changed = wire::Bundle {
            identity: identity.into(),
            ..bundle()
        };
        VerifiedBundle::verify(&changed).unwrap_err()
    };
    let uncompressed = identity(1).public_key(&SECP256K1).serialize_uncompressed();
    let length = |len| BundleError::Identity(KeyError::Length { len });
    assert_eq!(verify_with(uncompressed.to_vec()), length(65));
    assert_eq!(verify_with(Vec::new()), length(0));
    let not_on_curve = BundleError::Identity(KeyError::NotOnCurve);
    assert_eq!(verify_with(vec![5; 33]), not_on_curve);
}

#[test]
fn a_malformed_prekey_does_not_spoil_the_others() {
    let bad = resigned(|bundle| {
        let good = bundle.signed_pre_keys["phone"].clone();
        let broken = wire::SignedPreKey {
            signed_pre_key: vec![4; 12].into(),
            ..good.clone()
        };
        let long = "é".repeat(MAX_INSTALLATION_ID_LEN);
        bundle.signed_pre_keys.insert("broken".into(), broken);
        bundle.signed_pre_keys.insert(String::new(), good.clone());
        bundle.signed_pre_keys.insert("none".into(), good.clone());
        bundle.signed_pre_keys.insert(long, good);
    });
    let verified = VerifiedBundle::verify(&bad).unwrap();
    let usable: Vec<_> = verified.pre_keys().keys().map(String::as_str).collect();
    assert_eq!(usable, ["desktop", "phone"]);
    let unusable: Vec<_> = verified.unusable().iter().map(|one| one.reason).collect();
    assert_eq!(
        unusable,
        [
            Unusable::Id(InstallationIdError::Empty),
            Unusable::Key(KeyError::Length { len: 12 }),
            Unusable::Id(InstallationIdError::Reserved),
            Unusable::Id(InstallationIdError::TooLong { len: 256 }),
        ]
    );
    let shown = &verified.unusable()[3].installation_id;
    assert_eq!(shown.len(), MAX_INSTALLATION_ID_LEN);
}

#[test]
fn the_number_of_installations_is_bounded() {
    let of = |count: usize| {
        let pre_keys = (0..count).map(|index| (format!("device {index}"), pre_key(2, 1)));
        sign_bundle(&identity(1), &pre_keys.collect(), NOW_NS)
    };
    let most = VerifiedBundle::verify(&of(MAX_BUNDLE_INSTALLATIONS)).unwrap();
    assert_eq!(most.pre_keys().len(), MAX_BUNDLE_INSTALLATIONS);
    let count = MAX_BUNDLE_INSTALLATIONS + 1;
    let refused = VerifiedBundle::verify(&of(count));
    assert_eq!(refused, Err(BundleError::TooManyInstallations { count }));
}

#[test]
fn digits_moved_to_the_version_show_in_the_timestamp() {
    let pre_keys = [("phone".to_owned(), pre_key(3, 1))];
    let honest = sign_bundle(&identity(1), &pre_keys.into(), NOW_NS);
    let mut moved = honest.clone();
    for pre_key in moved.signed_pre_keys.values_mut() {
        pre_key.version = 115;
    }
    moved.timestamp = 90_232_902_104_000_000;
    // As deployed the signature is good for both.
    assert!(
        VerifiedBundle::verify(&honest)
            .unwrap()
            .timestamp_is_plausible()
    );
    assert!(
        !VerifiedBundle::verify(&moved)
            .unwrap()
            .timestamp_is_plausible()
    );
    let undated = sign_bundle(&identity(1), &BTreeMap::new(), 0);
    assert!(
        VerifiedBundle::verify(&undated)
            .unwrap()
            .timestamp_is_plausible()
    );
}

proptest! {
    #[test]
    fn made_bundles_verify(
        versions in proptest::collection::btree_map("[a-z0-9-]{1,40}", any::<u32>(), 0..5),
        now_ns: i64,
    ) {
        let pre_keys: BTreeMap<String, PreKey> = versions
            .into_iter()
            .filter(|(id, _)| id != NO_SESSION)
            .map(|(id, version)| (id, pre_key(2, version)))
            .collect();
        let bundle = sign_bundle(&identity(1), &pre_keys, now_ns);
        let verified = VerifiedBundle::verify(&bundle).unwrap();
        prop_assert_eq!(verified.pre_keys(), &pre_keys);
        prop_assert_eq!(verified.timestamp_ns(), now_ns);
    }

    #[test]
    fn no_changed_byte_of_a_signature_passes(position in 0usize..65, bits in 1u8..) {
        let mut changed = bundle();
        let mut signature = changed.signature.to_vec();
        signature[position] ^= bits;
        changed.signature = signature.into();
        prop_assert!(VerifiedBundle::verify(&changed).is_err());
    }
}
