//! Contacts and groups.

use serde::{Deserialize, Serialize};

/// Somebody who is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// Their key.
    pub public_key: String,
    /// The three words of the key.
    pub name: String,
    /// What they call themselves; null if they did not say.
    pub chosen_name: Option<String>,
    /// Whether they were added here.
    pub added: bool,
    /// Whether they added the account here: they sent a contact update.
    pub added_us: bool,
    /// Whether what they say is dropped.
    pub blocked: bool,
    /// When they last changed what they call themselves; 0 if never.
    pub updated: u64,
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
