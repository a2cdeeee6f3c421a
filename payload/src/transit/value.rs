//! A Transit value.

use super::error::TransitError;
use super::read::read;
use super::write::Writer;

/// A value of the Transit format, as it is read and written.
///
/// Two values are equal if they are written alike, but for the order of sets and maps, which are kept
/// in the order in which they came. NaN is unequal to itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Nil,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// An integer of any size, decimal.
    BigInteger(String),
    /// A float.
    Float(f64),
    /// A decimal fraction of any size.
    Decimal(String),
    /// Text.
    Text(String),
    /// A keyword, without its colon.
    Keyword(String),
    /// A symbol.
    Symbol(String),
    /// A tag that stands where no tag can tag anything, without `~#`. Read as deployed; no client
    /// writes it.
    Tag(String),
    /// One character.
    Character(char),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A time, milliseconds since 1970.
    Time(i64),
    /// A time as text (RFC 3339), as precise as it came.
    Instant(String),
    /// A UUID.
    Uuid([u8; 16]),
    /// A URI, unchecked.
    Uri(String),
    /// Values in a row.
    Array(Vec<Value>),
    /// A linked list, to readers that tell it from an array.
    List(Vec<Value>),
    /// A set; nobody checks that its elements differ.
    Set(Vec<Value>),
    /// A map whose keys are none of the composite values around here. Of equal keys the last counts,
    /// see [`get`](Self::get).
    Map(Vec<(Value, Value)>),
    /// A map with keys of any kind.
    CompositeMap(Vec<(Value, Value)>),
    /// A value with a tag that means nothing to this format.
    Tagged(String, Box<Value>),
}

impl Value {
    /// Reads the first value in `bytes`, in the compact or the verbose form; what stands behind it is
    /// ignored, as deployed. Takes time and memory linear in the length of `bytes`.
    ///
    /// # Errors
    ///
    /// If they are no Transit, or over the bounds of this module.
    pub fn read(bytes: &[u8]) -> Result<Self, TransitError> {
        read(bytes)
    }

    /// The value in the compact form, which clients write: keywords that come again are codes.
    pub fn to_compact(&self) -> String {
        Writer::compact().document(self)
    }

    /// The value in the verbose form, for people: no codes, maps as JSON objects.
    pub fn to_verbose(&self) -> String {
        Writer::verbose().document(self)
    }

    /// What the keyword `key` stands for in a [`Map`](Self::Map): the last entry counts.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        let mut entries = entries.iter().rev();
        entries
            .find(|(candidate, _)| matches!(candidate, Self::Keyword(name) if name == key))
            .map(|(_, value)| value)
    }

    /// Whether it can be a key of a [`Map`](Self::Map).
    pub fn is_scalar(&self) -> bool {
        !matches!(
            self,
            Self::Array(_)
                | Self::List(_)
                | Self::Set(_)
                | Self::Map(_)
                | Self::CompositeMap(_)
                | Self::Tagged(..)
        )
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}
