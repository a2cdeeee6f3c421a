//! The devices of the account: what they are called, which of them messages go to, and what they tell
//! each other.
//!
//! A device makes itself known by its bundle, which goes out with every message. As deployed a device of
//! one's own is not written to before the user enables it, on both sides. It introduces itself by name
//! with [`announce_device`](Messenger::announce_device), to the key that all devices of the account
//! have, so that those read it which do not know it yet. Noise pairing ([`pairing`](super::pairing))
//! enables both without that.

mod sync;
mod table;

pub(super) use table::expect;
pub use table::{DeviceMetadata, MAX_DEVICE_NAME, MAX_DEVICES};
pub(crate) use table::{SCHEMA, get, put};

use super::outgoing::Audience;
use super::said::Declined;
use super::{Arrived, Messenger, MessengerError, MessengerEvent, Turn, chats};
use crate::Chat;
use status_conversational_security::{
    CompressedKey, Installation, InstallationId, SqliteStore, Store,
};
use status_payload::wire::application_metadata_message::Type;
use status_payload::{Decoded, MessageId, Pairing, wire};

/// A device of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub installation: InstallationId,
    /// What it says of itself; nothing, if it did not.
    pub metadata: DeviceMetadata,
    /// Whether it is this one.
    pub this: bool,
    /// Whether messages go to it. This one is always enabled.
    pub enabled: bool,
    /// Whether its keys are known, without which it cannot be enabled.
    pub announced: bool,
    /// When it was last heard, in ms since 1970; 0 for never.
    pub heard_ms: u64,
}

impl Messenger {
    /// Sets what this device is called, and what it is (`ios`, `android`, `desktop`, as deployed clients
    /// say), for [`announce_device`](Self::announce_device).
    ///
    /// # Errors
    ///
    /// If one is blank, which deployed clients refuse, or longer than [`MAX_DEVICE_NAME`] bytes; if there
    /// is no account, or the database fails.
    pub fn set_device(
        &mut self,
        turn: &mut Turn<'_>,
        name: &str,
        kind: &str,
    ) -> Result<(), MessengerError> {
        for text in [name, kind] {
            if text.trim().is_empty() {
                return Err(MessengerError::NoDeviceName);
            }
            if text.len() > MAX_DEVICE_NAME {
                let (size, limit) = (text.len(), MAX_DEVICE_NAME);
                return Err(MessengerError::TooLarge { size, limit });
            }
        }
        let account = self.account()?;
        let before = get(turn.transaction, account.installation())?;
        let metadata = DeviceMetadata {
            name: name.into(),
            kind: kind.into(),
            clock: turn.now_ms.max(before.map_or(0, |before| before.clock + 1)),
        };
        put(turn.transaction, account.installation(), &metadata)?;
        Ok(())
    }

    /// Introduces this device to the others of the account, which are known or not. Its message.
    ///
    /// # Errors
    ///
    /// If it has no [name](Self::set_device), the message cannot be sent, or the database fails.
    pub fn announce_device(&mut self, turn: &mut Turn<'_>) -> Result<MessageId, MessengerError> {
        let account = self.account()?;
        let metadata = get(turn.transaction, account.installation())?;
        let metadata = metadata.ok_or(MessengerError::NoDeviceName)?;
        let clock = self.own_clock(turn)?;
        let pairing = Decoded::PairInstallation(wire::PairInstallation {
            clock,
            installation_id: account.installation().to_string(),
            device_type: metadata.kind,
            name: metadata.name,
        });
        let kind = Type::PairInstallation.into();
        let sent = self.dispatch(turn, Audience::OwnDevices, kind, pairing.encode())?;
        Ok(sent.id)
    }

    /// Enables another device of the account: from now on messages go to it too, and its own are read.
    /// [`sync_devices`](Self::sync_devices) tells it of contacts and chats.
    ///
    /// # Errors
    ///
    /// If its keys are not known yet, or the database fails.
    pub fn enable_device(
        &mut self,
        turn: &mut Turn<'_>,
        installation: &InstallationId,
    ) -> Result<(), MessengerError> {
        self.switch_device(turn, installation, true)
    }

    /// Disables another device of the account: nothing goes to it any more.
    ///
    /// # Errors
    ///
    /// If it is not known, or the database fails.
    pub fn disable_device(
        &mut self,
        turn: &mut Turn<'_>,
        installation: &InstallationId,
    ) -> Result<(), MessengerError> {
        table::expect(turn.transaction, installation, false)?;
        self.switch_device(turn, installation, false)
    }

