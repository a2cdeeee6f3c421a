//! The public part of an installation's prekey, and which of two is the newer one.

use crate::wire;
use secp256k1::PublicKey;

/// The prekey of one installation, as a bundle shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreKey {
    /// The key.
    pub key: PublicKey,
    /// Counts the installation's prekeys from 1; it may only rise.
    pub version: u32,
    /// Version of the protocol that the installation speaks: 1 for all that negotiate secrets. No
    /// signature covers it, so a relay can change it.
    pub protocol_version: u32,
}

/// How a prekey that a bundle offers relates to the one that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// It replaces the one in use, or is the first.
    Newer,
    /// It is the one in use.
    Same,
    /// It is of the same version but another key: the installation has lost its state, or counts
    /// wrongly. As deployed both are then in use.
    SameVersion,
    /// It was replaced long ago: an old bundle that came late, or was replayed.
    Older,
}

impl PreKey {
    /// How `self`, just offered by a verified bundle, relates to the installation's prekey in use.
    pub fn succession(&self, in_use: Option<&Self>) -> Succession {
        match in_use {
            Some(in_use) if in_use.key == self.key => Succession::Same,
            Some(in_use) if in_use.version == self.version => Succession::SameVersion,
            Some(in_use) if in_use.version > self.version => Succession::Older,
            _ => Succession::Newer,
        }
    }

    pub(super) fn to_wire(self) -> wire::SignedPreKey {
        wire::SignedPreKey {
            signed_pre_key: self.key.serialize().to_vec().into(),
            version: self.version,
            protocol_version: self.protocol_version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_only_rise() {
        let pre_key = |fill: u8, version| PreKey {
            key: secp256k1::SecretKey::from_byte_array([fill; 32])
                .unwrap()
                .public_key(&crate::curve::SECP256K1),
            version,
            protocol_version: 1,
        };
        let in_use = pre_key(1, 5);
        assert_eq!(in_use.succession(None), Succession::Newer);
        assert_eq!(pre_key(2, 6).succession(Some(&in_use)), Succession::Newer);
        assert_eq!(pre_key(2, 4).succession(Some(&in_use)), Succession::Older);
        let same_version = pre_key(2, 5).succession(Some(&in_use));
        assert_eq!(same_version, Succession::SameVersion);
        // The same key again is nothing new, whatever version a re-split signature gives it.
        assert_eq!(pre_key(1, 51).succession(Some(&in_use)), Succession::Same);
    }
}
