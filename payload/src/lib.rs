//! What clients of the Status protocol say to each other: message formats, signatures and
//! validation, as deployed in status-go v0.50.0 (6/PAYLOADS).
//!
//! A received payload goes through four steps, each of which can stop it with a reason:
//!
//! 1. [`ApplicationMetadataMessage::decode`]: bytes to signature, type and payload;
//! 2. [`ApplicationMetadataMessage::recover`]: the author and the message's id;
//! 3. [`Authored::decode`]: the typed message, or [`Decoded::Unknown`] for what a newer client says;
//! 4. [`ChatMessage::validate`], or [`Decoded::validate`] for other types: the rules.
//!
//! ```
//! use secp256k1::{Secp256k1, SecretKey};
//! use status_payload::*;
//!
//! let author = SecretKey::from_byte_array([7; 32])?;
//! let now_ms = 1_590_232_902_104;
//! let chat_message = ChatMessage::builder()
//!     .public_chat("status")
//!     .text("hello")
//!     .clock(next_clock(0, now_ms), now_ms)
//!     .build()?;
//! let wrapped = ApplicationMetadataMessage::sign(
//!     &author,
//!     MessageType::CHAT_MESSAGE,
//!     chat_message.encode(),
//! );
//!
//! let received = ApplicationMetadataMessage::decode(wrapped.as_bytes().clone())?.recover()?;
//! assert_eq!(received.author(), Some(&author.public_key(&Secp256k1::new())));
//! match received.decode()? {
//!     Decoded::ChatMessage(message) => {
//!         let message = ChatMessage::validate(message, now_ms)?;
//!         println!("{} {}", received.id(), message.text());
//!     }
//!     Decoded::Unknown { message_type, .. } => println!("a newer client's {message_type}"),
//!     _ => {}
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Received`] does all four for messages of any generation: those of 2019 ([`transit`]) and of later
//! clients ([`later`]) too.
//!
//! Everything here is a pure function of its arguments: no clock, no randomness, no state.
#![forbid(unsafe_code)]

mod chat_message;
mod chats;
mod clock;
mod decoded;
mod excerpt;
mod float;
mod group;
pub mod later;
mod message_id;
mod message_type;
mod metadata;
#[cfg(feature = "parallel")]
mod parallel;
mod person;
mod received;
mod references;
mod rules;
mod signature;
mod status_protocol;
mod strict;
pub mod transit;
mod validation;
pub mod wire;

pub use chat_message::{
    ChatKind, ChatMessage, ChatMessageBuilder, Content, InvalidChatMessage, Unbuildable,
};
pub use chats::{
    Arrival, Channel, ChatConflict, ChatId, Direction, InvalidName, Misplaced, Placed, Position,
    PublicChatName,
};
pub use clock::{ChatClock, ClockError, MAX_AHEAD_MS, Observed, backdated_by, next_clock};
pub use decoded::Decoded;
pub use float::FloatError;
pub use group::{
    Action, CannotAct, DeployedGroup, DeployedRefusal, EventError, EventKind, EventRefusal, Group,
    GroupEvent, GroupId, GroupIdError, MembershipUpdate, MergeRefusal, Merged, NoGroup,
    RefusedEvent, Target, UpdateError,
};
pub use message_id::MessageId;
pub use message_type::MessageType;
pub use metadata::{ApplicationMetadataMessage, Authored, MAX_MESSAGE_LEN};
#[cfg(feature = "parallel")]
pub use parallel::recover_all;
pub use person::{NotAPerson, Person};
pub use received::{
    Content as ReceivedContent, Generation, GroupUpdate, InvalidReceived, Pairing, Received, Said,
    Unreadable,
};
pub use references::{Reference, ReferenceTarget, references};
pub use rules::Rules;
pub use signature::{SIGNATURE_LEN, SignatureError};
pub use status_protobuf_wire::{Error as DecodeError, Reason, UnknownField, UnknownFields};
pub use status_protocol::StatusProtocolMessage;
pub use strict::Unspecified;
pub use validation::Invalid;
pub use wire::application_metadata_message::Type as KnownType;

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
