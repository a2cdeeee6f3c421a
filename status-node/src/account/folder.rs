//! An account on disk: `account.json`, which says who it is, and the folder `keystore` with the
//! keys under their password. Nothing in it is overwritten, but for `account.json` by a change of the
//! password, which names other keystores in it.

use super::derivation::{DerivationError, ExtendedKey};
use super::identity::{Identity, Profile};
use super::keystore::{self, KeystoreError, MAX_KEYSTORE_LEN, StoredKey};
use crate::files;
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const ACCOUNT_FILE: &str = "account.json";
pub(super) const KEYSTORE_FOLDER: &str = "keystore";

/// A data folder, seen as the home of one account.
#[derive(Debug, Clone)]
pub struct AccountFolder {
    pub(super) folder: PathBuf,
}

/// Why an account cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is none yet.
    #[error("there is no account in {0}; `status-node account new` makes one")]
    None(PathBuf),
    /// There is one, which is left alone.
    #[error("there is an account in {0} already, which is not overwritten")]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// `account.json` is damaged.
    #[error("{path} is not an account file: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The keystore does not open.
    #[error("cannot open {path}: {error}")]
    Keystore {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: KeystoreError,
    },
    /// No key can be derived from the master key.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
}

#[derive(Serialize, Deserialize)]
pub(super) struct AccountFile {
    public_key: String,
    key_uid: String,
    /// Relative to the data folder.
    pub(super) keystore: PathBuf,
    /// Relative to the data folder; none for an account made from a bare private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) master_keystore: Option<PathBuf>,
}

impl AccountFolder {
    /// The account of the data folder `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Whether there is an account.
    pub fn exists(&self) -> bool {
        self.account_file().exists()
    }

    /// Writes the account of a master key: its chat key and itself, each as a keystore of its own.
    /// Returns the keystore of the chat key.
    pub fn create_from_master(
        &self,
        rng: &mut impl CryptoRng,
        master: &ExtendedKey,
        password: &str,
    ) -> Result<(Profile, PathBuf), FolderError> {
        let identity = Identity::from_master(master)?;
        self.create(rng, &identity, Some(master), password)
    }

    /// Writes the account of a bare private key.
    pub fn create_from_secret_key(
        &self,
        rng: &mut impl CryptoRng,
        key: SecretKey,
        password: &str,
    ) -> Result<(Profile, PathBuf), FolderError> {
        self.create(rng, &Identity::from_secret_key(key), None, password)
    }

    fn create(
        &self,
        rng: &mut impl CryptoRng,
        identity: &Identity,
        master: Option<&ExtendedKey>,
        password: &str,
    ) -> Result<(Profile, PathBuf), FolderError> {
        if self.exists() {
            return Err(FolderError::Exists(self.folder.clone()));
        }
        files::create_folder(&self.folder.join(KEYSTORE_FOLDER))?;
        let keystore = self.write_keystore(rng, identity.chat_key(), None, password)?;
        let master_keystore = master
            .map(|master| {
                let mut key = master.secret_key()?;
                let written = self.write_keystore(rng, &key, Some(master), password);
                key.non_secure_erase();
                written
            })
            .transpose()?;
        let profile = identity.profile();
        let account = AccountFile {
            public_key: profile.public_key_hex(),
            key_uid: format!("0x{}", hex::encode(profile.key_uid())),
            keystore: keystore.clone(),
            master_keystore,
        };
        let json = self.encode(&account)?;
        // The account file comes last: it makes the keystores count.
        files::write_new(&self.account_file(), json.as_bytes())?;
        Ok((*profile, self.folder.join(keystore)))
    }

    fn write_keystore(
        &self,
        rng: &mut impl CryptoRng,
        key: &SecretKey,
        extended: Option<&ExtendedKey>,
        password: &str,
    ) -> Result<PathBuf, FolderError> {
        let address = super::Address::of(&super::public_key(key));
        let relative = Path::new(KEYSTORE_FOLDER).join(format!("{}.json", hex::encode(address.0)));
        let path = self.folder.join(&relative);
        // An attempt that was cut short leaves a keystore that no account file names.
        if path.exists() && opens_to(&path, password, key) {
            return Ok(relative);
        }
        let json = keystore::encrypt(rng, password, key, extended).map_err(|error| {
            FolderError::Keystore {
                path: path.clone(),
                error,
            }
        })?;
        files::write_new(&path, json.as_bytes())?;
        Ok(relative)
    }

