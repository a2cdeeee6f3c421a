//! Reading RLP as strictly as go-ethereum does: canonical lengths, canonical integers, no bytes
//! left over. Built on alloy-rlp's headers, with errors that name the field.

use alloy_rlp::{Decodable, Header};

/// Why bytes from the network are not what they should be. In each case the sender is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes at a field are not RLP, not canonical, or of another kind (list or string).
    #[error("{field} cannot be read: {source}")]
    Rlp {
        /// What was to be read.
        field: &'static str,
        /// What the RLP decoder found.
        source: alloy_rlp::Error,
    },
    /// A string of fixed length is longer or shorter.
    #[error("{field} has {got} bytes instead of {expected}")]
    Length {
        /// What was to be read.
        field: &'static str,
        /// Bytes it must have.
        expected: usize,
        /// Bytes it has.
        got: usize,
    },
    /// A number or a list of bytes that is no value of its field.
    #[error("{field} is not valid: {why}")]
    Value {
        /// What was to be read.
        field: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// The peer speaks another version of Whisper.
    #[error("peer speaks version {got} of Whisper instead of {expected}")]
    Version {
        /// The only version there is here.
        expected: u64,
        /// The peer's.
        got: u64,
    },
    /// Bytes follow a value that should be the last.
    #[error("{left} bytes follow the end of {field}")]
    Trailing {
        /// What was read.
        field: &'static str,
        /// Bytes that follow.
        left: usize,
    },
}

pub(crate) type Result<T> = std::result::Result<T, DecodeError>;

/// A cursor over RLP items; `rest` is what was not read yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A reader of the items of the list that `bytes` consist of, with nothing behind it.
    pub(crate) fn of_list(bytes: &'a [u8], field: &'static str) -> Result<Self> {
        let mut outer = Self::new(bytes);
        let list = outer.list(field)?;
        outer.end(field)?;
        Ok(list)
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails unless everything was read.
    pub(crate) fn end(&self, field: &'static str) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(DecodeError::Trailing { field, left }),
        }
    }

    /// The next item, a list: a reader of its items.
    pub(crate) fn list(&mut self, field: &'static str) -> Result<Reader<'a>> {
        Header::decode_bytes(&mut self.rest, true)
            .map(Reader::new)
            .map_err(|source| DecodeError::Rlp { field, source })
    }

    /// The next item, a string.
    pub(crate) fn string(&mut self, field: &'static str) -> Result<&'a [u8]> {
        Header::decode_bytes(&mut self.rest, false)
            .map_err(|source| DecodeError::Rlp { field, source })
    }

    /// The next item, a string of `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N]> {
        let bytes = self.string(field)?;
        bytes.try_into().map_err(|_| DecodeError::Length {
            field,
            expected: N,
            got: bytes.len(),
        })
    }

    /// The next item, an integer without leading zeros or a boolean.
    pub(crate) fn value<T: Decodable>(&mut self, field: &'static str) -> Result<T> {
        T::decode(&mut self.rest).map_err(|source| DecodeError::Rlp { field, source })
    }

    /// The next item whatever it is, with its header.
    pub(crate) fn raw(&mut self, field: &'static str) -> Result<&'a [u8]> {
        let start = self.rest;
        let fail = |source| DecodeError::Rlp { field, source };
        let header = Header::decode(&mut self.rest).map_err(fail)?;
        self.rest = self
            .rest
            .get(header.payload_length..)
            .ok_or(fail(alloy_rlp::Error::InputTooShort))?;
        Ok(start.get(..start.len() - self.rest.len()).unwrap_or(start))
    }
}

/// Encodes the list whose items `write` appends.
pub(crate) fn encode_list(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut items = Vec::new();
    write(&mut items);
    let header = Header {
        list: true,
        payload_length: items.len(),
    };
    let mut list = Vec::with_capacity(header.length_with_payload());
    header.encode(&mut list);
    list.extend_from_slice(&items);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms_only() {
        let number = |bytes: &[u8]| Reader::new(bytes).value::<u32>("n").ok();
        assert_eq!(number(&[0x80]), Some(0));
        assert_eq!(number(&[0x7f]), Some(127));
        assert_eq!(number(&[0x00]), None);
        assert_eq!(number(&[0x81, 0x05]), None);
        assert_eq!(number(&[0x82, 0, 5]), None);
        assert_eq!(number(&[0x85, 1, 0, 0, 0, 0]), None);
        assert!(Reader::new(&[0xb8, 2, 1, 1]).string("s").is_err());
    }

    #[test]
    fn raw_items_keep_their_header() {
        let mut reader = Reader::new(&[0xc2, 1, 2, 0x05, 0x82, 1]);
        assert_eq!(reader.raw("a"), Ok(&[0xc2, 1, 2][..]));
        assert_eq!(reader.raw("b"), Ok(&[5][..]));
        assert!(reader.raw("c").is_err());
    }
}
