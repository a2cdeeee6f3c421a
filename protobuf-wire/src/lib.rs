//! Decodes protobuf messages as golang/protobuf 1.3 does, which is what the deployed clients of the
//! Status protocol use, while the typed work stays with prost.
//!
//! The two libraries differ where it shows. golang/protobuf treats a field whose wire type does not
//! fit the schema as an unknown field; prost refuses the whole message. A client that reads the
//! same bytes as one kind of message after another, as Status clients do, depends on the first
//! behaviour. So [`decode`] first walks the bytes along a [`Schema`], drops what the schema
//! does not know, and only then calls prost. What was dropped is reported as [`UnknownFields`],
//! never as an error: it is how messages of newer clients look to us.
//!
//! Rules, each as deployed (golang/protobuf 1.3.4, `proto/table_unmarshal.go`):
//!
//! - an unknown field number is skipped, whatever its wire type, groups included;
//! - a known field of the wrong wire type is skipped, but a map or a member of a oneof of the
//!   wrong wire type is an error;
//! - a field cut short, the field number 0 (but in a map's entry), an end of group without its start,
//!   and wire types 6 and 7 are errors;
//! - a second member of a oneof replaces the first, also when both are messages (elsewhere
//!   messages that occur twice are merged);
//! - text that is not UTF-8 is an error, but only where it stands in a known field, and any other
//!   error in the same message is reported in its place.
//!
//! The schemas are not written by hand: `cargo xtask codegen` makes them from the same `.proto`
//! files as the prost types, so the two cannot disagree.
#![forbid(unsafe_code)]

mod error;
mod fields;
mod filter;
mod reader;
mod schema;
mod unknown;

pub use error::Error;
pub use fields::{Fields, fields};
pub use reader::RawField;
pub use schema::{Described, Field, Kind, Schema};
pub use unknown::{Reason, UnknownField, UnknownFields};

use bytes::Bytes;

/// A decoded message and what its schema did not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded<M> {
    /// The typed message.
    pub message: M,
    /// What was skipped; empty for a message of our own generation.
    pub unknown: UnknownFields,
}

/// Decodes `bytes` as an `M`. Byte fields of the result share the buffer of `bytes` unless
/// something had to be dropped. Takes time and memory linear in the length of `bytes`.
///
/// # Errors
///
/// [`Error`]; the sender of the bytes is at fault, or they are no message of this kind.
pub fn decode<M>(bytes: Bytes) -> Result<Decoded<M>, Error>
where
    M: prost::Message + Described + Default,
{
    let (conforming, unknown) = filter::conforming(M::SCHEMA, &bytes)?;
    let conforming = conforming.map_or(bytes, Bytes::from);
    let message = M::decode(conforming).map_err(|source| Error::Schema {
        message: M::SCHEMA.name,
        why: source.to_string(),
    })?;
    Ok(Decoded { message, unknown })
}
