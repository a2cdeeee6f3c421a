//! Groups.

use super::method;
use crate::rpc::records::{Done, GroupRecord};
use crate::rpc::text;
use secp256k1::PublicKey;
use serde::{Deserialize, Serialize};
use status_payload::GroupId;

/// `group_create`: makes a group and invites its first members.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupCreate {
    /// Its name.
    pub name: String,
    /// Whom to invite.
    #[serde(with = "text::list", default)]
    pub members: Vec<PublicKey>,
}
method!(GroupCreate, "group_create", GroupRecord);

/// `group_show`: a group and its members.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupShow {
    /// The group.
    #[serde(with = "text::one")]
    pub group: GroupId,
}
method!(GroupShow, "group_show", GroupRecord);

/// `group_join`: accepts an invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupJoin {
    /// The group.
    #[serde(with = "text::one")]
    pub group: GroupId,
}
method!(GroupJoin, "group_join", Done);

/// `group_leave`: leaves a group, or declines an invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupLeave {
    /// The group.
    #[serde(with = "text::one")]
    pub group: GroupId,
}
method!(GroupLeave, "group_leave", Done);

/// `group_rename`: gives a group another name. Clients of January 2020 show it, though they cannot
/// do it themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRename {
    /// The group.
    #[serde(with = "text::one")]
    pub group: GroupId,
    /// Its new name.
    pub name: String,
}
method!(GroupRename, "group_rename", Done);

macro_rules! of_members {
    ($type:ident, $name:literal, $does:literal) => {
        #[doc = concat!("`", $name, "`: ", $does)]
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $type {
            /// The group.
            #[serde(with = "text::one")]
            pub group: GroupId,
            /// Whom.
            #[serde(with = "text::list")]
            pub members: Vec<PublicKey>,
        }
        method!($type, $name, Done);
    };
}

of_members!(GroupAdd, "group_add", "invites people.");
of_members!(GroupRemove, "group_remove", "removes members.");
of_members!(
    GroupPromote,
    "group_promote",
    "lets members add and remove others."
);
