//! What is done about each kind of message. Nothing is passed over in silence: what has no effect is
//! declined with a reason, which is counted, and what is not understood is kept and reported.

use super::groups::MAX_INVITATIONS;
use super::messages::{self, Inserted};
use super::{
    Arrived, ClockFault, Messenger, MessengerError, MessengerEvent, StoredMessage, Turn, chats,
    contacts, others,
};
use crate::coupling::Channel;
use crate::{Chat, Message, OtherMessage};
use status_payload::{
    ChatId, ChatMessage, Decoded, GroupUpdate, InvalidChatMessage, MessageId, Received, Said,
};

/// Why something that a person said, and that arrived whole, has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Declined {
    /// It belongs to no chat, though messages of its kind do.
    #[error("the message belongs to no chat that can be")]
    NoChat,
    /// It is for a public chat that is not joined, or its author or the account did not join the group.
    #[error("the chat is not joined, by its author or by this account")]
    NotJoined,
    /// It was there before.
    #[error("the message is known already")]
    Known,
    /// Another message with its id is there.
    #[error("another message has the id of this one")]
    Conflict,
    /// It is older than what the user cleared away.
    #[error("the message is older than what the user cleared away")]
    Cleared,
    /// It is older than what it would change.
    #[error("the message is older than what it would change")]
    Outdated,
    /// There is no room for its chat, or its contact.
    #[error(
        "there is no room for one more: {} chats or {} contacts are kept",
        chats::MAX_CHATS,
        contacts::MAX_CONTACTS
    )]
    NoRoom,
    /// The id of its group is none.
    #[error("the message names its group by what is no group's id")]
    GroupId,
    /// The group is not known, and its creation is not among the events.
    #[error("the group is not known, and its creation is not among the events")]
    NoCreation,
    /// The group is not known, and the account does not belong to it.
    #[error("the group is not known, and the account is no member")]
    NotInvited,
    /// Strangers have sent too many invitations that were not answered.
    #[error(
        "{MAX_INVITATIONS} invitations of strangers wait for an answer, which is the most there can be"
    )]
    TooManyInvitations,
    /// The group has more events than any has.
    #[error("the group is too large: {0}")]
    GroupTooLarge(String),
    /// The text that came with events breaks a rule.
    #[error("the text that came with the group's events: {0}")]
    Text(InvalidChatMessage),
    /// A contact, a chat or a device is named by what is no name of one.
    #[error("the message names a contact, a chat or a device by what is no name of one")]
    NoName,
    /// It is about a device that no bundle has named.
    #[error("the message is about a device that no bundle has named")]
    UnknownDevice,
}

impl Declined {
    /// A name for counters and logs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::NoChat => "no_chat",
            Self::NotJoined => "not_joined",
            Self::Known => "known",
            Self::Conflict => "conflict",
            Self::Cleared => "cleared",
            Self::Outdated => "outdated",
            Self::NoRoom => "no_room",
            Self::GroupId => "group_id",
            Self::NoCreation => "no_creation",
            Self::NotInvited => "not_invited",
            Self::TooManyInvitations => "too_many_invitations",
            Self::GroupTooLarge(_) => "group_too_large",
            Self::Text(_) => "group_text",
            Self::NoName => "no_name",
            Self::UnknownDevice => "unknown_device",
        }
    }
}

impl Messenger {
    /// Acts on a message that is new, whose author is certain, and which is where it belongs.
    pub(super) fn handle_said(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
    ) -> Result<(), MessengerError> {
        let contact = contacts::get(turn.transaction, &arrived.author)?;
        let is_known = contact.is_some_and(|contact| contact.added) || self.is_me(&arrived.author);
        self.note_clock(turn, arrived, is_known);
        self.note_identity(turn, arrived)?;
        match &arrived.said {
            Said::Chat { message, .. } => self.handle_text(turn, arrived, message),
            Said::Pairing(pairing) => self.handle_pairing(turn, arrived, pairing),
            Said::Group { update, message } => match update {
                GroupUpdate::Events(update) => {
                    self.handle_group_update(turn, arrived, update, message.as_ref())
                }
                // Signed otherwise than today's: founding it anew is up to its members.
                GroupUpdate::Legacy { .. } => self.keep_other(turn, arrived),
            },
            Said::Other(decoded) => self.handle_decoded(turn, arrived, decoded),
            // Later clients edit, delete, pin and react; status-go v0.50.0 does not.
            Said::Later(_) | Said::OtherTransit(_) => self.keep_other(turn, arrived),
            // What payload may add one day is kept.
            _ => self.keep_other(turn, arrived),
        }
    }

