//! What was made of bytes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationRecord {
    /// The layers as a tree, see [`Layer::to_json`](crate::explain::Layer::to_json).
    pub tree: Value,
    /// The same for people.
    pub text: String,
}
