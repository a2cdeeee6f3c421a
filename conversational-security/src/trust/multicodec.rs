//! Public keys of several curves, each after a number that says which.

use super::key_text::KeyTextError;
use super::multibase::Multibase;
use core::fmt;
use secp256k1::PublicKey;

/// A curve whose public keys have a number in the table of multicodec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The curve of all identities of 2020; number 0xe7.
    Secp256k1,
    /// The first group of BLS12-381; number 0xea, with the feature `bls12-381`.
    Bls12381G1,
    /// The second group of BLS12-381; number 0xeb, with the feature `bls12-381`.
    Bls12381G2,
}

impl KeyKind {
    const ALL: [Self; 3] = [Self::Secp256k1, Self::Bls12381G1, Self::Bls12381G2];

    /// The number in the table of multicodec.
    pub fn number(self) -> u64 {
        match self {
            Self::Secp256k1 => 0xe7,
            Self::Bls12381G1 => 0xea,
            Self::Bls12381G2 => 0xeb,
        }
    }

    /// Bytes of a compressed key; an uncompressed one of BLS12-381 has twice as many, one of
    /// secp256k1 has 65.
    fn compressed_len(self) -> usize {
        match self {
            Self::Secp256k1 => 33,
            Self::Bls12381G1 => 48,
            Self::Bls12381G2 => 96,
        }
    }
}

/// The name of the curve, or of the group on it.
impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secp256k1 => "secp256k1",
            Self::Bls12381G1 => "BLS12-381, group 1",
            Self::Bls12381G2 => "BLS12-381, group 2",
        })
    }
}

/// A valid public key of one of the [`KeyKind`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MulticodecKey(Point);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Secp256k1(PublicKey),
    #[cfg(feature = "bls12-381")]
    G1(bls12_381::G1Affine),
    #[cfg(feature = "bls12-381")]
    G2(bls12_381::G2Affine),
}

/// In which form a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Compressed,
    Uncompressed,
    Either,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Compressed => "compressed",
            Self::Uncompressed => "uncompressed",
            Self::Either => "compressed or uncompressed",
        }
    }
}

impl From<PublicKey> for MulticodecKey {
    fn from(key: PublicKey) -> Self {
        Self(Point::Secp256k1(key))
    }
}

impl MulticodecKey {
    /// Reads a key in text, compressed or not.
    ///
    /// # Errors
    ///
    /// If the text is no multibase, or its bytes are no key of a known kind.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        Self::read(text.as_bytes(), Form::Either)
    }

    /// Reads a compressed key in text, which may be of [`Multibase::IDENTITY`] and then any bytes:
    /// `DeserializePublicKey` of status-go v0.56.10 is this and [`MulticodecKey::uncompressed`].
    ///
    /// # Errors
    ///
    /// As [`MulticodecKey::parse`], and if the key is not compressed.
    pub fn parse_compressed(text: impl AsRef<[u8]>) -> Result<Self, KeyTextError> {
        Self::read(text.as_ref(), Form::Compressed)
    }

    /// Reads an uncompressed key in text: `SerializePublicKey` of status-go v0.56.10 is this and
    /// [`MulticodecKey::compressed`].
    ///
    /// # Errors
    ///
    /// As [`MulticodecKey::parse`], and if the key is compressed.
    pub fn parse_uncompressed(text: impl AsRef<[u8]>) -> Result<Self, KeyTextError> {
        Self::read(text.as_ref(), Form::Uncompressed)
    }

    fn read(text: &[u8], form: Form) -> Result<Self, KeyTextError> {
        let (_, bytes) = Multibase::decode(text)?;
        // Only the shortest form of a number is one, and none is longer than 64 bits: as deployed.
        let (number, key) =
            unsigned_varint::decode::u64(&bytes).map_err(|_| KeyTextError::NoKind)?;
        let kind = KeyKind::ALL
            .into_iter()
            .find(|kind| kind.number() == number);
        let kind = kind.ok_or(KeyTextError::UnknownKind(number))?;
        let form = match form {
            Form::Either if key.len() == kind.compressed_len() => Form::Compressed,
            Form::Either if key.len() > kind.compressed_len() => Form::Uncompressed,
            other => other,
        };
        let wrong = || KeyTextError::NotAKey {
            kind,
            form: form.name(),
            length: key.len(),
        };
        match kind {
            KeyKind::Secp256k1 => point(key, form).map(Self::from).ok_or_else(wrong),
            #[cfg(feature = "bls12-381")]
            KeyKind::Bls12381G1 => {
                let point = super::bls12_381::g1(key, form == Form::Compressed);
                point.map(|point| Self(Point::G1(point))).ok_or_else(wrong)
            }
            #[cfg(feature = "bls12-381")]
            KeyKind::Bls12381G2 => {
                let point = super::bls12_381::g2(key, form == Form::Compressed);
                point.map(|point| Self(Point::G2(point))).ok_or_else(wrong)
            }
            #[cfg(not(feature = "bls12-381"))]
            KeyKind::Bls12381G1 | KeyKind::Bls12381G2 => Err(KeyTextError::NotBuilt(kind)),
        }
    }

    /// The curve.
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            Point::Secp256k1(_) => KeyKind::Secp256k1,
            #[cfg(feature = "bls12-381")]
            Point::G1(_) => KeyKind::Bls12381G1,
            #[cfg(feature = "bls12-381")]
            Point::G2(_) => KeyKind::Bls12381G2,
        }
    }

    /// The key of an identity.
    ///
    /// # Errors
    ///
    /// [`KeyTextError::OtherCurve`] if it is of another kind.
    pub fn secp256k1(&self) -> Result<PublicKey, KeyTextError> {
        match self.0 {
            Point::Secp256k1(key) => Ok(key),
            #[cfg(feature = "bls12-381")]
            _ => Err(KeyTextError::OtherCurve(self.kind())),
        }
    }

    /// The number of the kind, then the compressed key; to be written with [`Multibase::encode`].
    pub fn compressed(&self) -> Vec<u8> {
        match self.0 {
            Point::Secp256k1(key) => self.numbered(&key.serialize()),
            #[cfg(feature = "bls12-381")]
            Point::G1(key) => self.numbered(&key.to_compressed()),
            #[cfg(feature = "bls12-381")]
            Point::G2(key) => self.numbered(&key.to_compressed()),
        }
    }

    /// The number of the kind, then the uncompressed key.
    pub fn uncompressed(&self) -> Vec<u8> {
        match self.0 {
            Point::Secp256k1(key) => self.numbered(&key.serialize_uncompressed()),
            #[cfg(feature = "bls12-381")]
            Point::G1(key) => self.numbered(&key.to_uncompressed()),
            #[cfg(feature = "bls12-381")]
            Point::G2(key) => self.numbered(&key.to_uncompressed()),
        }
    }

    fn numbered(&self, key: &[u8]) -> Vec<u8> {
        let mut buffer = unsigned_varint::encode::u64_buffer();
        [
            unsigned_varint::encode::u64(self.kind().number(), &mut buffer),
            key,
        ]
        .concat()
    }
}

