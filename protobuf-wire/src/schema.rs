//! What a message type knows: its fields, their numbers and wire types.

/// A message type. Schemas are made by `cargo xtask codegen` and never refer to themselves.
#[derive(Debug)]
pub struct Schema {
    /// The name of the message type, for errors and reports.
    pub name: &'static str,
    /// Whether a field of the number 0 makes the message an error, as golang/protobuf 1.3 has it
    /// for all messages but the entries of maps, in which it skips such a field.
    pub refuses_number_0: bool,
    /// Its fields, in ascending order of their numbers.
    pub fields: &'static [Field],
}

/// A field of a message type.
#[derive(Debug)]
pub struct Field {
    /// Its number.
    pub number: u32,
    /// Its name, for tools that show what bytes say.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The oneof it belongs to, counted from 0 within the message type.
    pub oneof: Option<u8>,
}

/// What a field holds, as far as the wire shows it. Repeated fields look like single ones;
/// packed numbers do not occur in the protocol and are not provided for.
#[derive(Debug)]
pub enum Kind {
    /// Integers, booleans and enumerations: wire type 0.
    Varint,
    /// Numbers of 8 bytes: wire type 1.
    Fixed64,
    /// Bytes: wire type 2.
    Bytes,
    /// Text, which must be UTF-8: wire type 2.
    Text,
    /// A message: wire type 2.
    Message(&'static Schema),
    /// A map, whose entries are messages with key 1 and value 2: wire type 2.
    Map(&'static Schema),
    /// Numbers of 4 bytes: wire type 5.
    Fixed32,
}

impl Kind {
    /// The wire type of a field of this kind.
    pub const fn wire_type(&self) -> u8 {
        match self {
            Self::Varint => 0,
            Self::Fixed64 => 1,
            Self::Bytes | Self::Text | Self::Message(_) | Self::Map(_) => 2,
            Self::Fixed32 => 5,
        }
    }
}

impl Schema {
    /// The field of this number, if there is one.
    pub fn field(&self, number: u64) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| u64::from(field.number) == number)
    }
}

/// A prost type that has a schema.
pub trait Described {
    /// Its schema.
    const SCHEMA: &'static Schema;
}