    fn handle_decoded(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        decoded: &Decoded,
    ) -> Result<(), MessengerError> {
        match decoded {
            Decoded::ContactUpdate(update) => self.handle_contact_update(turn, arrived, update),
            Decoded::SyncInstallation(sync) => {
                for contact in &sync.contacts {
                    self.handle_sync_contact(turn, arrived, contact)?;
                }
                for chat in &sync.public_chats {
                    self.handle_sync_public_chat(turn, arrived, chat)?;
                }
                match &sync.account {
                    Some(account) => self.handle_sync_account(turn, arrived, account),
                    None => Ok(()),
                }
            }
            Decoded::SyncInstallationContact(contact) => {
                self.handle_sync_contact(turn, arrived, contact)
            }
            Decoded::SyncInstallationPublicChat(chat) => {
                self.handle_sync_public_chat(turn, arrived, chat)
            }
            Decoded::SyncInstallationAccount(account) => {
                self.handle_sync_account(turn, arrived, account)
            }
            // Payments are made elsewhere: whoever makes them finds the messages kept.
            Decoded::RequestAddressForTransaction(_)
            | Decoded::AcceptRequestAddressForTransaction(_)
            | Decoded::DeclineRequestAddressForTransaction(_)
            | Decoded::RequestTransaction(_)
            | Decoded::SendTransaction(_)
            | Decoded::DeclineRequestTransaction(_)
            | Decoded::Unknown { .. } => self.keep_other(turn, arrived),
            // Chat messages, updates of groups and introductions of devices have kinds of their own and
            // do not come here; what payload may add one day is kept.
            _ => self.keep_other(turn, arrived),
        }
    }

    fn handle_text(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        message: &ChatMessage,
    ) -> Result<(), MessengerError> {
        match self.chat_of(arrived) {
            None => self.decline(arrived, Declined::NoChat),
            Some(Chat::Group(id)) => self.handle_group_text(turn, arrived, &id, message),
            Some(chat @ Chat::Public(_)) => {
                let known = chats::get(turn.transaction, &chat)?;
                if known.is_some_and(|known| known.active) {
                    self.take_text(turn, arrived, chat, message)
                } else {
                    self.decline(arrived, Declined::NotJoined)
                }
            }
            // A chat with a person comes to be with the first message.
            Some(chat @ Chat::Person(_)) => self.take_text(turn, arrived, chat, message),
        }
    }

    /// Shows a text in its chat: somebody's, or one's own from another device.
    pub(super) fn take_text(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        chat: Chat,
        message: &ChatMessage,
    ) -> Result<(), MessengerError> {
        let outgoing = self.is_me(&arrived.author);
        let clock = message.clock();
        let stored = StoredMessage {
            message: Message {
                chat: chat.clone(),
                from: arrived.author,
                text: message.text().into(),
                id: arrived.received.id(),
                clock,
                timestamp: message.timestamp_ms(),
                envelope: Some(arrived.envelope),
                received: turn.now_ms,
                outgoing,
                response_to: message_id(message.response_to()),
                ens_name: super::cut(message.ens_name(), super::MAX_CONTACT_NAME).into(),
                content: message.content().clone(),
                fault: ClockFault::of(clock, arrived.envelope_ms, turn.now_ms),
            },
            unread: !outgoing,
            wrapped: arrived.received.as_bytes().clone(),
        };
        let (inserted, is_news) = messages::show(turn.transaction, &stored, turn.now_ms)?;
        match inserted {
            Inserted::New => {}
            Inserted::Duplicate => return self.decline(arrived, Declined::Known),
            Inserted::Conflict => {
                self.conflict(arrived, Declined::Conflict.to_string());
                return self.decline(arrived, Declined::Conflict);
            }
            Inserted::Cleared => return self.decline(arrived, Declined::Cleared),
            Inserted::NoRoom => return self.decline(arrived, Declined::NoRoom),
        }
        if is_news {
            self.interests_changed();
        }
        self.note_ens_name(turn, arrived, message.ens_name(), clock)?;
        self.report(MessengerEvent::Message(Box::new(stored.message)));
        self.report(MessengerEvent::Chat(chat));
        Ok(())
    }

