//! What panels ask the node to do.

use secp256k1::PublicKey;
use status_node::Chat;
use status_payload::GroupId;

/// Something that a person asked for in a panel. The event loop makes a call of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Show a chat; nothing is told to the node.
    OpenChat(Chat),
    /// Join a public chat, or open one with a person.
    Join(Chat),
    /// Make a group.
    CreateGroup {
        /// Its name.
        name: String,
        /// Whom to invite.
        members: Vec<PublicKey>,
    },
    /// Add somebody, who is told so.
    AddContact(PublicKey),
    /// Remove somebody from the contacts.
    RemoveContact(PublicKey),
    /// Drop what somebody says.
    BlockContact(PublicKey),
    /// Take again what somebody says.
    UnblockContact(PublicKey),
    /// Call somebody by a name; empty for none.
    NameContact {
        /// Whom.
        key: PublicKey,
        /// How.
        name: String,
    },
    /// Invite people into a group.
    GroupAdd {
        /// The group.
        group: GroupId,
        /// Whom.
        members: Vec<PublicKey>,
    },
    /// Remove members of a group.
    GroupRemove {
        /// The group.
        group: GroupId,
        /// Whom.
        members: Vec<PublicKey>,
    },
    /// Let members invite and remove others.
    GroupPromote {
        /// The group.
        group: GroupId,
        /// Whom.
        members: Vec<PublicKey>,
    },
    /// Accept an invitation.
    GroupJoin(GroupId),
    /// Leave a group, or decline an invitation.
    GroupLeave(GroupId),
    /// What this device is called.
    DeviceName {
        /// Its name.
        name: String,
        /// What it is, such as `desktop`.
        device_type: String,
    },
    /// Tell the account's other devices of this one.
    DeviceAnnounce,
    /// Encrypt for a device from now on.
    DeviceEnable(String),
    /// Encrypt nothing for a device from now on.
    DeviceDisable(String),
    /// Send contacts and public chats to the account's other devices.
    DeviceSync,
}

impl Request {
    /// What is said once it is done.
    pub(super) fn done(&self) -> &'static str {
        match self {
            Self::OpenChat(_) => "shown",
            Self::Join(_) => "joined",
            Self::CreateGroup { .. } => "the group is made",
            Self::AddContact(_) => "added; the contact is told so",
            Self::RemoveContact(_) => "removed",
            Self::BlockContact(_) => "blocked",
            Self::UnblockContact(_) => "no longer blocked",
            Self::NameContact { .. } => "named",
            Self::GroupAdd { .. } => "invited",
            Self::GroupRemove { .. } => "removed from the group",
            Self::GroupPromote { .. } => "may now invite and remove others",
            Self::GroupJoin(_) => "joined the group",
            Self::GroupLeave(_) => "left the group",
            Self::DeviceName { .. } => "this device is named; announce it to tell the others",
            Self::DeviceAnnounce => "announced to your other devices",
            Self::DeviceEnable(_) => "messages are encrypted for it from now on",
            Self::DeviceDisable(_) => "nothing is encrypted for it any more",
            Self::DeviceSync => "contacts and public chats are on their way to your other devices",
        }
    }
}
