//! Devices.

use crate::hex_key;
use crate::messenger::{Device, Messenger, MessengerError, Turn};
use crate::rpc::fault::Unfit;
use crate::rpc::methods::{
    DeviceAnnounce, DeviceDisable, DeviceEnable, DeviceList, DeviceName, DeviceSync,
};
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::{DeviceRecord, Done};
use secp256k1::PublicKey;
use status_conversational_security::InstallationId;

fn record(own: &PublicKey, device: &Device) -> DeviceRecord {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    DeviceRecord {
        public_key: hex_key(own),
        installation: device.installation.to_string(),
        this: device.this,
        enabled: device.enabled,
        announced: device.announced,
        name: said(&device.metadata.name),
        device_type: said(&device.metadata.kind),
        heard: device.heard_ms,
    }
}

impl Operation for DeviceList {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<DeviceRecord>, Refusal> {
        let devices = messenger.devices(turn)?;
        let own = messenger.identity().copied();
        let records = devices.iter().zip(own.iter().cycle());
        Ok(records.map(|(device, own)| record(own, device)).collect())
    }
}

impl Operation for DeviceName {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.set_device(turn, &self.name, &self.device_type)?;
        Ok(Done::default())
    }
}

impl Operation for DeviceAnnounce {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        match messenger.announce_device(turn) {
            Err(MessengerError::NoDeviceName) => Err(Unfit::NamelessDevice.into()),
            announced => {
                announced?;
                Ok(Done::default())
            }
        }
    }
}

/// This device is always enabled, here.
fn require_other(messenger: &Messenger, installation: &InstallationId) -> Result<(), Refusal> {
    match messenger.installation() == Some(installation) {
        true => Err(Unfit::ThisDevice.into()),
        false => Ok(()),
    }
}

impl Operation for DeviceEnable {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        let installation = InstallationId::from(self.installation.as_str());
        require_other(messenger, &installation)?;
        messenger.enable_device(turn, &installation)?;
        Ok(Done::default())
    }
}

impl Operation for DeviceDisable {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        let installation = InstallationId::from(self.installation.as_str());
        require_other(messenger, &installation)?;
        messenger.disable_device(turn, &installation)?;
        Ok(Done::default())
    }
}

impl Operation for DeviceSync {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.sync_devices(turn)?;
        Ok(Done::default())
    }
}
