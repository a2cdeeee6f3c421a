//! Conversational security of the Status protocol, as deployed in status-go v0.50.0
//! (5/SECURE-TRANSPORT).
//!
//! An [`Endpoint`] is one installation (device) of one identity. It encrypts for the devices of a
//! contact and reads what they send. All that it must remember is in a [`Store`] that each call is
//! given.
//!
//! Everything that two installations exchange is a [`wire::ProtocolMessage`]: bundles of prekeys, and
//! one [`wire::DirectMessageProtocol`] for each installation of the recipient, whose [`Header`] says
//! how it is encrypted: in a session of the double [`ratchet`], which [`x3dh`] founds on a prekey of a
//! [`VerifiedBundle`], or to the identity key alone ([`encrypt_to_identity`]).
//!
//! ```
//! use secp256k1::SecretKey;
//! use status_conversational_security::{Endpoint, MemoryStore, Received, Settings};
//! let [alice, bob] = [1, 2].map(|secret| {
//!     let secret = SecretKey::from_byte_array([secret; 32]).unwrap();
//!     Endpoint::new(&secret, "phone".into(), Settings::default()).unwrap()
//! });
//! let (mut hers, mut his, mut rng) = (MemoryStore::new(), MemoryStore::new(), rand::rng());
//! let (now_ns, id) = (1_590_232_902_104_000_000, [0; 32]);
//! let sent = alice.encrypt(&mut hers, bob.identity(), b"hello", now_ns, &mut rng)?;
//! let read = bob.handle_message(&mut his, alice.identity(), sent.message, &id, now_ns, &mut rng)?;
//! assert!(matches!(read.result?, Received::Private { payload, .. } if payload == &b"hello"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod bundle;
mod curve;
mod dh_message;
mod endpoint;
mod header;
mod key;
#[cfg(feature = "noise")]
pub mod noise;
mod protocol_message;
pub mod ratchet;
mod session;
mod store;
pub mod trust;
pub mod wire;
#[cfg(test)]
mod wycheproof;
pub mod x3dh;

pub use bundle::{
    Bundle, BundleError, MAX_BUNDLE_INSTALLATIONS, MAX_INSTALLATION_ID_LEN, OwnPreKey, PreKey,
    REFRESH_AFTER_NS, Succession, Unusable, UnusablePreKey, VerifiedBundle, sign_bundle,
    signature_material,
};
pub use curve::{KeyError, PUBLIC_KEY_LEN, SharedSecret, diffie_hellman, public_key};
pub use dh_message::{
    DH_MESSAGE_OVERHEAD, DhMessageError, decrypt_to_identity, encrypt_to_identity,
};
pub use endpoint::{
    AddBundleError, Delivery, DeviceReport, Encrypted, Endpoint, Handled, MAX_BUNDLES,
    MAX_INSTALLATIONS, MAX_PEER_PREKEYS, MAX_PREKEYS, MAX_REMEDIES, MAX_SESSIONS, MAX_SPENT_KEYS,
    MAX_STRANGERS, Received, Recovery, Settings, Skipped, Unreadable,
};
pub use header::Header;
pub use key::{CompressedKey, InstallationId, InstallationIdError, MessageId};
pub use protocol_message::{Content, NO_SESSION, ProtocolMessage};
pub use session::{
    CodecError, Opening, ReadError, ReadInSession, Session, SessionId, SessionState,
    decrypt_in_session, encrypt_in_session,
};
pub use status_protobuf_wire::{Error as DecodeError, UnknownField, UnknownFields};
pub use store::{Installation, MemoryStore, Peer, PreKeyRecord, Remedy, RemedyKind, Store};
#[cfg(feature = "sqlite")]
pub use store::{SqliteError, SqliteStore};

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
