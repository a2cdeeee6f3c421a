//! A case of a vector file, with typed access to its fields, and what judging it yields.

use serde_json::Value;
use std::fmt::{Debug, Display};

/// Where and how a case differs from what the reference code did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    /// The field that differs, as a path in the case: `expected.hash`, `steps.3.plaintext`.
    pub field: String,
    /// What the vector says.
    pub expected: String,
    /// What the crate under test gave.
    pub got: String,
}

impl Mismatch {
    /// A mismatch at `field`.
    pub fn new(field: &str, expected: impl Display, got: impl Display) -> Self {
        Self {
            field: field.into(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}

/// What judging a case yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The crate did what the reference code did.
    Passed,
    /// It did not.
    Failed(Mismatch),
    /// Nothing here handles this kind of case yet.
    Unsupported,
}

impl From<Result<(), Mismatch>> for Outcome {
    fn from(result: Result<(), Mismatch>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(mismatch) => Self::Failed(mismatch),
        }
    }
}

/// One case, or any object inside it (a step, `expected`), with the path that led there.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    value: &'a Value,
    path: String,
}

/// What the typed getters and checks return: a malformed vector is a mismatch like any other.
pub type Checked<T> = Result<T, Mismatch>;

impl<'a> Case<'a> {
    /// Wraps the JSON object of a case.
    pub fn new(value: &'a Value) -> Self {
        Self {
            value,
            path: String::new(),
        }
    }

    /// The raw JSON.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// The case's `name`, empty if it has none.
    pub fn name(&self) -> &'a str {
        self.value["name"].as_str().unwrap_or_default()
    }

    /// The case's `kind`, empty if it has none.
    pub fn kind(&self) -> &'a str {
        self.value["kind"].as_str().unwrap_or_default()
    }

    fn path_of(&self, field: &str) -> String {
        if self.path.is_empty() {
            field.into()
        } else {
            format!("{}.{field}", self.path)
        }
    }

    fn wrong(&self, field: &str, wanted: &str) -> Mismatch {
        Mismatch::new(&self.path_of(field), wanted, &self.value[field])
    }

    /// Whether the field is present and not null.
    pub fn has(&self, field: &str) -> bool {
        self.value.get(field).is_some_and(|value| !value.is_null())
    }

    /// The object (or any other value) in `field`; a missing one reads as null.
    pub fn child(&self, field: &str) -> Case<'a> {
        Case {
            value: &self.value[field],
            path: self.path_of(field),
        }
    }

    /// The elements of the list in `field`; null is an empty list.
    pub fn list(&self, field: &str) -> Checked<Vec<Case<'a>>> {
        match &self.value[field] {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, value)| Case {
                    value,
                    path: format!("{}.{index}", self.path_of(field)),
                })
                .collect()),
            _ => Err(self.wrong(field, "a list in the vector")),
        }
    }

    /// The string in `field`.
    pub fn text(&self, field: &str) -> Checked<&'a str> {
        self.value[field]
            .as_str()
            .ok_or_else(|| self.wrong(field, "a string in the vector"))
    }

    /// The boolean in `field`; missing or null is false.
    pub fn flag(&self, field: &str) -> Checked<bool> {
        match &self.value[field] {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(*flag),
            _ => Err(self.wrong(field, "a boolean in the vector")),
        }
    }

    /// The unsigned integer in `field`, given as a number or as a decimal string.
    pub fn number(&self, field: &str) -> Checked<u64> {
        let value = &self.value[field];
        value
            .as_u64()
            .or_else(|| value.as_str()?.parse().ok())
            .ok_or_else(|| self.wrong(field, "an unsigned integer in the vector"))
    }

    /// The bytes in `field`, given in hex with or without `0x`.
    pub fn bytes(&self, field: &str) -> Checked<Vec<u8>> {
        let text = self.text(field)?;
        hex::decode(text.strip_prefix("0x").unwrap_or(text))
            .map_err(|_| self.wrong(field, "hex in the vector"))
    }

    /// The bytes in `field`, which must be `N` of them.
    pub fn array<const N: usize>(&self, field: &str) -> Checked<[u8; N]> {
        self.bytes(field)?
            .try_into()
            .map_err(|_| self.wrong(field, &format!("{N} bytes in the vector")))
    }

    /// The float in `field`, from the `bits` of `{"value", "bits"}`.
    pub fn float(&self, field: &str) -> Checked<f64> {
        Ok(f64::from_bits(u64::from_be_bytes(
            self.child(field).array("bits")?,
        )))
    }

    /// The secret key in `field`.
    pub fn secret_key(&self, field: &str) -> Checked<secp256k1::SecretKey> {
        secp256k1::SecretKey::from_byte_array(self.array(field)?)
            .map_err(|_| self.wrong(field, "a secret key in the vector"))
    }

    /// The public key in `field`, in any of its encodings.
    pub fn public_key(&self, field: &str) -> Checked<secp256k1::PublicKey> {
        secp256k1::PublicKey::from_slice(&self.bytes(field)?)
            .map_err(|_| self.wrong(field, "a public key in the vector"))
    }

    /// Fails unless `got` equals `expected`.
    pub fn equal<T: PartialEq + Debug>(&self, field: &str, expected: T, got: T) -> Checked<()> {
        if expected == got {
            return Ok(());
        }
        Err(Mismatch::new(
            &self.path_of(field),
            format_args!("{expected:?}"),
            format_args!("{got:?}"),
        ))
    }

    /// Fails unless `got` equals the bytes in `field`.
    pub fn equal_bytes(&self, field: &str, got: impl AsRef<[u8]>) -> Checked<()> {
        self.equal(field, hex::encode(self.bytes(field)?), hex::encode(got))
    }

    /// Fails unless `got` equals the string in `field`.
    pub fn equal_text(&self, field: &str, got: &str) -> Checked<()> {
        self.equal(field, self.text(field)?, got)
    }

    /// Fails unless `got` equals the number in `field`.
    pub fn equal_number(&self, field: &str, got: impl Into<u64>) -> Checked<()> {
        self.equal(field, self.number(field)?, got.into())
    }

    /// Fails unless `got` equals the boolean in `field`.
    pub fn equal_flag(&self, field: &str, got: bool) -> Checked<()> {
        self.equal(field, self.flag(field)?, got)
    }

    /// Fails unless `got` has the very bits of the float in `field`.
    pub fn equal_float(&self, field: &str, got: f64) -> Checked<()> {
        let expected = self.float(field)?;
        if expected.to_bits() == got.to_bits() {
            return Ok(());
        }
        Err(Mismatch::new(&self.path_of(field), expected, got))
    }

    /// A mismatch at `field`, for comparisons of one's own.
    pub fn differs(&self, field: &str, expected: impl Display, got: impl Display) -> Mismatch {
        Mismatch::new(&self.path_of(field), expected, got)
    }
}
