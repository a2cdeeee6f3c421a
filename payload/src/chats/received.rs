//! The chats of messages of every generation.

use super::arrival::{Arrival, ChatId, Misplaced, Placed};
use crate::later::LaterMessage;
use crate::transit::Body;
use crate::{ChatKind, Received, ReceivedContent};

impl Arrival<'_> {
    /// The chat of a message of any generation, as [`place`](Self::place) says it for those of
    /// status-go v0.50.0; none for one that belongs to no chat.
    ///
    /// Reactions, pins, edits and deletions of later clients belong to the chat that they name, like
    /// chat messages, and a request to join a group to that group. What was written in 2019 follows
    /// the same rules as its kind today.
    ///
    /// # Errors
    ///
    /// As [`place`](Self::place).
    pub fn place_received(&self, received: &Received) -> Result<Option<Placed>, Misplaced> {
        self.place_received_as_deployed(received)?
            .map(Placed::without_conflict)
            .transpose()
    }

    /// Like [`place_received`](Self::place_received), but what does not fit together is marked
    /// instead of refused.
    ///
    /// # Errors
    ///
    /// If there is no such chat, or the message is for own devices only.
    pub fn place_received_as_deployed(
        &self,
        received: &Received,
    ) -> Result<Option<Placed>, Misplaced> {
        match received.content() {
            ReceivedContent::Current(message) => self.place_as_deployed(message),
            ReceivedContent::Later(message) => self.place_later(message),
            ReceivedContent::Transit(body) => self.place_transit(body),
        }
    }

    fn place_later(&self, message: &LaterMessage) -> Result<Option<Placed>, Misplaced> {
        let (kind, chat_id) = match message {
            LaterMessage::EmojiReaction(message) => (message.message_type, &message.chat_id),
            LaterMessage::PinMessage(message) => (message.message_type, &message.chat_id),
            LaterMessage::EditMessage(message) => (message.message_type, &message.chat_id),
            LaterMessage::DeleteMessage(message) => (message.message_type, &message.chat_id),
            LaterMessage::GroupChatInvitation(message) => {
                return Ok(Some(self.group(&message.chat_id)));
            }
            // Whether somebody is there concerns no chat.
            LaterMessage::StatusUpdate(_) => return Ok(None),
        };
        self.place_message_as_deployed(ChatKind::from_number(kind), chat_id)
            .map(Some)
    }

    fn place_transit(&self, body: &Body) -> Result<Option<Placed>, Misplaced> {
        match body {
            Body::Chat(chat) => {
                let message = chat.to_wire();
                let kind = ChatKind::from_number(message.message_type);
                self.place_message_as_deployed(kind, &message.chat_id)
                    .map(Some)
            }
            Body::Pair(_) => {
                let mut placed = self.own_device(ChatId::OneToOne(*self.receiver))?;
                self.mark_private(&mut placed);
                Ok(Some(placed))
            }
            Body::Membership(membership) => {
                let message = membership
                    .message
                    .as_ref()
                    .map(crate::transit::Chat::to_wire);
                Ok(Some(self.update(&membership.chat_id, message.as_ref())))
            }
            Body::Other(_) => Ok(None),
        }
    }
}
