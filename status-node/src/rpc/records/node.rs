//! The node, and what became of messages of one's own.

use super::{MessageRecord, ReachedDevice};
use serde::{Deserialize, Serialize};

/// A node that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// How others reach it.
    pub enode: String,
    /// The key of its account; null if it runs without one.
    pub public_key: Option<String>,
    /// This device; null without an account.
    pub installation: Option<String>,
    /// Its version.
    pub version: String,
    /// Peers with which envelopes flow.
    pub ready_peers: u64,
    /// How far its clock seems to be ahead of its peers', in ms, negative if behind; null while too
    /// little was heard.
    pub clock_skew_ms: Option<i64>,
}

/// What may become of a message of one's own. None is entered without the event that proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is in the database: a crash does not lose it.
    Queued,
    /// It is in an envelope with its proof of work.
    Sealed,
    /// An envelope with it was handed to a peer's connection.
    Handed,
    /// A peer confirmed an envelope with it.
    Confirmed,
    /// A peer refused an envelope with it.
    Refused,
    /// A device of a recipient acknowledged it.
    Acknowledged,
    /// Its deadline passed.
    Expired,
    /// It cannot be sent.
    Failed,
}

/// An entry in the ledger of a message of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// The message.
    pub message: String,
    /// When, by this machine's clock.
    pub at: u64,
    /// What.
    pub state: State,
    /// The envelope that it is about, or null.
    pub envelope: Option<String>,
    /// The peer that it is about, or null.
    pub peer: Option<String>,
    /// The recipient that it is about, or null.
    pub person: Option<String>,
    /// The device that it is about, or null.
    pub installation: Option<String>,
    /// How many devices have not acknowledged it yet; null unless one just did.
    pub remaining: Option<u64>,
    /// Why it was refused or failed, or null.
    pub reason: Option<String>,
}

/// A message that is in the database and on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRecord {
    /// The message.
    #[serde(flatten)]
    pub message: MessageRecord,
    /// Whether anybody acknowledges it: data sync carries it.
    pub acknowledgeable: bool,
    /// The devices of its recipients; none in a public chat.
    pub devices: Vec<ReachedDevice>,
}

/// Something was done, about which there is nothing more to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The messages that this sends, for the ledger.
    #[serde(default)]
    pub sends: Vec<String>,
}

/// A new subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionRecord {
    /// Its number on this connection.
    pub subscription: u64,
}
