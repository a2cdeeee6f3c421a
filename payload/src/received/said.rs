//! What the application gets to act on.

use super::{Content, Received};
use crate::chat_message::InvalidChatMessage;
use crate::clock::{self, ClockError};
use crate::later::{Attachment, InvalidAttachment, InvalidLater, LaterMessage};
use crate::transit::{self, Body};
use crate::{ChatMessage, Decoded, Invalid, Rules, wire};

/// A message that passed the rules, in one type whatever its generation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Said {
    /// Something said in a chat, by a client of any generation.
    Chat {
        /// What was said. Its clock is in milliseconds, also if a client of 2019 wrote hundredths.
        message: ChatMessage,
        /// A later client's picture or sound.
        attachment: Option<Attachment>,
    },
    /// A device of one's own introduces itself.
    Pairing(Pairing),
    /// Events of a group.
    Group {
        /// The events.
        update: GroupUpdate,
        /// A message to the group that came with them, by its own rules: if it breaks one the events
        /// stand nevertheless, as deployed. Whether its author may speak there is for the group to say.
        message: Option<Result<ChatMessage, InvalidChatMessage>>,
    },
    /// A message of a type that later clients added.
    Later(LaterMessage),
    /// Any other message, unknown types included.
    Other(Decoded),
    /// A message of 2019 with a tag that is not known here.
    OtherTransit(transit::Value),
}

/// A device of one's own introduces itself. Nothing in it is blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// Id of the installation.
    pub installation_id: String,
    /// Kind of device: ios, android, desktop.
    pub device_type: String,
    /// Name that the owner gave the device.
    pub name: String,
    /// Lamport clock; messages of 2019 have none.
    pub clock: Option<u64>,
}

/// Events of a group. Those of the two generations are signed differently, so a group lives in one of
/// them; a client that upgrades founds the group anew.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupUpdate {
    /// Events of 7/GROUP-CHAT, whose clocks are right. They are not yet applied: that needs the events
    /// that are known already.
    Events(wire::MembershipUpdateMessage),
    /// Events of 2019, with the group that they make by themselves.
    Legacy {
        /// The events.
        membership: Box<transit::Membership>,
        /// The group.
        group: Box<transit::Group>,
    },
}

/// The rule that a message breaks; its author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReceived {
    /// A rule for messages of 2020, or for chat messages of any generation.
    #[error(transparent)]
    Rule(#[from] Invalid),
    /// A rule for types that later clients added.
    #[error(transparent)]
    Later(#[from] InvalidLater),
    /// A chat message has no file where its content type promises one.
    #[error(transparent)]
    Attachment(#[from] InvalidAttachment),
    /// The events of 2019 make no group.
    #[error(transparent)]
    Group(#[from] transit::InvalidGroup),
}

impl From<InvalidChatMessage> for InvalidReceived {
    fn from(rule: InvalidChatMessage) -> Self {
        Self::Rule(Invalid::ChatMessage(rule))
    }
}

impl From<ClockError> for InvalidReceived {
    fn from(rule: ClockError) -> Self {
        Self::Rule(Invalid::Clock(rule))
    }
}

pub(super) fn validate(
    received: &Received,
    rules: Rules,
    envelope_ms: u64,
    now_ms: u64,
) -> Result<Said, InvalidReceived> {
    match &received.content {
        Content::Current(decoded @ Decoded::ChatMessage(message)) => {
            decoded.validate_by(rules, envelope_ms)?;
            let content_type = message.content_type;
            let message = ChatMessage::validate(message.clone(), envelope_ms)?;
            let attachment = Attachment::decode(content_type, received.payload.clone())?;
            Ok(Said::Chat {
                message,
                attachment,
            })
        }
        Content::Current(decoded @ Decoded::MembershipUpdate(message)) => {
            decoded.validate_by(rules, now_ms)?;
            let update = GroupUpdate::Events(message.clone());
            let message = message.message.clone();
            Ok(Said::Group {
                update,
                message: message.map(|message| ChatMessage::validate(message, envelope_ms)),
            })
        }
        Content::Current(decoded @ Decoded::PairInstallation(message)) => {
            decoded.validate_by(rules, envelope_ms)?;
            Ok(Said::Pairing(Pairing {
                installation_id: message.installation_id.clone(),
                device_type: message.device_type.clone(),
                name: message.name.clone(),
                clock: Some(message.clock),
            }))
        }
        Content::Current(decoded) => {
            decoded.validate_by(rules, envelope_ms)?;
            Ok(Said::Other(decoded.clone()))
        }
        Content::Later(later) => {
            later.validate(envelope_ms)?;
            Ok(Said::Later(later.clone()))
        }
        Content::Transit(body) => transit(body, envelope_ms, now_ms),
    }
}

/// Messages of 2019 by the rules of 2020, as far as they have what those ask for.
fn transit(body: &Body, envelope_ms: u64, now_ms: u64) -> Result<Said, InvalidReceived> {
    match body {
        Body::Chat(chat) => Ok(Said::Chat {
            message: ChatMessage::validate(chat.to_wire(), envelope_ms)?,
            attachment: None,
        }),
        Body::Pair(pair) => {
            let texts = [
                (&pair.name, "name"),
                (&pair.device_type, "device type"),
                (&pair.installation_id, "installation id"),
            ];
            for (text, field) in texts {
                if text.trim().is_empty() {
                    return Err(Invalid::Empty { field }.into());
                }
            }
            Ok(Said::Pairing(Pairing {
                installation_id: pair.installation_id.clone(),
                device_type: pair.device_type.clone(),
                name: pair.name.clone(),
                clock: None,
            }))
        }
        Body::Membership(membership) => {
            for event in membership.updates.iter().flat_map(|update| &update.events) {
                clock::check(transit::clock_ms(event.clock), now_ms)?;
            }
            let message = membership.message.as_ref();
            Ok(Said::Group {
                update: GroupUpdate::Legacy {
                    group: Box::new(transit::Group::rebuild(membership)?),
                    membership: Box::new(membership.clone()),
                },
                message: message.map(|chat| ChatMessage::validate(chat.to_wire(), envelope_ms)),
            })
        }
        Body::Other(value) => Ok(Said::OtherTransit(value.clone())),
    }
}
