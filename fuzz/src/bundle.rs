//! Bundles that were signed and then changed: only what the signature covers as it was signed may
//! come out of the verification.

use arbitrary::{Arbitrary, Unstructured};
use secp256k1::{PublicKey, Secp256k1, SecretKey};
use status_conversational_security::{
    MAX_BUNDLE_INSTALLATIONS, PreKey, VerifiedBundle, sign_bundle, signature_material, wire,
};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Two identities and two prekeys.
static KEYS: LazyLock<[(SecretKey, PublicKey); 4]> = LazyLock::new(|| {
    let curve = Secp256k1::new();
    [1, 2, 3, 4].map(|fill| {
        let secret = SecretKey::from_byte_array([fill; 32]).unwrap();
        (secret, secret.public_key(&curve))
    })
});

#[derive(Debug, Arbitrary)]
struct Input {
    installations: Vec<(String, bool, u32)>,
    timestamp: i64,
    changes: Vec<Change>,
}

/// What somebody on the way does to a bundle.
#[derive(Debug, Arbitrary)]
enum Change {
    Timestamp(i64),
    /// Moves the first digits of the timestamp to the version before it.
    MoveDigits(u8),
    Version(String, u32),
    ProtocolVersion(u32),
    Rename(String, String),
    Add(String, bool),
    Remove(String),
    PreKey(String, Vec<u8>),
    Signature(u8, u8),
    OtherIdentity,
}

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let pre_keys: BTreeMap<String, PreKey> = input
        .installations
        .into_iter()
        .map(|(id, other, version)| (id, pre_key(other, version)))
        .collect();
    let honest = sign_bundle(&KEYS[0].0, &pre_keys, input.timestamp);
    let mut changed = honest.clone();
    for change in input.changes {
        apply(change, &mut changed);
    }
    let count = changed.signed_pre_keys.len();
    let authentic = changed.identity == honest.identity
        && changed.signature == honest.signature
        && signature_material(&changed) == signature_material(&honest)
        && count <= MAX_BUNDLE_INSTALLATIONS;
    match VerifiedBundle::verify(&changed) {
        Ok(verified) => {
            assert!(authentic, "a changed bundle passes: {changed:?}");
            assert_eq!(*verified.identity(), KEYS[0].1);
            assert_eq!(verified.pre_keys().len() + verified.unusable().len(), count);
        }
        Err(error) => assert!(!authentic, "{error}: {changed:?}"),
    }
}

fn pre_key(other: bool, version: u32) -> PreKey {
    PreKey {
        key: KEYS[2 + usize::from(other)].1,
        version,
        protocol_version: 1,
    }
}

fn apply(change: Change, bundle: &mut wire::Bundle) {
    let pre_keys = &mut bundle.signed_pre_keys;
    match change {
        Change::Timestamp(timestamp) => bundle.timestamp = timestamp,
        Change::MoveDigits(count) => {
            let digits = bundle.timestamp.to_string();
            let Some(mut last) = pre_keys.last_entry() else {
                return;
            };
            let (moved, rest) = digits.split_at(usize::from(count) % digits.len());
            let version = format!("{}{moved}", last.get().version);
            if let (Ok(version), Ok(timestamp)) = (version.parse(), rest.parse()) {
                last.get_mut().version = version;
                bundle.timestamp = timestamp;
            }
        }
        Change::Version(id, version) => {
            if let Some(pre_key) = pre_keys.get_mut(&id) {
                pre_key.version = version;
            }
        }
        Change::ProtocolVersion(version) => {
            for pre_key in pre_keys.values_mut() {
                pre_key.protocol_version = version;
            }
        }
        Change::Rename(from, to) => {
            if let Some(pre_key) = pre_keys.remove(&from) {
                pre_keys.insert(to, pre_key);
            }
        }
        Change::Add(id, other) => {
            let key = pre_key(other, 1).key.serialize().to_vec().into();
            let pre_key = wire::SignedPreKey {
                signed_pre_key: key,
                version: 1,
                protocol_version: 1,
            };
            pre_keys.insert(id, pre_key);
        }
        Change::Remove(id) => {
            pre_keys.remove(&id);
        }
        Change::PreKey(id, key) => {
            if let Some(pre_key) = pre_keys.get_mut(&id) {
                pre_key.signed_pre_key = key.into();
            }
        }
        Change::Signature(position, bits) => {
            let mut signature = bundle.signature.to_vec();
            let position = usize::from(position) % signature.len();
            signature[position] ^= bits;
            bundle.signature = signature.into();
        }
        Change::OtherIdentity => bundle.identity = KEYS[1].1.serialize().to_vec().into(),
    }
}
