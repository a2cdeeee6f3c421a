//! The group of two people.

use keccak_asm::Keccak256;
use secp256k1::PublicKey;

/// The id of the group in which two people exchange messages: Keccak-256 of their compressed keys,
/// the one with the smaller X first. As deployed in status-go v0.50.0, which calls for equal X
/// with the second key first.
pub fn one_to_one_group_id(first: &PublicKey, second: &PublicKey) -> [u8; 32] {
    let (first, second) = (first.serialize(), second.serialize());
    let in_order = first.get(1..) < second.get(1..);
    let keys = if in_order {
        [first, second]
    } else {
        [second, first]
    };
    Keccak256::digest(keys.as_flattened()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secp256k1::{Secp256k1, SecretKey};

    fn public(hex: &str) -> PublicKey {
        let bytes: [u8; 32] = hex::decode(hex).unwrap().try_into().unwrap();
        SecretKey::from_byte_array(bytes)
            .unwrap()
            .public_key(&Secp256k1::new())
    }

    #[test]
    fn ids_are_those_of_the_go_code_whoever_is_named_first() {
        let first = public("4b4d923a9eaabe3aa44fb184b36767ff10253926bebc3212ab82a2b56d522533");
        let second = public("6f3baa629bf741b16a304023ac3a405d59b6d2c0e86fc3f562e29b59ee6bde21");
        let id = one_to_one_group_id(&first, &second);
        assert_eq!(
            hex::encode(id),
            "c7e971b818d553e587e4acbd727b6a2820a0aa63629e0349ff1a80b0c1e4772e"
        );
        assert_eq!(id, one_to_one_group_id(&second, &first));
    }

    #[test]
    fn a_person_has_a_group_with_themselves() {
        let own = public("980bd584cd5b1440ec0d87be45636f2e2e26c907586e27b08f64b49238eb2ff2");
        assert_eq!(
            hex::encode(one_to_one_group_id(&own, &own)),
            "38f68326c7a5d3669a2e1801356363443d7bdb9d9dbc91afcf2920c7d81a4b89"
        );
    }
}
