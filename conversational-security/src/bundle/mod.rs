//! Bundles: the prekeys of all installations of one identity, signed by the identity key, so that
//! others can found sessions with them while they are offline.
//!
//! An installation makes a [`OwnPreKey`] and publishes it in a bundle ([`sign_bundle`]) together with
//! the prekeys of its paired devices. Who receives one checks it with [`Bundle::verify`], and only a
//! [`VerifiedBundle`] has anything to offer for use or storage.

mod own_pre_key;
mod pre_key;
mod sign;
mod verify;

pub use own_pre_key::{OwnPreKey, REFRESH_AFTER_NS};
pub use pre_key::{PreKey, Succession};
pub use sign::{sign_bundle, signature_material};
pub use verify::{
    BundleError, MAX_BUNDLE_INSTALLATIONS, MAX_INSTALLATION_ID_LEN, Unusable, UnusablePreKey,
    VerifiedBundle,
};

use crate::{DecodeError, UnknownFields, wire};
use bytes::Bytes;
use status_protobuf_wire::{Decoded, decode};

/// A bundle that came in by itself. It keeps its original bytes: they are what is passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    original: Bytes,
    bundle: wire::Bundle,
    unknown: UnknownFields,
}

impl Bundle {
    /// Decodes a bundle. Its signature is not checked here, and until [`verify`](Self::verify) has,
    /// nothing in the bundle may be used or stored.
    ///
    /// # Errors
    ///
    /// If the bytes are no protobuf message.
    pub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {
        let original = bytes.clone();
        let Decoded {
            message: bundle,
            unknown,
        } = decode(bytes)?;
        Ok(Self {
            original,
            bundle,
            unknown,
        })
    }

    /// Checks the signature; see [`VerifiedBundle::verify`].
    ///
    /// # Errors
    ///
    /// [`BundleError`]
    pub fn verify(&self) -> Result<VerifiedBundle, BundleError> {
        VerifiedBundle::verify(&self.bundle)
    }

    /// The bundle.
    pub fn bundle(&self) -> &wire::Bundle {
        &self.bundle
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &Bytes {
        &self.original
    }

    /// What this crate does not know in it.
    pub fn unknown_fields(&self) -> &UnknownFields {
        &self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_keeps_what_it_does_not_know() {
        // Identity, an unknown field 9, timestamp -1.
        let original = Bytes::from(hex::decode("0a0102480728ffffffffffffffffff01").unwrap());
        let decoded = Bundle::decode(original.clone()).unwrap();
        assert_eq!(decoded.bundle().timestamp, -1);
        assert_eq!(decoded.unknown_fields().total(), 1);
        assert_eq!(*decoded.as_bytes(), original);
    }
}
