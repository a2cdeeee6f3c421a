//! Groups as status-go v0.50.0 judges them: a whole update at a time.

use super::event::{EventKind, GroupEvent, Target};
use super::replay::{EventRefusal, Replay, Roster};
use crate::{Person, Rules};
use std::collections::HashSet;

/// A group as status-go v0.50.0 sees it, for those who must see what it sees. One event that is not
/// allowed makes it refuse an update with all its events; a text that is no key is a member like
/// any other; and which of two events with the same clock comes first depends on the order in
/// which they came. (With up to 12 events this is its order exactly; beyond, its sort leaves
/// equal clocks to chance, and here they stay as they came.) [`Group`](super::Group) is free of
/// all this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedGroup {
    chat_id: String,
    events: Vec<GroupEvent>,
    roster: Roster<Target>,
}

/// Why the deployed code refuses events. Nothing is changed by them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeployedRefusal {
    /// One of them is not allowed.
    #[error("an event of {author} is not allowed: {reason}")]
    Event {
        /// Who made it.
        author: Box<Person>,
        /// Why it is not allowed.
        reason: EventRefusal,
    },
    /// There is no event, the first does not create the group, or the id does not end in the key of
    /// the first one's author.
    #[error("the id of the group is not one of its creator")]
    ChatId,
}

/// Why the deployed code does not merge an update into a group that it knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeRefusal {
    /// The update by itself, without the events that are known, makes no group.
    #[error("the update by itself makes no group: {0}")]
    Update(#[source] DeployedRefusal),
    /// Known and new events together make no group.
    #[error("the update together with what is known makes no group: {0}")]
    Together(#[source] DeployedRefusal),
}

impl DeployedGroup {
    /// The group after `events`.
    ///
    /// # Errors
    ///
    /// If one of them is not allowed, or the id is not its creator's.
    pub fn rebuild(chat_id: &str, mut events: Vec<GroupEvent>) -> Result<Self, DeployedRefusal> {
        events.sort_by_key(GroupEvent::clock);
        let mut replay = Replay::default();
        for event in &events {
            let verdict = replay.check(event, Rules::Deployed);
            verdict.map_err(|reason| DeployedRefusal::Event {
                author: Box::new(*event.author()),
                reason,
            })?;
            replay.apply(event);
        }
        let roster = replay.finish(|target| Some(target.clone()));
        let creator = events
            .first()
            .filter(|event| event.kind() == EventKind::Created)
            .map(|event| event.author().to_string())
            .ok_or(DeployedRefusal::ChatId)?;
        if !chat_id.ends_with(&creator) || chat_id == creator {
            return Err(DeployedRefusal::ChatId);
        }
        Ok(Self {
            chat_id: chat_id.into(),
            events,
            roster,
        })
    }

    /// The group after an update, whose events are judged by themselves first. An event is known
    /// if its signature is.
    ///
    /// # Errors
    ///
    /// If the update or both together make no group.
    pub fn merge(&self, update: Vec<GroupEvent>) -> Result<Self, MergeRefusal> {
        let update = Self::rebuild(&self.chat_id, update).map_err(MergeRefusal::Update)?;
        let mut events = self.events.clone();
        let mut known: HashSet<Vec<u8>> = events
            .iter()
            .map(|event| event.signature().to_vec())
            .collect();
        for event in update.events {
            if known.insert(event.signature().to_vec()) {
                events.push(event);
            }
        }
        Self::rebuild(&self.chat_id, events).map_err(MergeRefusal::Together)
    }

    /// The id.
    pub fn chat_id(&self) -> &str {
        &self.chat_id
    }

    /// The name; may be empty.
    pub fn name(&self) -> &str {
        &self.roster.name
    }

    /// Who is invited, in the order of invitation.
    pub fn members(&self) -> &[Target] {
        &self.roster.members
    }

    /// The admins, who need not be members.
    pub fn admins(&self) -> &[Target] {
        &self.roster.admins
    }

    /// The members who joined.
    pub fn joined(&self) -> &[Target] {
        &self.roster.joined
    }

    /// The events in the order in which they took effect. One that an update held twice is here
    /// twice.
    pub fn events(&self) -> &[GroupEvent] {
        &self.events
    }

    /// The clock of the last event.
    pub fn last_clock(&self) -> u64 {
        self.events.last().map_or(0, GroupEvent::clock)
    }
}
