//! From the seed of a mnemonic to the keys of an account (BIP-32).

use super::{DerivationPath, Mnemonic, StartingPoint};
use bip32::{ChildNumber, Prefix, XPrv};
use secp256k1::SecretKey;
use std::fmt;
use zeroize::Zeroizing;

/// The path of the key that signs messages and receives private ones, as status-go v0.50.0
/// derives it (whatever its comment says about an index).
pub const CHAT_PATH: &str = "m/43'/60'/1581'/0'/0";

/// The path of the first wallet account.
pub const WALLET_PATH: &str = "m/44'/60'/0'/0/0";

/// A private key with its chain code, from which children follow. Wiped when dropped.
#[derive(Clone)]
pub struct ExtendedKey(XPrv);

/// Why a key cannot be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DerivationError {
    /// The path starts at a key that is not known here: only a master key was kept.
    #[error("the path starts at the parent of the key at hand, which is not known")]
    Parent,
    /// No valid key is there (a chance of 2^-127 for each child), or the key lies deeper than 255.
    #[error("there is no valid key at this path")]
    NoKey,
    /// The text is not an extended private key in base58 (`xprv…`).
    #[error("the text is not an extended private key")]
    Malformed,
}

impl ExtendedKey {
    /// The master key of a mnemonic.
    pub fn master(mnemonic: &Mnemonic, passphrase: &str) -> Result<Self, DerivationError> {
        Self::from_seed(&mnemonic.seed(passphrase))
    }

    /// The master key of a seed.
    pub fn from_seed(seed: &[u8; 64]) -> Result<Self, DerivationError> {
        XPrv::new(seed)
            .map(Self)
            .map_err(|_| DerivationError::NoKey)
    }

    /// Reads the base58 form, `xprv…`.
    pub fn from_base58(text: &str) -> Result<Self, DerivationError> {
        text.parse()
            .map(Self)
            .map_err(|_| DerivationError::Malformed)
    }

    /// Derives the key at `path`; a path from the master and one from the key at hand mean the
    /// same here.
    pub fn derive(&self, path: &DerivationPath) -> Result<Self, DerivationError> {
        if path.start() == StartingPoint::Parent {
            return Err(DerivationError::Parent);
        }
        path.children().iter().try_fold(self.clone(), |key, child| {
            key.0
                .derive_child(ChildNumber(*child))
                .map(Self)
                .map_err(|_| DerivationError::NoKey)
        })
    }

    /// The base58 form, `xprv…`.
    pub fn to_base58(&self) -> Zeroizing<String> {
        self.0.to_string(Prefix::XPRV)
    }

    /// The base58 form of the public half, `xpub…`.
    pub fn public_base58(&self) -> String {
        self.0.public_key().to_string(Prefix::XPUB)
    }

    /// The private key without its chain code.
    pub fn secret_key(&self) -> Result<SecretKey, DerivationError> {
        let bytes = Zeroizing::new(self.0.to_bytes());
        SecretKey::from_byte_array(*bytes).map_err(|_| DerivationError::NoKey)
    }
}

impl fmt::Debug for ExtendedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtendedKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_from_the_parent_is_refused() {
        let key = ExtendedKey::from_seed(&[1; 64]).unwrap();
        let path = DerivationPath::parse("../0").unwrap();
        assert_eq!(key.derive(&path).unwrap_err(), DerivationError::Parent);
    }

    #[test]
    fn base58_is_read_back_and_debug_hides_the_key() {
        let key = ExtendedKey::from_seed(&[1; 64]).unwrap();
        let read = ExtendedKey::from_base58(&key.to_base58()).unwrap();
        assert_eq!(read.secret_key(), key.secret_key());
        assert_eq!(format!("{key:?}"), "ExtendedKey(hidden)");
        assert_eq!(
            ExtendedKey::from_base58("xprv").unwrap_err(),
            DerivationError::Malformed
        );
    }
}
