//! Contacts, groups and devices on the command line.

use super::values::address;
use clap::{Args, Subcommand};
use secp256k1::PublicKey;
use status_node::rpc::Text;
use status_payload::GroupId;
use std::net::SocketAddr;

/// What to do with people. A KEY is 0x04..., compressed or multibase.
#[derive(Debug, Subcommand)]
pub(crate) enum ContactCommand {
    /// List contacts, those who want to be contacts, and who is blocked
    List,
    /// Print what is known of somebody
    #[command(arg_required_else_help = false)]
    Show {
        /// Whose public key: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        key: PublicKey,
    },
    /// Add somebody, who is told so
    #[command(arg_required_else_help = false)]
    Add {
        /// Whose public key: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        key: PublicKey,
    },
    /// Remove somebody
    #[command(arg_required_else_help = false)]
    Remove {
        /// Whose public key: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        key: PublicKey,
    },
    /// Drop what somebody says, and what they said
    #[command(arg_required_else_help = false)]
    Block {
        /// Whose public key: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        key: PublicKey,
    },
    /// Take again what somebody says
    #[command(arg_required_else_help = false)]
    Unblock {
        /// Whose public key: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        key: PublicKey,
    },
    /// Call somebody by a name, which they are not told
    #[command(arg_required_else_help = false)]
    Name {
        /// Whose public key: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        key: PublicKey,
        /// The name; empty for none
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Tell contacts one's own ENS name
    #[command(arg_required_else_help = false)]
    Profile {
        /// The ENS name; empty for none
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// What to do with groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Make a group and invite its first members
    #[command(arg_required_else_help = false)]
    Create {
        /// What the group is called
        #[arg(value_name = "NAME")]
        name: String,
        /// Whom to invite, by their public keys: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read)]
        members: Vec<PublicKey>,
    },
    /// Print a group and its members
    #[command(arg_required_else_help = false)]
    Show {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
    },
    /// Invite people
    #[command(arg_required_else_help = false)]
    Add {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
        /// Their public keys: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read, required = true)]
        members: Vec<PublicKey>,
    },
    /// Remove members
    #[command(arg_required_else_help = false)]
    Remove {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
        /// Their public keys: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read, required = true)]
        members: Vec<PublicKey>,
    },
    /// Let members invite and remove others
    #[command(arg_required_else_help = false)]
    Promote {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
        /// Their public keys: 0x04..., compressed or multibase
        #[arg(value_name = "KEY", value_parser = PublicKey::read, required = true)]
        members: Vec<PublicKey>,
    },
    /// Accept an invitation
    #[command(arg_required_else_help = false)]
    Join {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
    },
    /// Leave a group, or decline an invitation
    #[command(arg_required_else_help = false)]
    Leave {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
    },
    /// Give a group another name; clients of January 2020 show it
    #[command(arg_required_else_help = false)]
    Rename {
        /// The group's id, as `chats` prints it
        #[arg(value_name = "GROUP", value_parser = GroupId::read)]
        group: GroupId,
        /// What it is called from now on
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// How to pair.
#[derive(Debug, Args)]
pub(crate) struct PairArgs {
    /// The code that the other device shows; without it this one shows a code
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Where the device that shows the code waits for the other one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0", value_parser = address)]
    pub(crate) at: SocketAddr,
    /// Do not ask whether both devices show the same digits
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What to do with devices.
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// List the account's devices, this one first
    List,
    /// Say what this device is called
    #[command(arg_required_else_help = false)]
    Name {
        /// What this device is called
        #[arg(value_name = "NAME")]
        name: String,
        /// What it is: desktop, ios, android
        #[arg(long = "type", value_name = "TYPE", default_value = "desktop")]
        device_type: String,
    },
    /// Tell the account's other devices of this one
    Announce,
    /// Encrypt messages for a device of the account from now on
    #[command(arg_required_else_help = false)]
    Enable {
        /// The device's id, as `device list` prints it
        #[arg(value_name = "DEVICE")]
        installation: String,
    },
    /// Encrypt nothing for a device of the account from now on
    #[command(arg_required_else_help = false)]
    Disable {
        /// The device's id, as `device list` prints it
        #[arg(value_name = "DEVICE")]
        installation: String,
    },
    /// Send contacts and public chats to the account's other devices
    Sync,
    /// Pair with another device of the account, by a code that one of the two shows
    Pair(PairArgs),
}
