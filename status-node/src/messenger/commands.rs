//! What the user does in chats: join, leave, write.

use super::outgoing::{Audience, Dispatched};
use super::{
    Inserted, Messenger, MessengerError, MessengerEvent, StoredMessage, Turn, chats, messages,
};
use crate::{Chat, Message};
use status_payload::{ChatMessage, Content, KnownType, MessageId, MessageType};

/// A text to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// What it says; not blank.
    pub text: String,
    /// The message that it answers.
    pub response_to: Option<MessageId>,
    /// One's own ENS name, if one has one. Nobody verifies it.
    pub ens_name: String,
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Messenger {
    /// Joins a public chat, or begins a chat with a person, so that it is shown and listened to. Groups
    /// are joined by [`join_group`](Self::join_group). The account's other devices are told of a public
    /// one. Whether that changed anything.
    ///
    /// # Errors
    ///
    /// [`MessengerError::NoRoom`] if there are [`MAX_CHATS`](super::MAX_CHATS), and if the database fails.
    pub fn join(&mut self, turn: &mut Turn<'_>, chat: &Chat) -> Result<bool, MessengerError> {
        chats::choose(turn.transaction, chat)?.ok_or(MessengerError::NoRoom)?;
        let changed = chats::set_active(turn.transaction, chat, true)?;
        let changed = changed.ok_or(MessengerError::NoRoom)?;
        self.changed(chat, changed);
        if changed && matches!(chat, Chat::Public(_)) {
            let synced = self.sync_public_chat(turn, chat);
            self.forgive(synced)?;
        }
        Ok(changed)
    }

    /// Leaves a public chat, or hides the one with a person: it is not listened to any more unless
    /// something else needs it. Its messages stay. Groups are left by
    /// [`leave_group`](Self::leave_group). Whether that changed anything.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn leave(&mut self, turn: &mut Turn<'_>, chat: &Chat) -> Result<bool, MessengerError> {
        if chats::find(turn.transaction, chat)?.is_none() {
            return Ok(false);
        }
        let changed = chats::set_active(turn.transaction, chat, false)?;
        let changed = changed.unwrap_or(false);
        self.changed(chat, changed);
        Ok(changed)
    }

    fn changed(&mut self, chat: &Chat, changed: bool) {
        if changed {
            self.interests_changed();
            self.report(MessengerEvent::Chat(chat.clone()));
        }
    }

    /// Writes a text to a chat. It is kept, in the ledger, and on its way when the turn is committed.
    /// Neither a public chat nor a person needs to be joined before: a chat with a person comes to be, a
    /// public one is written to without being listened to.
    ///
    /// # Errors
    ///
    /// [`MessengerError`]; all that do not [spoil](MessengerError::spoils) the turn leave everything as
    /// it was, but for the chat's clock.
    pub fn send_text(
        &mut self,
        turn: &mut Turn<'_>,
        chat: &Chat,
        text: impl Into<Text>,
    ) -> Result<StoredMessage, MessengerError> {
        let text = text.into();
        let account = self.account()?;
        if *chat == Chat::person(account.public()) && !self.has_other_devices(turn, &account)? {
            return Err(MessengerError::Alone);
        }
        // Nothing may be sent that is then not kept.
        let clock = chats::next_clock(turn.transaction, chat, turn.now_ms)?;
        let clock = clock.ok_or(MessengerError::NoRoom)?;
        let mut builder = ChatMessage::builder()
            .text(&text.text)
            .clock(clock, turn.now_ms)
            .ens_name(&text.ens_name);
        if let Some(id) = text.response_to {
            builder = builder.response_to(id);
        }
        let builder = match chat {
            Chat::Public(name) => builder.public_chat(name.as_str()),
            Chat::Person(person) => builder.one_to_one(person.public_key()),
            Chat::Group(id) => builder.private_group(id.as_str()),
        };
        let message = builder.build()?;
        let sent = self.dispatch_text(turn, chat, &message)?;
        if matches!(chat, Chat::Person(_)) {
            self.join(turn, chat)?;
        }
        let stored = StoredMessage {
            message: Message {
                chat: chat.clone(),
                from: *account.public(),
                text: text.text,
                id: sent.id,
                clock,
                timestamp: turn.now_ms,
                envelope: None,
                received: turn.now_ms,
                outgoing: true,
                response_to: text.response_to,
                ens_name: text.ens_name,
                content: Content::Text,
                fault: None,
            },
            unread: false,
            wrapped: sent.wrapped,
        };
        match messages::insert(turn.transaction, &stored)? {
            Inserted::New => self.report(MessengerEvent::Chat(chat.clone())),
            Inserted::Duplicate | Inserted::Conflict | Inserted::NoRoom | Inserted::Cleared => {}
        }
        Ok(stored)
    }

    fn dispatch_text(
        &mut self,
        turn: &mut Turn<'_>,
        chat: &Chat,
        message: &ChatMessage,
    ) -> Result<Dispatched, MessengerError> {
        let (to, kind, encoded) = match chat {
            Chat::Public(name) => (
                Audience::Public(name.clone()),
                MessageType::CHAT_MESSAGE,
                message.encode(),
            ),
            Chat::Person(person) => (
                Audience::People(vec![*person.public_key()]),
                MessageType::CHAT_MESSAGE,
                message.encode(),
            ),
            Chat::Group(id) => {
                let (encoded, people) = self.wrap_for_group(turn, id, message)?;
                let kind = KnownType::MembershipUpdateMessage.into();
                (Audience::People(people), kind, encoded)
            }
        };
        self.dispatch(turn, to, kind, encoded)
    }
}
