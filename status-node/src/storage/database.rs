//! The database file: opened with its key, brought up to date, one transaction at a time.

use super::{DatabaseKey, migrations};
use crate::files::{self, FileError};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};
use std::path::{Path, PathBuf};

/// What every connection is told before its key: SQLCipher would write to standard error what is
/// returned as an error anyway, a wrong key among it.
const SILENCE: &str = "PRAGMA cipher_log_level = NONE";

/// What every connection is told after its key.
///
/// A write-ahead log makes a commit one sequential write. `synchronous = FULL` has it on disk before
/// a commit returns: a message key that was used must never come back after a crash, and what was
/// acknowledged must not be lost. The log is written back whenever it has 1,000 pages (4 MB) by the
/// commit that brings it there; what a large transaction made of it is cut down to 8 MB at the next.
/// 8 MB of pages stay in memory, which holds the indices of some 100,000 messages. Temporary tables
/// stay in memory, since on disk they would not be encrypted by the same key, and what is deleted is
/// overwritten.
const PRAGMAS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 1000;
PRAGMA journal_size_limit = 8388608;
PRAGMA cache_size = -8192;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = ON;
";

/// Prepared statements that are kept. All layers together have fewer, so each is prepared once.
const STATEMENTS: usize = 512;

/// An open database. It belongs to one thread at a time; the lock of the data folder keeps other
/// processes out.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// It is not a database under this key: the file is of another account, or damaged.
    #[error("{0} does not open with the key of this account: it is another account's, or damaged")]
    Key(PathBuf),
    /// It was written by a newer version of this program.
    #[error(
        "the database is of version {found}, this program knows {}",
        migrations::VERSION
    )]
    Newer {
        /// Its version.
        found: i64,
    },
    /// The file cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// A row holds what this program never writes; what, in words.
    #[error("the database is damaged: {0} cannot be read")]
    Damaged(&'static str),
    /// SQLite fails.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The tables of data sync cannot be used.
    #[error("data sync cannot use the database: {0}")]
    DataSync(#[from] status_mvds::store::SqliteError),
    /// The tables of conversational security cannot be used.
    #[error("conversational security cannot use the database: {0}")]
    Security(#[from] status_conversational_security::SqliteError),
    /// The tables of trust cannot be used.
    #[error("the memory of identities cannot use the database: {0}")]
    Trust(#[from] status_conversational_security::trust::SqliteError),
}

impl Database {
    /// Opens the database at `path`, which is made if there is none, readable by its owner only.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StorageError> {
        match files::write_new(path, b"") {
            Ok(()) | Err(FileError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Self::connect(path, key)
            .and_then(Self::prepare)
            .map_err(|error| wrong_key(error, path))
    }

    /// Has `look` see the database at `path` in a transaction that is rolled back, whatever is done in it:
    /// everything stays as it was, also where this program's tables are newer than those that are there. An
    /// empty one stands for a database that does not exist, and none is made.
    ///
    /// # Errors
    ///
    /// [`StorageError`], as of [`Database::open`].
    pub fn look<T>(
        path: &Path,
        key: &DatabaseKey,
        look: impl FnOnce(&Transaction<'_>) -> T,
    ) -> Result<T, StorageError> {
        if !path.exists() {
            let mut database = Self::in_memory()?;
            return Ok(look(&database.transaction()?));
        }
        let seen = || {
            let mut connection = Self::connect(path, key)?;
            connection.execute_batch(PRAGMAS)?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
            let transaction = connection.transaction()?;
            migrate(&transaction)?;
            Ok(look(&transaction))
        };
        seen().map_err(|error| wrong_key(error, path))
    }

    /// A connection that has its key, which nothing has tried yet.
    fn connect(path: &Path, key: &DatabaseKey) -> Result<Connection, StorageError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.execute_batch(SILENCE)?;
        connection.execute_batch(&key.statement())?;
        Ok(connection)
    }

    /// A database in memory, for a node that nothing is to be left of. It is gone when this is dropped.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub fn in_memory() -> Result<Self, StorageError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    /// Sets the connection up and brings its tables up to date.
    fn prepare(mut connection: Connection) -> Result<Self, StorageError> {
        connection.execute_batch(PRAGMAS)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let transaction = connection.transaction()?;
        migrate(&transaction)?;
        transaction.commit()?;
        Ok(Self { connection })
    }

    /// Begins a transaction, which all layers share. It is rolled back unless it is committed.
    ///
    /// # Errors
    ///
    /// If SQLite fails.
    pub fn transaction(&mut self) -> Result<Transaction<'_>, StorageError> {
        Ok(self.connection.transaction()?)
    }
}

/// Brings the tables of all layers up to date.
fn migrate(transaction: &Transaction<'_>) -> Result<(), StorageError> {
    migrations::migrate(transaction)?;
    status_mvds::store::SqliteStore::migrate(transaction)?;
    Ok(status_conversational_security::SqliteStore::migrate(
        transaction,
    )?)
}

/// What a wrong key looks like to SQLite.
fn wrong_key(error: StorageError, path: &Path) -> StorageError {
    match error {
        StorageError::Sqlite(error)
            if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) =>
        {
            StorageError::Key(path.into())
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Identity;
    use crate::storage::Settings;
    use secp256k1::SecretKey;

    fn key(byte: u8) -> DatabaseKey {
        let key = SecretKey::from_byte_array([byte; 32]).unwrap();
        DatabaseKey::of(&Identity::from_secret_key(key))
    }

    #[test]
    fn what_was_committed_is_there_again_and_only_that() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("database");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let transaction = database.transaction().unwrap();
        Settings::new(&transaction).set("colour", b"green").unwrap();
        Settings::new(&transaction).set("colour", b"blue").unwrap();
        transaction.commit().unwrap();
        let transaction = database.transaction().unwrap();
        Settings::new(&transaction).set("colour", b"red").unwrap();
        drop(transaction);
        drop(database);

        let mut database = Database::open(&path, &key(1)).unwrap();
        let transaction = database.transaction().unwrap();
        let settings = Settings::new(&transaction);
        assert_eq!(settings.get("colour").unwrap().unwrap(), b"blue");
        assert_eq!(settings.get("size").unwrap(), None);
    }

    #[test]
    fn looking_changes_nothing_whatever_is_done_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("database");
        let colour = |transaction: &Transaction<'_>| {
            let settings = Settings::new(transaction);
            let before = settings.get("colour").unwrap();
            settings.set("colour", b"red").unwrap();
            assert_eq!(settings.get("colour").unwrap().unwrap(), b"red");
            before
        };
        assert_eq!(Database::look(&path, &key(1), colour).unwrap(), None);
        assert!(!path.exists(), "none is made");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let transaction = database.transaction().unwrap();
        Settings::new(&transaction).set("colour", b"green").unwrap();
        // As a program left it that knew fewer layers.
        let tables =
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'security%'";
        let mut tables = transaction.prepare(tables).unwrap();
        let names = tables.query_map([], |row| row.get(0)).unwrap();
        let names: Vec<String> = names.map(Result::unwrap).collect();
        assert!(names.len() > 2, "{names:?}");
        for name in names {
            let drop = format!("PRAGMA defer_foreign_keys = ON; DROP TABLE {name}");
            transaction.execute_batch(&drop).unwrap();
        }
        drop(tables);
        transaction.commit().unwrap();
        drop(database);
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..2 {
            let seen = Database::look(&path, &key(1), colour).unwrap();
            assert_eq!(seen.unwrap(), b"green");
        }
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        let refused = Database::look(&path, &key(2), |_| ()).unwrap_err();
        assert!(matches!(refused, StorageError::Key(_)), "{refused}");
    }

    #[test]
    fn a_database_in_memory_is_one_like_the_others() {
        let mut database = Database::in_memory().unwrap();
        let transaction = database.transaction().unwrap();
        Settings::new(&transaction).set("colour", b"green").unwrap();
        transaction.commit().unwrap();
        let transaction = database.transaction().unwrap();
        let colour = Settings::new(&transaction).get("colour").unwrap();
        assert_eq!(colour.unwrap(), b"green");
    }

    #[test]
    fn the_log_is_written_back_and_does_not_grow_with_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("database");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let megabyte = vec![7; 1 << 20];
        for number in 0..24_u8 {
            let transaction = database.transaction().unwrap();
            let name = format!("value {}", number % 2);
            Settings::new(&transaction).set(&name, &megabyte).unwrap();
            transaction.commit().unwrap();
        }
        let log = folder.path().join("database-wal");
        assert!(std::fs::metadata(log).unwrap().len() <= 9 << 20);
    }

    #[test]
    fn the_file_is_nothing_without_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("database");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let transaction = database.transaction().unwrap();
        let text = b"a text that nobody is to find";
        Settings::new(&transaction).set("text", text).unwrap();
        transaction.commit().unwrap();
        drop(database);
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.starts_with(b"SQLite format 3"));
            assert!(!bytes.windows(text.len()).any(|window| window == text));
        }
        let refused = Database::open(&path, &key(2)).unwrap_err();
        assert!(matches!(refused, StorageError::Key(_)), "{refused}");
        assert!(Database::open(&path, &key(1)).is_ok(), "and is not harmed");
    }

    #[test]
    fn a_database_of_the_future_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("database");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let transaction = database.transaction().unwrap();
        let newer = migrations::VERSION + 1;
        transaction
            .execute("UPDATE node_version SET version = ?1", [newer])
            .unwrap();
        transaction.commit().unwrap();
        drop(database);
        let refused = Database::open(&path, &key(1)).unwrap_err();
        assert!(
            matches!(refused, StorageError::Newer { found } if found == newer),
            "{refused}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_files_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::open(&folder.path().join("database"), &key(1)).unwrap();
        let transaction = database.transaction().unwrap();
        Settings::new(&transaction).set("a", b"b").unwrap();
        transaction.commit().unwrap();
        let mut files = 0;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
            files += 1;
        }
        assert!(files >= 2, "the log too");
    }
}
