//! What the user sees of chats, and that they saw it.

use super::{
    ChatRecord, Messenger, MessengerError, MessengerEvent, SkewEstimate, StoredMessage, Turn,
    chats, messages, others,
};
use crate::{Chat, OtherMessage};
use status_payload::MessageId;

impl Messenger {
    /// All chats, those that are not shown too, in the order in which they came to be. It costs the
    /// same whatever was said in them.
    ///
    /// # Errors
    ///
    /// If the database fails; so with all that follow.
    pub fn chats(&self, turn: &Turn<'_>) -> Result<Vec<ChatRecord>, MessengerError> {
        Ok(chats::all(turn.transaction)?)
    }

    /// A chat; none if it is not known.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn chat(&self, turn: &Turn<'_>, chat: &Chat) -> Result<Option<ChatRecord>, MessengerError> {
        Ok(chats::get(turn.transaction, chat)?)
    }

    /// Up to `limit` messages of a chat ([`MAX_PAGE`](super::MAX_PAGE) and
    /// [`MAX_PAGE_BYTES`](super::MAX_PAGE_BYTES) at most) in its order: the last ones before the message
    /// `before`, or the last of all. None before a message that is not known.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn messages(
        &self,
        turn: &Turn<'_>,
        chat: &Chat,
        before: Option<&MessageId>,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, MessengerError> {
        let before = match before {
            None => None,
            Some(id) => match messages::position(turn.transaction, id)? {
                Some(position) => Some(position),
                None => return Ok(Vec::new()),
            },
        };
        Ok(messages::page(
            turn.transaction,
            chat,
            before.as_ref(),
            limit,
        )?)
    }

    /// A message; none if it is not known.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn message(
        &self,
        turn: &Turn<'_>,
        id: &MessageId,
    ) -> Result<Option<StoredMessage>, MessengerError> {
        Ok(messages::by_id(turn.transaction, id)?)
    }

    /// The messages of other kinds that are kept, the earliest first.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn other_messages(&self, turn: &Turn<'_>) -> Result<Vec<OtherMessage>, MessengerError> {
        Ok(others::all(turn.transaction)?)
    }

    /// How far one's own clock is from others'; none while too few people were heard.
    pub fn skew(&self, now_ms: u64) -> Option<SkewEstimate> {
        self.skew.estimate(now_ms)
    }

    /// The user has read a chat up to a message, or all of it. How many messages were not read before.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn mark_read(
        &mut self,
        turn: &mut Turn<'_>,
        chat: &Chat,
        up_to: Option<&MessageId>,
    ) -> Result<usize, MessengerError> {
        let up_to = match up_to {
            None => None,
            Some(id) => match messages::position(turn.transaction, id)? {
                Some(position) => Some(position),
                None => return Ok(0),
            },
        };
        let read = messages::mark_read(turn.transaction, chat, up_to.as_ref())?;
        if read > 0 {
            self.report(MessengerEvent::Chat(chat.clone()));
        }
        Ok(read)
    }

    /// Sets whether the user wants notice of a chat. Whether that changed anything.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn set_muted(
        &mut self,
        turn: &mut Turn<'_>,
        chat: &Chat,
        muted: bool,
    ) -> Result<bool, MessengerError> {
        let changed = chats::set_muted(turn.transaction, chat, muted)?;
        if changed {
            self.report(MessengerEvent::Chat(chat.clone()));
        }
        Ok(changed)
    }

    /// Forgets the messages of a chat; those that come again are not taken. How many there were.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn clear_chat(
        &mut self,
        turn: &mut Turn<'_>,
        chat: &Chat,
    ) -> Result<usize, MessengerError> {
        let cleared = messages::clear(turn.transaction, chat)?;
        self.report(MessengerEvent::Chat(chat.clone()));
        Ok(cleared)
    }
}
