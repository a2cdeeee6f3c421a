//! Contacts: people whom the user adds, names and blocks; and what the user is called.
//!
//! As deployed adding somebody sends them a contact update with one's own ENS name and picture, by which
//! they see that they were added; when those change, everybody who was added gets another. Who has not
//! been added by the user and sends one is a request ([`ContactRecord::is_request`]): they can write, and
//! the application shows them apart. The account's other devices are told of who was added, and not of
//! who was removed or blocked, for which the protocol has no message.

mod incoming;
mod profile;
mod table;

pub use profile::Profile;
pub use table::{ContactRecord, MAX_CONTACT_NAME, MAX_CONTACTS, MAX_PICTURE, MAX_STRANGERS};
pub(crate) use table::{SCHEMA, all, get, is_blocked, of, put};

use super::outgoing::Audience;
use super::{Messenger, MessengerError, MessengerEvent, Turn, chats, messages};
use crate::Chat;
use secp256k1::PublicKey;
use status_payload::wire::application_metadata_message::Type;
use status_payload::{Decoded, wire};

impl Messenger {
    /// Adds a person, who is told with one's own name and picture, and so are the account's other
    /// devices. Somebody blocked is not any more.
    ///
    /// # Errors
    ///
    /// If it is the account itself, there is none or no room, the message cannot be sent, or the
    /// database fails.
    pub fn add_contact(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        self.check_other(person)?;
        let before = of(turn.transaction, person)?;
        let contact = ContactRecord {
            blocked: false,
            added: true,
            added_clock: turn.now_ms,
            ..before.clone()
        };
        if !put(turn.transaction, &contact)? {
            return Err(MessengerError::NoRoom);
        }
        if let Err(error) = self.send_contact_update(turn, person) {
            put(turn.transaction, &before)?;
            return Err(error);
        }
        let synced = self.sync_contact(turn, &contact);
        self.forgive(synced)?;
        self.interests_changed();
        self.report(MessengerEvent::Contact(*person));
        Ok(())
    }

    /// Removes a person from those who were added. They are not told.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn remove_contact(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        self.change_contact(turn, person, |contact, now_ms| {
            contact.added = false;
            contact.added_clock = now_ms;
        })
    }

    /// Blocks a person: what they said is forgotten, the chat with them is not shown any more, and
    /// what they will say is dropped before anything of it is kept.
    ///
    /// # Errors
    ///
    /// If it is the account itself, or the database fails.
    pub fn block(&mut self, turn: &mut Turn<'_>, person: &PublicKey) -> Result<(), MessengerError> {
        self.check_other(person)?;
        self.change_contact(turn, person, |contact, now_ms| {
            contact.blocked = true;
            contact.added = false;
            contact.added_clock = now_ms;
        })?;
        if self.account.is_some() {
            self.end_sync(turn, person)?;
        }
        let chat = Chat::person(person);
        for concerned in messages::remove_author(turn.transaction, person)? {
            self.report(MessengerEvent::Chat(concerned));
        }
        if chats::find(turn.transaction, &chat)?.is_some() {
            messages::clear(turn.transaction, &chat)?;
            chats::set_active(turn.transaction, &chat, false)?;
            self.report(MessengerEvent::Chat(chat));
        }
        Ok(())
    }

    /// Ends the blocking of a person. The chat with them is shown again if there was one: otherwise they
    /// would not be heard on the topic of the two, to which they still write.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn unblock(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        let was = get(turn.transaction, person)?.is_some_and(|known| known.blocked);
        self.change_contact(turn, person, |contact, _| contact.blocked = false)?;
        let chat = Chat::person(person);
        if was && chats::find(turn.transaction, &chat)?.is_some() {
            chats::set_active(turn.transaction, &chat, true)?;
            self.report(MessengerEvent::Chat(chat));
        }
        Ok(())
    }

    /// Sets what the user calls a person, [`MAX_CONTACT_NAME`] bytes at most; empty for nothing. If
    /// somebody else is called so, that is reported ([`MessengerEvent::Trust`]).
    ///
    /// # Errors
    ///
    /// If it is too long, or the database fails.
    pub fn set_alias(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
        alias: &str,
    ) -> Result<(), MessengerError> {
        check_len(alias, MAX_CONTACT_NAME)?;
        self.change_contact(turn, person, |contact, _| contact.alias = alias.into())?;
        self.note_alias(turn, person, alias)
    }

    /// Everybody of whom anything is known: who was added, blocked or named, and who added the user.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn contacts(&self, turn: &Turn<'_>) -> Result<Vec<ContactRecord>, MessengerError> {
        Ok(all(turn.transaction)?)
    }

    /// What is known of a person.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn contact(
        &self,
        turn: &Turn<'_>,
        person: &PublicKey,
    ) -> Result<Option<ContactRecord>, MessengerError> {
        Ok(get(turn.transaction, person)?)
    }

    /// Tells a person one's own name and picture.
    pub(super) fn send_contact_update(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        let profile = Profile::load(turn.transaction)?;
        let clock = chats::next_clock(turn.transaction, &Chat::person(person), turn.now_ms)?;
        let clock = clock.ok_or(MessengerError::NoRoom)?;
        let update = Decoded::ContactUpdate(wire::ContactUpdate {
            clock,
            ens_name: profile.ens_name,
            profile_image: profile.picture,
        });
        let to = match self.is_me(person) {
            true => Audience::OwnDevices,
            false => Audience::People(vec![*person]),
        };
        self.dispatch(turn, to, Type::ContactUpdate.into(), update.encode())?;
        Ok(())
    }

    fn change_contact(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
        change: impl FnOnce(&mut ContactRecord, u64),
    ) -> Result<(), MessengerError> {
        let mut contact = of(turn.transaction, person)?;
        change(&mut contact, turn.now_ms);
        if !put(turn.transaction, &contact)? {
            return Err(MessengerError::NoRoom);
        }
        self.interests_changed();
        self.report(MessengerEvent::Contact(*person));
        Ok(())
    }

    fn check_other(&self, person: &PublicKey) -> Result<(), MessengerError> {
        match self.is_me(person) {
            true => Err(MessengerError::Oneself),
            false => Ok(()),
        }
    }
}

fn check_len(text: &str, limit: usize) -> Result<(), MessengerError> {
    match text.len() {
        size if size > limit => Err(MessengerError::TooLarge { size, limit }),
        _ => Ok(()),
    }
}
