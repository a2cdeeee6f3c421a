//! Who a node speaks as: the chat key, and what may be shown of it.

use super::Mnemonic;
use super::address::{Address, key_uid, public_key};
use super::derivation::{CHAT_PATH, DerivationError, ExtendedKey};
use super::path::DerivationPath;
use secp256k1::{PublicKey, SecretKey};
use std::fmt;

/// The public side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    public_key: PublicKey,
    key_uid: [u8; 32],
}

impl Profile {
    /// A profile of a chat key and the key uid of its account.
    pub fn new(public_key: PublicKey, key_uid: [u8; 32]) -> Self {
        Self {
            public_key,
            key_uid,
        }
    }

    /// The key by which others know the account.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The public key as the protocol writes it: `0x04`, X and Y.
    pub fn public_key_hex(&self) -> String {
        format!(
            "0x{}",
            hex::encode(self.public_key.serialize_uncompressed())
        )
    }

    /// The public key in 33 bytes, as hex.
    pub fn compressed_key_hex(&self) -> String {
        format!("0x{}", hex::encode(self.public_key.serialize()))
    }

    /// The address of the chat key.
    pub fn address(&self) -> Address {
        Address::of(&self.public_key)
    }

    /// The key uid of the account: the hash of its master public key.
    pub fn key_uid(&self) -> &[u8; 32] {
        &self.key_uid
    }
}

/// The secret side of an account: signs its messages. Wiped when dropped, never printed.
pub struct Identity {
    chat_key: SecretKey,
    profile: Profile,
}

impl Identity {
    /// The chat key of a mnemonic, at [`CHAT_PATH`].
    pub fn from_mnemonic(mnemonic: &Mnemonic, passphrase: &str) -> Result<Self, DerivationError> {
        Self::from_master(&ExtendedKey::master(mnemonic, passphrase)?)
    }

    /// The chat key of a master key.
    pub fn from_master(master: &ExtendedKey) -> Result<Self, DerivationError> {
        let path = DerivationPath::parse(CHAT_PATH).map_err(|_| DerivationError::NoKey)?;
        let mut master_key = master.secret_key()?;
        let uid = key_uid(&public_key(&master_key));
        master_key.non_secure_erase();
        Ok(Self::with_key_uid(master.derive(&path)?.secret_key()?, uid))
    }

    /// A bare private key, which is then its own master key.
    pub fn from_secret_key(chat_key: SecretKey) -> Self {
        let uid = key_uid(&public_key(&chat_key));
        Self::with_key_uid(chat_key, uid)
    }

    pub(super) fn with_key_uid(chat_key: SecretKey, key_uid: [u8; 32]) -> Self {
        let profile = Profile::new(public_key(&chat_key), key_uid);
        Self { chat_key, profile }
    }

    /// The key that signs.
    pub fn chat_key(&self) -> &SecretKey {
        &self.chat_key
    }

    /// The public side.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.chat_key.non_secure_erase();
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("public_key", &self.profile.public_key_hex())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_the_public_key_only() {
        let identity = Identity::from_secret_key(SecretKey::from_byte_array([9; 32]).unwrap());
        let text = format!("{identity:?}");
        assert!(text.contains(&identity.profile().public_key_hex()));
        assert!(!text.contains(&hex::encode([9; 32])));
    }
}
