//! A signed change of a group.

use crate::clock::ClockError;
use crate::signature::{self, SIGNATURE_LEN, SignatureError};
use crate::wire::membership_update_event::EventType;
use crate::{DecodeError, Person, wire};
use bytes::Bytes;
use prost::Message as _;
use secp256k1::SecretKey;
use std::cmp::Ordering;
use std::fmt;

/// A change of a group whose author is known, since the signature yields the key that made it.
/// Whether that author may make the change depends on the events before it; see
/// [`Group`](crate::Group).
///
/// The signature covers the group's id and the encoded change, so an event cannot be moved into
/// another group: there it would be somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEvent {
    /// The signature, then the encoded change.
    bytes: Bytes,
    author: Person,
    clock: u64,
    kind: EventKind,
    name: String,
    targets: Vec<Target>,
}

/// What an event changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The group came to be.
    Created,
    /// It has a new name.
    NameChanged,
    /// People were invited.
    MembersAdded,
    /// The author, invited before, joined.
    MemberJoined,
    /// Somebody left or was removed.
    MemberRemoved,
    /// Members became admins.
    AdminsAdded,
    /// The author, an admin, became a plain member.
    AdminRemoved,
    /// Something that is not known here: 0, 8 or higher, or negative.
    Other(i32),
}

/// Whom an event concerns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Somebody.
    Person(Person),
    /// A text that is no key in the form in which messages name people. As deployed it is taken
    /// for a name like any other, and a group with such a member can send nothing any more.
    Other(String),
}

/// Why bytes are no event. Their author, or whoever changed them, is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Too short to hold a signature and a change.
    #[error("an event of a group has {len} bytes, no more than its signature alone")]
    TooShort {
        /// Its bytes.
        len: usize,
    },
    /// The signature is none.
    #[error("the signature of an event of a group: {0}")]
    Signature(#[from] SignatureError),
    /// The change is no protobuf message.
    #[error("an event of a group cannot be decoded: {0}")]
    Malformed(#[from] DecodeError),
    /// The clock is 0, or too far ahead of the receiver's own time.
    #[error("the time of an event of a group: {0}")]
    Clock(#[from] ClockError),
}

impl GroupEvent {
    /// Decodes an event of the group `chat_id` and recovers its author.
    ///
    /// # Errors
    ///
    /// If it is too short, no protobuf message, or its signature is none. A clock is not checked.
    pub fn decode(chat_id: &str, bytes: Bytes) -> Result<Self, EventError> {
        Ok(Unsigned::decode(bytes)?.recover(chat_id)?)
    }

    /// Signs a change of the group `chat_id` for whoever has the key, allowed or not: for tools and
    /// tests. [`Group::act`](crate::Group::act) makes what others accept.
    pub fn sign(author: &SecretKey, chat_id: &str, change: &wire::MembershipUpdateEvent) -> Self {
        let body = change.encode_to_vec();
        let digest = signature::keccak(&[chat_id.as_bytes(), &body]);
        let mut bytes = Vec::with_capacity(SIGNATURE_LEN + body.len());
        bytes.extend_from_slice(&signature::sign(author, digest));
        bytes.extend_from_slice(&body);
        let author = signature::public_key(author).into();
        Self::new(bytes.into(), author, change.clone())
    }

    fn new(bytes: Bytes, author: Person, change: wire::MembershipUpdateEvent) -> Self {
        Self {
            bytes,
            author,
            clock: change.clock,
            kind: change.r#type.into(),
            name: change.name,
            targets: change.members.into_iter().map(Target::from).collect(),
        }
    }

    /// The event as it stands in an update: signature (65 bytes), then the encoded change.
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// R, S and V.
    pub fn signature(&self) -> &[u8] {
        self.bytes.get(..SIGNATURE_LEN).unwrap_or_default()
    }

    /// The encoded change, which the signature covers together with the group's id.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(SIGNATURE_LEN..).unwrap_or_default()
    }

    /// Who signed it.
    pub fn author(&self) -> &Person {
        &self.author
    }

    /// Lamport clock, ms since 1970 or later: events take effect in its order.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// What it changes.
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// The group's name, for those kinds that give one; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whom it concerns, for those kinds that concern somebody.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The order in which events take effect: by clock; where clocks are equal, by kind, so that a
    /// group is created before people are invited, invited before they join, and removed last;
    /// then by author and content. It is total but for the signature: anybody can make a second
    /// valid signature of the same author out of the first, so it must not tell events apart.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |event: &Self| (event.clock, event.kind.rank());
        key(self)
            .cmp(&key(other))
            .then_with(|| self.author.cmp(&other.author))
            .then_with(|| self.body().cmp(other.body()))
    }
}

