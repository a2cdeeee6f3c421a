//! A group as a function of the set of its events.

use super::event::{EventKind, GroupEvent, Target};
use super::id::GroupId;
use super::replay::{EventRefusal, Replay, Roster};
use crate::{Person, Rules, wire};
use std::cmp::Ordering;
use std::collections::HashSet;

/// A group: the events that are known of it and who belongs to it after them.
///
/// The state is a function of the *set* of events. In whatever order and however often they come,
/// in one update or in many, equal sets make equal groups: events are sorted by clock, equal clocks
/// by kind, author and content, and then each takes effect or is refused with its reason. A refused
/// one stays in the set, as it may take effect when an earlier event turns up.
///
/// It is bounded. Whoever knows the id can make events without effect, and any member some that
/// change nothing; when there is no more room these go first, the latest first, so that nobody but an
/// admin can fill a group. Only then does it matter what came when; an event that went comes again
/// with the next update, which holds all that its sender knows.
///
/// An event is its author, its group and its content. A second signature of the same author over
/// the same content, which anybody can make out of the first, is no second event.
///
/// [`act`](Self::act) makes events of one's own, [`merge`](Self::merge) takes in those of others,
/// [`update`](Self::update) is what to send to the members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub(super) id: GroupId,
    pub(super) rules: Rules,
    /// In their order, no two the same.
    pub(super) events: Vec<GroupEvent>,
    /// Places in `events` of those without effect, ascending.
    refused: Vec<(usize, EventRefusal)>,
    roster: Roster<Person>,
}

/// Why events make no group, or no more of them are taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoGroup {
    /// The event that creates the group is not among them, or is not its creator's.
    #[error("the creation of the group is not among its {events} events")]
    NoCreation {
        /// How many there are.
        events: usize,
    },
    /// Strict rules only: the id does not start with a UUID.
    #[error("the id of the group does not start with a UUID")]
    NoUuid,
    /// More events than are kept.
    #[error("a group has at most {} events, here are {events}", Group::MAX_EVENTS)]
    TooManyEvents {
        /// How many there are.
        events: usize,
    },
    /// More bytes of events than any message can carry.
    #[error(
        "the events of a group have at most {} bytes, these {bytes}",
        Group::MAX_BYTES
    )]
    TooManyBytes {
        /// Their bytes.
        bytes: usize,
    },
}

/// What an update brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// Events that were not known, in their order; those without effect too.
    pub new: Vec<GroupEvent>,
    /// How many were known, or came twice.
    pub known: usize,
    /// How many events without effect, new or known, there was no room for.
    pub dropped: usize,
}

impl Group {
    /// How many events a group keeps, and an update may have: more than four times what a busy group
    /// of years has. It bounds the work for an update of a hostile sender to 0.2 s of signature
    /// recovery.
    pub const MAX_EVENTS: usize = 4096;

    /// How many bytes the events of a group may have together: they travel in one message, and
    /// Whisper as deployed carries no message over 1 MiB.
    pub const MAX_BYTES: usize = 1 << 20;

    /// The group `id` after `events`, in whatever order they stand.
    ///
    /// As deployed rules and strict rules differ in: whether all who become admins must be members,
    /// or one of them; whether inviting nobody and removing who is no member is refused; whether
    /// the id must have a UUID. Under both, unlike as deployed, an unauthorised event is
    /// ignored (the specification says so), a group is created once, by the person its id
    /// names, and who is named by no valid key is nobody.
    ///
    /// # Errors
    ///
    /// If the creation is missing, or there are too many events that change something.
    pub fn rebuild(id: GroupId, events: Vec<GroupEvent>, rules: Rules) -> Result<Self, NoGroup> {
        if rules == Rules::Strict && !id.has_uuid() {
            return Err(NoGroup::NoUuid);
        }
        let mut events = distinct(events);
        let mut judgement = judge(&events, &id, rules)?;
        if bounded(&events).is_err() {
            events = thinned(events, &judgement);
            bounded(&events)?;
            judgement = judge(&events, &id, rules)?;
        }
        Ok(Self {
            id,
            rules,
            events,
            refused: judgement.refused,
            roster: judgement.roster,
        })
    }

