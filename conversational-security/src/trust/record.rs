//! What is remembered of identities, and what is reported of them.

use secp256k1::PublicKey;

/// Devices remembered of one identity. Three take part at a time; sixteen leave room for years of
/// replaced ones, and bound what an identity can make others keep.
pub const MAX_INSTALLATIONS: usize = 16;

/// What is remembered of an identity. Times are milliseconds of Unix time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    /// When it was first seen or named.
    pub first_seen_ms: u64,
    /// When it was last seen, to the hour.
    pub last_seen_ms: u64,
    /// What the user said about the key.
    pub verification: Verification,
    /// Its devices, the one seen last at the end; at most [`MAX_INSTALLATIONS`].
    pub installations: Vec<Installation>,
    /// How many labels name it.
    pub labels: u32,
}

/// What the user said about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verification {
    /// Nothing.
    #[default]
    Never,
    /// The safety number was compared and is the same.
    Verified {
        /// When.
        at_ms: u64,
    },
    /// Not to be trusted any more: the user said so, or accepted another key in its place.
    Revoked {
        /// When.
        at_ms: u64,
    },
}

/// A device of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Its id, as the protocol carries it.
    pub id: String,
    /// When it was first seen.
    pub first_seen_ms: u64,
    /// When it was last seen, to the hour.
    pub last_seen_ms: u64,
}

/// Which key a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelRecord {
    /// The key.
    pub key: PublicKey,
    /// Since when.
    pub since_ms: u64,
}

impl IdentityRecord {
    pub(super) fn new(now_ms: u64) -> Self {
        Self {
            first_seen_ms: now_ms,
            last_seen_ms: now_ms,
            verification: Verification::Never,
            installations: Vec::new(),
            labels: 0,
        }
    }

    /// Whether the user had to do with it: named it, verified or revoked it. Such a record is never
    /// forgotten; all others are strangers.
    pub fn is_pinned(&self) -> bool {
        self.labels > 0 || self.verification != Verification::Never
    }

    /// Whether the key is verified.
    pub fn is_verified(&self) -> bool {
        matches!(self.verification, Verification::Verified { .. })
    }
}

/// How far a key is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never seen, or forgotten.
    Unknown,
    /// Seen, and the same ever since; nobody compared anything.
    FirstUse,
    /// The safety number was compared.
    Verified,
    /// Not to be trusted any more.
    Revoked,
}

/// What the user should know. Each is reported once, when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustEvent {
    /// A key that was never seen before.
    FirstSeen {
        /// The key.
        key: PublicKey,
    },
    /// A device of a known identity that was never seen before. Whoever has the identity's secret can
    /// make one, so it is worth a line even if the key is verified.
    NewInstallation {
        /// The identity.
        key: PublicKey,
        /// The device's id.
        installation: String,
        /// How many devices were known before; with none it is no surprise.
        known: usize,
        /// Whether the key is verified.
        verified: bool,
    },
    /// A label stands for this key from now on.
    Labelled {
        /// The label.
        label: String,
        /// The key.
        key: PublicKey,
    },
    /// Somebody uses another key under a known label: a new phone, a lost account, or an impostor. The
    /// label still stands for the old key.
    KeyChanged {
        /// The label.
        label: String,
        /// The key that the label stands for.
        known: PublicKey,
        /// The one that was seen.
        seen: PublicKey,
        /// Whether the known one is verified.
        known_is_verified: bool,
        /// How far the one that was seen is to be trusted by itself.
        seen_standing: Standing,
    },
    /// A key that was verified is not any more.
    VerificationRevoked {
        /// The key.
        key: PublicKey,
    },
}
