//! Updates of groups as they come in.

use super::event::{EventError, GroupEvent, Unsigned};
use super::set::Group;
use crate::clock;
use crate::wire;
use bytes::Bytes;

/// An update of a group whose events have their authors. It says nothing yet about whether they
/// are allowed: merge them into a [`Group`].
#[derive(Debug, Clone, PartialEq)]
pub struct MembershipUpdate {
    chat_id: String,
    events: Vec<GroupEvent>,
    refused: Vec<RefusedEvent>,
    message: Option<wire::ChatMessage>,
}

/// Part of an update that is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedEvent {
    /// Its place in the update, from 0.
    pub index: usize,
    /// Why it is none.
    pub error: EventError,
}

/// Why an update is refused as a whole. Its author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// More events than a group has.
    #[error(
        "a group has at most {} events, the update has {events}",
        Group::MAX_EVENTS
    )]
    TooManyEvents {
        /// How many it has.
        events: usize,
    },
    /// As deployed only: one event is none.
    #[error("event {index} of the update: {error}")]
    Event {
        /// Its place in the update, from 0.
        index: usize,
        /// Why it is none.
        #[source]
        error: EventError,
    },
}

impl MembershipUpdate {
    /// Reads an update at `now_ms` milliseconds since 1970 by the receiver's own time: events travel
    /// with every later update, so the time of the envelope says nothing about their clocks. What is
    /// no event is left out and reported, as the specification asks. The dear part, recovering an
    /// author, comes last.
    ///
    /// # Errors
    ///
    /// If it has more events than a group may have.
    pub fn read(message: wire::MembershipUpdateMessage, now_ms: u64) -> Result<Self, UpdateError> {
        Self::read_with(message, |chat_id, events| {
            events
                .into_iter()
                .map(|bytes| read_event(chat_id, bytes, now_ms))
                .collect()
        })
    }

    /// Like [`read`](Self::read) on all cores: a thread for each, which live until it returns.
    #[cfg(feature = "parallel")]
    pub fn read_in_parallel(
        message: wire::MembershipUpdateMessage,
        now_ms: u64,
    ) -> Result<Self, UpdateError> {
        Self::read_with(message, |chat_id, events| {
            crate::parallel::map(events, |bytes| read_event(chat_id, bytes, now_ms))
        })
    }

    /// Reads an update as status-go v0.50.0 does: all of it or nothing.
    ///
    /// # Errors
    ///
    /// If there are too many events, or one of them is none.
    pub fn read_as_deployed(
        message: wire::MembershipUpdateMessage,
        now_ms: u64,
    ) -> Result<Self, UpdateError> {
        let mut update = Self::read(message, now_ms)?;
        match update.refused.pop() {
            None => Ok(update),
            Some(last) => {
                let RefusedEvent { index, error } =
                    update.refused.into_iter().next().unwrap_or(last);
                Err(UpdateError::Event { index, error })
            }
        }
    }

    fn read_with(
        message: wire::MembershipUpdateMessage,
        read: impl FnOnce(&str, Vec<Bytes>) -> Vec<Result<GroupEvent, EventError>>,
    ) -> Result<Self, UpdateError> {
        let count = message.events.len();
        if count > Group::MAX_EVENTS {
            return Err(UpdateError::TooManyEvents { events: count });
        }
        let mut events = Vec::with_capacity(count);
        let mut refused = Vec::new();
        for (index, event) in read(&message.chat_id, message.events)
            .into_iter()
            .enumerate()
        {
            match event {
                Ok(event) => events.push(event),
                Err(error) => refused.push(RefusedEvent { index, error }),
            }
        }
        Ok(Self {
            chat_id: message.chat_id,
            events,
            refused,
            message: message.message,
        })
    }

    /// The group, as the update names it.
    pub fn chat_id(&self) -> &str {
        &self.chat_id
    }

    /// The events, in the order of the update.
    pub fn events(&self) -> &[GroupEvent] {
        &self.events
    }

    /// The events, to be merged.
    pub fn into_events(self) -> Vec<GroupEvent> {
        self.events
    }

    /// What was left out.
    pub fn refused(&self) -> &[RefusedEvent] {
        &self.refused
    }

    /// A message to the group, not validated; its author is that of the update.
    pub fn message(&self) -> Option<&wire::ChatMessage> {
        self.message.as_ref()
    }
}

fn read_event(chat_id: &str, bytes: Bytes, now_ms: u64) -> Result<GroupEvent, EventError> {
    let event = Unsigned::decode(bytes)?;
    clock::check(event.clock(), now_ms)?;
    Ok(event.recover(chat_id)?)
}
