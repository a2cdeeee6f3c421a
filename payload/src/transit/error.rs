//! Why bytes are no Transit message.

use super::json::{MAX_LEN, MAX_VALUES};
use super::read::MAX_EXPANSION;
use crate::excerpt::excerpt;

/// Why bytes are no Transit message. Their sender is at fault, or they are something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitError {
    /// More bytes than any envelope brings.
    #[error("the Transit message has {len} bytes, over {MAX_LEN}")]
    TooLong {
        /// The bytes.
        len: usize,
    },
    /// No bytes, or nothing but white space.
    #[error("the Transit message is empty")]
    Empty,
    /// Not JSON, or nested too deeply.
    #[error("the Transit message is no JSON at line {line}, column {column}: {reason}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column in it, from 1.
        column: usize,
        /// What is wrong, in the words of the JSON parser.
        reason: String,
    },
    /// An integer outside of 64 bits.
    #[error("an integer of the Transit message does not fit into 64 bits")]
    IntegerRange,
    /// More values than a message can mean.
    #[error("the Transit message has more than {MAX_VALUES} values")]
    TooManyValues,
    /// Codes that stand for far more text than was sent.
    #[error(
        "codes of the Transit message stand for more than {MAX_EXPANSION} times the text that was sent"
    )]
    Expansion,
    /// A string whose second letter says what it is, but which is not that.
    #[error("what follows ~{} is not of that kind", .kind.escape_debug())]
    Scalar {
        /// The letter.
        kind: char,
    },
    /// A tilde with nothing after it.
    #[error("a tilde stands alone in the Transit message")]
    LoneTilde,
    /// A tag with nothing to tag.
    #[error("the tag {} tags nothing", excerpt(.tag))]
    LoneTag {
        /// The tag, without `~#`.
        tag: String,
    },
    /// What is tagged is not what the tag says.
    #[error("what is tagged {} is not {wanted}", excerpt(.tag))]
    Tagged {
        /// The tag, without `~#`.
        tag: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A map in which the last key has no value.
    #[error("the last key of a map in the Transit message has no value")]
    OddMap,
    /// A key that is an array or a map, in a map that cannot have such keys.
    #[error("a key of a map in the Transit message is an array or a map")]
    CompositeKey,
    /// A field of a message is of the wrong kind.
    #[error("value {index} of the Transit message {message} is not {wanted}")]
    Field {
        /// The message's tag.
        message: &'static str,
        /// The field's place in it, from 0.
        index: usize,
        /// What it should be.
        wanted: &'static str,
    },
}
