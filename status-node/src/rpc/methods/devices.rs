//! Devices.

use super::method;
use crate::rpc::records::{DeviceRecord, Done};
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
