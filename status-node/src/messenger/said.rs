//! What is made of a message, by its kind.

use super::inbox::Arrived;
use super::{
    Inserted, Messenger, MessengerError, MessengerEvent, StoredMessage, Turn, chats, messages,
};
use crate::{Chat, Message};
use status_payload::{ChatId, Direction, Said};

impl Messenger {
    /// Acts on a message that came, once.
    pub(super) fn handle_said(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
    ) -> Result<(), MessengerError> {
        let (Said::Chat { message, .. }, Some(placed)) = (&arrived.said, &arrived.placed) else {
            return Ok(());
        };
        let chat = match &placed.chat {
            ChatId::OneToOne(person) => Chat::Person(*person),
            ChatId::Public(name) => match Chat::public(name) {
                Ok(chat) => chat,
                Err(_) => return Ok(()),
            },
            ChatId::Group(_) => return Ok(()),
        };
        if matches!(chat, Chat::Person(_)) {
            self.join(turn, &chat)?;
        }
        chats::observe_clock(turn.transaction, &chat, message.clock(), turn.now_ms)?;
        let message = Message {
            chat,
            from: arrived.author,
            text: message.text().into(),
            id: arrived.received.id(),
            clock: message.clock(),
            timestamp: message.timestamp_ms(),
            envelope: Some(arrived.envelope),
            received: turn.now_ms,
            outgoing: placed.direction == Direction::Own,
            response_to: None,
            ens_name: message.ens_name().into(),
            content: message.content().clone(),
            fault: None,
        };
        let stored = StoredMessage {
            message: message.clone(),
            unread: true,
            wrapped: arrived.received.as_bytes().clone(),
        };
        if messages::insert(turn.transaction, &stored)? == Inserted::New {
            self.report(MessengerEvent::Message(Box::new(message)));
        }
        Ok(())
    }
}
