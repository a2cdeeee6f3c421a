//! Devices, and how a message reaches them.

use crate::hex_key;
use secp256k1::PublicKey;
use serde::{Deserialize, Serialize};
use status_conversational_security::{Delivery, DeviceReport};

/// A device (installation) of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Whose.
    pub public_key: String,
    /// Its id.
    pub installation: String,
    /// Whether it is this one.
    pub this: bool,
    /// Whether messages are encrypted for it.
    pub enabled: bool,
    /// Whether its keys are known, without which it cannot be enabled.
    pub announced: bool,
    /// What its owner calls it; null if it did not say, as those of others never do.
    pub name: Option<String>,
    /// What it is, such as `desktop`; null if it did not say.
    pub device_type: Option<String>,
    /// When it was last heard of.
    pub heard: u64,
}

/// How a message reaches a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// In a session that this message opens (X3DH).
    OpensSession,
    /// In a session that exists (double ratchet).
    InSession,
    /// Encrypted to the identity key, without forward secrecy.
    ToIdentity,
    /// Not at all.
    Skipped,
}

/// A device of a recipient, and how a message reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedDevice {
    /// Whose.
    pub public_key: String,
    /// Which; null for all devices of somebody none of whose devices is known yet.
    pub installation: Option<String>,
    /// How.
    pub reach: Reach,
    /// Why it is not reached; null if it is.
    pub reason: Option<String>,
}

impl ReachedDevice {
    /// What was reported of a device of `person`.
    pub fn new(person: &PublicKey, report: &DeviceReport) -> Self {
        let (reach, reason) = match &report.delivery {
            Ok(Delivery::Opens) => (Reach::OpensSession, None),
            Ok(Delivery::InSession) => (Reach::InSession, None),
            Ok(Delivery::ToIdentity) => (Reach::ToIdentity, None),
            Err(skipped) => (Reach::Skipped, Some(skipped.to_string())),
        };
        Self {
            public_key: hex_key(person),
            installation: Some(report.installation.to_string()),
            reach,
            reason,
        }
    }
}
