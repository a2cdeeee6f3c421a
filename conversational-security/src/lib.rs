//! Conversational security of the Status protocol: the wire formats, as deployed in status-go
//! v0.50.0 (5/SECURE-TRANSPORT).
//!
//! Everything that two installations exchange in private is a [`wire::ProtocolMessage`]: bundles of
//! prekeys, and one [`wire::DirectMessageProtocol`] for each installation of the recipient, whose
//! [`Header`] says how it is encrypted. X3DH and the double ratchet are not here yet.
//!
//! ```
//! use prost::Message;
//! use status_conversational_security::{Content, ProtocolMessage, wire};
//! let message = wire::ProtocolMessage {
//!     installation_id: "phone".into(),
//!     public_message: Some("hello".into()),
//!     ..Default::default()
//! };
//! let received = ProtocolMessage::decode(message.encode_to_vec().into())?;
//! assert_eq!(received.content_for("desktop"), Content::Public(&"hello".into()));
//! # Ok::<(), status_conversational_security::DecodeError>(())
//! ```
#![forbid(unsafe_code)]

mod header;
mod protocol_message;
pub mod wire;

pub use header::Header;
pub use protocol_message::{Bundle, Content, NO_SESSION, ProtocolMessage};
pub use status_protobuf_wire::{Error as DecodeError, UnknownField, UnknownFields};

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
