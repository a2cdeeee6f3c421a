//! Splits the bytes of a message into fields without knowing what they mean.

/// Why no field could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadError {
    Truncated,
    WireType(u8),
}

/// A field as it stands on the wire. Places are counted in bytes from the start of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawField {
    /// Its number; golang/protobuf allows more bits than protobuf does.
    pub number: u64,
    /// Its wire type, 0 to 3 or 5.
    pub wire_type: u8,
    /// Where its tag starts.
    pub start: usize,
    /// Where its value starts; of wire type 2 behind the length.
    pub value: usize,
    /// The first byte behind it.
    pub end: usize,
}

impl RawField {
    /// The number that it holds in `message`, the bytes that it was found in; none of wire types 2 and 3,
    /// which hold something else.
    pub fn integer(&self, message: &[u8]) -> Option<u64> {
        let value = message.get(self.value..self.end)?;
        match self.wire_type {
            0 => Reader::new(value).varint().ok(),
            1 => value.try_into().ok().map(u64::from_le_bytes),
            5 => value
                .try_into()
                .ok()
                .map(|bytes| u32::from_le_bytes(bytes).into()),
            _ => None,
        }
    }
}

/// A position in the bytes of one message.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The next field, or none at the end.
    pub(crate) fn field(&mut self) -> Result<Option<RawField>, ReadError> {
        if self.position >= self.bytes.len() {
            return Ok(None);
        }
        let start = self.position;
        let tag = self.varint()?;
        let wire_type = (tag & 7) as u8;
        let mut value = self.position;
        match wire_type {
            2 => {
                let len = self.varint()?;
                value = self.position;
                self.skip(len)?;
            }
            3 => self.group()?,
            _ => self.scalar(wire_type)?,
        }
        Ok(Some(RawField {
            number: tag >> 3,
            wire_type,
            start,
            value,
            end: self.position,
        }))
    }

    /// Skips a value that is neither length-delimited nor a group.
    fn scalar(&mut self, wire_type: u8) -> Result<(), ReadError> {
        match wire_type {
            0 => self.varint().map(drop),
            1 => self.skip(8),
            5 => self.skip(4),
            other => Err(ReadError::WireType(other)),
        }
    }

    /// Skips a group whose start was read, and the groups in it. Like golang/protobuf it pairs
    /// starts and ends without looking at their numbers. It counts the depth instead of recursing,
    /// so that no nesting can exhaust the stack.
    fn group(&mut self) -> Result<(), ReadError> {
        let mut depth = 1u64;
        while depth > 0 {
            match (self.varint()? & 7) as u8 {
                2 => {
                    let len = self.varint()?;
                    self.skip(len)?;
                }
                3 => depth += 1,
                4 => depth -= 1,
                // golang/protobuf reports any oddity in a group as a cut.
                other => self.scalar(other).map_err(|_| ReadError::Truncated)?,
            }
        }
        Ok(())
    }

    fn skip(&mut self, len: u64) -> Result<(), ReadError> {
        let end = usize::try_from(len)
            .ok()
            .and_then(|len| self.position.checked_add(len))
            .filter(|end| *end <= self.bytes.len())
            .ok_or(ReadError::Truncated)?;
        self.position = end;
        Ok(())
    }

    /// A number of up to ten bytes, of which the tenth may only be 0 or 1. Leading zeros are
    /// allowed, as in both libraries.
    #[inline]
    fn varint(&mut self) -> Result<u64, ReadError> {
        match self.bytes.get(self.position) {
            // Nearly all tags and lengths.
            Some(byte) if *byte < 0x80 => {
                self.position += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, ReadError> {
        let mut number = 0u64;
        for (index, byte) in self
            .bytes
            .get(self.position..)
            .unwrap_or_default()
            .iter()
            .take(10)
            .enumerate()
        {
            if index == 9 && *byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.position += index + 1;
                return Ok(number);
            }
        }
        Err(ReadError::Truncated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(hex: &str) -> Result<Vec<(u64, u8, usize)>, ReadError> {
        let bytes = hex::decode(hex).unwrap();
        let mut reader = Reader::new(&bytes);
        let mut fields = Vec::new();
        while let Some(field) = reader.field()? {
            fields.push((field.number, field.wire_type, field.end - field.value));
        }
        Ok(fields)
    }

    #[test]
    fn every_wire_type_is_split() {
        assert_eq!(
            fields("0896011102030405060708091202686925aabbccdd").unwrap(),
            [(1, 0, 2), (2, 1, 8), (2, 2, 2), (4, 5, 4)]
        );
        assert_eq!(fields("").unwrap(), []);
    }

    #[test]
    fn groups_are_skipped_with_what_they_hold() {
        // Group 1 with a number, a text and a group 2 inside; then a number.
        assert_eq!(
            fields("0b080112017813140c14").unwrap_err(),
            ReadError::WireType(4)
        );
        assert_eq!(
            fields("0b08011201781314").unwrap_err(),
            ReadError::Truncated
        );
        assert_eq!(fields("0b080112017813140c2805").unwrap().len(), 2);
    }

    #[test]
    fn a_deep_nest_of_groups_does_not_exhaust_the_stack() {
        let mut bytes = vec![0x0b; 1_000_000];
        bytes.extend(vec![0x0c; 1_000_000]);
        let field = Reader::new(&bytes).field().unwrap().unwrap();
        assert_eq!(field.end, 2_000_000);
    }

    #[test]
    fn cuts_and_senseless_wire_types_are_told_apart() {
        for cut in ["08", "0880", "1101", "120568", "25aabb", "0b", "ff", "0b0e"] {
            assert_eq!(fields(cut), Err(ReadError::Truncated), "{cut}");
        }
        assert_eq!(fields("0c"), Err(ReadError::WireType(4)));
        assert_eq!(fields("ff01"), Err(ReadError::WireType(7)));
        assert_eq!(fields("0e"), Err(ReadError::WireType(6)));
    }

    #[test]
    fn numbers_have_at_most_64_bits() {
        assert!(fields("08ffffffffffffffffff01").is_ok());
        assert!(fields("08ffffffffffffffffff02").is_err());
        assert!(fields("0880808080808080808080").is_err());
        assert!(fields("08808080808080808080818080").is_err());
        assert!(fields("08808000").is_ok());
    }
}