/// A point of secp256k1 without a number, compressed or not.
pub(super) fn secp256k1_point(bytes: &[u8]) -> Result<PublicKey, KeyTextError> {
    let form = if bytes.len() == KeyKind::Secp256k1.compressed_len() {
        Form::Compressed
    } else {
        Form::Uncompressed
    };
    point(bytes, form).ok_or(KeyTextError::NotAKey {
        kind: KeyKind::Secp256k1,
        form: form.name(),
        length: bytes.len(),
    })
}

/// A point in that form. The C library also knows a hybrid one that begins with 6 or 7, which
/// nobody else reads.
fn point(bytes: &[u8], form: Form) -> Option<PublicKey> {
    let fits = match (bytes.first()?, bytes.len()) {
        (2 | 3, 33) => form != Form::Uncompressed,
        (4, 65) => form != Form::Compressed,
        _ => false,
    };
    fits.then(|| PublicKey::from_slice(bytes).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: &str = "b0d5e1f56d78cd7f0216f49793c899ddaf7acb8f00023faffc569b58e1ebc791b8b09f025315852fc4ecac504b063e0830fc361ad5b051f4804b09eb0eaa6db0";

    #[test]
    fn each_form_is_read_where_it_is_asked_for_only() {
        let (x, _) = POINT.split_at(64);
        let (compressed, uncompressed) = (format!("0xe70102{x}"), format!("0xe70104{POINT}"));
        let key = MulticodecKey::parse(&compressed).unwrap();
        assert_eq!(MulticodecKey::parse(&uncompressed), Ok(key));
        assert_eq!(MulticodecKey::parse_compressed(&compressed), Ok(key));
        assert_eq!(MulticodecKey::parse_uncompressed(&uncompressed), Ok(key));
        assert!(MulticodecKey::parse_compressed(&uncompressed).is_err());
        assert!(MulticodecKey::parse_uncompressed(&compressed).is_err());
        assert_eq!(hex::encode(key.compressed()), compressed[2..]);
        assert_eq!(hex::encode(key.uncompressed()), uncompressed[2..]);
    }

    #[test]
    fn the_hybrid_form_is_refused() {
        for start in ["06", "07"] {
            let text = format!("0xe701{start}{POINT}");
            assert!(MulticodecKey::parse(&text).is_err());
        }
    }

    #[test]
    fn bytes_without_an_encoding_are_read() {
        let bytes = [&[0, 0xe7, 1, 4], &hex::decode(POINT).unwrap()[..]].concat();
        let key = MulticodecKey::parse_uncompressed(&bytes).unwrap();
        assert_eq!(Multibase::IDENTITY.encode_bytes(&key.uncompressed()), bytes);
    }

    #[cfg(not(feature = "bls12-381"))]
    #[test]
    fn kinds_that_were_left_out_are_named() {
        let error = MulticodecKey::parse("0xea01ff").unwrap_err();
        assert_eq!(error, KeyTextError::NotBuilt(KeyKind::Bls12381G1));
    }
}
