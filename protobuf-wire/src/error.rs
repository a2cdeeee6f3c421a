//! Why bytes are no message of the schema.

/// Why bytes were refused. The sender is at fault, or the bytes are something
/// else; in the last case the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More bytes than the caller takes. Nothing in this crate is limited: what calls it may be.
    #[error("the bytes are {len}, over the {max} of a protobuf message here")]
    TooLong {
        /// Its bytes.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// The bytes end inside a field, or a number has more than 64 bits.
    #[error("a field at byte {offset} of {message} is cut short")]
    Truncated {
        /// The message whose field it is.
        message: &'static str,
        /// Where the field starts, in bytes from the start of that message.
        offset: usize,
    },
    /// A wire type that means nothing here: an end of group without its start, 6 or 7.
    #[error("a field at byte {offset} of {message} has the wire type {wire_type}")]
    WireType {
        /// The message whose field it is.
        message: &'static str,
        /// Where the field starts, in bytes from the start of that message.
        offset: usize,
        /// The wire type, 4, 6 or 7.
        wire_type: u8,
    },
    /// A field has the number 0, which no schema can have: bytes that are all zero look like this.
    #[error("a field at byte {offset} of {message} has the number 0")]
    NumberZero {
        /// The message whose field it is.
        message: &'static str,
        /// Where the field starts, in bytes from the start of that message.
        offset: usize,
    },
    /// A map or a member of a oneof came with a wire type that is not its own. Other fields are
    /// skipped in that case; golang/protobuf 1.3 makes this an error, and so it is here.
    #[error("field {number} of {message} cannot have the wire type {wire_type}")]
    Mismatch {
        /// The message whose field it is.
        message: &'static str,
        /// The field's number.
        number: u32,
        /// The wire type it came with.
        wire_type: u8,
    },
    /// Text in a known field is not UTF-8. Reported only if nothing else is wrong.
    #[error("the text in field {number} of {message} is not UTF-8")]
    Text {
        /// The message whose field it is.
        message: &'static str,
        /// The field's number.
        number: u32,
    },
    /// prost refused what the schema allows: a schema is not that of its prost type, which is a
    /// mistake of whoever wrote them and not of the sender.
    #[error("the schema of {message} is not that of its type: {why}")]
    Schema {
        /// The message.
        message: &'static str,
        /// What prost says.
        why: String,
    },
}
