//! What is stored and what is written by people: files, accounts, the configuration, the database.

use super::{Blame, Catalogue};
use crate::account::keystore::KeystoreError;
use crate::account::{DerivationError, FolderError, MnemonicError, PathError, PathFault};
use crate::config::ConfigError;
use crate::data_folder::DataFolderError;
use crate::files::FileError;
use crate::node::OpenError;
use crate::simulation::OptionsError;
use crate::storage::StorageError;
use crate::{ChatError, LoopbackError};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub(super) fn add_to(to: &mut Catalogue) {
    files(to);
    accounts(to);
    database(to);
    simulations(to);
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9100));
    to.add(
        Blame::Caller,
        [
            LoopbackError::Malformed("9100".into()),
            LoopbackError::Reachable(everywhere),
        ],
    );
    to.add(
        Blame::Caller,
        [
            OpenError::Folder(DataFolderError::NoDefault),
            OpenError::Account(FolderError::None("node".into())),
            OpenError::EmptyPassword,
        ],
    );
    to.add(
        Blame::Machine,
        [
            OpenError::Derivation(DerivationError::NoKey),
            OpenError::Database(StorageError::Damaged("a message")),
        ],
    );
    to.add(
        Blame::Caller,
        [
            ChatError::Unknown("status".into()),
            ChatError::Name("#Status".into()),
            ChatError::TooLong(300),
        ],
    );
}

/// What SQLite says when the disk is full.
pub(super) fn full_disk() -> rusqlite::Error {
    let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    rusqlite::Error::SqliteFailure(full, None)
}

fn files(to: &mut Catalogue) {
    let path = || PathBuf::from("node/account.json");
    to.add(
        Blame::Machine,
        [FileError::System {
            doing: "write",
            path: path(),
            error: io::ErrorKind::StorageFull.into(),
        }],
    );
    to.add(
        Blame::Caller,
        [
            FileError::Exists(path()),
            FileError::NotFolder(path()),
            FileError::TooLarge {
                path: path(),
                limit: 1_048_576,
            },
            FileError::NotText(path()),
        ],
    );
    to.add(
        Blame::Caller,
        [
            ConfigError::File(FileError::NotText(path())),
            ConfigError::Syntax {
                path: "node.toml".into(),
                line: 2,
                reason: "invalid type: integer".into(),
            },
            ConfigError::Value {
                path: "node.toml".into(),
                field: "peers",
                reason: "an enode URL begins with enode://".into(),
            },
        ],
    );
    to.add(
        Blame::Caller,
        [
            DataFolderError::InUse("node".into()),
            DataFolderError::NoDefault,
        ],
    );
    to.add(
        Blame::Machine,
        [
            DataFolderError::File(FileError::NotFolder(path())),
            DataFolderError::NodeKey("node/nodekey".into()),
        ],
    );
}

fn accounts(to: &mut Catalogue) {
    let path = || PathBuf::from("node/account.json");
    to.add(
        Blame::Caller,
        [
            FolderError::None("node".into()),
            FolderError::Exists("node".into()),
            FolderError::Keystore {
                path: "node/keystore".into(),
                error: KeystoreError::Password,
            },
        ],
    );
    to.add(
        Blame::Machine,
        [
            FolderError::File(FileError::NotText(path())),
            FolderError::Malformed {
                path: path(),
                reason: "no field address".into(),
            },
            FolderError::Derivation(DerivationError::NoKey),
        ],
    );
    to.add(
        Blame::Machine,
        [
            KeystoreError::Malformed("no field crypto".into()),
            KeystoreError::Kdf("it would take more than 1 GiB of memory"),
            KeystoreError::NoKey,
        ],
    );
    to.add(
        Blame::Version,
        [
            KeystoreError::Version("1".into()),
            KeystoreError::Cipher("aes-256-cbc".into()),
        ],
    );
    to.add(Blame::Caller, [KeystoreError::Password]);
    to.add(
        Blame::Caller,
        [
            MnemonicError::WordCount(11),
            MnemonicError::UnknownWord(3),
            MnemonicError::Checksum,
        ],
    );
    to.add(
        Blame::Caller,
        [
            DerivationError::Parent,
            DerivationError::NoKey,
            DerivationError::Malformed,
        ],
    );
    to.add(
        Blame::Caller,
        [PathError {
            path: "m/x".into(),
            position: 2,
            reason: PathFault::Number(Some('x')),
        }],
    );
    to.add(
        Blame::Caller,
        [
            PathFault::Number(Some('x')),
            PathFault::Separator('x'),
            PathFault::TooLarge("4294967296".into()),
            PathFault::TooDeep,
        ],
    );
}

fn database(to: &mut Catalogue) {
    let file = FileError::NotFolder("node/account.json".into());
    let data_sync = status_mvds::SqliteError::NewerSchema { found: 9, known: 4 };
    let security = status_conversational_security::SqliteError::Schema { found: 9 };
    let trust = status_conversational_security::trust::SqliteError::Damaged;
    to.add(
        Blame::Machine,
        [
            StorageError::Key("node/database".into()),
            StorageError::File(file),
            StorageError::Damaged("a message"),
            StorageError::Sqlite(full_disk()),
            StorageError::DataSync(data_sync),
            StorageError::Security(security),
            StorageError::Trust(trust),
        ],
    );
    to.add(Blame::Version, [StorageError::Newer { found: 99 }]);
}

fn simulations(to: &mut Catalogue) {
    to.add(
        Blame::Caller,
        [
            OptionsError::Nodes(1),
            OptionsError::Degree(13),
            OptionsError::Latency(200, 20),
            OptionsError::Part("loss", 1.5, 0.9),
            OptionsError::Duration(0),
            OptionsError::Happenings("texts", 60_480_000),
            OptionsError::Start(60, 30),
            OptionsError::Partition(400, 360),
            OptionsError::Mix(70, 40),
            OptionsError::People("a group", 1),
            OptionsError::Text(4),
        ],
    );
}
