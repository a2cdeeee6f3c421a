//! What a store holds about prekeys and installations.

use crate::{CompressedKey, InstallationId};
use secp256k1::SecretKey;
use std::fmt;

/// A prekey of an installation, one's own or a peer's, whose bundle was verified.
#[derive(Clone, PartialEq, Eq)]
pub struct PreKeyRecord {
    /// Whose it is.
    pub identity: CompressedKey,
    /// The installation that made it.
    pub installation: InstallationId,
    /// The key; no two records of one identity have the same.
    pub key: CompressedKey,
    /// Counts the installation's prekeys.
    pub version: u32,
    /// The secret key, of own prekeys only.
    pub secret: Option<SecretKey>,
    /// Whether a newer one has taken its place. It does not come back.
    pub expired: bool,
    /// When it was made (own ones), or its bundle signed; nanoseconds since 1970.
    pub timestamp_ns: i64,
    /// The installation of one's own that has started a session on it, if one has. The same must
    /// not start another: as deployed, the peer cannot read it.
    pub opened_by: Option<InstallationId>,
}

impl Drop for PreKeyRecord {
    fn drop(&mut self) {
        if let Some(secret) = &mut self.secret {
            secret.non_secure_erase();
        }
    }
}

impl fmt::Debug for PreKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreKeyRecord")
            .field("identity", &self.identity)
            .field("installation", &self.installation)
            .field("key", &self.key)
            .field("version", &self.version)
            .field("own", &self.secret.is_some())
            .field("expired", &self.expired)
            .field("timestamp_ns", &self.timestamp_ns)
            .field("opened_by", &self.opened_by)
            .finish()
    }
}

/// An installation (device) that a verified bundle has named, or with which there is a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Whose it is.
    pub identity: CompressedKey,
    /// Its id.
    pub id: InstallationId,
    /// Whether a bundle has named it. One that only a session has shown is never written to.
    pub announced: bool,
    /// The highest version of the protocol that it was seen to speak.
    pub protocol_version: u32,
    /// Whether messages go to it. Installations of others are enabled at once, one's own other
    /// ones when the user pairs them.
    pub enabled: bool,
    /// When the newest bundle that names it was signed, nanoseconds since 1970. It ranks
    /// installations.
    pub timestamp_ns: i64,
    /// Whether it has sent a message in which its own prekey announced version 1 or more: it knows
    /// the negotiated secret.
    pub negotiated: bool,
    /// When it was last heard: a message of it was read, or a bundle named it; nanoseconds since
    /// 1970 on one's own clock.
    pub heard_ns: i64,
    /// Whether the newest bundle of its identity does not name it.
    pub missing: bool,
}

/// An identity, one of whose installations is known, or that the application has asked to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Whose key it is.
    pub identity: CompressedKey,
    /// Whether the application wants it kept
    /// ([`Endpoint::keep_identity`](crate::Endpoint::keep_identity)); one that it does not is a
    /// stranger.
    pub kept: bool,
    /// When it was last heard, or became known; nanoseconds since 1970 on one's own clock, to the
    /// hour.
    pub heard_ns: i64,
}

/// What was done about messages of an identity that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remedy {
    /// Whose messages.
    pub identity: CompressedKey,
    /// What.
    pub kind: RemedyKind,
    /// When it was done, or done first; nanoseconds since 1970.
    pub since_ns: i64,
    /// How often since then.
    pub count: u32,
}

/// What is done about messages that cannot be read, as far as it is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemedyKind {
    /// One's own bundle was sent.
    Answer,
    /// [`Recovery::NewInstallation`](crate::Recovery::NewInstallation) was reported.
    Report,
    /// A message of a session was counted that the session refused.
    Refusal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_a_prekey_is_not_shown() {
        let record = PreKeyRecord {
            identity: CompressedKey::new([2; 33]),
            installation: "phone".into(),
            key: CompressedKey::new([3; 33]),
            version: 1,
            secret: SecretKey::from_byte_array([0xab; 32]).ok(),
            expired: false,
            timestamp_ns: 4,
            opened_by: None,
        };
        let shown = format!("{record:?}");
        assert!(shown.contains("own: true"), "{shown}");
        assert!(!shown.contains("abab") && !shown.contains("171"), "{shown}");
    }
}
