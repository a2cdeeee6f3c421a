//! What can go wrong with a database.

/// What can go wrong with a database.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// SQLite's own: the disk, a lock, a table that is missing because
    /// [`SqliteStore::migrate`](crate::SqliteStore::migrate) was not called.
    #[error("the tables of data sync: {0}")]
    Database(#[from] rusqlite::Error),
    /// The caller's fault: a newer version of this library has used the database. Nothing was changed.
    #[error("the tables of data sync have version {found}, this program knows {known} at most")]
    NewerSchema {
        /// The version of the tables.
        found: usize,
        /// The newest version known here.
        known: usize,
    },
    /// The database is damaged, or somebody else wrote to it.
    #[error("the table {table} is damaged: it has no valid {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What should be there.
        what: &'static str,
    },
}