    /// Takes in the events of an update. They must have been decoded with this group's id, as
    /// [`MembershipUpdate`](super::MembershipUpdate) does.
    ///
    /// # Errors
    ///
    /// If the group would have too many events; it is then as it was.
    pub fn merge(&mut self, events: Vec<GroupEvent>) -> Result<Merged, NoGroup> {
        let count = events.len();
        let events = distinct(events);
        let mut merged = Merged::default();
        let mut replaces = false;
        for event in &events {
            match self.find(event).map(|place| self.events.get(place)) {
                Ok(known) => {
                    replaces |= known.is_some_and(|known| event.signature() < known.signature());
                }
                Err(_) => merged.new.push(event.clone()),
            }
        }
        merged.known = count - merged.new.len();
        if replaces || !merged.new.is_empty() {
            let count = self.events.len() + merged.new.len();
            let mut all = self.events.clone();
            all.extend(events);
            *self = Self::rebuild(self.id.clone(), all, self.rules)?;
            merged.dropped = count.saturating_sub(self.events.len());
        }
        Ok(merged)
    }

    /// The id.
    pub fn id(&self) -> &GroupId {
        &self.id
    }

    /// The rules by which events are judged.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The name; may be empty.
    pub fn name(&self) -> &str {
        &self.roster.name
    }

    /// Who is invited, whether they joined or not, in the order of invitation. Messages to the
    /// group go to each of them.
    pub fn members(&self) -> &[Person] {
        &self.roster.members
    }

    /// Who may invite, remove and rename. By the deployed rules an admin need not be a member.
    pub fn admins(&self) -> &[Person] {
        &self.roster.admins
    }

    /// The members who joined, in the order of joining.
    pub fn joined(&self) -> &[Person] {
        &self.roster.joined
    }

    /// Whether somebody is invited. As deployed a group that is not known comes to be only for its
    /// members.
    pub fn is_member(&self, person: &Person) -> bool {
        self.members().contains(person)
    }

    /// Whether a message to the group counts for whoever reads it: author and reader must have
    /// joined, as deployed.
    pub fn takes_message(&self, author: &Person, reader: &Person) -> bool {
        self.joined().contains(author) && self.joined().contains(reader)
    }

    /// Every event known, in the order in which they take effect; to be stored.
    pub fn events(&self) -> &[GroupEvent] {
        &self.events
    }

    /// The events that took effect.
    pub fn effective(&self) -> impl Iterator<Item = &GroupEvent> {
        let mut refused = self.refused.iter().map(|(place, _)| *place).peekable();
        self.events
            .iter()
            .enumerate()
            .filter(move |(place, _)| refused.next_if_eq(place).is_none())
            .map(|(_, event)| event)
    }

    /// The events without effect, each with the reason: the conflicts of the group.
    pub fn refused(&self) -> impl Iterator<Item = (&GroupEvent, EventRefusal)> {
        self.refused
            .iter()
            .filter_map(|(place, refusal)| Some((self.events.get(*place)?, *refusal)))
    }

    /// Clocks that several effective events share. Their order here is fixed, but status-go
    /// v0.50.0 leaves it to chance, so that its clients may see another state. [`act`](Self::act)
    /// never makes such an event.
    pub fn equal_clocks(&self) -> Vec<u64> {
        let mut clocks: Vec<_> = self.effective().map(GroupEvent::clock).collect();
        let mut seen = None;
        clocks.retain(|clock| seen.replace(*clock) == Some(*clock));
        clocks.dedup();
        clocks
    }

    /// The clock of the last effective event.
    pub fn last_clock(&self) -> u64 {
        self.effective().last().map_or(0, GroupEvent::clock)
    }

    /// What to send to the members: every effective event, and perhaps a message to the group.
    /// Those without effect are left out, since status-go v0.50.0 refuses an update for one.
    pub fn update(&self, message: Option<wire::ChatMessage>) -> wire::MembershipUpdateMessage {
        wire::MembershipUpdateMessage {
            chat_id: self.id.to_string(),
            events: self
                .effective()
                .map(|event| event.as_bytes().clone())
                .collect(),
            message,
        }
    }

    /// The place of an event, or where it would go.
    fn find(&self, event: &GroupEvent) -> Result<usize, usize> {
        self.events.binary_search_by(|known| known.order(event))
    }
}

