//! Private groups: what the user does to them, what others did, and texts in them.
//!
//! A group is a function of the set of its events, which its members sign ([`Group`]). Each update
//! carries all events that have an effect, and perhaps a text, so whoever gets any one of them knows the
//! whole group. As deployed:
//!
//! | what happens | goes to |
//! |---|---|
//! | creation, invitation, joining, promotion, renaming, a text | all members after it |
//! | removal | all members before it, so that who is removed knows |
//! | leaving | all members that stay |
//!
//! and always to the account's other devices. Who was invited gets everything; a text is shown only if
//! author and reader both joined. No event has the clock of another, since status-go sorts them
//! unstably; of others' events with equal clocks the order is fixed here, and the user is told.
//!
//! status-go v0.50.0 has no call to rename a group, and takes the event by which later clients do.

mod cache;
mod incoming;
mod table;

pub(super) use cache::GroupCache;
pub(super) use incoming::MAX_INVITATIONS;
pub use table::Member;
pub(crate) use table::{SCHEMA, members};

use super::outgoing::Audience;
use super::{MAX_CHAT_NAME, Messenger, MessengerError, MessengerEvent, Turn, chats};
use crate::Chat;
use bytes::Bytes;
use secp256k1::PublicKey;
use status_payload::wire::application_metadata_message::Type;
use status_payload::{Action, ChatMessage, Decoded, Group, GroupId, MessageId, Person};

/// To whom the event of an action goes.
enum Recipients {
    Before,
    After,
}

impl Messenger {
    /// Makes a group of the account, its admin, and of `members`, who are invited. Its id.
    ///
    /// # Errors
    ///
    /// If the name is longer than [`MAX_CHAT_NAME`] bytes, there is no account, no room for a chat or for
    /// the message, or the database fails.
    pub fn create_group(
        &mut self,
        turn: &mut Turn<'_>,
        name: &str,
        members: &[PublicKey],
    ) -> Result<GroupId, MessengerError> {
        check_name(name)?;
        let me = *self.account()?.key();
        let mut group = Group::create(&me, name, turn.now_ms, &mut turn.rng)?;
        let others = self.others(members)?;
        if !others.is_empty() {
            group.act(&me, Action::Invite(others), turn.now_ms, 0)?;
        }
        let id = group.id().clone();
        let chat = Chat::Group(id.clone());
        if !chats::has_room(turn.transaction)? {
            return Err(MessengerError::NoRoom);
        }
        let recipients = group.members().to_vec();
        self.send_update(turn, &group, &recipients)?;
        chats::choose(turn.transaction, &chat)?;
        self.keep_group(turn, group)?;
        chats::set_active(turn.transaction, &chat, true)?;
        self.interests_changed();
        Ok(id)
    }

    /// Invites people to a group.
    ///
    /// # Errors
    ///
    /// If the group is not known, the account is no admin of it, nobody is to be invited, or the message
    /// cannot be sent; so with all actions.
    pub fn add_members(
        &mut self,
        turn: &mut Turn<'_>,
        group: &GroupId,
        members: &[PublicKey],
    ) -> Result<MessageId, MessengerError> {
        let people = self.others(members)?;
        self.act(turn, group, Action::Invite(people), Recipients::After)
    }

    /// Joins a group that the account was invited to: from now on its texts are shown.
    ///
    /// # Errors
    ///
    /// As [`add_members`](Self::add_members).
    pub fn join_group(
        &mut self,
        turn: &mut Turn<'_>,
        group: &GroupId,
    ) -> Result<MessageId, MessengerError> {
        let chat = Chat::Group(group.clone());
        if chats::find(turn.transaction, &chat)?.is_some()
            && chats::choose(turn.transaction, &chat)?.is_none()
        {
            return Err(MessengerError::NoRoom);
        }
        let id = self.act(turn, group, Action::Join, Recipients::After)?;
        chats::set_active(turn.transaction, &chat, true)?;
        self.interests_changed();
        Ok(id)
    }

    /// Removes a member, who is told.
    ///
    /// # Errors
    ///
    /// As [`add_members`](Self::add_members), and if they are no member, or an admin.
    pub fn remove_member(
        &mut self,
        turn: &mut Turn<'_>,
        group: &GroupId,
        member: &PublicKey,
    ) -> Result<MessageId, MessengerError> {
        let action = Action::Remove(Person::from(*member));
        self.act(turn, group, action, Recipients::Before)
    }

    /// Makes members admins.
    ///
    /// # Errors
    ///
    /// As [`add_members`](Self::add_members), and if somebody is no member.
    pub fn promote(
        &mut self,
        turn: &mut Turn<'_>,
        group: &GroupId,
        members: &[PublicKey],
    ) -> Result<MessageId, MessengerError> {
        let people = members.iter().copied().map(Person::from).collect();
        self.act(turn, group, Action::Promote(people), Recipients::After)
    }

