//! The key of the database.

use crate::account::Identity;
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// What the key is derived for: another purpose would have another text.
const PURPOSE: &[u8] = b"status-node database key, version 1";

/// The key that encrypts the database. It follows from the chat key, which the account's password
/// opens: so the password can be changed without a new database, and who has the mnemonic of an
/// account can read the database that it left behind.
#[derive(Clone)]
pub struct DatabaseKey(Zeroizing<[u8; 32]>);

impl DatabaseKey {
    /// The key of an account's database.
    pub fn of(identity: &Identity) -> Self {
        let secret = Zeroizing::new(identity.chat_key().secret_bytes());
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are far below what HKDF-SHA-256 gives at most, so this cannot fail.
        let _ = Hkdf::<Sha256>::new(None, &*secret).expand(PURPOSE, &mut *key);
        Self(key)
    }

    /// The statement that tells SQLCipher, which takes a raw key as a blob in quotes.
    pub(super) fn statement(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex::encode(self.0.as_slice()));
        Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", *digits))
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secp256k1::SecretKey;

    fn key(byte: u8) -> DatabaseKey {
        let key = SecretKey::from_byte_array([byte; 32]).unwrap();
        DatabaseKey::of(&Identity::from_secret_key(key))
    }

    #[test]
    fn each_account_has_its_own_which_stays_and_is_not_shown() {
        assert_eq!(*key(1).statement(), *key(1).statement());
        assert_ne!(*key(1).statement(), *key(2).statement());
        let digits = hex::encode(*key(1).0);
        assert_ne!(digits, "01".repeat(32));
        assert_ne!(digits, "00".repeat(32));
        assert!(!format!("{:?}", key(1)).contains(&digits[..8]));
    }
}
