//! Events of one's own.

use super::event::{EventKind, GroupEvent};
use super::id::GroupId;
use super::replay::EventRefusal;
use super::set::{Group, NoGroup};
use crate::clock::{self, ClockError, next_clock};
use crate::{Person, Rules, signature, wire};
use rand_core::CryptoRng;
use secp256k1::SecretKey;

/// What somebody does to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// An admin gives it another name; not empty.
    Rename(String),
    /// An admin invites people; at least one.
    Invite(Vec<Person>),
    /// Somebody invited joins.
    Join,
    /// An admin removes a member who is no admin.
    Remove(Person),
    /// An admin makes members admins; at least one.
    Promote(Vec<Person>),
    /// An admin becomes a plain member.
    StepDown,
    /// A member leaves, an admin too.
    Leave,
}

/// Why no event was made; the group is as it was. The caller is at fault, except for
/// [`Self::Clock`], which is somebody's wrong clock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotAct {
    /// Others would give the event no effect.
    #[error("others would refuse the change: {0}")]
    Refused(#[from] EventRefusal),
    /// The group's clock is so far ahead of the time that others would refuse a later one.
    #[error("others would refuse the change for its time: {0}")]
    Clock(#[from] ClockError),
    /// The group is full.
    #[error(transparent)]
    Full(#[from] NoGroup),
}

impl Group {
    /// A new group of whoever has the key `me`, its creator and only admin, at `now_ms`
    /// milliseconds since 1970. It has a random id and is judged by the deployed rules.
    ///
    /// # Errors
    ///
    /// If the time is 0.
    pub fn create(
        me: &SecretKey,
        name: &str,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CannotAct> {
        clock::check(now_ms, now_ms)?;
        let id = GroupId::random(signature::public_key(me).into(), rng);
        let creation = wire::MembershipUpdateEvent {
            clock: now_ms,
            name: name.into(),
            r#type: EventKind::Created.number(),
            ..Default::default()
        };
        let creation = GroupEvent::sign(me, id.as_str(), &creation);
        Ok(Self::rebuild(id, vec![creation], Rules::Deployed)?)
    }

    /// Makes the event by which whoever has the key `me` does `action`, and takes it in. Afterwards
    /// send [`update`](Self::update) to the members; to those removed too, who were members before.
    ///
    /// `now_ms` is the time in milliseconds since 1970, `chat_clock` the highest clock of the
    /// chat's messages, 0 for none. The event's clock is higher than that and than every effective
    /// event's, and no event has it, so no two have the same.
    ///
    /// # Errors
    ///
    /// If others would refuse the event, by the strict rules.
    pub fn act(
        &mut self,
        me: &SecretKey,
        action: Action,
        now_ms: u64,
        chat_clock: u64,
    ) -> Result<GroupEvent, CannotAct> {
        let change = wire::MembershipUpdateEvent {
            clock: self.free_clock(now_ms, chat_clock)?,
            ..action.into_change(&signature::public_key(me).into())
        };
        let event = GroupEvent::sign(me, self.id().as_str(), &change);
        self.check_next(&event)?;
        self.merge(vec![event.clone()])?;
        Ok(event)
    }

    /// The lowest clock after all that counts which no event has.
    fn free_clock(&self, now_ms: u64, chat_clock: u64) -> Result<u64, ClockError> {
        let mut clock = next_clock(self.last_clock().max(chat_clock), now_ms);
        // Events are sorted by clock. Those without effect can stand in the way, and must not
        // push the clock up to theirs.
        let start = self.events().partition_point(|event| event.clock() < clock);
        for event in self.events().iter().skip(start) {
            if event.clock() == clock {
                clock = clock.saturating_add(1);
            }
        }
        clock::check(clock, now_ms)?;
        Ok(clock)
    }
}

impl Action {
    fn into_change(self, me: &Person) -> wire::MembershipUpdateEvent {
        let names = |people: Vec<Person>| people.iter().map(Person::to_string).collect();
        let (kind, name, members) = match self {
            Self::Rename(name) => (EventKind::NameChanged, name, Vec::new()),
            Self::Invite(people) => (EventKind::MembersAdded, String::new(), names(people)),
            Self::Join => (EventKind::MemberJoined, String::new(), Vec::new()),
            Self::Remove(person) => (EventKind::MemberRemoved, String::new(), names(vec![person])),
            Self::Promote(people) => (EventKind::AdminsAdded, String::new(), names(people)),
            Self::StepDown => (EventKind::AdminRemoved, String::new(), names(vec![*me])),
            Self::Leave => (EventKind::MemberRemoved, String::new(), names(vec![*me])),
        };
        wire::MembershipUpdateEvent {
            clock: 0,
            members,
            name,
            r#type: kind.number(),
        }
    }
}