    fn switch_device(
        &mut self,
        turn: &mut Turn<'_>,
        installation: &InstallationId,
        enabled: bool,
    ) -> Result<(), MessengerError> {
        let account = self.account()?;
        let endpoint = account.endpoint();
        let mut store = SqliteStore::new(turn.transaction);
        let own = account.public();
        let is_known = installation != account.installation()
            && match enabled {
                true => endpoint.enable_installation(&mut store, own, installation)?,
                false => endpoint.disable_installation(&mut store, own, installation)?,
            };
        if !is_known {
            return Err(MessengerError::UnknownDevice);
        }
        self.report(MessengerEvent::Device {
            person: *own,
            installation: installation.clone(),
        });
        Ok(())
    }

    /// The devices of the account, this one first, then those with the newest keys.
    ///
    /// # Errors
    ///
    /// If there is no account, or the database fails.
    pub fn devices(&self, turn: &Turn<'_>) -> Result<Vec<Device>, MessengerError> {
        let account = self.account()?;
        let this = account.installation();
        let metadata = |installation| -> Result<DeviceMetadata, MessengerError> {
            Ok(get(turn.transaction, installation)?.unwrap_or_default())
        };
        let mut devices = vec![Device {
            installation: this.clone(),
            metadata: metadata(this)?,
            this: true,
            enabled: true,
            announced: true,
            heard_ms: turn.now_ms,
        }];
        let own = CompressedKey::from(account.public());
        let known = SqliteStore::new(turn.transaction).installations(&own)?;
        for other in known.iter().filter(|other| other.id != *this) {
            devices.push(Device {
                metadata: metadata(&other.id)?,
                installation: other.id.clone(),
                this: false,
                enabled: other.enabled,
                announced: other.announced,
                heard_ms: u64::try_from(other.heard_ns / 1_000_000).unwrap_or(0),
            });
        }
        Ok(devices)
    }

    /// Whether another device of the account is enabled.
    pub(super) fn has_paired_devices(&self, turn: &Turn<'_>) -> Result<bool, MessengerError> {
        let devices = self.devices(turn)?;
        Ok(devices.iter().any(|device| !device.this && device.enabled))
    }

    /// The clock of the next message to one's own devices, in ms.
    fn own_clock(&self, turn: &Turn<'_>) -> Result<u64, MessengerError> {
        let chat = Chat::person(self.account()?.public());
        let clock = chats::next_clock(turn.transaction, &chat, turn.now_ms)?;
        clock.ok_or(MessengerError::NoRoom)
    }

    /// A device of the account says what it is called.
    pub(super) fn handle_pairing(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        pairing: &Pairing,
    ) -> Result<(), MessengerError> {
        let account = self.account()?;
        let installation = InstallationId::from(pairing.installation_id.as_str());
        let own = CompressedKey::from(account.public());
        let known = SqliteStore::new(turn.transaction).installation(&own, &installation)?;
        // As deployed: its bundle comes with the message, and is read before it.
        if known.is_none() {
            return self.decline(arrived, Declined::UnknownDevice);
        }
        let metadata = DeviceMetadata {
            name: pairing.name.clone(),
            kind: pairing.device_type.clone(),
            // Those of 2019 have no clock.
            clock: pairing.clock.unwrap_or(arrived.envelope_ms),
        };
        if put(turn.transaction, &installation, &metadata)? {
            self.report(MessengerEvent::Device {
                person: *account.public(),
                installation,
            });
            Ok(())
        } else {
            self.decline(arrived, Declined::Outdated)
        }
    }

    /// Bundles have made installations known, of others or of the account. One that was paired by other
    /// means is enabled at once, and told of contacts and chats.
    pub(super) fn handle_installations(
        &mut self,
        turn: &mut Turn<'_>,
        installations: &[Installation],
    ) -> Result<(), MessengerError> {
        for installation in installations {
            let Some(person) = installation.identity.public_key() else {
                continue;
            };
            let id = &installation.id;
            if self.is_me(&person) && table::is_expected(turn.transaction, id)? {
                let synced = self
                    .enable_device(turn, id)
                    .and_then(|()| self.sync_devices(turn));
                self.forgive(synced)?;
                continue;
            }
            self.report(MessengerEvent::Device {
                person,
                installation: id.clone(),
            });
        }
        Ok(())
    }

    /// Enables a device of the account as soon as its keys are known, or now if they are.
    pub(super) fn expect_device(
        &mut self,
        turn: &mut Turn<'_>,
        installation: &InstallationId,
    ) -> Result<(), MessengerError> {
        table::expect(turn.transaction, installation, true)?;
        match self.enable_device(turn, installation) {
            Ok(()) => {
                let synced = self.sync_devices(turn);
                self.forgive(synced)
            }
            Err(MessengerError::UnknownDevice) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
