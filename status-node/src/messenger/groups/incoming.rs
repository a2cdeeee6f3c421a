//! What others, or other devices of the account, say about groups.

use super::super::said::Declined;
use super::super::{Arrived, Messenger, MessengerError, MessengerEvent, Turn, chats, contacts};
use crate::Chat;
use status_payload::{
    ChatMessage, Group, GroupEvent, GroupId, InvalidChatMessage, MembershipUpdate, NoGroup, Person,
    Rules, wire,
};
use std::collections::HashSet;

/// How many groups that the account was invited to by strangers, and has not joined, are kept. Each may
/// take 1 MiB.
pub(in crate::messenger) const MAX_INVITATIONS: usize = 64;

/// How many events of one update are reported singly. Who missed more sees what came of them.
const MAX_REPORTED: usize = 64;

impl Messenger {
    /// Takes in an update of a group, and the text that came with it.
    pub(in crate::messenger) fn handle_group_update(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        update: &wire::MembershipUpdateMessage,
        text: Option<&Result<ChatMessage, InvalidChatMessage>>,
    ) -> Result<(), MessengerError> {
        let Ok(chat @ Chat::Group(_)) = update.chat_id.parse() else {
            return self.decline(arrived, Declined::GroupId);
        };
        let Chat::Group(id) = &chat else {
            return Ok(());
        };
        if let Err(declined) = self.merge_update(turn, arrived, id, update)? {
            return self.decline(arrived, declined);
        }
        match text {
            None => Ok(()),
            Some(Ok(message)) => self.handle_group_text(turn, arrived, id, message),
            Some(Err(rule)) => self.decline(arrived, Declined::Text(*rule)),
        }
    }

    /// Takes in a text to a group, which counts if author and reader both joined.
    pub(in crate::messenger) fn handle_group_text(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        id: &GroupId,
        message: &ChatMessage,
    ) -> Result<(), MessengerError> {
        let me = *self.account()?.person();
        let author = Person::from(arrived.author);
        let counts = match self.groups.get(turn.transaction, id)? {
            Some(group) => group.takes_message(&author, &me),
            None => false,
        };
        if !counts {
            return self.decline(arrived, Declined::NotJoined);
        }
        self.take_text(turn, arrived, Chat::Group(id.clone()), message)
    }

    fn merge_update(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
        id: &GroupId,
        update: &wire::MembershipUpdateMessage,
    ) -> Result<Result<(), Declined>, MessengerError> {
        let me = *self.account()?.person();
        let known = self.groups.get(turn.transaction, id)?;
        // Most updates bring nothing new: those events are neither recovered nor copied.
        let bytes: HashSet<&[u8]> = known
            .iter()
            .flat_map(|group| group.events())
            .map(|event| &**event.as_bytes())
            .collect();
        let new = update
            .events
            .iter()
            .filter(|event| !bytes.contains(&***event));
        let new = wire::MembershipUpdateMessage {
            chat_id: update.chat_id.clone(),
            events: new.cloned().collect(),
            message: None,
        };
        if new.events.is_empty() && known.is_some() {
            return Ok(Ok(()));
        }
        let known = known.cloned();
        let read = match MembershipUpdate::read(new, turn.now_ms) {
            Ok(read) => read,
            Err(error) => return Ok(Err(Declined::GroupTooLarge(error.to_string()))),
        };
        // The one stands for all: whoever knows the id can make any number of them.
        if known.is_some()
            && let Some(refused) = read.refused().first()
        {
            let (count, error) = (read.refused().len(), &refused.error);
            self.conflict(arrived, format!("{count} events are none: {error}"));
        }
        let events = read.into_events();
        let merged = match known.clone() {
            None => Group::rebuild(id.clone(), events.clone(), Rules::Deployed),
            Some(mut group) => group.merge(events.clone()).map(|_| group),
        };
        let group = match merged {
            Ok(group) => group,
            Err(NoGroup::NoCreation { .. } | NoGroup::NoUuid) => {
                return Ok(Err(Declined::NoCreation));
            }
            Err(error) => return Ok(Err(Declined::GroupTooLarge(error.to_string()))),
        };
        if known.is_none()
            && let Err(declined) = self.admit(turn, &group, &me)?
        {
            return Ok(Err(declined));
        }
        self.report_events(arrived, known.as_ref(), &group, &events);
        self.follow_membership(turn, known.as_ref(), &group, &me)?;
        self.interests_changed();
        match self.keep_group(turn, group)? {
            true => Ok(Ok(())),
            false => Ok(Err(Declined::NoRoom)),
        }
    }

