//! Which chat a message belongs to.

use crate::{ChatKind, Decoded, Person, wire};
use std::fmt;

/// How a message arrived: what must be known of it, besides its content, to say which chat it
/// belongs to.
///
/// The signature in the wrapper covers the payload and nothing else. Whoever reads a private message
/// can wrap it again and send it to a third person, who would see it as its author's; status-go
/// v0.50.0 compares neither the two signers nor the recipient. [`place`](Self::place) and
/// [`place_message`](Self::place_message) do, and refuse what does not fit; the two
/// `…_as_deployed` let it pass as status-go does, and then name the conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// The receiver.
    pub receiver: &'a Person,
    /// Who signed the wrapper ([`Authored::author`](crate::Authored::author)); none if nobody did.
    pub author: Option<&'a Person>,
    /// Who signed the envelope, or who the layer below says is the sender.
    pub transport: &'a Person,
    /// Through what it came.
    pub channel: Channel<'a>,
}

/// Through what a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel<'a> {
    /// The public chat of this name: whoever knows the name reads and writes there.
    Public(&'a str),
    /// Encrypted for the receiver.
    Private,
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChatId {
    /// With one other person, or with oneself.
    OneToOne(Person),
    /// The public chat of this name.
    Public(String),
    /// The group of this id.
    Group(String),
}

/// Who wrote a message, seen from the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Somebody else.
    Incoming,
    /// The receiver, on another device of their own.
    Own,
}

/// The chat of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The chat. Whether the receiver has joined it is for the application to see: as deployed a
    /// message for a public chat or group that is not known is dropped, and a one-to-one chat
    /// comes to be with the first message. For a group see also
    /// [`Group::takes_message`](crate::Group::takes_message).
    pub chat: ChatId,
    /// The author: who signed the wrapper, else who signed the envelope.
    pub author: Person,
    /// Whether it is one's own.
    pub direction: Direction,
    /// What does not fit together. A message placed by the default rules has at most
    /// [`ChatConflict::Relayed`].
    pub conflicts: Vec<ChatConflict>,
}

/// What does not fit together. Whoever sent the envelope is at fault; the author may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ChatConflict {
    /// A message to a group or a public chat was sent on by somebody else than its author, which
    /// 6/PAYLOADS allows. Never refused.
    #[error("somebody else than its author sent the message on")]
    Relayed,
    /// A private message came in an envelope of somebody else than its author.
    #[error("a private message was sent by somebody else than its author")]
    SignersDiffer,
    /// A one-to-one message names somebody else than the receiver.
    #[error("a one-to-one message is for somebody else")]
    NotForReceiver,
    /// A private message came through a public chat, a public one in private, or through another
    /// public chat than the one it names.
    #[error("the message came through another chat than its own")]
    OtherChannel,
    /// An update of a group carries a message for another chat.
    #[error("an update of a group carries a message for another chat")]
    OtherGroup,
}

/// Why a message has no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// Something does not fit together. Not by the rules as deployed.
    #[error(transparent)]
    Conflict(#[from] ChatConflict),
    /// A message for one's own devices comes from somebody else, who is at fault.
    #[error("only one's own devices may send this")]
    NotFromOwnDevice,
    /// The kind of chat is not known here, so there is no saying which chat it is.
    #[error("there is no telling the chat of a message of the kind {kind}")]
    UnknownKind {
        /// Its number.
        kind: i32,
    },
    /// One's own one-to-one message does not say to whom it was.
    #[error("the chat id of a one-to-one message of one's own is no public key")]
    NoRecipient,
}

