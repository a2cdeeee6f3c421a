//! Devices, and how a message reaches them.

use crate::hex_key;
use crate::messenger::PairingNews;
use secp256k1::PublicKey;
use serde::{Deserialize, Serialize};
use status_conversational_security::noise::pairing::Outcome;
use status_conversational_security::{Delivery, DeviceReport};
use std::fmt;

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

/// What another device is to be shown, to be paired.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingCodeRecord {
    /// The code. Whoever has it within ten minutes can try to be paired, so it is for the other device
    /// alone.
    pub code: String,
}

impl fmt::Debug for PairingCodeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCodeRecord(hidden)")
    }
}

/// What is to be carried to the other device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingMessages {
    /// The messages, encrypted, in hex.
    pub messages: Vec<String>,
}

/// What happened in a pairing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PairingRecord {
    /// Both devices show digits. The user compares them, and says so by `pair_confirm`.
    Compare {
        /// The digits.
        digits: String,
    },
    /// The user confirmed on both.
    Confirmed,
    /// The other device's contacts are taken over, and it is enabled once its keys are known.
    Accepted {
        /// The other device.
        installation: String,
    },
    /// The other device has what this one passed to it.
    Delivered,
    /// The other device is one of another account, or there is no account here: nothing was taken.
    OtherAccount,
    /// It is over.
    Over {
        /// Why.
        reason: String,
    },
}

impl From<&PairingNews> for PairingRecord {
    fn from(news: &PairingNews) -> Self {
        match news {
            PairingNews::Compare(digits) => Self::Compare {
                digits: digits.to_string(),
            },
            PairingNews::Confirmed => Self::Confirmed,
            PairingNews::Accepted { installation } => Self::Accepted {
                installation: installation.to_string(),
            },
            PairingNews::Received { .. } | PairingNews::OtherAccount => Self::OtherAccount,
            PairingNews::Delivered => Self::Delivered,
            PairingNews::Over(outcome) => Self::Over {
                reason: match outcome {
                    Outcome::Finished => "it is finished",
                    Outcome::Rejected => "the digits were rejected here",
                    Outcome::RejectedByPeer => "the digits were rejected on the other device",
                    _ => "its time is up",
                }
                .into(),
            },
        }
    }
}

impl ReachedDevice {
    /// All devices of `person`, none of which is known yet: who has the identity key reads it.
    pub fn unknown(person: &PublicKey) -> Self {
        Self {
            public_key: hex_key(person),
            installation: None,
            reach: Reach::ToIdentity,
            reason: None,
        }
    }

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
