//! Keys of BLS12-381, with the feature `bls12-381`: read and written, nothing else.
//!
//! The point at infinity and points outside the group of prime order are no keys and are refused.

use bls12_381::{G1Affine, G2Affine};

/// A key of the first group.
pub(super) fn g1(bytes: &[u8], compressed: bool) -> Option<G1Affine> {
    let point = if compressed {
        G1Affine::from_compressed(bytes.try_into().ok()?)
    } else {
        G1Affine::from_uncompressed(bytes.try_into().ok()?)
    };
    Option::from(point).filter(|point: &G1Affine| !bool::from(point.is_identity()))
}

/// A key of the second group.
pub(super) fn g2(bytes: &[u8], compressed: bool) -> Option<G2Affine> {
    let point = if compressed {
        G2Affine::from_compressed(bytes.try_into().ok()?)
    } else {
        G2Affine::from_uncompressed(bytes.try_into().ok()?)
    };
    Option::from(point).filter(|point: &G2Affine| !bool::from(point.is_identity()))
}

#[cfg(test)]
mod tests {
    use crate::trust::{KeyKind, KeyTextError, Multibase, MulticodecKey, parse_public_key};
    use bls12_381::{G1Affine, G2Affine};

    fn text(number: u8, point: &[u8]) -> String {
        format!("f{number:02x}01{}", hex::encode(point))
    }

    #[test]
    fn the_generators_are_read_and_written_in_both_forms() {
        let (first, second) = (G1Affine::generator(), G2Affine::generator());
        for (kind, compressed, uncompressed) in [
            (
                KeyKind::Bls12381G1,
                text(0xea, &first.to_compressed()),
                text(0xea, &first.to_uncompressed()),
            ),
            (
                KeyKind::Bls12381G2,
                text(0xeb, &second.to_compressed()),
                text(0xeb, &second.to_uncompressed()),
            ),
        ] {
            let key = MulticodecKey::parse_compressed(&compressed).unwrap();
            assert_eq!(key.kind(), kind);
            assert_eq!(MulticodecKey::parse_uncompressed(&uncompressed), Ok(key));
            assert_eq!(MulticodecKey::parse(&uncompressed), Ok(key));
            let write = |bytes: Vec<u8>| Multibase::BASE16.encode(&bytes).unwrap();
            assert_eq!(write(key.compressed()), compressed);
            assert_eq!(write(key.uncompressed()), uncompressed);
            assert_eq!(
                parse_public_key(&compressed),
                Err(KeyTextError::OtherCurve(kind))
            );
        }
    }

    #[test]
    fn infinity_and_points_outside_the_group_are_no_keys() {
        for point in [G1Affine::identity().to_uncompressed().to_vec(), vec![0; 96]] {
            assert!(MulticodecKey::parse_uncompressed(text(0xea, &point)).is_err());
        }
        let infinity = G1Affine::identity().to_compressed();
        assert!(MulticodecKey::parse_compressed(text(0xea, &infinity)).is_err());
        // x = 4 is on the curve; nearly no point of the curve is in the group.
        let mut outside = [0; 48];
        (outside[0], outside[47]) = (0x80, 4);
        let on_curve = G1Affine::from_compressed_unchecked(&outside).unwrap();
        assert!(!bool::from(on_curve.is_torsion_free()));
        assert!(MulticodecKey::parse_compressed(text(0xea, &outside)).is_err());
    }

    #[test]
    fn a_byte_more_or_less_is_refused() {
        let point = G1Affine::generator().to_compressed();
        for bytes in [&[&point[..], &[0]].concat()[..], &point[..47], &[]] {
            assert!(MulticodecKey::parse(&text(0xea, bytes)).is_err());
        }
    }
}
