//! Trust establishment: how people know whose key a key is (the x5 document of 2019, now part of
//! 2/ACCOUNT). Needs nothing of the sessions, which need nothing of it.
//!
//! - [`Trust`] remembers keys from their first use and reports what changes.
//! - [`SafetyNumber`] is what two people compare to be sure.
//! - [`ThreeWordName`] and [`Identicon`] help to tell keys apart, and prove nothing.
//! - [`parse_public_key`] and [`MulticodecKey`] read keys in all forms in which they are passed on.
//! - [`UnverifiedEnsName`] carries what somebody says is his name.
//!
//! ```
//! use status_conversational_security::trust::{
//!     MemoryStore, Standing, ThreeWordName, Trust, parse_public_key,
//! };
//! let key = parse_public_key("zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB")?;
//! let mut trust = Trust::new(MemoryStore::new());
//! trust.handle_identity(&key, Some("phone"), 1_590_000_000_000)?;
//! assert_eq!(trust.standing(&key)?, Standing::FirstUse);
//! println!("{} is new here", ThreeWordName::of(&key));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "bls12-381")]
mod bls12_381;
mod ens_name;
mod first_use;
mod identicon;
mod key_text;
mod multibase;
mod multicodec;
mod record;
mod safety_number;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod three_words;

pub use self::multibase::{MAX_KEY_TEXT, Multibase};
pub use ens_name::{EnsNameError, MAX_ENS_NAME, UnverifiedEnsName};
pub use first_use::{Limits, MAX_LABEL, MAX_PINNED, MAX_STRANGERS, Trust, TrustError};
pub use identicon::{CELLS, Identicon, SIZE};
pub use key_text::{KeyTextError, parse_public_key, public_key_text};
pub use multicodec::{KeyKind, MulticodecKey};
pub use record::{
    IdentityRecord, Installation, LabelRecord, MAX_INSTALLATIONS, Standing, TrustEvent,
    Verification,
};
pub use safety_number::{SafetyNumber, Scan, ScanError};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteError, SqliteStore};
pub use store::{Group, MemoryStore, Store};
pub use three_words::ThreeWordName;
