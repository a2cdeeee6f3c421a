//! Checking bundles: the only way from a received bundle to prekeys that may be used.

use super::PreKey;
use super::sign::digest;
use crate::curve::{KeyError, SECP256K1, public_key};
use crate::{InstallationId, InstallationIdError, wire};
use secp256k1::PublicKey;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use std::collections::BTreeMap;

/// Bytes of a bundle's signature: R (32), S (32) and V (1).
const SIGNATURE_LEN: usize = 65;

/// Most installations that a bundle may name. Deployed clients put in 3 at most; the bound leaves
/// room for others while one message cannot make us store thousands of prekeys.
pub const MAX_BUNDLE_INSTALLATIONS: usize = 64;

/// Most bytes of an installation id. Deployed ones are UUIDs, of 36 bytes; sessions are found by
/// them, so they must stay cheap as keys.
pub const MAX_INSTALLATION_ID_LEN: usize = 128;

/// Nanoseconds that 2001-09-09 was after 1970: the first time of 19 digits.
const FIRST_PLAUSIBLE_NS: i64 = 1_000_000_000_000_000_000;

/// Why a bundle was refused. Whoever made it, or changed it on its way, is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The identity key is none.
    #[error("the identity key of a bundle: {0}")]
    Identity(#[from] KeyError),
    /// Not 65 bytes.
    #[error("a bundle's signature has {SIGNATURE_LEN} bytes, this one {len}")]
    SignatureLength {
        /// Bytes it has.
        len: usize,
    },
    /// V is over 3. The 27 and 28 of Ethereum's transactions are refused, as deployed.
    #[error("the recovery id of a bundle's signature is 0 or 1, this one's {id}")]
    RecoveryId {
        /// V.
        id: u8,
    },
    /// R and S are not the signature of any key.
    #[error("no key can have made this bundle's signature")]
    NoKey,
    /// Somebody else's signature, or changed content.
    #[error("a bundle's signature is not of the identity it names")]
    NotTheIdentity,
    /// More installations than any client has.
    #[error("a bundle names at most {MAX_BUNDLE_INSTALLATIONS} installations, this one {count}")]
    TooManyInstallations {
        /// Installations it names.
        count: usize,
    },
}

/// A bundle whose signature is that of the identity it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBundle {
    identity: PublicKey,
    pre_keys: BTreeMap<String, PreKey>,
    unusable: Vec<UnusablePreKey>,
    timestamp_ns: i64,
}

/// A prekey in a rightly signed bundle that cannot be used. The other installations of the bundle
/// are not affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusablePreKey {
    /// The installation's id, cut to [`MAX_INSTALLATION_ID_LEN`] bytes.
    pub installation_id: String,
    /// Why it cannot be used.
    pub reason: Unusable,
}

/// Why a signed prekey cannot be used. The identity that signed it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The prekey is no public key.
    #[error("a prekey of the bundle cannot be used: {0}")]
    Key(#[from] KeyError),
    /// No installation can have the id.
    #[error(transparent)]
    Id(#[from] InstallationIdError),
}

impl VerifiedBundle {
    /// Recovers the key that signed `bundle` and compares it with the identity that it names. High S
    /// values are accepted, as deployed. Up to 45 us; what costs nothing is checked first.
    ///
    /// A prekey that cannot be used does not spoil the others: it is in
    /// [`unusable`](Self::unusable).
    ///
    /// # Errors
    ///
    /// [`BundleError`]. Nothing of the bundle may then be used.
    pub fn verify(bundle: &wire::Bundle) -> Result<Self, BundleError> {
        let count = bundle.signed_pre_keys.len();
        if count > MAX_BUNDLE_INSTALLATIONS {
            return Err(BundleError::TooManyInstallations { count });
        }
        let signature = signature(&bundle.signature)?;
        let identity = public_key(&bundle.identity)?;
        let signer = SECP256K1
            .recover_ecdsa(digest(bundle), &signature)
            .map_err(|_| BundleError::NoKey)?;
        if signer != identity {
            return Err(BundleError::NotTheIdentity);
        }
        let mut verified = Self {
            identity,
            pre_keys: BTreeMap::new(),
            unusable: Vec::new(),
            timestamp_ns: bundle.timestamp,
        };
        for (id, offered) in &bundle.signed_pre_keys {
            match pre_key(id, offered) {
                Ok(pre_key) => {
                    verified.pre_keys.insert(id.clone(), pre_key);
                }
                Err(reason) => verified.unusable.push(UnusablePreKey {
                    installation_id: cut(id),
                    reason,
                }),
            }
        }
        Ok(verified)
    }

    /// Whose prekeys these are.
    pub fn identity(&self) -> &PublicKey {
        &self.identity
    }

    /// The prekeys by installation id.
    pub fn pre_keys(&self) -> &BTreeMap<String, PreKey> {
        &self.pre_keys
    }

    /// The prekeys that cannot be used, to be counted and reported.
    pub fn unusable(&self) -> &[UnusablePreKey] {
        &self.unusable
    }

    /// When it was signed, nanoseconds since 1970; it ranks the installations. 0 says nothing.
    pub fn timestamp_ns(&self) -> i64 {
        self.timestamp_ns
    }

    /// Whether the timestamp is from 2001 or later, or 0. A bundle of which this is false was not
    /// made like this by a deployed client, except by very old ones that counted milliseconds: the
    /// signature covers version and timestamp without a separator, and whoever moves digits from the
    /// timestamp to the version, so that all later prekeys of the victim look old, leaves a
    /// timestamp of fewer than 19 digits.
    pub fn timestamp_is_plausible(&self) -> bool {
        self.timestamp_ns == 0 || self.timestamp_ns >= FIRST_PLAUSIBLE_NS
    }
}

fn signature(bytes: &[u8]) -> Result<RecoverableSignature, BundleError> {
    let Ok([compact @ .., id]) = <&[u8; SIGNATURE_LEN]>::try_from(bytes) else {
        return Err(BundleError::SignatureLength { len: bytes.len() });
    };
    let recovery_id =
        RecoveryId::try_from(i32::from(*id)).map_err(|_| BundleError::RecoveryId { id: *id })?;
    RecoverableSignature::from_compact(compact, recovery_id).map_err(|_| BundleError::NoKey)
}

fn pre_key(id: &str, offered: &wire::SignedPreKey) -> Result<PreKey, Unusable> {
    InstallationId::check(id)?;
    Ok(PreKey {
        key: public_key(&offered.signed_pre_key)?,
        version: offered.version,
        protocol_version: offered.protocol_version,
    })
}

/// The start of an id that may be of any length.
fn cut(id: &str) -> String {
    let end = id.floor_char_boundary(MAX_INSTALLATION_ID_LEN);
    id.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