    /// Gives a group another name. status-go v0.50.0 shows it, though it cannot do it.
    ///
    /// # Errors
    ///
    /// As [`add_members`](Self::add_members), and if the name is empty or longer than
    /// [`MAX_CHAT_NAME`] bytes.
    pub fn rename_group(
        &mut self,
        turn: &mut Turn<'_>,
        group: &GroupId,
        name: &str,
    ) -> Result<MessageId, MessengerError> {
        check_name(name)?;
        self.act(turn, group, Action::Rename(name.into()), Recipients::After)
    }

    /// Leaves a group, which is not shown any more.
    ///
    /// # Errors
    ///
    /// If the group is not known, or the message cannot be sent.
    pub fn leave_group(
        &mut self,
        turn: &mut Turn<'_>,
        group: &GroupId,
    ) -> Result<MessageId, MessengerError> {
        let id = self.act(turn, group, Action::Leave, Recipients::After)?;
        chats::set_active(turn.transaction, &Chat::Group(group.clone()), false)?;
        self.interests_changed();
        Ok(id)
    }

    /// Who belongs to a group, in the order of invitation; nobody if it is not known.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn members(&self, turn: &Turn<'_>, group: &GroupId) -> Result<Vec<Member>, MessengerError> {
        Ok(members(turn.transaction, group)?)
    }

    /// A text for a group as it travels, with all events, and to whom it goes.
    ///
    /// # Errors
    ///
    /// If the group is not known, or the account did not join it: nobody would show the text.
    pub(super) fn wrap_for_group(
        &mut self,
        turn: &Turn<'_>,
        id: &GroupId,
        message: &ChatMessage,
    ) -> Result<(Bytes, Vec<PublicKey>), MessengerError> {
        let me = *self.account()?.person();
        let Some(group) = self.groups.get(turn.transaction, id)? else {
            return Err(MessengerError::UnknownChat(Box::new(Chat::Group(
                id.clone(),
            ))));
        };
        if !group.joined().contains(&me) {
            return Err(MessengerError::NotJoined);
        }
        let update = group.update(Some(message.to_wire()));
        let members = group.members().iter().filter(|member| **member != me);
        let recipients = members.map(|member| *member.public_key()).collect();
        Ok((Decoded::MembershipUpdate(update).encode(), recipients))
    }

    /// Does something to a group, and tells whom it concerns.
    fn act(
        &mut self,
        turn: &mut Turn<'_>,
        id: &GroupId,
        action: Action,
        to: Recipients,
    ) -> Result<MessageId, MessengerError> {
        let me = *self.account()?.key();
        let chat = Chat::Group(id.clone());
        let Some(mut group) = self.groups.get(turn.transaction, id)?.cloned() else {
            return Err(MessengerError::UnknownChat(Box::new(chat)));
        };
        let before = group.members().to_vec();
        let clock = chats::clock(turn.transaction, &chat)?.last();
        group.act(&me, action, turn.now_ms, clock)?;
        let recipients = match to {
            Recipients::Before => before,
            Recipients::After => group.members().to_vec(),
        };
        let id = self.send_update(turn, &group, &recipients)?;
        self.keep_group(turn, group)?;
        self.interests_changed();
        Ok(id)
    }

    fn send_update(
        &mut self,
        turn: &mut Turn<'_>,
        group: &Group,
        recipients: &[Person],
    ) -> Result<MessageId, MessengerError> {
        let encoded = Decoded::MembershipUpdate(group.update(None)).encode();
        let me = *self.account()?.person();
        let others = recipients.iter().filter(|person| **person != me);
        let others = others.map(|person| *person.public_key()).collect();
        let kind = Type::MembershipUpdateMessage.into();
        let sent = self.dispatch(turn, Audience::People(others), kind, encoded)?;
        Ok(sent.id)
    }

    /// Writes a group that changed; its chat's clock follows its last event.
    fn keep_group(&mut self, turn: &mut Turn<'_>, group: Group) -> Result<bool, MessengerError> {
        let chat = Chat::Group(group.id().clone());
        let clock = group.last_clock();
        if !self.groups.save(turn.transaction, group)? {
            return Ok(false);
        }
        chats::observe_clock(turn.transaction, &chat, clock, turn.now_ms)?;
        self.report(MessengerEvent::Chat(chat));
        Ok(true)
    }

    /// People without the account itself, each once.
    fn others(&self, people: &[PublicKey]) -> Result<Vec<Person>, MessengerError> {
        let me = *self.account()?.person();
        let mut others: Vec<Person> = Vec::new();
        for person in people.iter().copied().map(Person::from) {
            if person != me && !others.contains(&person) {
                others.push(person);
            }
        }
        Ok(others)
    }
}

fn check_name(name: &str) -> Result<(), MessengerError> {
    match name.len() {
        len if len > MAX_CHAT_NAME => Err(MessengerError::TooLarge {
            size: len,
            limit: MAX_CHAT_NAME,
        }),
        _ => Ok(()),
    }
}