impl<'a> Arrival<'a> {
    /// The author, as deployed: who signed the wrapper, else who signed the envelope.
    pub fn effective_author(&self) -> &'a Person {
        self.author.unwrap_or(self.transport)
    }

    /// The chat of a message that names the kind of its chat and its id, as chat messages and
    /// reactions do.
    ///
    /// | kind | author | chat |
    /// |---|---|---|
    /// | public | anybody | `chat_id` |
    /// | group | anybody | `chat_id` |
    /// | one-to-one | somebody else | the author's; `chat_id` must name the receiver |
    /// | one-to-one | the receiver, on another device | `chat_id` |
    ///
    /// # Errors
    ///
    /// If there is no such chat, or anything does not fit together but
    /// [`ChatConflict::Relayed`].
    pub fn place_message(&self, kind: ChatKind, chat_id: &str) -> Result<Placed, Misplaced> {
        self.place_message_as_deployed(kind, chat_id)?
            .without_conflict()
    }

    /// Like [`place_message`](Self::place_message), but what does not fit together is marked
    /// instead of refused.
    ///
    /// # Errors
    ///
    /// If there is no such chat.
    pub fn place_message_as_deployed(
        &self,
        kind: ChatKind,
        chat_id: &str,
    ) -> Result<Placed, Misplaced> {
        match kind {
            ChatKind::Public => {
                let mut placed = self.placed(ChatId::Public(chat_id.into()));
                if self.channel != Channel::Public(chat_id) {
                    placed.conflicts.push(ChatConflict::OtherChannel);
                }
                self.mark_relayed(&mut placed);
                Ok(placed)
            }
            ChatKind::PrivateGroup => Ok(self.group(chat_id)),
            ChatKind::OneToOne => self.one_to_one(chat_id),
            ChatKind::Other(kind) => Err(Misplaced::UnknownKind { kind }),
        }
    }

    /// The chat of any message; none for one that belongs to no chat.
    ///
    /// Chat messages are placed as [`place_message`](Self::place_message) says. Updates of groups
    /// belong to the group, a public chat that an own device joined is that chat; news of a contact
    /// and everything about transactions belong to the one-to-one chat with the author. Pairing and
    /// what is synchronised come from one's own devices only.
    ///
    /// # Errors
    ///
    /// As [`place_message`](Self::place_message), and for what comes from somebody else though it
    /// is for own devices only.
    pub fn place(&self, message: &Decoded) -> Result<Option<Placed>, Misplaced> {
        self.place_as_deployed(message)?
            .map(Placed::without_conflict)
            .transpose()
    }

    /// Like [`place`](Self::place), but what does not fit together is marked instead of refused.
    ///
    /// # Errors
    ///
    /// If there is no such chat, or the message is for own devices only.
    pub fn place_as_deployed(&self, message: &Decoded) -> Result<Option<Placed>, Misplaced> {
        match message {
            Decoded::ChatMessage(message) => {
                let kind = ChatKind::from_number(message.message_type);
                self.place_message_as_deployed(kind, &message.chat_id)
                    .map(Some)
            }
            Decoded::MembershipUpdate(update) => {
                Ok(Some(self.update(&update.chat_id, update.message.as_ref())))
            }
            Decoded::ContactUpdate(_)
            | Decoded::RequestAddressForTransaction(_)
            | Decoded::AcceptRequestAddressForTransaction(_)
            | Decoded::DeclineRequestAddressForTransaction(_)
            | Decoded::RequestTransaction(_)
            | Decoded::SendTransaction(_)
            | Decoded::DeclineRequestTransaction(_) => {
                let mut placed = self.placed(ChatId::OneToOne(*self.effective_author()));
                self.mark_private(&mut placed);
                Ok(Some(placed))
            }
            Decoded::SyncInstallationPublicChat(chat) => {
                let mut placed = self.own_device(ChatId::Public(chat.id.clone()))?;
                self.mark_private(&mut placed);
                Ok(Some(placed))
            }
            Decoded::PairInstallation(_)
            | Decoded::SyncInstallation(_)
            | Decoded::SyncInstallationContact(_)
            | Decoded::SyncInstallationAccount(_) => {
                let mut placed = self.own_device(ChatId::OneToOne(*self.receiver))?;
                self.mark_private(&mut placed);
                Ok(Some(placed))
            }
            Decoded::Unknown { .. } => Ok(None),
        }
    }

    fn placed(&self, chat: ChatId) -> Placed {
        let author = *self.effective_author();
        Placed {
            chat,
            author,
            direction: if author == *self.receiver {
                Direction::Own
            } else {
                Direction::Incoming
            },
            conflicts: Vec::new(),
        }
    }

    pub(super) fn own_device(&self, chat: ChatId) -> Result<Placed, Misplaced> {
        let placed = self.placed(chat);
        match placed.direction {
            Direction::Own => Ok(placed),
            Direction::Incoming => Err(Misplaced::NotFromOwnDevice),
        }
    }

    /// The chat of an update of a group, which may carry a message.
    pub(super) fn update(&self, chat_id: &str, message: Option<&wire::ChatMessage>) -> Placed {
        let mut placed = self.group(chat_id);
        if message.is_some_and(|message| !is_for_group(message, chat_id)) {
            placed.conflicts.push(ChatConflict::OtherGroup);
        }
        placed
    }

    pub(super) fn group(&self, chat_id: &str) -> Placed {
        let mut placed = self.placed(ChatId::Group(chat_id.into()));
        if self.channel != Channel::Private {
            placed.conflicts.push(ChatConflict::OtherChannel);
        }
        self.mark_relayed(&mut placed);
        placed
    }

    fn one_to_one(&self, chat_id: &str) -> Result<Placed, Misplaced> {
        let author = self.effective_author();
        // The deployed code writes small letters and reads capitals as well.
        let recipient = chat_id.to_ascii_lowercase().parse::<Person>();
        let mut placed = if author == self.receiver {
            let recipient = recipient.map_err(|_| Misplaced::NoRecipient)?;
            self.placed(ChatId::OneToOne(recipient))
        } else {
            let mut placed = self.placed(ChatId::OneToOne(*author));
            if recipient.as_ref() != Ok(self.receiver) {
                placed.conflicts.push(ChatConflict::NotForReceiver);
            }
            placed
        };
        self.mark_private(&mut placed);
        Ok(placed)
    }

    /// A private message comes from its author, through nothing public.
    pub(super) fn mark_private(&self, placed: &mut Placed) {
        if placed.author != *self.transport {
            placed.conflicts.push(ChatConflict::SignersDiffer);
        }
        if self.channel != Channel::Private {
            placed.conflicts.push(ChatConflict::OtherChannel);
        }
    }

    fn mark_relayed(&self, placed: &mut Placed) {
        if placed.author != *self.transport {
            placed.conflicts.push(ChatConflict::Relayed);
        }
    }
}

fn is_for_group(message: &wire::ChatMessage, chat_id: &str) -> bool {
    ChatKind::from_number(message.message_type) == ChatKind::PrivateGroup
        && message.chat_id == chat_id
}

impl Placed {
    /// Itself, unless something does not fit together that the default rules refuse.
    pub(super) fn without_conflict(self) -> Result<Self, Misplaced> {
        let mut conflicts = self.conflicts.iter();
        match conflicts.find(|conflict| **conflict != ChatConflict::Relayed) {
            Some(conflict) => Err((*conflict).into()),
            None => Ok(self),
        }
    }
}

/// The id as messages write it: the key of the other person, the name, the group's id.
impl fmt::Display for ChatId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneToOne(person) => person.fmt(formatter),
            Self::Public(text) | Self::Group(text) => text.fmt(formatter),
        }
    }
}
