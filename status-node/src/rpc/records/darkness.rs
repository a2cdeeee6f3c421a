//! What is given away, as records.

use crate::darkness::report::{Exposure, Finding, Observer, Sight};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt::Display;

/// Something that is given away, or is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// To whom.
    pub to: Observer,
    /// How much of it.
    pub exposure: Exposure,
    /// Its name: that of the [`Finding`] or [`Sight`].
    pub what: String,
    /// One sentence for people.
    pub sentence: String,
    /// What can be done about it, or null.
    pub advice: Option<String>,
    /// The numbers in the sentence, by name.
    pub numbers: Map<String, Value>,
}

impl FindingRecord {
    /// A record of what serialises as its name and its numbers.
    fn new(
        finding: &(impl Serialize + Display),
        to: Observer,
        exposure: Exposure,
        advice: Option<&str>,
    ) -> Self {
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
            to,
            exposure,
            what,
            sentence: finding.to_string(),
            advice: advice.map(Into::into),
            numbers,
        }
    }
}

impl From<&Finding> for FindingRecord {
    fn from(finding: &Finding) -> Self {
        let (to, exposure) = (finding.observer(), finding.exposure());
        Self::new(finding, to, exposure, finding.advice())
    }
}

impl From<&Sight> for FindingRecord {
    fn from(sight: &Sight) -> Self {
        Self::new(sight, Observer::Here, sight.exposure(), None)
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
