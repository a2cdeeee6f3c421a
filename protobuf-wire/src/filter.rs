//! Drops from a message what its schema does not know.

use crate::reader::{RawField, ReadError, Reader};
use crate::{Error, Field, Kind, Reason, Schema, UnknownField, UnknownFields};

/// The bytes without what `schema` does not know, or none if they conform as they are, which is
/// the usual case and costs no allocation. What was dropped is added to `unknown`.
///
/// It recurses as deep as the schema does, which is a constant of the code, not of the input.
pub(crate) fn conforming(
    schema: &'static Schema,
    bytes: &[u8],
    unknown: &mut UnknownFields,
) -> Result<Option<Vec<u8>>, Error> {
    let mut reader = Reader::new(bytes);
    let mut output = Output::new(bytes);
    loop {
        let offset = reader.position();
        let raw = match reader.field() {
            Ok(Some(raw)) => raw,
            Ok(None) => return Ok(output.rewritten),
            Err(error) => return Err(located(error, schema, offset)),
        };
        if raw.number == 0 && schema.refuses_number_0 {
            return Err(Error::NumberZero {
                message: schema.name,
                offset,
            });
        }
        let known = lookup(schema, raw.number);
        match known.filter(|field| field.kind.wire_type() == raw.wire_type) {
            Some(field) => keep(field, bytes, raw, &mut output, unknown)?,
            None => {
                refuse_strict_kinds(schema, known, raw)?;
                output.replace(raw, &[]);
                unknown.push(UnknownField {
                    message: schema.name,
                    number: raw.number,
                    wire_type: raw.wire_type,
                    reason: known.map_or(Reason::Number, |_| Reason::WireType),
                });
            }
        }
    }
}

fn lookup(schema: &'static Schema, number: u64) -> Option<&'static Field> {
    schema
        .fields
        .iter()
        .find(|field| u64::from(field.number) == number)
}

fn keep(
    field: &'static Field,
    bytes: &[u8],
    raw: RawField,
    output: &mut Output<'_>,
    unknown: &mut UnknownFields,
) -> Result<(), Error> {
    if let Some(oneof) = field.oneof {
        output.forget_member(oneof, raw.start);
    }
    let rewritten = match field.kind {
        Kind::Message(inner) | Kind::Map(inner) => {
            let value = bytes.get(raw.value..raw.end).unwrap_or_default();
            conforming(inner, value, unknown)?
        }
        Kind::Varint | Kind::Fixed64 | Kind::Bytes | Kind::Fixed32 => None,
    };
    let start = output.len(raw.start);
    match rewritten {
        None => output.copy(raw),
        Some(value) => {
            let mut encoded = Vec::with_capacity(value.len() + 20);
            prost::encoding::encode_key(
                field.number,
                prost::encoding::WireType::LengthDelimited,
                &mut encoded,
            );
            prost::encoding::encode_varint(value.len() as u64, &mut encoded);
            encoded.extend_from_slice(&value);
            output.replace(raw, &encoded);
        }
    }
    if let Some(oneof) = field.oneof {
        output.members.push((oneof, start, output.len(raw.end)));
    }
    Ok(())
}

/// golang/protobuf 1.3 does not skip these kinds of field, it refuses the message.
fn refuse_strict_kinds(
    schema: &'static Schema,
    known: Option<&'static Field>,
    raw: RawField,
) -> Result<(), Error> {
    match known {
        Some(field) if field.oneof.is_some() || matches!(field.kind, Kind::Map(_)) => {
            Err(Error::Mismatch {
                message: schema.name,
                number: field.number,
                wire_type: raw.wire_type,
            })
        }
        _ => Ok(()),
    }
}

fn located(error: ReadError, schema: &'static Schema, offset: usize) -> Error {
    let message = schema.name;
    match error {
        ReadError::Truncated => Error::Truncated { message, offset },
        ReadError::WireType(wire_type) => Error::WireType {
            message,
            offset,
            wire_type,
        },
    }
}

/// What is kept. As long as nothing was dropped it is the input itself.
struct Output<'a> {
    input: &'a [u8],
    rewritten: Option<Vec<u8>>,
    /// Where the member of each oneof that came last stands in the output. As long as there
    /// are oneofs in the message type.
    members: Vec<(u8, usize, usize)>,
}

impl<'a> Output<'a> {
    fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            rewritten: None,
            members: Vec::new(),
        }
    }

    /// Length of the output when `read` bytes of the input were handled.
    fn len(&self, read: usize) -> usize {
        self.rewritten.as_ref().map_or(read, Vec::len)
    }

    fn copy(&mut self, raw: RawField) {
        if let Some(output) = &mut self.rewritten {
            output.extend_from_slice(self.input.get(raw.start..raw.end).unwrap_or_default());
        }
    }

    fn replace(&mut self, raw: RawField, by: &[u8]) {
        self.rewritten(raw.start).extend_from_slice(by);
    }

    /// Removes the earlier member of the oneof: the last one wins. Each byte moves at most once
    /// for each oneof of the message type, so a row of members costs linear time.
    fn forget_member(&mut self, oneof: u8, read: usize) {
        let Some(index) = self.members.iter().position(|(of, ..)| *of == oneof) else {
            return;
        };
        let (_, start, end) = self.members.swap_remove(index);
        self.rewritten(read).drain(start..end);
        for (_, other_start, other_end) in &mut self.members {
            if *other_start >= end {
                *other_start -= end - start;
                *other_end -= end - start;
            }
        }
    }

    fn rewritten(&mut self, read: usize) -> &mut Vec<u8> {
        self.rewritten
            .get_or_insert_with(|| self.input.get(..read).unwrap_or_default().to_vec())
    }
}