/// The events in their order, each once. Of two signatures for the same event the lower is kept, so
/// that the order of arrival leaves no trace.
fn distinct(mut events: Vec<GroupEvent>) -> Vec<GroupEvent> {
    events.sort_unstable_by(|one, other| {
        one.order(other)
            .then_with(|| one.signature().cmp(other.signature()))
    });
    events.dedup_by(|one, other| one.order(other) == Ordering::Equal);
    events
}

fn bounded(events: &[GroupEvent]) -> Result<(), NoGroup> {
    if events.len() > Group::MAX_EVENTS {
        return Err(NoGroup::TooManyEvents {
            events: events.len(),
        });
    }
    let bytes = total(events);
    if bytes > Group::MAX_BYTES {
        return Err(NoGroup::TooManyBytes { bytes });
    }
    Ok(())
}

/// What each event does.
struct Judgement {
    /// Places of the events without effect, ascending.
    refused: Vec<(usize, EventRefusal)>,
    /// Places of those that are allowed and change nothing, ascending.
    idle: Vec<usize>,
    roster: Roster<Person>,
}

/// Lets each event take effect or refuses it.
fn judge(events: &[GroupEvent], id: &GroupId, rules: Rules) -> Result<Judgement, NoGroup> {
    let mut replay = Replay::default();
    let mut created = false;
    let (mut refused, mut idle) = (Vec::new(), Vec::new());
    for (place, event) in events.iter().enumerate() {
        match may_follow(&replay, created, event, id, rules) {
            Ok(()) => {
                created = true;
                if !replay.apply(event) {
                    idle.push(place);
                }
            }
            Err(refusal) => refused.push((place, refusal)),
        }
    }
    if !created {
        return Err(NoGroup::NoCreation {
            events: events.len(),
        });
    }
    Ok(Judgement {
        refused,
        idle,
        roster: replay.finish(|target| target.person().copied()),
    })
}

/// The events without as many as there is no room for of those that change nothing.
fn thinned(events: Vec<GroupEvent>, judgement: &Judgement) -> Vec<GroupEvent> {
    let mut count = events.len();
    let mut bytes = total(&events);
    let refused = judgement.refused.iter().map(|(place, _)| *place);
    let expendable = refused.rev().chain(judgement.idle.iter().rev().copied());
    let mut gone = HashSet::new();
    for place in expendable {
        if count <= Group::MAX_EVENTS && bytes <= Group::MAX_BYTES {
            break;
        }
        count -= 1;
        bytes -= events.get(place).map_or(0, |event| event.as_bytes().len());
        gone.insert(place);
    }
    events
        .into_iter()
        .enumerate()
        .filter(|(place, _)| !gone.contains(place))
        .map(|(_, event)| event)
        .collect()
}

fn total(events: &[GroupEvent]) -> usize {
    events.iter().map(|event| event.as_bytes().len()).sum()
}

/// The rules of a set on top of those for every group.
fn may_follow<'e>(
    replay: &Replay<'e>,
    created: bool,
    event: &'e GroupEvent,
    id: &GroupId,
    rules: Rules,
) -> Result<(), EventRefusal> {
    match (event.kind(), created) {
        (EventKind::Created, _) if event.author() != id.creator() => {
            return Err(EventRefusal::NotTheCreator);
        }
        (EventKind::Created, true) => return Err(EventRefusal::SecondCreation),
        (EventKind::Created, false) => return Ok(()),
        (_, false) => return Err(EventRefusal::BeforeCreation),
        (_, true) => {}
    }
    let concerns_people = matches!(
        event.kind(),
        EventKind::MembersAdded
            | EventKind::MemberRemoved
            | EventKind::AdminsAdded
            | EventKind::AdminRemoved
    );
    let someone_else = |target: &Target| target.person().is_none();
    if concerns_people && event.targets().iter().any(someone_else) {
        return Err(EventRefusal::NotAPerson);
    }
    replay.check(event, rules)
}

impl Group {
    /// Whether an event, newer than all others, would be accepted by everybody.
    pub(super) fn check_next(&self, event: &GroupEvent) -> Result<(), EventRefusal> {
        let mut replay = Replay::default();
        for known in self.effective() {
            replay.apply(known);
        }
        may_follow(&replay, true, event, &self.id, Rules::Strict)
    }
}
