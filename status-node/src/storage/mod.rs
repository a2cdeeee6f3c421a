//! The account's database: one encrypted file that all layers share.
//!
//! Each layer that remembers keeps its own tables, through a store over a borrowed transaction; what
//! belongs to the node itself stands in tables of its own. A batch of work is one
//! [transaction](Database::transaction), so ratchets, data sync, chats and ledger change together or
//! not at all.

mod database;
mod key;
mod migrations;
mod settings;

pub use database::{Database, StorageError};
pub use key::DatabaseKey;
pub use settings::Settings;

#[cfg(test)]
pub(crate) use migrations::migrate;
