//! The rules: which event may follow on which, and what it changes.

use super::event::{EventKind, GroupEvent, Target};
use crate::{Person, Rules};
use std::collections::HashMap;

/// Why an event has no effect. Its author is at fault, or an event before it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EventRefusal {
    /// It stands before the event that creates the group.
    #[error("the event stands before the creation of the group")]
    BeforeCreation,
    /// It creates a group that its id says somebody else creates.
    #[error("only the one whom the group's id names can create the group")]
    NotTheCreator,
    /// The group exists already.
    #[error("the group is created once")]
    SecondCreation,
    /// The author is not an admin.
    #[error("the event is one for admins, and its author is none")]
    NotAdmin,
    /// The author joins without having been invited.
    #[error("who joins was not invited")]
    NotInvited,
    /// The new name is empty.
    #[error("the new name is empty: a group has one")]
    EmptyName,
    /// The kind concerns exactly one person, the event another number.
    #[error("the event concerns one person, not {count}")]
    NotOneTarget {
        /// How many it names.
        count: usize,
    },
    /// An admin is removed by somebody else.
    #[error("nobody removes an admin but the admin")]
    TargetIsAdmin,
    /// An admin's rights are taken by somebody else.
    #[error("nobody but the admin gives up an admin's rights")]
    NotOneself,
    /// None of those who become admins is a member; by the strict rules, not all of them are.
    #[error("who becomes an admin must be a member")]
    NotMembers,
    /// It names somebody by what is no public key. As deployed this passes, where a whole update is
    /// judged; a set of events never takes it.
    #[error("the event names somebody by what is no key")]
    NotAPerson,
    /// Strict rules only: it invites nobody.
    #[error("the event invites nobody")]
    NoTargets,
    /// Strict rules only: who is removed is no member.
    #[error("who is removed is no member")]
    NoMember,
    /// The kind is not known here.
    #[error("an event of the kind {kind} is not known")]
    UnknownKind {
        /// Its number.
        kind: i32,
    },
}

/// Who has which role at the end, each in the order of getting the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Roster<T> {
    pub(super) name: String,
    pub(super) members: Vec<T>,
    pub(super) admins: Vec<T>,
    pub(super) joined: Vec<T>,
}

/// The state between two events, borrowed from them: replaying allocates for each person once.
#[derive(Default)]
pub(super) struct Replay<'e> {
    name: &'e str,
    people: HashMap<Key<'e>, Roles>,
    members: usize,
    admins: usize,
    /// The place of the next role in the order of all.
    next: u32,
}

