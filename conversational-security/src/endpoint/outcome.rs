//! What came of a message that came in.

use super::{MAX_BUNDLES, Recovery};
use crate::ratchet::RatchetError;
use crate::{
    BundleError, CompressedKey, DecodeError, DhMessageError, Installation, InstallationId, KeyError,
};
use bytes::Bytes;
use core::fmt;

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// What it holds, or why that cannot be read.
    pub result: Result<Received, Unreadable>,
    /// Installations that its bundles have made known. They stay known even if the message cannot
    /// be read: a bundle has a signature of its own.
    pub new_installations: Vec<Installation>,
    /// What to do if it cannot be read and something helps; see [`Endpoint::answer`](super::Endpoint::answer).
    pub recovery: Option<Recovery>,
}

/// What a message holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Received {
    /// A payload that only its sender and this identity can have known.
    Private {
        /// The payload.
        payload: Bytes,
        /// The installation that sent it. The sender says so; in a session it cannot be another's.
        installation: InstallationId,
        /// Whether the sender knows the negotiated secret
        /// ([`Endpoint::negotiated_secret`](super::Endpoint::negotiated_secret)): one may listen to what it is used for.
        negotiated: bool,
    },
    /// A payload in the clear.
    Public(Bytes),
    /// Bundles at most.
    Nothing,
}

/// Shows how long a payload is, not what it says.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private {
                payload,
                installation,
                negotiated,
            } => f
                .debug_struct("Private")
                .field("payload", &format_args!("{} bytes", payload.len()))
                .field("installation", installation)
                .field("negotiated", negotiated)
                .finish(),
            Self::Public(payload) => f
                .debug_tuple("Public")
                .field(&format_args!("{} bytes", payload.len()))
                .finish(),
            Self::Nothing => f.write_str("Nothing"),
        }
    }
}

/// Why a message cannot be read. Nothing has changed, except that bundles before the fault, which
/// have signatures of their own, are kept, and that what a session refuses is counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The bytes are no protocol message. The sender is at fault, or they are of another kind.
    #[error("not a message of conversational security: {0}")]
    Malformed(DecodeError),
    /// A bundle that it brings is refused, and so is the message, as deployed.
    #[error("a bundle in the message is refused: {0}")]
    Bundle(BundleError),
    /// A bundle that it brings has a time that no client writes.
    #[error("a bundle has the time {timestamp_ns} ns, which no client writes")]
    BundleTime {
        /// The time, in nanoseconds since 1970.
        timestamp_ns: i64,
    },
    /// It brings more bundles than anybody has devices.
    #[error("the message brings {count} bundles, at most {MAX_BUNDLES} are read")]
    TooManyBundles {
        /// How many.
        count: usize,
    },
    /// The sender's installation id is too long to be remembered.
    #[error(
        "the sender's installation id has {len} bytes, at most {} are read",
        InstallationId::MAX_LEN
    )]
    InstallationId {
        /// Its length in bytes.
        len: usize,
    },
    /// It is for other installations of this identity: the sender does not know this one yet.
    #[error("not for this device: the message is for other devices, {others} of them")]
    NotForThisDevice {
        /// For how many.
        others: usize,
    },
    /// It is from another installation of this identity, which has not paired with this one.
    #[error(
        "not for this device: another device of this account, not paired with this one, sent it to {others}"
    )]
    NotPaired {
        /// To how many devices it went.
        others: usize,
    },
    /// No header says how it is encrypted.
    #[error("no header says how the message is encrypted")]
    NoHeader,
    /// A key in a header is none.
    #[error("a key in the message's header: {0}")]
    Key(KeyError),
    /// It is of a session that does not exist here, and does not open it.
    #[error("there is no session on the prekey {prekey:?}")]
    UnknownSession {
        /// The prekey that names the session.
        prekey: CompressedKey,
    },
    /// It opens a session on a prekey whose secret is not here: it was never this installation's,
    /// or is too old, or the store was lost.
    #[error("the message opens a session on the prekey {prekey:?}, whose secret is not here")]
    UnknownPrekey {
        /// The prekey.
        prekey: CompressedKey,
    },
    /// It opens a second session on a prekey with which the sender has one: the sender has lost its
    /// state. As deployed it cannot be read.
    #[error(
        "the message opens a second session on the prekey {prekey:?}: its sender lost the first"
    )]
    SecondOpening {
        /// The prekey.
        prekey: CompressedKey,
    },
    /// It opens a session that was here and was forgotten to make room. It may be one that was read
    /// then, repeated by whoever likes, so it is not read again.
    #[error("the message opens a session on the prekey {prekey:?} that was here and was forgotten")]
    SpentOpening {
        /// The prekey.
        prekey: CompressedKey,
    },
    /// The session refuses it.
    #[error("its session refuses the message: {0}")]
    Ratchet(#[from] RatchetError),
    /// It is encrypted to an identity key, but not to this one, or was changed.
    #[error(transparent)]
    ToIdentity(#[from] DhMessageError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::ReadInSession;

    #[test]
    fn what_a_message_says_is_not_shown() {
        let private = Received::Private {
            payload: "meet me at noon".into(),
            installation: "phone".into(),
            negotiated: true,
        };
        let read = ReadInSession {
            plaintext: b"meet me at noon".to_vec(),
            kept_key: false,
        };
        let public = Received::Public("meet me at noon".into());
        for shown in [
            format!("{private:?}"),
            format!("{public:?}"),
            format!("{read:?}"),
        ] {
            assert!(shown.contains("15 bytes"), "{shown}");
            assert!(!shown.contains("noon") && !shown.contains("110"), "{shown}");
        }
    }
}
