//! What is given away, as records.

use crate::darkness::report::{Exposure, Finding, Observer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Something that is given away, or is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// To whom.
    pub to: Observer,
    /// How much of it.
    pub exposure: Exposure,
    /// Its name: that of the [`Finding`].
    pub what: String,
    /// One sentence for people.
    pub sentence: String,
    /// What can be done about it, or null.
    pub advice: Option<String>,
    /// The numbers in the sentence, by name.
    pub numbers: Map<String, Value>,
}

impl From<&Finding> for FindingRecord {
    fn from(finding: &Finding) -> Self {
        // A finding is an object of its name and its numbers.
        let mut fields = match serde_json::to_value(finding) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let what = match fields.remove("what") {
            Some(Value::String(name)) => name,
            _ => String::new(),
        };
        let numbers = match fields.remove("numbers") {
            Some(Value::Object(numbers)) => numbers,
            _ => Map::new(),
        };
        Self {
            to: finding.observer(),
            exposure: finding.exposure(),
            what,
            sentence: finding.to_string(),
            advice: finding.advice().map(Into::into),
            numbers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_finding_has_its_numbers_as_fields() {
        let finding = Finding::NeverRelays { peers: 3 };
        let record = serde_json::to_value(FindingRecord::from(&finding)).unwrap();
        let expected = json!({
            "to": "peer",
            "exposure": "open",
            "what": "never_relays",
            "sentence": finding.to_string(),
            "advice": null,
            "numbers": { "peers": 3 },
        });
        assert_eq!(record, expected);
        let none = FindingRecord::from(&Finding::TakesAll {});
        assert_eq!((none.what.as_str(), none.numbers.len()), ("takes_all", 0));
    }
}
