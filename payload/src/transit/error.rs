//! Why bytes are no Transit message.

use super::json::{MAX_LEN, MAX_VALUES};
use super::read::MAX_EXPANSION;

/// Why bytes are no Transit message. Their sender is at fault, or they are something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitError {
    /// More bytes than any envelope brings.
    #[error("{len} bytes are over the limit of {MAX_LEN}")]
    TooLong {
        /// The bytes.
        len: usize,
    },
    /// No bytes, or nothing but white space.
    #[error("there is nothing")]
    Empty,
    /// Not JSON, or nested too deeply.
    #[error("no JSON at line {line}, column {column}: {reason}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column in it, from 1.
        column: usize,
        /// What is wrong, in the words of the JSON parser.
        reason: String,
    },
    /// An integer outside of 64 bits.
    #[error("an integer does not fit into 64 bits")]
    IntegerRange,
    /// More values than a message can mean.
    #[error("there are more than {MAX_VALUES} values")]
    TooManyValues,
    /// Codes that stand for far more text than was sent.
    #[error("codes stand for more than {MAX_EXPANSION} times the text that was sent")]
    Expansion,
    /// A string whose second letter says what it is, but which is not that.
    #[error("what follows ~{kind} is not of that kind")]
    Scalar {
        /// The letter.
        kind: char,
    },
    /// A tilde with nothing after it.
    #[error("a tilde stands alone")]
    LoneTilde,
    /// A tag with nothing to tag.
    #[error("the tag {tag} tags nothing")]
    LoneTag {
        /// The tag, without `~#`.
        tag: String,
    },
    /// What is tagged is not what the tag says.
    #[error("what is tagged {tag} is not {wanted}")]
    Tagged {
        /// The tag, without `~#`.
        tag: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A map in which the last key has no value.
    #[error("the last key of a map has no value")]
    OddMap,
    /// A key that is an array or a map, in a map that cannot have such keys.
    #[error("a key is an array or a map")]
    CompositeKey,
    /// A field of a message is of the wrong kind.
    #[error("value {index} of {message} is not {wanted}")]
    Field {
        /// The message's tag.
        message: &'static str,
        /// The field's place in it, from 0.
        index: usize,
        /// What it should be.
        wanted: &'static str,
    },
}
