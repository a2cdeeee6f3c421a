//! Devices.

use super::method;
use crate::rpc::records::{DeviceRecord, Done, PairingCodeRecord, PairingMessages};
use serde::{Deserialize, Serialize};

/// `device_list`: the devices of the account, this one first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceList {}
method!(DeviceList, "device_list", Vec<DeviceRecord>);

/// `device_name`: what this device is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceName {
    /// Its name.
    pub name: String,
    /// What it is, such as `desktop`.
    pub device_type: String,
}
method!(DeviceName, "device_name", Done);

/// `device_announce`: tells the account's other devices of this one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceAnnounce {}
method!(DeviceAnnounce, "device_announce", Done);

/// `device_enable`: encrypts messages for a device of the account from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceEnable {
    /// Its id.
    pub installation: String,
}
method!(DeviceEnable, "device_enable", Done);

/// `device_disable`: encrypts nothing for a device of the account from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceDisable {
    /// Its id.
    pub installation: String,
}
method!(DeviceDisable, "device_disable", Done);

/// `device_sync`: sends contacts and public chats to the account's other devices.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceSync {}
method!(DeviceSync, "device_sync", Done);

/// `pair_show`: begins the pairing with another device of the account, to which the answer's code is to
/// be shown. What `pair_poll` gives is carried to the other device, what comes from there is handed to
/// `pair_message`; reports of the kind `pairing` say what happens.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairShow {}
method!(PairShow, "pair_show", PairingCodeRecord);

/// `pair_take`: begins the pairing with the device that shows a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairTake {
    /// The code.
    pub code: String,
}
method!(PairTake, "pair_take", Done);

/// `pair_poll`: the messages for the other device.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairPoll {}
method!(PairPoll, "pair_poll", PairingMessages);

/// `pair_message`: a message of the other device.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairMessage {
    /// The message, in hex.
    pub message: String,
}
method!(PairMessage, "pair_message", Done);

/// `pair_confirm`: the user says that both devices show the same digits, or that they do not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairConfirm {
    /// Whether they do; otherwise the pairing ends on both devices.
    pub same: bool,
}
method!(PairConfirm, "pair_confirm", Done);
