//! What others can tell of this node's user, though they open nothing: metadata.
//!
//! - [`report`] says what the present filter, peers and envelopes give away, and to whom.
//! - [`OwnEnvelopes`] remembers for that the envelopes that this node posted last.
//! - [`decoys`] makes envelopes that say nothing, among which the others cannot be found.

pub mod decoys;
mod place;
mod record;
pub mod report;

pub use place::Place;
pub use record::{Cause, InBloom, MAX_ENVELOPES, MAX_RECEIVERS, OwnEnvelope, OwnEnvelopes};
