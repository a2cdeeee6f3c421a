//! Making bundles, and the bytes that their signature covers.

use super::PreKey;
use crate::curve::SECP256K1;
use crate::wire;
use keccak_asm::Keccak256;
use secp256k1::{Message, SecretKey};
use std::collections::BTreeMap;

/// Makes the bundle of `identity` with the prekeys of its installations, by installation id, and
/// signs it at `now_ns` (nanoseconds since 1970). As deployed each sending signs anew, and receivers
/// rank installations by this time. 25 us.
pub fn sign_bundle(
    identity: &SecretKey,
    pre_keys: &BTreeMap<String, PreKey>,
    now_ns: i64,
) -> wire::Bundle {
    let mut bundle = wire::Bundle {
        identity: identity.public_key(&SECP256K1).serialize().to_vec().into(),
        signed_pre_keys: pre_keys
            .iter()
            .map(|(id, pre_key)| (id.clone(), pre_key.to_wire()))
            .collect(),
        signature: bytes::Bytes::new(),
        timestamp: now_ns,
    };
    let (id, compact) = SECP256K1
        .sign_ecdsa_recoverable(digest(&bundle), identity)
        .serialize_compact();
    let mut signature = compact.to_vec();
    signature.push(i32::from(id) as u8);
    bundle.signature = signature.into();
    bundle
}

/// What a bundle's signature covers: for each installation, in the byte order of the ids, its id, its
/// prekey and the decimal digits of its version; then those of the timestamp unless that is 0.
///
/// Nothing separates the parts, so one signature is good for several bundles: digits can move from
/// the timestamp to the version before it, or between a version and the id after it. See
/// [`VerifiedBundle::timestamp_is_plausible`](super::VerifiedBundle::timestamp_is_plausible).
pub fn signature_material(bundle: &wire::Bundle) -> Vec<u8> {
    let mut material = Vec::with_capacity(bundle.signed_pre_keys.len() * 80 + 20);
    for (id, pre_key) in &bundle.signed_pre_keys {
        material.extend_from_slice(id.as_bytes());
        material.extend_from_slice(&pre_key.signed_pre_key);
        material.extend_from_slice(pre_key.version.to_string().as_bytes());
    }
    if bundle.timestamp != 0 {
        material.extend_from_slice(bundle.timestamp.to_string().as_bytes());
    }
    material
}

pub(super) fn digest(bundle: &wire::Bundle) -> Message {
    Message::from_digest(Keccak256::digest(signature_material(bundle)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(pre_keys: &[(&str, &'static [u8], u32)], timestamp: i64) -> wire::Bundle {
        wire::Bundle {
            signed_pre_keys: pre_keys
                .iter()
                .map(|(id, key, version)| {
                    let pre_key = wire::SignedPreKey {
                        signed_pre_key: (*key).into(),
                        version: *version,
                        protocol_version: 9,
                    };
                    ((*id).to_owned(), pre_key)
                })
                .collect(),
            timestamp,
            ..Default::default()
        }
    }

    #[test]
    fn installations_are_signed_in_byte_order_and_a_zero_time_is_not() {
        let pre_keys: [(&str, &[u8], u32); 3] = [("a", b"K", 1), ("B", b"L", 20), ("10", b"M", 0)];
        let material = |timestamp| signature_material(&bundle(&pre_keys, timestamp));
        assert_eq!(material(12), b"10M0BL20aK112");
        assert_eq!(material(-7), b"10M0BL20aK1-7");
        assert_eq!(material(0), b"10M0BL20aK1");
        assert_eq!(signature_material(&bundle(&[], 0)), b"");
    }

    #[test]
    fn digits_can_move_without_a_change_of_the_signed_bytes() {
        let honest = bundle(&[("id", b"K", 1)], 1_590_232_902_104_000_000);
        let moved = bundle(&[("id", b"K", 115)], 90_232_902_104_000_000);
        assert_ne!(honest, moved);
        assert_eq!(signature_material(&honest), signature_material(&moved));
    }
}
