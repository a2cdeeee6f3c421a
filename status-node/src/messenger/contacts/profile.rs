//! What the user is called, and looks like, to contacts.

use super::{MAX_CONTACT_NAME, MAX_PICTURE, all, check_len};
use crate::messenger::{Messenger, MessengerError, Turn};
use crate::storage::{Settings, StorageError};
use rusqlite::Transaction;

const ENS_NAME: &str = "profile_ens_name";
const PICTURE: &str = "profile_picture";
const CLOCK: &str = "profile_clock";

/// What the user tells contacts of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// An ENS name, or empty. Others should verify it; most show it as unverified.
    pub ens_name: String,
    /// A picture as a `data:` URI, or empty.
    pub picture: String,
    /// The clock with which it was set, on this device or on another, in ms; 0 for never.
    pub clock: u64,
}

impl Profile {
    pub(in crate::messenger) fn load(transaction: &Transaction<'_>) -> Result<Self, StorageError> {
        let settings = Settings::new(transaction);
        let text = |name| -> Result<String, StorageError> {
            let bytes = settings.get(name)?.unwrap_or_default();
            String::from_utf8(bytes).map_err(|_| StorageError::Damaged("the profile"))
        };
        let clock = settings.get(CLOCK)?.unwrap_or_default();
        Ok(Self {
            ens_name: text(ENS_NAME)?,
            picture: text(PICTURE)?,
            clock: <[u8; 8]>::try_from(clock).map_or(0, u64::from_be_bytes),
        })
    }

    pub(super) fn save(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        let settings = Settings::new(transaction);
        settings.set(ENS_NAME, self.ens_name.as_bytes())?;
        settings.set(PICTURE, self.picture.as_bytes())?;
        settings.set(CLOCK, &self.clock.to_be_bytes())
    }
}

impl Messenger {
    /// Sets one's own ENS name and picture, either may be empty, and tells everybody who was added and
    /// the account's other devices. Who cannot be told now, because too much waits to be sent, is told with
    /// the next change.
    ///
    /// # Errors
    ///
    /// If they are longer than [`MAX_CONTACT_NAME`] and [`MAX_PICTURE`] bytes, there is no account, or the
    /// database fails.
    pub fn set_profile(
        &mut self,
        turn: &mut Turn<'_>,
        ens_name: &str,
        picture: &str,
    ) -> Result<(), MessengerError> {
        check_len(ens_name, MAX_CONTACT_NAME)?;
        check_len(picture, MAX_PICTURE)?;
        let me = *self.account()?.public();
        let profile = Profile {
            ens_name: ens_name.into(),
            picture: picture.into(),
            clock: turn.now_ms,
        };
        profile.save(turn.transaction)?;
        // As deployed the other devices get one of their own, and a copy of each that goes to others.
        if self.has_paired_devices(turn)? {
            let sent = self.send_contact_update(turn, &me);
            self.forgive(sent)?;
        }
        for contact in all(turn.transaction)? {
            if contact.added && !contact.blocked {
                let sent = self.send_contact_update(turn, &contact.person);
                self.forgive(sent)?;
            }
        }
        Ok(())
    }

    /// What the user tells contacts.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn profile(&self, turn: &Turn<'_>) -> Result<Profile, MessengerError> {
        Ok(Profile::load(turn.transaction)?)
    }
}
