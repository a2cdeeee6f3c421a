//! Noise: sessions between devices that know each other, or not yet, and the pairing of devices.
//!
//! This is the clean interface of the protocol's next version: all security comes from this layer,
//! and nothing here knows what carries the messages. The handshakes, the payload format, the
//! padding and the nametags are those of 35/WAKU2-NOISE; the crate's `SPEC.md` names the revision
//! and every difference.
//!
//! Three interfaces, each of which stands on the one before:
//!
//! - [`Handshake`], bare Noise, for those who bring a format of their own;
//! - [`Initiator`] and [`Responder`], which make a [`Session`] in the format of 35/WAKU2-NOISE, each
//!   side's static key bound to its identity by a [`Certificate`];
//! - [`pairing`], by which a new device gets the account of an old one.
//!
//! ```
//! use secp256k1::SecretKey as Identity;
//! use status_conversational_security::noise::{
//!     Approach, Certificate, Device, Initiator, MessageNametag, Responder, SecretKey,
//! };
//! # let rng = &mut rand::rng();
//! # let mut device = |identity: u8| {
//! #     let key = SecretKey::random(rng);
//! #     let identity = Identity::from_byte_array([identity; 32]).unwrap();
//! #     let certificate = Certificate::issue(&identity, &key.public_key());
//! #     Device { key, certificate }
//! # };
//! # let (alice, bob) = (device(1), device(2));
//! let first = MessageNametag([7; 16]); // both know where to meet
//! let (mut alice, opening) = Initiator::start(alice, Approach::Unknown, first, rng)?;
//! let responder = Responder::new(bob, Approach::Unknown, first);
//! let (mut bob, response) = responder.handle_opening(opening, rng)?;
//! let (mut alice, last) = alice.handle_response(response)?;
//! let mut bob = bob.handle_final(last)?;
//!
//! let message = alice.session.encrypt(b"hello")?;
//! assert_eq!(bob.session.handle_message(message)?[..], b"hello"[..]);
//! # Ok::<(), status_conversational_security::noise::NoiseError>(())
//! ```

mod certificate;
mod cipher;
mod derive;
mod error;
mod establish;
mod handshake;
mod keys;
mod nametag;
mod padding;
pub mod pairing;
mod payload;
mod resolver;
mod session;
mod symmetric;

#[cfg(test)]
pub(crate) use resolver::x25519;

pub use certificate::{CERTIFICATE_LEN, Certificate, CertificateError};
pub use cipher::{CipherKey, MAX_MESSAGE_LEN};
pub use error::NoiseError;
pub use establish::{Approach, Device, Established, Initiator, Responder, Responding};
pub use handshake::{Handshake, Parameters, Pattern, Role, Split};
pub use keys::{PreSharedKey, SecretKey, StaticKey};
pub use nametag::{MessageNametag, NAMETAGS_AHEAD};
pub use padding::PADDING_BLOCK;
pub use payload::{MAX_PAYLOAD_LEN, Payload, PayloadError, PayloadKey, Protocol};
pub use session::{MAX_TEXT_LEN, Session};
pub use symmetric::{MAX_SYMMETRIC_TEXT_LEN, SymmetricKey};
