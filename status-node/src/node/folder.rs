//! A node on a data folder, in one step.

use super::builder::NodeBuilder;
use crate::account::{DerivationError, ExtendedKey, FolderError, Mnemonic};
use crate::data_folder::{DataFolder, DataFolderError};
use crate::storage::{Database, DatabaseKey, StorageError};
use std::path::PathBuf;

/// Why a data folder cannot be used for a node.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be made or locked, or its node key is damaged.
    #[error(transparent)]
    Folder(#[from] DataFolderError),
    /// The account in it cannot be read or made, or does not open with the password.
    #[error(transparent)]
    Account(#[from] FolderError),
    /// No account can be derived from new words, by a chance of 2^-127.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
    /// The database does not open.
    #[error(transparent)]
    Database(#[from] StorageError),
    /// An empty password for a new account would leave its keys open to any reader.
    #[error("the password is empty, which would leave the account's keys open to any reader")]
    EmptyPassword,
}

impl NodeBuilder {
    /// Takes the account, the database and the node key of the data folder `path`, which no other process can
    /// open until the node has stopped. What the command line keeps in a data folder is found here, and the
    /// other way round. Where there is no folder or no account in it, both are made: the account's keys are
    /// in the folder, under the password. Whoever wants its twelve words makes it by
    /// `status-node account new`.
    ///
    /// This takes about a second, since the password is made expensive to guess. Instead of
    /// [`identity`](Self::identity), [`database`](Self::database) and [`node_key`](Self::node_key).
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing is overwritten.
    pub fn data_folder(self, path: impl Into<PathBuf>, password: &str) -> Result<Self, OpenError> {
        let folder = DataFolder::open(path)?;
        let account = folder.account();
        if !account.exists() {
            if password.is_empty() {
                return Err(OpenError::EmptyPassword);
            }
            let master = ExtendedKey::master(&Mnemonic::generate(&mut rand::rng()), "")?;
            account.create_from_master(&mut rand::rng(), &master, password)?;
        }
        let identity = account.unlock(password)?;
        let key = DatabaseKey::of(&identity);
        let database = Database::open(&folder.database_path(), &key)?;
        let node_key = folder.node_key(&mut rand::rng())?;
        Ok(self
            .identity(identity)
            .database(database)
            .node_key(node_key)
            .hold(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Node;

    #[tokio::test]
    async fn a_folder_is_made_once_and_is_the_nodes_until_it_stops() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("bot");
        let empty = Node::builder().data_folder(&path, "");
        assert!(matches!(empty, Err(OpenError::EmptyPassword)));

        let builder = Node::builder().data_folder(&path, "secret").unwrap();
        let (node, _events) = builder.start().await.unwrap();
        let key = node.public_key().expect("an account");
        let again = Node::builder().data_folder(&path, "secret");
        assert!(matches!(
            again,
            Err(OpenError::Folder(DataFolderError::InUse(_)))
        ));
        node.shutdown().await;

        let wrong = Node::builder().data_folder(&path, "wrong");
        assert!(matches!(
            wrong,
            Err(OpenError::Account(FolderError::Keystore { .. }))
        ));
        let builder = Node::builder().data_folder(&path, "secret").unwrap();
        let (node, _events) = builder.start().await.unwrap();
        assert_eq!(node.public_key(), Some(key));
        node.shutdown().await;
    }
}
