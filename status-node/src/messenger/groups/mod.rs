//! Private groups.

mod table;

pub use table::Member;
pub(crate) use table::{SCHEMA, load, members, of_person, people, save};