/// A target without its text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'e> {
    Person(&'e Person),
    Other(&'e str),
}

/// When somebody got each role, if they have it. As deployed the three are independent: an admin
/// need not be a member.
#[derive(Clone, Copy, Default)]
struct Roles {
    member: Option<u32>,
    admin: Option<u32>,
    joined: Option<u32>,
}

impl<'e> Replay<'e> {
    /// Whether `event` may come next.
    ///
    /// By the deployed rules one member among those who become admins is enough for all, inviting
    /// nobody passes, and so does removing who is no member. Only if there is neither member nor
    /// admin can a group be created, which need not be at the start.
    pub(super) fn check(&self, event: &'e GroupEvent, rules: Rules) -> Result<(), EventRefusal> {
        let strict = rules == Rules::Strict;
        let author = self.roles(Key::Person(event.author()));
        let is_admin = author.admin.is_some();
        let targets = event.targets();
        let must = |holds: bool, refusal: EventRefusal| if holds { Ok(()) } else { Err(refusal) };
        match event.kind() {
            EventKind::Created => must(
                self.members == 0 && self.admins == 0,
                EventRefusal::SecondCreation,
            ),
            EventKind::NameChanged => {
                must(is_admin, EventRefusal::NotAdmin)?;
                must(!event.name().is_empty(), EventRefusal::EmptyName)
            }
            EventKind::MembersAdded => {
                must(is_admin, EventRefusal::NotAdmin)?;
                must(!strict || !targets.is_empty(), EventRefusal::NoTargets)
            }
            EventKind::MemberJoined => must(author.member.is_some(), EventRefusal::NotInvited),
            EventKind::MemberRemoved => {
                let target = one_target(targets)?;
                let roles = self.roles(target);
                must(
                    !strict || roles.member.is_some() || roles.admin.is_some(),
                    EventRefusal::NoMember,
                )?;
                if target == Key::Person(event.author()) {
                    return Ok(());
                }
                must(is_admin, EventRefusal::NotAdmin)?;
                must(roles.admin.is_none(), EventRefusal::TargetIsAdmin)
            }
            EventKind::AdminsAdded => {
                must(is_admin, EventRefusal::NotAdmin)?;
                let mut members = targets
                    .iter()
                    .map(|target| self.roles(Key::of(target)).member.is_some());
                let enough = if strict {
                    !targets.is_empty() && members.all(|member| member)
                } else {
                    members.any(|member| member)
                };
                must(enough, EventRefusal::NotMembers)
            }
            EventKind::AdminRemoved => {
                let target = one_target(targets)?;
                must(is_admin, EventRefusal::NotAdmin)?;
                must(
                    target == Key::Person(event.author()),
                    EventRefusal::NotOneself,
                )
            }
            EventKind::Other(kind) => Err(EventRefusal::UnknownKind { kind }),
        }
    }

    /// Does what `event`, which passed the check, says; returns whether anything changed.
    pub(super) fn apply(&mut self, event: &'e GroupEvent) -> bool {
        let author = Key::Person(event.author());
        let targets = event.targets().iter().map(Key::of);
        match event.kind() {
            EventKind::Created => {
                self.name = event.name();
                self.invite(author);
                self.promote(author);
                self.join(author);
                true
            }
            EventKind::NameChanged => {
                let before = std::mem::replace(&mut self.name, event.name());
                before != self.name
            }
            EventKind::MembersAdded => each(targets, |target| self.invite(target)),
            EventKind::MemberJoined => self.join(author),
            EventKind::AdminsAdded => each(targets, |target| self.promote(target)),
            EventKind::MemberRemoved => each(targets, |target| {
                let roles = self.people.remove(&target).unwrap_or_default();
                self.members -= usize::from(roles.member.is_some());
                self.admins -= usize::from(roles.admin.is_some());
                roles.member.is_some() || roles.admin.is_some()
            }),
            EventKind::AdminRemoved => each(targets, |target| {
                let roles = self.people.get_mut(&target);
                let admin = roles.is_some_and(|roles| roles.admin.take().is_some());
                self.admins -= usize::from(admin);
                admin
            }),
            EventKind::Other(_) => false,
        }
    }

    /// The state after the last event, each person as `name` gives it.
    pub(super) fn finish<T>(self, name: impl Fn(&Target) -> Option<T>) -> Roster<T> {
        let list = |role: fn(&Roles) -> Option<u32>| {
            let mut places: Vec<_> = self
                .people
                .iter()
                .filter_map(|(key, roles)| Some((role(roles)?, *key)))
                .collect();
            places.sort_unstable_by_key(|(place, _)| *place);
            places
                .into_iter()
                .filter_map(|(_, key)| name(&key.into()))
                .collect()
        };
        Roster {
            name: self.name.into(),
            members: list(|roles| roles.member),
            admins: list(|roles| roles.admin),
            joined: list(|roles| roles.joined),
        }
    }

    fn roles(&self, key: Key<'_>) -> Roles {
        self.people.get(&key).copied().unwrap_or_default()
    }

    fn invite(&mut self, key: Key<'e>) -> bool {
        let place = self.place();
        let roles = self.people.entry(key).or_default();
        let is_new = roles.member.is_none();
        roles.member.get_or_insert(place);
        self.members += usize::from(is_new);
        is_new
    }

    fn promote(&mut self, key: Key<'e>) -> bool {
        let place = self.place();
        let roles = self.people.entry(key).or_default();
        let is_new = roles.admin.is_none();
        roles.admin.get_or_insert(place);
        self.admins += usize::from(is_new);
        is_new
    }

    fn join(&mut self, key: Key<'e>) -> bool {
        let place = self.place();
        let roles = self.people.entry(key).or_default();
        let is_new = roles.joined.is_none();
        roles.joined.get_or_insert(place);
        is_new
    }

    fn place(&mut self) -> u32 {
        self.next = self.next.saturating_add(1);
        self.next
    }
}

impl<'e> Key<'e> {
    fn of(target: &'e Target) -> Self {
        match target {
            Target::Person(person) => Self::Person(person),
            Target::Other(text) => Self::Other(text),
        }
    }
}

impl From<Key<'_>> for Target {
    fn from(key: Key<'_>) -> Self {
        match key {
            Key::Person(person) => Self::Person(*person),
            Key::Other(text) => Self::Other(text.into()),
        }
    }
}

/// Does something to each, and returns whether it changed anything for any of them.
fn each<'e>(targets: impl Iterator<Item = Key<'e>>, change: impl FnMut(Key<'e>) -> bool) -> bool {
    targets
        .map(change)
        .fold(false, |any, changed| any | changed)
}

fn one_target(targets: &[Target]) -> Result<Key<'_>, EventRefusal> {
    match targets {
        [target] => Ok(Key::of(target)),
        _ => Err(EventRefusal::NotOneTarget {
            count: targets.len(),
        }),
    }
}
