//! Chats and messages.

use crate::Chat;
use crate::messenger::{self, Messenger, MessengerError, Text, Turn};
use crate::rpc::fault::Unfit;
use crate::rpc::methods::{
    Chats, ChatsJoin, ChatsLeave, ChatsRead, DEFAULT_PAGE, Ledger, MAX_PAGE, Messages, SendText,
};
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::{ChatRecord, Done, LedgerRecord, Membership, MessageRecord};

impl Operation for Chats {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<ChatRecord>, Refusal> {
        let all = messenger.chats(turn)?;
        let active = all.iter().filter(|known| known.active);
        let record = |known| {
            let membership = membership(messenger, turn, known)?;
            Ok(ChatRecord::new(known, membership))
        };
        active.map(record).collect()
    }
}

/// How the account stands to a chat; none if that is no group.
fn membership(
    messenger: &Messenger,
    turn: &Turn<'_>,
    known: &messenger::ChatRecord,
) -> Result<Option<Membership>, Refusal> {
    let Chat::Group(group) = &known.chat else {
        return Ok(None);
    };
    let members = messenger.members(turn, group)?;
    let own = messenger.identity();
    let this = members.iter().find(|member| Some(&member.person) == own);
    let joined = this.is_some_and(|member| member.joined);
    Ok(Some(Membership::of(this.is_some(), joined)))
}

/// Refuses a chat that nothing is known of.
fn require(messenger: &Messenger, turn: &Turn<'_>, chat: &Chat) -> Result<(), Refusal> {
    match messenger.chat(turn, chat)? {
        Some(_) => Ok(()),
        None => Err(MessengerError::UnknownChat(Box::new(chat.clone())).into()),
    }
}

impl Operation for ChatsJoin {
    const WHILE_LOCKED: bool = true;

    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        if let Chat::Group(_) = self.chat {
            return Err(Unfit::JoinsByInvitation.into());
        }
        messenger.join(turn, &self.chat)?;
        Ok(Done::default())
    }
}

impl Operation for ChatsLeave {
    const WHILE_LOCKED: bool = true;

    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        if let Chat::Group(_) = self.chat {
            return Err(Unfit::LeavesAloud.into());
        }
        require(messenger, turn, &self.chat)?;
        messenger.leave(turn, &self.chat)?;
        Ok(Done::default())
    }
}

impl Operation for ChatsRead {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        require(messenger, turn, &self.chat)?;
        messenger.mark_read(turn, &self.chat, None)?;
        Ok(Done::default())
    }
}

impl Operation for Messages {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<MessageRecord>, Refusal> {
        let limit = self.limit.unwrap_or(DEFAULT_PAGE);
        if !(1..=MAX_PAGE).contains(&limit) {
            return Err(Unfit::PageLimit.into());
        }
        let before = match &self.before {
            None => None,
            Some(id) => match messenger.message(turn, id)? {
                Some(message) if message.message.chat == self.chat => Some(*id),
                _ => {
                    let (id, chat) = (*id, Box::new(self.chat));
                    return Err(Unfit::NoMessage { id, chat }.into());
                }
            },
        };
        let page = messenger.messages(turn, &self.chat, before.as_ref(), limit)?;
        Ok(page
            .iter()
            .map(|stored| MessageRecord::from(&stored.message))
            .collect())
    }
}

impl Operation for SendText {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<MessageRecord, Refusal> {
        if self.acknowledged {
            match &self.chat {
                Chat::Public(_) => return Err(Unfit::PublicChat.into()),
                Chat::Person(person) if !messenger.data_sync(person.public_key()) => {
                    return Err(Unfit::NoDataSync.into());
                }
                Chat::Person(_) | Chat::Group(_) => {}
            }
        }
        let text = Text {
            text: self.text,
            response_to: self.response_to,
            ..Text::default()
        };
        let stored = messenger.send_text(turn, &self.chat, text)?;
        Ok(MessageRecord::from(&stored.message))
    }
}

impl Operation for Ledger {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<LedgerRecord>, Refusal> {
        let entries = messenger.ledger(turn, &self.message)?;
        if entries.is_empty() {
            return Err(Unfit::NotSentHere(self.message).into());
        }
        let records = entries.iter();
        Ok(records
            .map(|entry| LedgerRecord::new(&self.message, entry))
            .collect())
    }
}