    /// Whether a group that is not known comes to be. As deployed only for its members; and strangers
    /// cannot fill the disk with invitations.
    fn admit(
        &mut self,
        turn: &mut Turn<'_>,
        group: &Group,
        me: &Person,
    ) -> Result<Result<(), Declined>, MessengerError> {
        if !group.is_member(me) {
            return Ok(Err(Declined::NotInvited));
        }
        let creator = group.id().creator();
        let is_known = creator == me
            || contacts::get(turn.transaction, creator.public_key())?
                .is_some_and(|contact| contact.added);
        if is_known || group.joined().contains(me) {
            return Ok(Ok(()));
        }
        let waiting = super::table::invitations(turn.transaction, me.public_key())?;
        match waiting < MAX_INVITATIONS {
            true => Ok(Ok(())),
            false => Ok(Err(Declined::TooManyInvitations)),
        }
    }

    /// Shows a group that the account came into, and hides one that it left on another device. One that
    /// it was removed from stays, so that the user sees it.
    fn follow_membership(
        &mut self,
        turn: &mut Turn<'_>,
        known: Option<&Group>,
        group: &Group,
        me: &Person,
    ) -> Result<(), MessengerError> {
        let chat = Chat::Group(group.id().clone());
        let was = known.is_some_and(|known| known.is_member(me));
        let is = group.is_member(me);
        if is && !was {
            chats::set_active(turn.transaction, &chat, true)?;
        }
        if was && !is {
            let last = group.effective().filter(|event| {
                event
                    .targets()
                    .iter()
                    .any(|target| target.person() == Some(me))
            });
            if last.last().is_some_and(|event| event.author() == me) {
                chats::set_active(turn.transaction, &chat, false)?;
            }
        }
        Ok(())
    }

    /// Reports each new event that took effect, and as conflicts those that did not, or share a clock.
    fn report_events(
        &mut self,
        arrived: &Arrived,
        known: Option<&Group>,
        group: &Group,
        events: &[GroupEvent],
    ) {
        let new: HashSet<&[u8]> = events.iter().map(|event| &**event.as_bytes()).collect();
        let is_new = |event: &&GroupEvent| new.contains(&**event.as_bytes());
        let refused: Vec<_> = group.refused().filter(|(event, _)| is_new(event)).collect();
        for (event, refusal) in refused.iter().take(MAX_REPORTED) {
            self.conflict(
                arrived,
                format!(
                    "an event of the group at {} has no effect: {refusal}",
                    event.clock()
                ),
            );
        }
        let before: HashSet<u64> = known
            .map(Group::equal_clocks)
            .into_iter()
            .flatten()
            .collect();
        let clocks = group.equal_clocks().into_iter();
        for clock in clocks
            .filter(|clock| !before.contains(clock))
            .take(MAX_REPORTED)
        {
            let reason = format!(
                "events of the group have the same clock {clock}: status-go may see another group"
            );
            self.conflict(arrived, reason);
        }
        if known.is_some() {
            for event in group.effective().filter(is_new).take(MAX_REPORTED) {
                self.report(MessengerEvent::Membership {
                    group: group.id().clone(),
                    event: Box::new(event.clone()),
                });
            }
        }
    }
}