    /// Keeps what nothing here acts on, and reports it.
    fn keep_other(&mut self, turn: &mut Turn<'_>, arrived: &Arrived) -> Result<(), MessengerError> {
        let chat = match (self.chat_of(arrived), &arrived.channel) {
            (Some(chat), _) => chat,
            (None, Channel::Public(name)) => match Chat::public(name) {
                Ok(chat) => chat,
                Err(_) => return self.decline(arrived, Declined::NoChat),
            },
            (None, _) => Chat::person(&arrived.author),
        };
        let other = OtherMessage {
            chat,
            from: arrived.author,
            id: arrived.received.id(),
            message_type: message_type(&arrived.received),
            payload: arrived.received.payload().clone(),
            envelope: arrived.envelope,
        };
        if others::insert(turn.transaction, &other)? {
            self.report(MessengerEvent::Other(Box::new(other)));
            Ok(())
        } else {
            self.decline(arrived, Declined::Known)
        }
    }

    /// The chat that a message was placed in; none if it belongs to none, or to one that cannot be.
    pub(super) fn chat_of(&self, arrived: &Arrived) -> Option<Chat> {
        match &arrived.placed.as_ref()?.chat {
            ChatId::OneToOne(person) => Some(Chat::Person(*person)),
            ChatId::Public(name) => Chat::public(name).ok(),
            ChatId::Group(id) => match id.parse() {
                Ok(chat @ Chat::Group(_)) => Some(chat),
                _ => None,
            },
        }
    }

    /// Counts what has no effect, which is no error.
    pub(super) fn decline(
        &mut self,
        arrived: &Arrived,
        why: Declined,
    ) -> Result<(), MessengerError> {
        let id = arrived.received.id();
        tracing::debug!(%id, reason = %why, "message declined");
        self.counters.refuse(why.name());
        Ok(())
    }

    /// Reports what contradicts something.
    pub(super) fn conflict(&mut self, arrived: &Arrived, reason: String) {
        let message = arrived.received.id();
        self.report(MessengerEvent::Conflict { message, reason });
    }

    fn note_clock(&mut self, turn: &Turn<'_>, arrived: &Arrived, is_known: bool) {
        let signer = &arrived.transport_signer;
        if self.is_me(signer) {
            return;
        }
        let (sent_ms, now_ms) = (arrived.envelope_ms, turn.now_ms);
        self.skew.note(signer, is_known, sent_ms, now_ms);
        if let Some(estimate) = self.skew.news(now_ms) {
            self.report(MessengerEvent::Skew(estimate));
        }
    }
}

/// The type under which a message was wrapped; 0 for messages of 2019.
fn message_type(received: &Received) -> status_payload::MessageType {
    use status_payload::{ApplicationMetadataMessage, ReceivedContent};
    match received.content() {
        ReceivedContent::Current(message) => message.message_type(),
        _ => ApplicationMetadataMessage::decode(received.as_bytes().clone())
            .map_or(0.into(), |wrapper| wrapper.message_type()),
    }
}

/// The id of a message as authors write it.
fn message_id(text: &str) -> Option<MessageId> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
    Some(bytes.into())
}
