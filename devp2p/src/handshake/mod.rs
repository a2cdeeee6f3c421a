//! The RLPx handshake: two packets, after which both sides share keys and know each other.
//!
//! ```text
//! Initiator::new ──auth──▶ Recipient::handle_bytes
//! Initiator::handle_bytes ◀──ack── Accepted { ack, secrets }
//! ```
//!
//! Both packets exist in two forms: EIP-8's with a size prefix and random length, and the older
//! one of 307 and 210 bytes. As deployed, an initiator sends EIP-8 and reads both; a recipient
//! reads both and answers in the form that it was asked in.
//!
//! The driver must bound the time: [`TIMEOUT_MS`] for the whole exchange, as deployed.

mod body;
mod error;
pub mod hazmat;
mod initiator;
mod packet;
mod recipient;
mod secrets;

pub use body::{Ack, Auth};
pub use error::HandshakeError;
pub use initiator::Initiator;
pub use packet::{Form, MAX_PACKET_SIZE};
pub use recipient::{Accepted, Recipient};
pub use secrets::Secrets;

/// How long a handshake may take in milliseconds, as deployed.
pub const TIMEOUT_MS: u64 = 5_000;
