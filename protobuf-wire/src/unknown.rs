//! Report of what a schema did not know.

use core::fmt;

/// Fields that were skipped. Newer clients send such fields; nothing about them is an error. They
/// are not kept here: whoever passes a message on passes on its original bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnknownFields {
    first: Vec<UnknownField>,
    total: usize,
}

/// A field that was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownField {
    /// The message type in which it stood.
    pub message: &'static str,
    /// Its number; golang/protobuf allows more bits than protobuf does, and in entries of
    /// maps 0.
    pub number: u64,
    /// Its wire type, 0 to 5.
    pub wire_type: u8,
    /// Why it was skipped.
    pub reason: Reason,
}

/// Why a field was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The schema has no field of this number.
    Number,
    /// The schema has the number with another wire type.
    WireType,
}

/// One sentence.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "the message has no field of this number here",
            Self::WireType => "the field of this number has another wire type here",
        })
    }
}

impl UnknownFields {
    /// How many fields are listed one by one, enough to recognise a newer client's additions. A
    /// hostile message can hold half a million, which are only counted.
    pub const LISTED: usize = 16;

    /// Whether nothing was skipped.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many fields were skipped.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The first of them, [`LISTED`](Self::LISTED) at most, in the order of the bytes.
    pub fn first(&self) -> &[UnknownField] {
        &self.first
    }

    pub(crate) fn push(&mut self, field: UnknownField) {
        self.total += 1;
        if self.first.len() < Self::LISTED {
            self.first.push(field);
        }
    }
}
