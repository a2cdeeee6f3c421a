//! Project Wycheproof's vectors of known attacks, given to the very functions that this crate calls.
//! They reach private functions, hence their place.

mod ecdh;
mod gcm;
mod hashes;
#[cfg(feature = "noise")]
mod noise;
