//! Drops from a message what its schema does not know.

use crate::reader::{RawField, ReadError, Reader};
use crate::{Error, Field, Kind, Reason, Schema, UnknownField, UnknownFields};

/// The bytes without what `schema` does not know, or none if they conform as they are, which is
/// the usual case and costs no allocation; and a report of what was dropped.
pub(crate) fn conforming(
    schema: &'static Schema,
    bytes: &[u8],
) -> Result<(Option<Vec<u8>>, UnknownFields), Error> {
    let mut walk = Walk::default();
    let conforming = walk.message(schema, bytes)?;
    match walk.bad_text {
        Some(error) => Err(error),
        None => Ok((conforming, walk.unknown)),
    }
}

/// What is found along the way through a message and those in it.
#[derive(Default)]
struct Walk {
    unknown: UnknownFields,
    /// The first text that is not UTF-8, which counts only if the walk comes to its end. It counts
    /// even in a member of a oneof that a later one replaces, so it cannot be left to prost.
    bad_text: Option<Error>,
}

impl Walk {
    /// Recurses as deep as the schema does, which is a constant of the code, not of the input.
    fn message(&mut self, schema: &'static Schema, bytes: &[u8]) -> Result<Option<Vec<u8>>, Error> {
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
            let known = schema.field(raw.number);
            match known.filter(|field| field.kind.wire_type() == raw.wire_type) {
                Some(field) => self.keep(schema, field, bytes, raw, &mut output)?,
                None => {
                    refuse_strict_kinds(schema, known, raw)?;
                    output.replace(raw, &[]);
                    self.unknown.push(UnknownField {
                        message: schema.name,
                        number: raw.number,
                        wire_type: raw.wire_type,
                        reason: known.map_or(Reason::Number, |_| Reason::WireType),
                    });
                }
            }
        }
    }

    fn keep(
        &mut self,
        schema: &'static Schema,
        field: &'static Field,
        bytes: &[u8],
        raw: RawField,
        output: &mut Output<'_>,
    ) -> Result<(), Error> {
        if let Some(oneof) = field.oneof {
            output.forget_member(oneof, raw.start);
        }
        let value = bytes.get(raw.value..raw.end).unwrap_or_default();
        let rewritten = match field.kind {
            Kind::Message(inner) | Kind::Map(inner) => self.message(inner, value)?,
            Kind::Text => {
                if std::str::from_utf8(value).is_err() {
                    self.bad_text.get_or_insert(Error::Text {
                        message: schema.name,
                        number: field.number,
                    });
                }
                None
            }
            Kind::Varint | Kind::Fixed64 | Kind::Bytes | Kind::Fixed32 => None,
        };
        let start = output.len(raw.start);
        match rewritten {
            None => output.copy(raw),
            Some(value) => output.replace(raw, &delimited(field.number, &value)),
        }
        if let Some(oneof) = field.oneof {
            output.members.push((oneof, start, output.len(raw.end)));
        }
        Ok(())
    }
}

/// A length-delimited field with its key and length.
fn delimited(number: u32, value: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(value.len() + 20);
    let wire_type = prost::encoding::WireType::LengthDelimited;
    prost::encoding::encode_key(number, wire_type, &mut encoded);
    prost::encoding::encode_varint(value.len() as u64, &mut encoded);
    encoded.extend_from_slice(value);
    encoded
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

pub(crate) fn located(error: ReadError, schema: &'static Schema, offset: usize) -> Error {
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
    /// Where the member of each oneof that came last stands in the output: at most one entry
    /// for each oneof of the message type.
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
