//! A group as its events of 2019 make it, by the rules of that time.

use super::legacy_signature::UpdateSignatureError;
use super::membership::{Event, EventKind, Membership};
use crate::excerpt::excerpt;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Events that make a group at most, as in a group of 2020: each update costs the recovery of a
/// signature.
pub const MAX_LEGACY_EVENTS: usize = 4096;

/// A group of 2019: what its events make of it, as deployed in status-protocol-go e23b974.
///
/// The rules are not those of 7/GROUP-CHAT, which came later: the one who is first in the group is
/// named by the first event rather than its signer, and a name may be set with the group only. Events
/// of the two generations are signed differently and cannot be mixed in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    chat_id: String,
    name: String,
    members: BTreeSet<String>,
    admins: BTreeSet<String>,
    joined: BTreeSet<String>,
}

/// Why the events make no group; the whole message is then refused, as deployed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGroup {
    /// An update whose author cannot be told.
    #[error("update {index} of the group of 2019: {error}")]
    Signature {
        /// The update's place in the message, from 0.
        index: usize,
        /// What is wrong with its signature.
        error: UpdateSignatureError,
    },
    /// More events, or updates, than a group has.
    #[error("the group of 2019 has {events} events, over {MAX_LEGACY_EVENTS}")]
    TooMany {
        /// How many there are, updates without events counted as one each.
        events: usize,
    },
    /// No events.
    #[error("the group of 2019 has no events")]
    NoEvents,
    /// Updates of several groups, or of another than the message names.
    #[error(
        "an update of the group of 2019 is of the chat {}, not {}",
        excerpt(.found),
        excerpt(.expected)
    )]
    OtherChat {
        /// The chat it should be of.
        expected: String,
        /// The chat it is of.
        found: String,
    },
    /// A change that its author may not make, or of an unknown kind.
    #[error("{author} may not make the event {} with clock {clock}", excerpt(.kind.name()))]
    Event {
        /// Who signed it, 0x-hex.
        author: String,
        /// What it changes.
        kind: EventKind,
        /// Its clock.
        clock: i64,
    },
    /// The chat id does not end with the creator's key, or is nothing but it.
    #[error("the chat id of the group of 2019 is not a prefix and the creator's key")]
    ChatId,
}

/// An event with those who vouch for it.
struct Signed<'a> {
    author: String,
    chat_id: &'a str,
    event: &'a Event,
}

impl Group {
    /// Applies the events of `message` in the order of their clocks. Of equal clocks the one that came
    /// first counts first; the deployed sort promises no order for them.
    ///
    /// # Errors
    ///
    /// If any signature or event is invalid; the sender is at fault.
    pub fn rebuild(message: &Membership) -> Result<Self, InvalidGroup> {
        let sizes = message.updates.iter().map(|update| update.events.len());
        let count = sizes.map(|size| size.max(1)).sum();
        if count > MAX_LEGACY_EVENTS {
            return Err(InvalidGroup::TooMany { events: count });
        }
        let mut events = Vec::new();
        for (index, update) in message.updates.iter().enumerate() {
            let author = update
                .author()
                .map_err(|error| InvalidGroup::Signature { index, error })?;
            let mut name = String::from("0x");
            for byte in author.serialize_uncompressed() {
                // Writing to a string cannot fail.
                let _ = write!(name, "{byte:02x}");
            }
            events.extend(update.events.iter().map(|event| Signed {
                author: name.clone(),
                chat_id: &update.chat_id,
                event,
            }));
        }
        events.sort_by_key(|signed| signed.event.clock);
        let first = events.first().ok_or(InvalidGroup::NoEvents)?;
        let mut group = Self {
            chat_id: first.chat_id.to_owned(),
            name: String::new(),
            members: BTreeSet::new(),
            admins: BTreeSet::new(),
            joined: BTreeSet::new(),
        };
        for signed in &events {
            group.same_chat(signed.chat_id)?;
            group.apply(signed)?;
        }
        // The first event is the creation, or it would have been refused, since nobody could make it.
        let prefix = message.chat_id.strip_suffix(first.author.as_str());
        if first.event.kind != EventKind::ChatCreated || prefix.is_none_or(str::is_empty) {
            return Err(InvalidGroup::ChatId);
        }
        group.same_chat(&message.chat_id)?;
        Ok(group)
    }

    fn same_chat(&self, found: &str) -> Result<(), InvalidGroup> {
        if found == self.chat_id {
            return Ok(());
        }
        Err(InvalidGroup::OtherChat {
            expected: self.chat_id.clone(),
            found: found.to_owned(),
        })
    }

    fn apply(&mut self, signed: &Signed<'_>) -> Result<(), InvalidGroup> {
        let Signed { author, event, .. } = signed;
        if !self.permits(author, event) {
            return Err(InvalidGroup::Event {
                author: author.clone(),
                kind: event.kind.clone(),
                clock: event.clock,
            });
        }
        let several = event.members.iter().flatten().cloned();
        match event.kind {
            EventKind::ChatCreated => {
                self.name.clone_from(&event.name);
                self.members.insert(event.member.clone());
                self.admins.insert(event.member.clone());
            }
            EventKind::NameChanged => self.name.clone_from(&event.name),
            EventKind::MembersAdded => self.members.extend(several),
            EventKind::MemberJoined => {
                self.members.insert(event.member.clone());
                self.joined.insert(event.member.clone());
            }
            EventKind::MemberRemoved => {
                self.members.remove(&event.member);
            }
            EventKind::AdminsAdded => self.admins.extend(several),
            EventKind::AdminRemoved => {
                self.admins.remove(&event.member);
            }
            EventKind::Other(_) => {}
        }
        Ok(())
    }

    fn permits(&self, author: &str, event: &Event) -> bool {
        let is_admin = self.admins.contains(author);
        let about_oneself = author == event.member;
        match event.kind {
            EventKind::ChatCreated => self.admins.is_empty() && self.members.is_empty(),
            EventKind::NameChanged => is_admin && !event.name.is_empty(),
            EventKind::MembersAdded => is_admin,
            EventKind::MemberJoined => self.members.contains(author) && about_oneself,
            EventKind::MemberRemoved => {
                about_oneself || (is_admin && !self.admins.contains(&event.member))
            }
            // One of them being a member is enough.
            EventKind::AdminsAdded => {
                let mut several = event.members.iter().flatten();
                is_admin && several.any(|member| self.members.contains(member))
            }
            EventKind::AdminRemoved => is_admin && about_oneself,
            EventKind::Other(_) => false,
        }
    }

    /// UUID and creator.
    pub fn chat_id(&self) -> &str {
        &self.chat_id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Public keys of those invited or joined, 0x-hex as the events have them.
    pub fn members(&self) -> &BTreeSet<String> {
        &self.members
    }

    /// Public keys of those who may change it, 0x-hex as the events have them.
    pub fn admins(&self) -> &BTreeSet<String> {
        &self.admins
    }

    /// Public keys of those who ever joined, also if they left since, as deployed.
    pub fn joined(&self) -> &BTreeSet<String> {
        &self.joined
    }
}