    /// Reads who the account is and where its keystore lies; needs no password.
    pub fn profile(&self) -> Result<(Profile, PathBuf), FolderError> {
        let account = self.read_account()?;
        let malformed = |reason: &str| FolderError::Malformed {
            path: self.account_file(),
            reason: reason.into(),
        };
        let public_key = unhex(&account.public_key)
            .and_then(|bytes| PublicKey::from_slice(&bytes).ok())
            .ok_or_else(|| malformed("public_key is not a public key"))?;
        let key_uid = unhex(&account.key_uid)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| malformed("key_uid is not 32 bytes of hex"))?;
        Ok((
            Profile::new(public_key, key_uid),
            self.folder.join(account.keystore),
        ))
    }

    /// Opens the chat key.
    pub fn unlock(&self, password: &str) -> Result<Identity, FolderError> {
        let (profile, path) = self.profile()?;
        let stored = read_keystore(&path, password)?;
        if super::public_key(&stored.secret_key) != *profile.public_key() {
            return Err(FolderError::Malformed {
                path,
                reason: "it holds another key than account.json names".into(),
            });
        }
        Ok(Identity::with_key_uid(
            stored.secret_key,
            *profile.key_uid(),
        ))
    }

    pub(super) fn encode(&self, account: &AccountFile) -> Result<String, FolderError> {
        serde_json::to_string_pretty(account).map_err(|error| FolderError::Malformed {
            path: self.account_file(),
            reason: error.to_string(),
        })
    }

    pub(super) fn read_account(&self) -> Result<AccountFile, FolderError> {
        let path = self.account_file();
        if !path.exists() {
            return Err(FolderError::None(self.folder.clone()));
        }
        let json = files::read_text(&path, MAX_KEYSTORE_LEN)?;
        serde_json::from_str(&json).map_err(|error| FolderError::Malformed {
            path,
            reason: error.to_string(),
        })
    }

    pub(super) fn account_file(&self) -> PathBuf {
        self.folder.join(ACCOUNT_FILE)
    }
}

/// Opens a keystore.
pub(super) fn read_keystore(path: &Path, password: &str) -> Result<StoredKey, FolderError> {
    let json = files::read_text(path, MAX_KEYSTORE_LEN)?;
    keystore::decrypt(&json, password).map_err(|error| FolderError::Keystore {
        path: path.into(),
        error,
    })
}

/// Whether the file is a keystore of `key` under `password`.
fn opens_to(path: &Path, password: &str, key: &SecretKey) -> bool {
    read_keystore(path, password)
        .is_ok_and(|stored| super::public_key(&stored.secret_key) == super::public_key(key))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_written_once_and_opens_with_its_password() {
        let folder = tempfile::tempdir().unwrap();
        let account = AccountFolder::new(folder.path());
        assert!(matches!(account.profile(), Err(FolderError::None(_))));
        let master = ExtendedKey::from_seed(&[3; 64]).unwrap();
        let mut rng = rand::rng();
        let (profile, keystore) = account
            .create_from_master(&mut rng, &master, "secret")
            .unwrap();
        assert_eq!(account.profile().unwrap(), (profile, keystore.clone()));
        assert_eq!(*account.unlock("secret").unwrap().profile(), profile);
        assert!(matches!(
            account.unlock("wrong"),
            Err(FolderError::Keystore { .. })
        ));

        let before = std::fs::read(&keystore).unwrap();
        let again = account.create_from_secret_key(
            &mut rng,
            SecretKey::from_byte_array([5; 32]).unwrap(),
            "other",
        );
        assert!(matches!(again, Err(FolderError::Exists(_))));
        assert_eq!(std::fs::read(&keystore).unwrap(), before);
    }

    #[test]
    fn what_an_interrupted_attempt_left_is_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let account = AccountFolder::new(folder.path());
        let key = SecretKey::from_byte_array([5; 32]).unwrap();
        let mut rng = rand::rng();
        let (profile, keystore) = account
            .create_from_secret_key(&mut rng, key, "secret")
            .unwrap();
        // The keystore was written, the account file was not.
        std::fs::remove_file(account.account_file()).unwrap();
        let other = account.create_from_secret_key(&mut rng, key, "other");
        assert!(matches!(
            other,
            Err(FolderError::File(files::FileError::Exists(path))) if path == keystore
        ));
        account
            .create_from_secret_key(&mut rng, key, "secret")
            .unwrap();
        assert_eq!(*account.unlock("secret").unwrap().profile(), profile);
    }

    #[test]
    fn a_damaged_account_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("account.json"), "{").unwrap();
        let error = AccountFolder::new(folder.path()).profile().unwrap_err();
        assert!(error.to_string().contains("is not an account file"));
    }
}
