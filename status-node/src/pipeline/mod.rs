//! The layers in the order in which a message passes them.
//!
//! | out | in | layer |
//! |---|---|---|
//! | 1. [`Outgoing::sign`], [`Outgoing::wrap`] | 5. [`Incoming::read`], [`read_wrapped`] | payload: what is said, and who said it |
//! | 2. (a payload of the node's data sync) | 4. [`Decrypted::into_messages`] | mvds: that it arrives |
//! | 3. [`encrypt_private`] | 3. [`Incoming::decrypt`] | conversational security: that only the right devices read it |
//! | 4. [`Route`](crate::coupling::Route) | 2. the filter of a [`Route`](crate::coupling::Route) | coupling: under which topic and key |
//! | 5. [`encrypt_envelope`] | 1. [`Incoming::unwrap`] | whisper: the envelope |
//!
//! A public message passes 2 and 3 as it is, as deployed: nobody acknowledges it, and it is a bare
//! ApplicationMetadataMessage without key exchange or ratchet.
//!
//! All functions here are pure: time, randomness, keys and stores come in as arguments, and nothing
//! is remembered. Every refusal is a [`Refusal`], which the node counts.

mod incoming;
mod outgoing;
mod refusal;

pub use incoming::{Decrypted, Incoming, Messages, Read, read_wrapped};
pub use outgoing::{Outgoing, encrypt_envelope, encrypt_private, envelope_size};
pub use refusal::Refusal;

/// How long a message of the messenger lives, in seconds.
pub const TTL: u32 = 15;

/// The proof of work of the messenger's envelopes.
pub const POW: f64 = 0.002;
