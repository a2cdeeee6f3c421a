//! Noise pairing: two devices that a person holds become devices of one account.
//!
//! One shows a code, the other takes it; both show eight digits, and the person says on both that they
//! are the same. Then each passes its [`Bundle`] to the other through the session that only the two
//! share: who it is, its installation, the contacts, and if the user wants it the account itself. Both
//! then enable the other as soon as its keys are known, for which each announces itself, and tell it of
//! public chats and contacts.
//!
//! A pairing lives in memory: a restart ends it, and so does a call that fails in the middle, after which
//! the messenger is loaded anew.
//!
//! The messages are opaque bytes: whoever drives the messenger carries them between the devices, over
//! whatever line there is. They may be lost, repeated and reordered.
//!
//! The first contact of a bundle is the account of its sender, so that devices of two accounts, neither
//! of which passes, part before anything is taken. A device without an account gets the bundle as
//! [`PairingNews::Received`]: it is for the application to make the account, to write
//! [`adopt`](Messenger::adopt) into its new database, and to load a messenger with it.

use super::account::{installation, set_installation};
use super::contacts::{self, ContactRecord};
use super::devices::{self, DeviceMetadata};
use super::{MAX_CONTACT_NAME, Messenger, MessengerError, MessengerEvent, Turn, cut};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::InstallationId;
use status_conversational_security::noise::SecretKey;
use status_conversational_security::noise::pairing::{
    AccountSecrets, Bundle, Contact, Digits, Installation, Outcome, Pairing, PairingCode,
    PairingEvent, PairingState,
};
use std::fmt;

/// What a device without a name is called when it is paired, and what it is.
const UNNAMED: (&str, &str) = ("status-node", "desktop");

/// What happens in a pairing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PairingNews {
    /// Show these digits, and ask whether the other device shows the same.
    Compare(Digits),
    /// The user confirmed on both devices.
    Confirmed,
    /// The other device's contacts are taken over, and it is enabled once its keys are known.
    Accepted {
        /// The other device.
        installation: InstallationId,
    },
    /// There is no account here yet: the account is in the bundle, if the other device passed it.
    Received {
        /// What the other device passed.
        bundle: Box<Bundle>,
        /// The installation that this device is known by to the other, for
        /// [`Messenger::adopt`].
        installation: InstallationId,
    },
    /// The other device is one of another account: nothing was taken.
    OtherAccount,
    /// The other device has what was passed to it.
    Delivered,
    /// It is over.
    Over(Outcome),
}

/// A pairing on its way. It lives in memory: a restart ends it.
pub(super) struct Session {
    machine: Pairing,
    /// The account, if it is to pass.
    account: Option<AccountSecrets>,
    /// This device.
    installation: InstallationId,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}

impl Messenger {
    /// Begins a pairing in which this device shows the code, for `lifetime_ms`
    /// ([`MAX_CODE_LIFETIME_MS`](status_conversational_security::noise::pairing::MAX_CODE_LIFETIME_MS)
    /// at most). `account` passes to the other device if it is given. An earlier pairing ends.
    ///
    /// # Errors
    ///
    /// If the lifetime is none, or the database fails.
    pub fn show_pairing_code(
        &mut self,
        turn: &mut Turn<'_>,
        lifetime_ms: u64,
        account: Option<AccountSecrets>,
    ) -> Result<PairingCode, MessengerError> {
        let key = SecretKey::random(&mut turn.rng);
        let machine = Pairing::display(&key, lifetime_ms, turn.now_ms, &mut turn.rng)?;
        let code = machine.code().clone();
        self.begin_pairing(turn, machine, account)?;
        Ok(code)
    }

    /// Begins a pairing with the device that shows `code`. `account` passes to it if it is given. An
    /// earlier pairing ends.
    ///
    /// # Errors
    ///
    /// If the code is too old, or the database fails.
    pub fn take_pairing_code(
        &mut self,
        turn: &mut Turn<'_>,
        code: &PairingCode,
        account: Option<AccountSecrets>,
    ) -> Result<(), MessengerError> {
        let key = SecretKey::random(&mut turn.rng);
        let machine = Pairing::scan(code, &key, turn.now_ms, &mut turn.rng)?;
        self.begin_pairing(turn, machine, account)
    }