/// An event whose author is not recovered yet: the dear part comes when the cheap ones passed.
pub(super) struct Unsigned {
    bytes: Bytes,
    change: wire::MembershipUpdateEvent,
}

impl Unsigned {
    pub(super) fn decode(bytes: Bytes) -> Result<Self, EventError> {
        let len = bytes.len();
        if len <= SIGNATURE_LEN {
            return Err(EventError::TooShort { len });
        }
        let change = status_protobuf_wire::decode(bytes.slice(SIGNATURE_LEN..))?.message;
        Ok(Self { bytes, change })
    }

    pub(super) fn clock(&self) -> u64 {
        self.change.clock
    }

    pub(super) fn recover(self, chat_id: &str) -> Result<GroupEvent, SignatureError> {
        let signature = self.bytes.get(..SIGNATURE_LEN).unwrap_or_default();
        let body = self.bytes.get(SIGNATURE_LEN..).unwrap_or_default();
        let digest = signature::keccak(&[chat_id.as_bytes(), body]);
        let author = signature::recover(signature, digest)?.into();
        // A copy: each update brings one event that is kept among thousands that are known, and
        // that one must not keep the whole update in memory.
        let bytes = Bytes::copy_from_slice(&self.bytes);
        Ok(GroupEvent::new(bytes, author, self.change))
    }
}

impl EventKind {
    /// The number on the wire.
    pub fn number(self) -> i32 {
        match self {
            Self::Created => EventType::ChatCreated.into(),
            Self::NameChanged => EventType::NameChanged.into(),
            Self::MembersAdded => EventType::MembersAdded.into(),
            Self::MemberJoined => EventType::MemberJoined.into(),
            Self::MemberRemoved => EventType::MemberRemoved.into(),
            Self::AdminsAdded => EventType::AdminsAdded.into(),
            Self::AdminRemoved => EventType::AdminRemoved.into(),
            Self::Other(number) => number,
        }
    }

    /// Which of two kinds comes first at the same clock.
    fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::MembersAdded => 1,
            Self::MemberJoined => 2,
            Self::AdminsAdded => 3,
            Self::NameChanged => 4,
            Self::AdminRemoved => 5,
            Self::MemberRemoved => 6,
            Self::Other(_) => 7,
        }
    }
}

impl From<i32> for EventKind {
    fn from(number: i32) -> Self {
        match EventType::try_from(number) {
            Ok(EventType::ChatCreated) => Self::Created,
            Ok(EventType::NameChanged) => Self::NameChanged,
            Ok(EventType::MembersAdded) => Self::MembersAdded,
            Ok(EventType::MemberJoined) => Self::MemberJoined,
            Ok(EventType::MemberRemoved) => Self::MemberRemoved,
            Ok(EventType::AdminsAdded) => Self::AdminsAdded,
            Ok(EventType::AdminRemoved) => Self::AdminRemoved,
            Ok(EventType::Unknown) | Err(_) => Self::Other(number),
        }
    }
}

/// Its name in the protobuf schema, or its number.
impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match EventType::try_from(self.number()) {
            Ok(known) => formatter.write_str(known.as_str_name()),
            Err(_) => self.number().fmt(formatter),
        }
    }
}

impl From<String> for Target {
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(person) => Self::Person(person),
            Err(_) => Self::Other(text),
        }
    }
}

impl Target {
    /// The person, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Other(_) => None,
        }
    }
}

/// As the event names it.
impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(formatter),
            Self::Other(text) => text.fmt(formatter),
        }
    }
}
