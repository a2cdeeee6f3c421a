//! The node, and what became of messages of one's own.

use crate::hex_key;
use crate::messenger::{LedgerEntry, LedgerState};
use crate::node::ReadyPeer;
use serde::{Deserialize, Serialize};
use status_devp2p::NodeId;
use status_payload::MessageId;
use status_whisper::Hash;

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
    /// Who they are.
    pub peers: Vec<PeerRecord>,
    /// Envelopes of its own whose proof of work is searched for.
    pub sealing: u64,
    /// Payloads of its own that wait, for a first peer or because many others are being sealed.
    pub unsent: u64,
    /// By how many ms the clocks of those who write are ahead of its own, negative if behind; null while
    /// too few were heard.
    pub others_ahead_ms: Option<i64>,
}

/// A peer with which envelopes flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRecord {
    /// Its node's id.
    pub peer: String,
    /// Where it is connected from or to.
    pub address: String,
    /// What it calls itself: words of a stranger.
    pub client: String,
}

impl From<&ReadyPeer> for PeerRecord {
    fn from(peer: &ReadyPeer) -> Self {
        Self {
            peer: format!("0x{}", hex::encode(peer.node_id.0)),
            address: peer.address.to_string(),
            client: peer.client_name.clone(),
        }
    }
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
    /// Nothing is sent to a device of a recipient any more.
    Removed,
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

/// Something was done, about which there is nothing more to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Always true.
    pub done: bool,
}

impl Default for Done {
    fn default() -> Self {
        Self { done: true }
    }
}

/// A new subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionRecord {
    /// Its number on this connection.
    pub subscription: u64,
}

impl LedgerRecord {
    /// The entry of a message.
    pub fn new(message: &MessageId, entry: &LedgerEntry) -> Self {
        let none = Self {
            message: message.to_string(),
            at: entry.at_ms,
            state: State::Queued,
            envelope: None,
            peer: None,
            person: None,
            installation: None,
            remaining: None,
            reason: None,
        };
        let with_peer = |state, envelope: &Hash, peer: &NodeId| Self {
            state,
            envelope: Some(envelope.to_string()),
            peer: Some(format!("0x{}", hex::encode(peer.0))),
            ..none.clone()
        };
        match &entry.state {
            LedgerState::Queued => none,
            LedgerState::Sealed { envelope } => Self {
                state: State::Sealed,
                envelope: Some(envelope.to_string()),
                ..none
            },
            LedgerState::Handed { envelope, peer } => with_peer(State::Handed, envelope, peer),
            LedgerState::Confirmed { envelope, peer } => {
                with_peer(State::Confirmed, envelope, peer)
            }
            LedgerState::Refused {
                envelope,
                peer,
                reason,
            } => Self {
                reason: Some(reason.clone()),
                ..with_peer(State::Refused, envelope, peer)
            },
            LedgerState::Acknowledged {
                person,
                installation,
                remaining,
            } => Self {
                state: State::Acknowledged,
                person: Some(hex_key(person)),
                installation: Some(installation.to_string()),
                remaining: u64::try_from(*remaining).ok(),
                ..none
            },
            LedgerState::Expired { person } => Self {
                state: State::Expired,
                person: person.as_ref().map(hex_key),
                ..none
            },
            LedgerState::Removed {
                person,
                installation,
            } => Self {
                state: State::Removed,
                person: Some(hex_key(person)),
                installation: Some(installation.to_string()),
                ..none
            },
            LedgerState::Failed { reason } => Self {
                state: State::Failed,
                reason: Some(reason.clone()),
                ..none
            },
        }
    }
}