    fn begin_pairing(
        &mut self,
        turn: &mut Turn<'_>,
        machine: Pairing,
        account: Option<AccountSecrets>,
    ) -> Result<(), MessengerError> {
        let installation = match &self.account {
            Some(account) => account.installation().clone(),
            None => installation(turn)?,
        };
        self.pairing = Some(Session {
            machine,
            account,
            installation,
        });
        self.follow_pairing(turn)
    }

    /// The user says that both devices show the same digits.
    ///
    /// # Errors
    ///
    /// If none are shown, or time is up.
    pub fn confirm_pairing(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        let now_ms = turn.now_ms;
        self.pairing()?.machine.confirm(now_ms)?;
        self.follow_pairing(turn)
    }

    /// The user says that the digits differ, or wants no pairing: it ends on both devices.
    ///
    /// # Errors
    ///
    /// If there is no pairing.
    pub fn reject_pairing(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        self.pairing()?.machine.reject();
        self.follow_pairing(turn)
    }

    /// Takes a message of the other device.
    ///
    /// # Errors
    ///
    /// If there is no pairing, or it refuses the message and is as it was.
    pub fn handle_pairing_message(
        &mut self,
        turn: &mut Turn<'_>,
        message: Bytes,
    ) -> Result<(), MessengerError> {
        let now_ms = turn.now_ms;
        self.pairing()?.machine.handle_message(message, now_ms)?;
        self.follow_pairing(turn)
    }

    /// The next message for the other device, after the commit.
    pub fn poll_pairing_message(&mut self) -> Option<Bytes> {
        self.pairing.as_mut()?.machine.poll_transmit()
    }

    /// Where the pairing is; none if there was none since the messenger was loaded.
    pub fn pairing_state(&self) -> Option<PairingState> {
        Some(self.pairing.as_ref()?.machine.state())
    }

