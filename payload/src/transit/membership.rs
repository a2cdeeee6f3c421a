//! `~#g5`: events of a group, as signed in 2019.

use super::chat::{self, Chat};
use super::error::TransitError;
use super::keywords::{self, Entry, entry};
use super::value::Value;
use std::fmt;

pub(super) const TAG: &str = "g5";

/// Events of a group, perhaps with a message to the group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Membership {
    /// UUID and creator of the group.
    pub chat_id: String,
    /// What its members signed, each update by one of them.
    pub updates: Vec<Update>,
    /// A message to the group. status-protocol-go writes one and then cannot read it; this crate can.
    pub message: Option<Chat>,
    /// Fields of newer clients behind those above, kept and written again.
    pub more: Vec<Value>,
}

/// Events that one member signed together. [`Update::sign`] makes one, [`Update::author`] says whose
/// it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    /// UUID and creator of the group.
    pub chat_id: String,
    /// R, S and V (0 or 1) in hex without `0x`.
    pub signature: String,
    /// The events, in the order in which they came, which is not that in which they are signed.
    pub events: Vec<Event>,
    /// Entries that are not known here, kept and written again. They are not signed.
    pub other: Vec<(Value, Value)>,
}

/// A change of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What changed.
    pub kind: EventKind,
    /// Lamport clock.
    pub clock: i64,
    /// The group's name, for those kinds that set it, or empty.
    pub name: String,
    /// Public key, 0x-hex, of the one whom it concerns, or empty.
    pub member: String,
    /// Public keys, 0x-hex, of those whom it concerns. A set that is present but empty is signed as
    /// such, an absent one is not.
    pub members: Option<Vec<String>>,
    /// Entries that are not known here, kept and written again. They are not signed.
    pub other: Vec<(Value, Value)>,
}

/// What an event changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The group came to be.
    ChatCreated,
    /// The group has a new name.
    NameChanged,
    /// People were invited.
    MembersAdded,
    /// Somebody who was invited joined.
    MemberJoined,
    /// Somebody left or was removed.
    MemberRemoved,
    /// Members became admins.
    AdminsAdded,
    /// An admin became a plain member.
    AdminRemoved,
    /// Something that is not known here.
    Other(String),
}

