//! MVDS, minimum viable data sync, as deployed in status-go v0.50.0 with vacp2p/mvds v0.0.23 (2/MVDS):
//! messages that arrive exactly once over a transport that loses, repeats and reorders.
//!
//! [`Node`] is the state machine that decides what to send, over a [`Store`] of the caller's choice; its
//! documentation says in which order to call it. A [`Payload`] is what one peer sends another in one
//! epoch: messages, and ids of messages that are acknowledged, offered or asked for. Peers and groups
//! are opaque bytes.
//!
//! ```
//! use status_mvds::{Message, Numbering, Payload, Unwrapped};
//! let message = Message { body: "hello".into(), timestamp: 1_590_000_000, ..Message::default() };
//! let id = message.id();
//! let payload = Payload { messages: vec![message], ..Payload::default() };
//! let bytes = payload.encode(Numbering::Deployed);
//! match Unwrapped::from_bytes(bytes, Numbering::Deployed) {
//!     Unwrapped::DataSync(received) => assert_eq!(received.messages[0].id(), id),
//!     Unwrapped::Other { .. } => unreachable!("it is a payload"),
//! }
//! ```
#![forbid(unsafe_code)]

mod back_off;
mod clock;
mod config;
mod directory;
mod drops;
mod error;
mod event;
mod group;
mod id_map;
mod ids;
mod message;
mod node;
mod payload;
mod record;
mod size;
pub mod store;
mod table;
mod waiting;
mod wire;

pub use back_off::{BackOff, Bounded, deployed_next_epoch};
pub use config::{
    Bookkeeping, Config, Dependencies, FirstSend, GroupSettings, Mode, UnknownGroups,
};
pub use drops::{Counters, DropReason, Drops};
pub use error::Error;
pub use event::{Delivery, Event, GivenUp, Transmit};
pub use group::one_to_one_group_id;
pub use ids::{GroupId, PeerId};
pub use message::{Message, MessageId, Metadata};
pub use node::{Draft, MAX_HEADS, MAX_PARENTS, Node, RecordView};
pub use payload::{Numbering, Payload, Unwrapped};
pub use record::{Record, RecordKind};
pub use status_protobuf_wire::{Error as DecodeError, UnknownField, UnknownFields};
pub use store::{Held, MemoryStore, Saved, SavedClock, SavedMessage, Store};
#[cfg(feature = "sqlite")]
pub use store::{SqliteError, SqliteStore};

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
