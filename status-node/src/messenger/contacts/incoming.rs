//! What people say of themselves, and what other devices of the account say about contacts.

use super::super::said::Declined;
use super::super::{Arrived, Messenger, MessengerError, MessengerEvent, Turn, chats, cut};
use super::{ContactRecord, MAX_CONTACT_NAME, MAX_PICTURE, Profile, get, of, put};
use crate::Chat;
use status_payload::{MAX_AHEAD_MS, Person, wire};

/// A clock as it may be remembered: as deployed an update with any clock counts, but one that is
/// further ahead than is plausible must not keep out all that follow.
fn clamped(clock: u64, now_ms: u64) -> u64 {
    clock.min(now_ms.saturating_add(MAX_AHEAD_MS))
}

/// Sets what somebody says of themselves. A picture that is too long is left out.
fn describe(contact: &mut ContactRecord, ens_name: &str, picture: &str, clock: u64) {
    contact.ens_name = cut(ens_name, MAX_CONTACT_NAME).into();
    let picture = Some(picture).filter(|picture| picture.len() <= MAX_PICTURE);
    contact.picture = picture.unwrap_or_default().into();
    contact.updated = clock;
}

impl Messenger {
    /// Somebody added the user, or changed; or another device of the account says who the user is.
    pub(in crate::messenger) fn handle_contact_update(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        update: &wire::ContactUpdate,
    ) -> Result<(), MessengerError> {
        let clock = clamped(update.clock, turn.now_ms);
        if self.is_me(&arrived.author) {
            return self.follow_profile(turn, arrived, update, clock);
        }
        let chat = Chat::person(&arrived.author);
        // It makes no chat; one that there is follows its clock.
        chats::observe_clock(turn.transaction, &chat, clock, turn.now_ms)?;
        let mut contact = of(turn.transaction, &arrived.author)?;
        if contact.updated >= clock {
            return self.decline(arrived, Declined::Outdated);
        }
        contact.has_added_us = true;
        describe(&mut contact, &update.ens_name, &update.profile_image, clock);
        self.keep_contact(turn, arrived, &contact)
    }

    fn follow_profile(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        update: &wire::ContactUpdate,
        clock: u64,
    ) -> Result<(), MessengerError> {
        if Profile::load(turn.transaction)?.clock >= clock {
            return self.decline(arrived, Declined::Outdated);
        }
        let picture = Some(&update.profile_image).filter(|picture| picture.len() <= MAX_PICTURE);
        let profile = Profile {
            ens_name: cut(&update.ens_name, MAX_CONTACT_NAME).into(),
            picture: picture.cloned().unwrap_or_default(),
            clock,
        };
        profile.save(turn.transaction)?;
        self.report(MessengerEvent::Contact(arrived.author));
        Ok(())
    }

    /// Another device of the account has a contact. That they were added, and what they say of
    /// themselves, have clocks of their own: news of the one must not hide the other.
    pub(in crate::messenger) fn handle_sync_contact(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        sync: &wire::SyncInstallationContact,
    ) -> Result<(), MessengerError> {
        let Ok(person) = sync.id.to_ascii_lowercase().parse::<Person>() else {
            return self.decline(arrived, Declined::NoName);
        };
        if self.is_me(person.public_key()) {
            return self.decline(arrived, Declined::NoName);
        }
        let clock = clamped(sync.clock, turn.now_ms);
        let mut contact = of(turn.transaction, person.public_key())?;
        let before = contact.clone();
        if contact.added_clock < clock && !contact.blocked {
            contact.added = true;
            contact.added_clock = clock;
        }
        if contact.updated < clock {
            describe(&mut contact, &sync.ens_name, &sync.profile_image, clock);
        }
        if contact == before {
            return self.decline(arrived, Declined::Outdated);
        }
        self.interests_changed();
        self.keep_contact(turn, arrived, &contact)
    }

    /// Another device of the account says what the user looks like.
    pub(in crate::messenger) fn handle_sync_account(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        account: &wire::SyncInstallationAccount,
    ) -> Result<(), MessengerError> {
        let clock = clamped(account.clock, turn.now_ms);
        let known = Profile::load(turn.transaction)?;
        let update = wire::ContactUpdate {
            clock,
            ens_name: known.ens_name,
            profile_image: account.profile_image.clone(),
        };
        self.follow_profile(turn, arrived, &update, clock)
    }

    /// A person whom something is known of gives themselves another ENS name in a text.
    pub(in crate::messenger) fn note_ens_name(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        ens_name: &str,
        clock: u64,
    ) -> Result<(), MessengerError> {
        if ens_name.is_empty() {
            return Ok(());
        }
        let Some(mut contact) = get(turn.transaction, &arrived.author)? else {
            return Ok(());
        };
        let name = cut(ens_name, MAX_CONTACT_NAME);
        if contact.ens_name == name || contact.updated >= clock {
            return Ok(());
        }
        // Only the name: the clock stays, or an update with a picture that is on its way would be lost.
        contact.ens_name = name.into();
        self.keep_contact(turn, arrived, &contact)
    }

    fn keep_contact(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        contact: &ContactRecord,
    ) -> Result<(), MessengerError> {
        if !put(turn.transaction, contact)? {
            return self.decline(arrived, Declined::NoRoom);
        }
        self.report(MessengerEvent::Contact(contact.person));
        Ok(())
    }
}