impl EventKind {
    /// Its name in the message.
    pub fn name(&self) -> &str {
        match self {
            Self::ChatCreated => "chat-created",
            Self::NameChanged => "name-changed",
            Self::MembersAdded => "members-added",
            Self::MemberJoined => "member-joined",
            Self::MemberRemoved => "member-removed",
            Self::AdminsAdded => "admins-added",
            Self::AdminRemoved => "admin-removed",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for EventKind {
    fn from(name: &str) -> Self {
        match name {
            "chat-created" => Self::ChatCreated,
            "name-changed" => Self::NameChanged,
            "members-added" => Self::MembersAdded,
            "member-joined" => Self::MemberJoined,
            "member-removed" => Self::MemberRemoved,
            "admins-added" => Self::AdminsAdded,
            "admin-removed" => Self::AdminRemoved,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Membership {
    pub(super) fn from_value(value: Value) -> Result<Self, TransitError> {
        let Value::Array(fields) = value else {
            return Err(TransitError::Tagged {
                tag: TAG.into(),
                wanted: "an array",
            });
        };
        let mut membership = Self::default();
        for (index, field) in fields.into_iter().enumerate() {
            let wrong = |wanted| TransitError::Field {
                message: TAG,
                index,
                wanted,
            };
            match (index, field) {
                (0, Value::Text(chat_id)) => membership.chat_id = chat_id,
                (0, _) => return Err(wrong("text")),
                (1, Value::List(updates)) => {
                    membership.updates = updates
                        .into_iter()
                        .map(Update::from_value)
                        .collect::<Option<_>>()
                        .ok_or_else(|| wrong("a list of updates"))?;
                }
                (1, _) => return Err(wrong("a list of updates")),
                (2, Value::Nil) => {}
                (2, Value::Tagged(tag, value)) if tag == chat::TAG => {
                    membership.message = Some(Chat::from_value(*value)?);
                }
                (2, _) => return Err(wrong("a chat message")),
                (_, other) => membership.more.push(other),
            }
        }
        Ok(membership)
    }

    pub(super) fn to_value(&self) -> Value {
        let updates = self.updates.iter().map(Update::to_value).collect();
        let mut fields = vec![self.chat_id.as_str().into(), Value::List(updates)];
        match &self.message {
            Some(message) => fields.push(message.to_value()),
            None if self.more.is_empty() => {}
            None => fields.push(Value::Nil),
        }
        fields.extend(self.more.iter().cloned());
        Value::Tagged(TAG.into(), Box::new(Value::Array(fields)))
    }
}

impl Update {
    fn from_value(value: Value) -> Option<Self> {
        let (mut chat_id, mut signature, mut events) = (None, None, None);
        let other = keywords::entries(value, |key, value| match (key, value) {
            ("chat-id", Value::Text(text)) => {
                chat_id = Some(text);
                Ok(())
            }
            ("signature", Value::Text(text)) => {
                signature = Some(text);
                Ok(())
            }
            ("events", Value::Array(values)) => {
                events = Some(values);
                Ok(())
            }
            ("chat-id" | "signature" | "events", _) => Err(Entry::Wrong),
            (_, value) => Err(Entry::Unknown(value)),
        })?;
        let events = events?.into_iter().map(Event::from_value);
        Some(Self {
            chat_id: chat_id?,
            signature: signature?,
            events: events.collect::<Option<_>>()?,
            other,
        })
    }

    fn to_value(&self) -> Value {
        let events = self.events.iter().map(Event::to_value).collect();
        let mut entries = vec![
            entry("chat-id", self.chat_id.as_str()),
            entry("events", Value::Array(events)),
            entry("signature", self.signature.as_str()),
        ];
        entries.extend(self.other.iter().cloned());
        Value::Map(entries)
    }
}

impl Event {
    /// An event that concerns nobody yet.
    pub fn new(kind: EventKind, clock: i64) -> Self {
        Self {
            kind,
            clock,
            name: String::new(),
            member: String::new(),
            members: None,
            other: Vec::new(),
        }
    }

    fn from_value(value: Value) -> Option<Self> {
        let (mut kind, mut clock, mut members) = (None, None, None);
        let (mut name, mut member) = (String::new(), String::new());
        let other = keywords::entries(value, |key, value| match (key, value) {
            ("type", Value::Text(text)) => {
                kind = Some(EventKind::from(text.as_str()));
                Ok(())
            }
            ("clock-value", Value::Integer(number)) => {
                clock = Some(number);
                Ok(())
            }
            ("name", value) => keywords::text(&mut name, value),
            ("member", value) => keywords::text(&mut member, value),
            ("members", Value::Set(values)) => {
                members = Some(texts(values).ok_or(Entry::Wrong)?);
                Ok(())
            }
            ("type" | "clock-value" | "members", _) => Err(Entry::Wrong),
            (_, value) => Err(Entry::Unknown(value)),
        })?;
        Some(Self {
            kind: kind?,
            clock: clock?,
            name,
            member,
            members,
            other,
        })
    }

    fn to_value(&self) -> Value {
        let mut entries = vec![
            entry("type", self.kind.name()),
            entry("clock-value", self.clock),
        ];
        if !self.name.is_empty() {
            entries.push(entry("name", self.name.as_str()));
        }
        if !self.member.is_empty() {
            entries.push(entry("member", self.member.as_str()));
        }
        if let Some(members) = &self.members {
            let members = members.iter().map(|member| member.as_str().into());
            entries.push(entry("members", Value::Set(members.collect())));
        }
        entries.extend(self.other.iter().cloned());
        Value::Map(entries)
    }
}

fn texts(values: Vec<Value>) -> Option<Vec<String>> {
    let texts = values.into_iter().map(|value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}
