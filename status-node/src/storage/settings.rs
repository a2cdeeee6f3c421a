//! Single values that the node remembers.

use super::StorageError;
use rusqlite::{OptionalExtension, Transaction};

/// The table.
pub(super) const SCHEMA: &str = "
CREATE TABLE node_settings (
    name TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Values by name, in a transaction.
#[derive(Debug)]
pub struct Settings<'t>(&'t Transaction<'t>);

impl<'t> Settings<'t> {
    /// The values as this transaction sees them.
    pub fn new(transaction: &'t Transaction<'t>) -> Self {
        Self(transaction)
    }

    /// The value of this name.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT value FROM node_settings WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Sets it.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn set(&self, name: &str, value: &[u8]) -> Result<(), StorageError> {
        let mut statement = self.0.prepare_cached(
            "INSERT INTO node_settings VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?;
        statement.execute(rusqlite::params![name, value])?;
        Ok(())
    }
}
