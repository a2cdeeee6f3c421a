//! The room where the layers know each other, because the protocol as deployed makes them.
//!
//! Two dependencies between layers should not exist, and both are kept here:
//!
//! 1. *Privacy does security's work.* Public chats are encrypted by Whisper alone, under a key
//!    that anybody derives from the chat's name; and the identity that key agreement and data sync
//!    take for the sender of a private message is the signer of the Whisper envelope, not the
//!    author in the message.
//! 2. *Privacy reads data.* Topic and key of an envelope depend on the kind of message inside.
//!
//! The day the protocol drops them, this module is deleted and nothing else changes: nothing
//! outside it maps a kind of message to a topic or a key. What the rest of the node takes from it is a
//! [`Route`], which it passes on without looking.

mod protection;
mod route;
mod subscriptions;
mod topics;

pub use protection::Protection;
pub use route::{EnvelopeKey, Route};
pub use subscriptions::{Acquaintance, Company, Interest};
pub use topics::{Channel, PARTITIONS, SharedSecret};