    /// Remembers, in the database of a new account, as which installation this device was paired, before
    /// a messenger is loaded, and takes over the contacts of the bundle.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn adopt(
        turn: &mut Turn<'_>,
        bundle: &Bundle,
        installation: &InstallationId,
    ) -> Result<(), MessengerError> {
        set_installation(turn, installation)?;
        let own = bundle.contacts.first().map(|contact| contact.identity);
        take_contacts(turn, bundle, own.as_ref())?;
        if let Some(other) = bundle.installations.first() {
            let other = InstallationId::from(other.id.as_str());
            devices::expect(turn.transaction, &other, true)?;
        }
        Ok(())
    }

    /// Sends again what the other device did not answer, if it is time.
    pub(super) fn pairing_timeout(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        let Some(session) = &mut self.pairing else {
            return Ok(());
        };
        session.machine.handle_timeout(turn.now_ms);
        self.follow_pairing(turn)
    }

    /// When to call [`pairing_timeout`](Self::pairing_timeout), in ms.
    pub(super) fn pairing_due_ms(&self) -> Option<u64> {
        self.pairing.as_ref()?.machine.poll_timeout()
    }

    fn pairing(&mut self) -> Result<&mut Session, MessengerError> {
        self.pairing.as_mut().ok_or(MessengerError::NoPairing)
    }

    /// Acts on what has happened in the pairing.
    fn follow_pairing(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        while let Some(event) = self.pairing()?.machine.poll_event() {
            let news = match event {
                PairingEvent::Compare(digits) => PairingNews::Compare(digits),
                PairingEvent::Paired => {
                    let bundle = self.pairing_bundle(turn)?;
                    let now_ms = turn.now_ms;
                    self.pairing()?.machine.send(&bundle, now_ms)?;
                    PairingNews::Confirmed
                }
                PairingEvent::Received(bundle) => self.take_bundle(turn, bundle)?,
                PairingEvent::Delivered => PairingNews::Delivered,
                PairingEvent::Over(outcome) => PairingNews::Over(outcome),
                _ => continue,
            };
            self.report(MessengerEvent::Pairing(news));
        }
        Ok(())
    }

    /// What passes to the other device: the account first among the contacts, this device first among
    /// the installations.
    fn pairing_bundle(&mut self, turn: &mut Turn<'_>) -> Result<Bundle, MessengerError> {
        let session = self.pairing()?;
        let (account, this) = (session.account.take(), session.installation.clone());
        let mut bundle = Bundle {
            account,
            ..Bundle::default()
        };
        let metadata = devices::get(turn.transaction, &this)?;
        bundle.installations.push(Installation {
            id: this.to_string(),
            name: metadata
                .as_ref()
                .map_or(UNNAMED.0, |known| &known.name)
                .into(),
            kind: metadata
                .as_ref()
                .map_or(UNNAMED.1, |known| &known.kind)
                .into(),
            enabled: true,
        });
        let Some(own) = self.identity().copied() else {
            return Ok(bundle);
        };
        bundle.contacts.push(Contact {
            identity: own,
            name: String::new(),
            blocked: false,
        });
        for contact in contacts::all(turn.transaction)? {
            if contact.added || contact.blocked {
                bundle.contacts.push(Contact {
                    identity: contact.person,
                    name: contact.alias,
                    blocked: contact.blocked,
                });
            }
        }
        // The account took a place of theirs.
        let max = status_conversational_security::noise::pairing::MAX_CONTACTS;
        bundle.contacts.truncate(max);
        Ok(bundle)
    }

    fn take_bundle(
        &mut self,
        turn: &mut Turn<'_>,
        bundle: Box<Bundle>,
    ) -> Result<PairingNews, MessengerError> {
        let this = self.pairing()?.installation.clone();
        let Some(own) = self.identity().copied() else {
            return Ok(PairingNews::Received {
                bundle,
                installation: this,
            });
        };
        // Without an account the other device says nothing of who it is: it gets this one's.
        let theirs = bundle.contacts.first().map(|contact| contact.identity);
        let passed = bundle.account.as_ref().and_then(AccountSecrets::identity);
        let passed = passed.map(|key| crate::account::public_key(&key));
        if [theirs, passed].into_iter().flatten().any(|key| key != own) {
            return Ok(PairingNews::OtherAccount);
        }
        let Some(other) = bundle.installations.first() else {
            return Ok(PairingNews::OtherAccount);
        };
        take_contacts(turn, &bundle, Some(&own))?;
        let installation = InstallationId::from(other.id.as_str());
        let metadata = DeviceMetadata {
            name: other.name.clone(),
            kind: other.kind.clone(),
            // Whatever it says of itself later is newer.
            clock: 0,
        };
        devices::put(turn.transaction, &installation, &metadata)?;
        self.expect_device(turn, &installation)?;
        if devices::get(turn.transaction, &this)?.is_none() {
            self.set_device(turn, UNNAMED.0, UNNAMED.1)?;
        }
        let announced = self.announce_device(turn);
        self.forgive(announced)?;
        self.interests_changed();
        Ok(PairingNews::Accepted { installation })
    }
}

/// Takes over the contacts of another device: who is known here keeps the name that they have here, and
/// whoever is blocked on either stays blocked.
fn take_contacts(
    turn: &Turn<'_>,
    bundle: &Bundle,
    own: Option<&PublicKey>,
) -> Result<(), MessengerError> {
    let others = bundle.contacts.iter();
    for other in others.filter(|contact| Some(&contact.identity) != own) {
        let known = contacts::get(turn.transaction, &other.identity)?;
        let mut contact = known.unwrap_or_else(|| ContactRecord::new(other.identity));
        contact.blocked |= other.blocked;
        contact.added = !contact.blocked && (contact.added || !other.blocked);
        contact.added_clock = contact.added_clock.max(turn.now_ms);
        if contact.alias.is_empty() {
            contact.alias = cut(&other.name, MAX_CONTACT_NAME).into();
        }
        contacts::put(turn.transaction, &contact)?;
    }
    Ok(())
}
