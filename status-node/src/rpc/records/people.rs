//! Contacts and groups.

use crate::hex_key;
use crate::messenger::{self, Member};
use secp256k1::PublicKey;
use serde::{Deserialize, Serialize};
use status_conversational_security::trust::ThreeWordName;

/// Somebody who is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// Their key.
    pub public_key: String,
    /// The three words of the key.
    pub name: String,
    /// What they are called here; may be empty.
    pub alias: String,
    /// The ENS name that they claim, which nobody verified; may be empty.
    pub ens_name: String,
    /// Whether they were added here.
    pub added: bool,
    /// Whether they added the account here: they sent a contact update.
    pub has_added_us: bool,
    /// Whether they added the account here, which neither added nor blocked them.
    pub request: bool,
    /// Whether what they say is dropped.
    pub blocked: bool,
    /// The clock of their last update; 0 if there was none.
    pub updated: u64,
    /// Their picture, a `data:` URI; only where one contact is shown, and null without one.
    #[serde(default)]
    pub picture: Option<String>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// Their key.
    pub public_key: String,
    /// The three words of the key.
    pub name: String,
    /// Whether they may add and remove others.
    pub admin: bool,
    /// Whether they accepted: until then they neither read nor are read.
    pub joined: bool,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Its id.
    pub chat: String,
    /// Its name.
    pub name: String,
    /// Whether the account here is a member.
    pub member: bool,
    /// Whether the account here accepted.
    pub joined: bool,
    /// Whether the account here may add and remove others.
    pub admin: bool,
    /// Who is in it.
    pub members: Vec<MemberRecord>,
}

fn words(key: &PublicKey) -> String {
    ThreeWordName::of(key).to_string()
}

impl ContactRecord {
    /// With the picture.
    pub(in crate::rpc) fn whole(known: &messenger::ContactRecord) -> Self {
        Self {
            picture: (!known.picture.is_empty()).then(|| known.picture.clone()),
            ..Self::from(known)
        }
    }
}

/// Without the picture, so that a list of many stays small.
impl From<&messenger::ContactRecord> for ContactRecord {
    fn from(known: &messenger::ContactRecord) -> Self {
        Self {
            public_key: hex_key(&known.person),
            name: words(&known.person),
            alias: known.alias.clone(),
            ens_name: known.ens_name.clone(),
            added: known.added,
            has_added_us: known.has_added_us,
            request: known.is_request(),
            blocked: known.blocked,
            updated: known.updated,
            picture: None,
        }
    }
}

impl From<&Member> for MemberRecord {
    fn from(member: &Member) -> Self {
        Self {
            public_key: hex_key(&member.person),
            name: words(&member.person),
            admin: member.admin,
            joined: member.joined,
        }
    }
}
