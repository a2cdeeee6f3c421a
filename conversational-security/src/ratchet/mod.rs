//! The double ratchet as deployed: one session's state, from one message to the next.
//!
//! The ratchet knows nothing of stores, identities or protobuf. [`Ratchet::decrypt`] leaves the
//! state as it is and returns the next one, which the caller stores together with the keys of the
//! messages that were skipped; a message that fails leaves nothing to undo.

mod cipher;
mod header;
mod kdf;
mod keys;
mod parts;
mod state;

pub use cipher::{OVERHEAD, Tag, message_secrets, open, seal};
pub use header::RatchetHeader;
#[cfg(test)]
pub(crate) use kdf::hmac;
pub use kdf::{ChainKey, kdf_ck, kdf_rk};
pub use keys::{KeyWindow, MAX_GAP, MAX_KEPT, MAX_KEYS_PER_SESSION, MessageKey, SecretBytes};
pub use parts::RatchetParts;
pub use state::{Decrypted, Ratchet, RatchetError};
