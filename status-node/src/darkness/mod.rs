//! What others can tell of this node's user, though they open nothing: metadata.
//!
//! - [`OwnEnvelopes`] remembers the envelopes that this node posted last.

mod place;
mod record;

pub use place::Place;
pub use record::{Cause, InBloom, MAX_ENVELOPES, MAX_RECEIVERS, OwnEnvelope, OwnEnvelopes};
