//! What the devices of an account tell each other: contacts, public chats, who the user is.
//!
//! As deployed each contact and chat is a message of its own, a contact that is added and a chat that is
//! joined are told at once, and [`Messenger::sync_devices`] tells all. Removing and leaving are not told.

use super::super::said::Declined;
use super::super::{
    Arrived, ContactRecord, Messenger, MessengerError, MessengerEvent, Turn, chats, contacts,
};
use super::Audience;
use crate::{Chat, hex_key};
use status_payload::wire::application_metadata_message::Type;
use status_payload::{Decoded, wire};

impl Messenger {
    /// Tells the account's other devices, those that are enabled, who the user is, which contacts were
    /// added, and which public chats are joined. How many messages that took.
    ///
    /// # Errors
    ///
    /// If there is no account, no room for the messages, or the database fails.
    pub fn sync_devices(&mut self, turn: &mut Turn<'_>) -> Result<usize, MessengerError> {
        if !self.has_paired_devices(turn)? {
            return Ok(0);
        }
        let own = *self.account()?.public();
        self.send_contact_update(turn, &own)?;
        let mut count = 1;
        for chat in chats::all(turn.transaction)? {
            if chat.active && matches!(chat.chat, Chat::Public(_)) {
                self.sync_public_chat(turn, &chat.chat)?;
                count += 1;
            }
        }
        for contact in contacts::all(turn.transaction)? {
            if contact.added && !contact.blocked {
                self.sync_contact(turn, &contact)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Tells the account's other devices of a contact that was added.
    pub(in crate::messenger) fn sync_contact(
        &mut self,
        turn: &mut Turn<'_>,
        contact: &ContactRecord,
    ) -> Result<(), MessengerError> {
        if !self.has_paired_devices(turn)? {
            return Ok(());
        }
        let sync = Decoded::SyncInstallationContact(wire::SyncInstallationContact {
            clock: self.own_clock(turn)?,
            id: hex_key(&contact.person),
            profile_image: contact.picture.clone(),
            ens_name: contact.ens_name.clone(),
            ..Default::default()
        });
        let kind = Type::SyncInstallationContact.into();
        self.dispatch(turn, Audience::OwnDevices, kind, sync.encode())?;
        Ok(())
    }

    /// Tells the account's other devices of a public chat that was joined.
    pub(in crate::messenger) fn sync_public_chat(
        &mut self,
        turn: &mut Turn<'_>,
        chat: &Chat,
    ) -> Result<(), MessengerError> {
        if self.account.is_none() || !self.has_paired_devices(turn)? {
            return Ok(());
        }
        let sync = Decoded::SyncInstallationPublicChat(wire::SyncInstallationPublicChat {
            clock: self.own_clock(turn)?,
            id: chat.id(),
        });
        let kind = Type::SyncInstallationPublicChat.into();
        self.dispatch(turn, Audience::OwnDevices, kind, sync.encode())?;
        Ok(())
    }

    /// Another device of the account joined a public chat. As deployed one that was known here before,
    /// and perhaps left, stays as it is.
    pub(in crate::messenger) fn handle_sync_public_chat(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        sync: &wire::SyncInstallationPublicChat,
    ) -> Result<(), MessengerError> {
        let Ok(chat) = Chat::public(&sync.id) else {
            return self.decline(arrived, Declined::NoName);
        };
        if chats::find(turn.transaction, &chat)?.is_some() {
            return self.decline(arrived, Declined::Outdated);
        }
        if chats::choose(turn.transaction, &chat)?.is_none() {
            return self.decline(arrived, Declined::NoRoom);
        }
        chats::set_active(turn.transaction, &chat, true)?;
        self.interests_changed();
        self.report(MessengerEvent::Chat(chat));
        Ok(())
    }
}
