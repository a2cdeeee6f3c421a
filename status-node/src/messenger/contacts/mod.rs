//! Contacts: people whom the user adds, blocks and names.

mod table;

pub use table::{ContactRecord, MAX_CONTACT_NAME, MAX_CONTACTS, MAX_PICTURE, MAX_STRANGERS};
pub(crate) use table::{SCHEMA, all, get, is_blocked, of, put};
