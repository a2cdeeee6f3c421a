//! The data folder: one node's files, and the lock that gives them one owner at a time.

use crate::account::AccountFolder;
use crate::files::{self, FileError};
use rand_core::CryptoRng;
use secp256k1::SecretKey;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const LOCK_FILE: &str = "lock";
const NODE_KEY_FILE: &str = "nodekey";
const DATABASE_FILE: &str = "database";

/// Bytes read of the node key's file: 64 digits and a line end, with room for white space.
const MAX_NODE_KEY_FILE: usize = 256;

/// A data folder that this process owns. The lock goes when this is dropped, or with the process
/// however it ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another process has it.
    #[error("{0} is in use by another status-node")]
    InUse(PathBuf),
    /// A file in it cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The node key is damaged.
    #[error("{0} is not a private key of 64 hex digits")]
    NodeKey(PathBuf),
    /// The platform names no folder for a user's data.
    #[error("this system names no folder for data; give one with --data-dir")]
    NoDefault,
}

impl DataFolder {
    /// The platform's folder for this program's data, such as `~/.local/share/status-node`.
    pub fn default_path() -> Result<PathBuf, DataFolderError> {
        directories::ProjectDirs::from("im", "status", "status-node")
            .map(|folders| folders.data_dir().to_owned())
            .ok_or(DataFolderError::NoDefault)
    }

    /// Creates the folder if need be and locks it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, DataFolderError> {
        let path = path.into();
        files::create_folder(&path)?;
        let lock_path = path.join(LOCK_FILE);
        let failed = |error| FileError::System {
            doing: "lock",
            path: lock_path.clone(),
            error,
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {
                let folder = Self { path, _lock: lock };
                // What a change of the password that was cut short left behind does no harm by itself.
                if let Err(error) = folder.account().remove_superseded() {
                    tracing::warn!(%error, "old keystores stay");
                }
                Ok(folder)
            }
            Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(path)),
            Err(TryLockError::Error(error)) => Err(failed(error).into()),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The account in it.
    pub fn account(&self) -> AccountFolder {
        AccountFolder::new(&self.path)
    }

    /// Where the database of the account is.
    pub fn database_path(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }

    /// The key by which other nodes know this one; drawn when it is first needed. It says nothing
    /// about the account, so that a node can be told from the person who runs it.
    pub fn node_key(&self, rng: &mut impl CryptoRng) -> Result<SecretKey, DataFolderError> {
        let path = self.path.join(NODE_KEY_FILE);
        if path.exists() {
            return read_secret_key(&path);
        }
        let key = status_ecies::random_secret_key(rng);
        let text = Zeroizing::new(hex::encode(key.secret_bytes()));
        files::write_new(&path, text.as_bytes())?;
        Ok(key)
    }
}

/// Reads a file that holds a private key as 64 hex digits, with `0x` before them or not.
pub fn read_secret_key(path: &Path) -> Result<SecretKey, DataFolderError> {
    let text = Zeroizing::new(files::read_text(path, MAX_NODE_KEY_FILE)?);
    let digits = text.trim();
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, bytes.as_mut())
        .ok()
        .and_then(|()| SecretKey::from_byte_array(*bytes).ok())
        .ok_or_else(|| DataFolderError::NodeKey(path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_until_that_one_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        assert!(matches!(
            DataFolder::open(folder.path()),
            Err(DataFolderError::InUse(_))
        ));
        drop(first);
        DataFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn the_node_key_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let key = data.node_key(&mut rand::rng()).unwrap();
        assert_eq!(data.node_key(&mut rand::rng()).unwrap(), key);
    }

    #[test]
    fn a_damaged_node_key_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let path = folder.path().join("nodekey");
        std::fs::write(&path, "00").unwrap();
        let error = data.node_key(&mut rand::rng()).unwrap_err();
        assert!(error.to_string().contains("nodekey"));
        assert_eq!(std::fs::read(&path).unwrap(), b"00");
    }
}
