//! Accounts: from twelve words to the keys that sign, and how they rest on disk.
//!
//! ```
//! use status_node::account::{Identity, Mnemonic};
//! let mnemonic = Mnemonic::generate(&mut rand::rng());
//! let identity = Identity::from_mnemonic(&mnemonic, "")?;
//! println!("{} {}", identity.profile().public_key_hex(), identity.profile().address());
//! # Ok::<(), status_node::account::DerivationError>(())
//! ```

mod address;
mod derivation;
mod folder;
mod identity;
pub mod keystore;
mod mnemonic;
mod password_change;
mod path;

pub use address::{Address, key_uid, public_key};
pub use derivation::{CHAT_PATH, DerivationError, ExtendedKey, WALLET_PATH};
pub use folder::{AccountFolder, FolderError};
pub use identity::{Identity, Profile};
pub use mnemonic::{Mnemonic, MnemonicError};
pub use path::{DerivationPath, PathError, PathFault, StartingPoint};
