//! The bundle's encoding, its limits, and what does not show.

use super::*;
use proptest::prelude::*;
use secp256k1::Secp256k1;

fn key(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}

fn contact(byte: u8, name: &str) -> Contact {
    Contact {
        identity: key(byte).public_key(&Secp256k1::new()),
        name: name.into(),
        blocked: byte.is_multiple_of(2),
    }
}

fn bundle() -> Bundle {
    Bundle {
        account: Some(AccountSecrets::new(&key(9), Some("one two three".into()))),
        contacts: vec![contact(1, "Ann"), contact(2, "")],
        installations: vec![Installation {
            id: "phone-1".into(),
            name: "my phone".into(),
            kind: "phone".into(),
            enabled: true,
        }],
    }
}

#[test]
fn it_comes_back_whole() {
    for bundle in [bundle(), Bundle::default()] {
        let encoded = bundle.encode().unwrap();
        let decoded = Bundle::decode(&encoded).unwrap();
        assert_eq!(decoded, bundle);
    }
    let account = bundle().account.unwrap();
    assert_eq!(account.identity(), Some(key(9)));
    assert_eq!(account.mnemonic(), Some("one two three"));
}

#[test]
fn truncation_loses_whole_fields_or_is_refused() {
    let encoded = bundle().encode().unwrap();
    let mut accepted = 0;
    for len in 0..encoded.len() {
        if let Ok(shorter) = Bundle::decode(&encoded[..len]) {
            assert_ne!(shorter, bundle());
            accepted += 1;
        }
    }
    // After the version, the identity, the mnemonic and each contact: never in the middle of one.
    assert_eq!(accepted, 5);
}

#[test]
fn what_is_not_known_is_skipped_and_a_newer_version_is_named() {
    let mut encoded = bundle().encode().unwrap().to_vec();
    field(&mut encoded, 200, b"from the future");
    assert_eq!(Bundle::decode(&encoded), Ok(bundle()));
    encoded[0] = 2;
    assert_eq!(Bundle::decode(&encoded), Err(BundleError::OtherVersion(2)));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let refused = |fields: &[(u8, &[u8])]| {
        let mut bytes = vec![VERSION];
        for (kind, content) in fields {
            field(&mut bytes, *kind, content);
        }
        let refused = Bundle::decode(&bytes);
        let malformed = matches!(refused, Err(BundleError::Malformed { .. }));
        assert!(malformed, "{fields:?}: {refused:?}");
    };
    refused(&[(IDENTITY, &[0; 32])]);
    refused(&[(IDENTITY, &[1; 31])]);
    refused(&[(IDENTITY, &[1; 32]), (IDENTITY, &[1; 32])]);
    refused(&[(MNEMONIC, b"words without a key")]);
    refused(&[(IDENTITY, &[1; 32]), (MNEMONIC, &[0xff])]);
    refused(&[(CONTACT, &[])]);
    refused(&[(INSTALLATION, &[])]);
    assert_eq!(Bundle::decode(&[]), Err(malformed("it is empty")));
}

#[test]
fn every_limit_holds_on_both_sides() {
    let refused = |bundle: &Bundle, what: &str| match bundle.encode() {
        Err(BundleError::TooMany {
            what: found,
            len,
            max,
        }) => {
            assert_eq!((found, len), (what, max + 1));
        }
        other => panic!("{what}: {other:?}"),
    };
    let mut large = bundle();
    large.contacts = vec![contact(1, ""); MAX_CONTACTS + 1];
    refused(&large, "contacts");
    let mut encoded = vec![VERSION];
    for _ in 0..=MAX_CONTACTS {
        let mut inner = Vec::new();
        field(&mut inner, KEY, &contact(1, "").identity.serialize());
        field(&mut encoded, CONTACT, &inner);
    }
    assert!(matches!(
        Bundle::decode(&encoded),
        Err(BundleError::TooMany {
            what: "contacts",
            ..
        })
    ));
    let mut large = bundle();
    large.installations = vec![large.installations[0].clone(); MAX_INSTALLATIONS + 1];
    refused(&large, "installations");
    let mut large = bundle();
    large.contacts[0].name = "n".repeat(MAX_NAME_LEN + 1);
    refused(&large, "bytes of a name");
    let mut large = bundle();
    large.account = Some(AccountSecrets::new(
        &key(1),
        Some("w".repeat(MAX_MNEMONIC_LEN + 1)),
    ));
    refused(&large, "bytes of mnemonic");
    // All names at their longest do not fit, which is said as well.
    let mut large = bundle();
    large.contacts = vec![contact(1, &"n".repeat(MAX_NAME_LEN)); MAX_CONTACTS];
    assert!(matches!(
        large.encode(),
        Err(BundleError::TooMany { what: "bytes", .. })
    ));
    let bytes = vec![VERSION; MAX_BUNDLE_LEN + 1];
    assert!(matches!(
        Bundle::decode(&bytes),
        Err(BundleError::TooMany { what: "bytes", .. })
    ));
}

#[test]
fn the_buffer_with_the_secrets_never_moves() {
    let bundle = bundle();
    assert!(bundle.encode().unwrap().len() <= bundle.estimate());
}

#[test]
fn neither_secrets_nor_contacts_show() {
    let shown = format!("{:?}", bundle());
    assert!(!shown.contains("one two") && !shown.contains("Ann") && !shown.contains('9'));
}

proptest! {
    #[test]
    fn what_decodes_comes_back(bytes in proptest::collection::vec(0..8u8, 0..300)) {
        let mut all = vec![VERSION];
        all.extend(bytes);
        if let Ok(bundle) = Bundle::decode(&all) {
            let again = bundle.encode().unwrap();
            prop_assert_eq!(Bundle::decode(&again), Ok(bundle));
        }
    }
}
