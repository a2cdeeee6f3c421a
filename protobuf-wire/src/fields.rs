//! The fields of a message one by one, for tools that show what stands where.

use crate::filter::located;
use crate::reader::Reader;
use crate::{Error, RawField, Schema};

/// The fields of a message in the order of its bytes, known to the schema or not; see [`fields`].
pub struct Fields<'a> {
    schema: &'static Schema,
    reader: Reader<'a>,
    failed: bool,
}

/// Splits `bytes` into the fields of a message. Nothing is dropped and nothing is decoded: it shows where
/// things stand, also in a message that [`decode`](crate::decode) refuses, up to the fault, which ends it.
/// `schema` only names the message in an error.
pub fn fields<'a>(schema: &'static Schema, bytes: &'a [u8]) -> Fields<'a> {
    Fields {
        schema,
        reader: Reader::new(bytes),
        failed: false,
    }
}

impl Iterator for Fields<'_> {
    type Item = Result<RawField, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let offset = self.reader.position();
        let field = self.reader.field().transpose()?;
        let field = field.map_err(|error| located(error, self.schema, offset));
        self.failed = field.is_err();
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static SCHEMA: Schema = Schema {
        name: "Example",
        refuses_number_0: true,
        fields: &[],
    };

    #[test]
    fn places_and_numbers_are_those_of_the_bytes() {
        let bytes = hex::decode("0896011102030405060708091202686925aabbccdd").unwrap();
        let fields: Vec<_> = fields(&SCHEMA, &bytes).map(Result::unwrap).collect();
        let places: Vec<_> = fields.iter().map(|f| (f.start, f.value, f.end)).collect();
        assert_eq!(places, [(0, 1, 3), (3, 4, 12), (12, 14, 16), (16, 17, 21)]);
        let numbers: Vec<_> = fields.iter().map(|f| f.integer(&bytes)).collect();
        let wanted = [
            Some(150),
            Some(0x0908_0706_0504_0302),
            None,
            Some(0xddcc_bbaa),
        ];
        assert_eq!(numbers, wanted);
    }

    #[test]
    fn a_fault_is_named_once_behind_what_is_whole() {
        let found: Vec<_> = fields(&SCHEMA, &[0x08, 0x01, 0x12, 0x05, 0x61]).collect();
        assert!(found[0].is_ok());
        let (message, offset) = ("Example", 2);
        assert_eq!(found[1], Err(Error::Truncated { message, offset }));
        assert_eq!(found.len(), 2);
    }

    proptest! {
        #[test]
        fn fields_follow_each_other_to_the_end(bytes: Vec<u8>) {
            let mut at = 0;
            for field in fields(&SCHEMA, &bytes) {
                let Ok(field) = field else { return Ok(()) };
                prop_assert_eq!(field.start, at);
                prop_assert!(field.start < field.value && field.value <= field.end);
                at = field.end;
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
