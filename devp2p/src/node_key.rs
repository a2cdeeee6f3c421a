//! Who a node is: its secp256k1 key and the 64-byte identifier that others know it by.

use rand_core::CryptoRng;
use secp256k1::{All, PublicKey, Secp256k1, SecretKey};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// One context for the process: building it costs more than a handshake.
pub(crate) static CURVE: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

/// The public key of a node without its leading `04`: X and Y, 64 bytes. Whether the bytes are a
/// point on the curve is not checked until [`NodeId::public_key`] asks, as deployed: a Hello may
/// name any 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub [u8; 64]);

impl NodeId {
    /// The point on the curve that the identifier names.
    ///
    /// # Errors
    ///
    /// [`NodeIdError::NotOnCurve`] if there is none.
    pub fn public_key(&self) -> Result<PublicKey, NodeIdError> {
        let mut bytes = [4u8; 65];
        if let Some(point) = bytes.last_chunk_mut() {
            *point = self.0;
        }
        PublicKey::from_slice(&bytes).map_err(|_| NodeIdError::NotOnCurve)
    }
}

impl From<&PublicKey> for NodeId {
    fn from(key: &PublicKey) -> Self {
        let bytes = key.serialize_uncompressed();
        Self(bytes.last_chunk().copied().unwrap_or([0; 64]))
    }
}

/// Lower-case hex, 128 digits, no prefix: as in an enode URL. A precision is a number of digits that
/// is enough: `{:.16}`.
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = f.precision().map_or(self.0.len(), |digits| digits / 2);
        let mut shown = self.0.iter().take(bytes);
        shown.try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The first 8 bytes in hex, enough to tell peers apart in a log.
impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeId(")?;
        let mut start = self.0.iter().take(8);
        start.try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

/// Why text or bytes are no node identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NodeIdError {
    /// Not 128 hexadecimal digits.
    #[error("a node id is 128 hexadecimal digits")]
    Text,
    /// The 64 bytes are not a point on secp256k1.
    #[error("the node id is not a point on secp256k1")]
    NotOnCurve,
}

/// Reads 128 hexadecimal digits, with or without `0x` in front.
impl FromStr for NodeId {
    type Err = NodeIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
        let (pairs, []) = digits.as_chunks::<2>() else {
            return Err(NodeIdError::Text);
        };
        let mut id = Self([0; 64]);
        if pairs.len() != id.0.len() {
            return Err(NodeIdError::Text);
        }
        for (byte, [high, low]) in id.0.iter_mut().zip(pairs) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let value = digit(*high).zip(digit(*low)).ok_or(NodeIdError::Text)?;
            *byte = u8::try_from(value.0 * 16 + value.1).map_err(|_| NodeIdError::Text)?;
        }
        Ok(id)
    }
}

/// A node's secret key together with its public key, so that no handshake has to derive the
/// latter again. The secret is erased on drop and never printed.
#[derive(Clone)]
pub struct NodeKey {
    secret: SecretKey,
    public: PublicKey,
}

impl NodeKey {
    /// The key pair of `secret`.
    pub fn new(secret: SecretKey) -> Self {
        let public = secret.public_key(&CURVE);
        Self { secret, public }
    }

    /// A fresh key pair.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self::new(status_ecies::random_secret_key(rng))
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The identifier others know this node by.
    pub fn node_id(&self) -> NodeId {
        NodeId::from(&self.public)
    }

    /// The secret half. Keep it out of logs.
    pub fn secret_key(&self) -> &SecretKey {
        &self.secret
    }
}

impl Drop for NodeKey {
    fn drop(&mut self) {
        self.secret.non_secure_erase();
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NodeKey").field(&self.node_id()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(fill: u8) -> NodeKey {
        NodeKey::new(SecretKey::from_byte_array([fill; 32]).unwrap())
    }

    #[test]
    fn an_identifier_survives_text_and_point() {
        let id = key(7).node_id();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            format!("0x{id}").to_uppercase().replace("0X", "0x").parse(),
            Ok(id)
        );
        assert_eq!(id.public_key().as_ref(), Ok(key(7).public_key()));
    }

    #[test]
    fn bad_identifiers_are_refused() {
        let text = key(7).node_id().to_string();
        for bad in [
            "",
            &text[1..],
            &text[2..],
            &format!("{text}00"),
            &text.replace('a', "g"),
        ] {
            assert_eq!(bad.parse::<NodeId>(), Err(NodeIdError::Text), "{bad}");
        }
        assert_eq!(NodeId([9; 64]).public_key(), Err(NodeIdError::NotOnCurve));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let text = format!("{:?}", key(0x5a));
        assert!(!text.contains("5a5a"), "{text}");
        assert!(!text.contains("90, 90"), "{text}");
    }
}
