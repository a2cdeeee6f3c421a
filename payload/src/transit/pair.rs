//! `~#p2`: a device introduces itself.

use super::error::TransitError;
use super::value::Value;

pub(super) const TAG: &str = "p2";

/// A device of one's own introduces itself. What a sender leaves out is empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pair {
    /// Id of the installation.
    pub installation_id: String,
    /// Kind of device: ios, android, desktop.
    pub device_type: String,
    /// Name that the owner gave the device.
    pub name: String,
    /// Where to send it push notifications, or empty.
    pub fcm_token: String,
    /// Fields of newer clients behind those above, kept and written again.
    pub more: Vec<Value>,
}

impl Pair {
    pub(super) fn from_value(value: Value) -> Result<Self, TransitError> {
        let Value::Array(fields) = value else {
            return Err(TransitError::Tagged {
                tag: TAG.into(),
                wanted: "an array",
            });
        };
        let mut pair = Self::default();
        for (index, field) in fields.into_iter().enumerate() {
            match (index, field) {
                (0, Value::Text(text)) => pair.installation_id = text,
                (1, Value::Text(text)) => pair.device_type = text,
                (2, Value::Text(text)) => pair.name = text,
                (3, Value::Text(text)) => pair.fcm_token = text,
                (0..=3, _) => {
                    return Err(TransitError::Field {
                        message: TAG,
                        index,
                        wanted: "text",
                    });
                }
                (_, other) => pair.more.push(other),
            }
        }
        Ok(pair)
    }

    pub(super) fn to_value(&self) -> Value {
        let mut fields = vec![
            self.installation_id.as_str().into(),
            self.device_type.as_str().into(),
            self.name.as_str().into(),
            self.fcm_token.as_str().into(),
        ];
        fields.extend(self.more.iter().cloned());
        Value::Tagged(TAG.into(), Box::new(Value::Array(fields)))
    }
}
