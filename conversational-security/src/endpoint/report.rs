//! What came of a sending, device by device.

use crate::InstallationId;
use bytes::Bytes;

/// A message for a contact, to be sent as it is, and whom it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// The encoded [`ProtocolMessage`](crate::wire::ProtocolMessage). Empty if it
    /// [is for nobody](Self::is_for_nobody).
    pub message: Bytes,
    /// Every known installation of the contact, the one with the newest bundle first. Empty if
    /// none is known: then the message is encrypted to the identity and any of them can read it.
    /// Of [`encrypt_for`](crate::Endpoint::encrypt_for): the installations that were named, those
    /// that are not known last.
    pub devices: Vec<DeviceReport>,
    /// Whether all installations that the message goes to know the negotiated secret, so that the
    /// transport may use it for this message.
    pub agreed: bool,
    /// The lowest version of the protocol that those installations speak; 0 if none is known.
    pub min_protocol_version: u32,
}

impl Encrypted {
    /// Whether there is nothing to send, because none of the installations that
    /// [`encrypt_for`](crate::Endpoint::encrypt_for) was given is written to.
    pub fn is_for_nobody(&self) -> bool {
        self.message.is_empty()
    }
}

/// What a message does for one installation of its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// The installation.
    pub installation: InstallationId,
    /// How it is reached, or why it is not.
    pub delivery: Result<Delivery, Skipped>,
}

/// How an installation can read the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// In a session that this message opens.
    Opens,
    /// In a session that exists.
    InSession,
    /// Encrypted to the identity key, without forward secrecy: no prekey of the installation is
    /// known that has not served this one before, and a second session on one could not be read. The
    /// next bundle of the installation ends this. Installations that are skipped can read it too.
    ToIdentity,
}

/// Why an installation is not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Skipped {
    /// No bundle has named it, so nothing is known that could be encrypted to.
    #[error("no bundle has named the installation")]
    Unknown,
    /// It was not enabled, or was disabled.
    #[error("the installation is not enabled")]
    Disabled,
    /// Others have newer bundles, and a message goes to so many only.
    #[error("a message goes to {max} installations, and others have newer bundles")]
    OverLimit {
        /// To how many.
        max: usize,
    },
    /// It has the id of this installation.
    #[error("the installation is this one")]
    ThisOne,
    /// It was silent for too long, and the newest bundle of its identity does not name it.
    #[error("silent for {days} days, and missing from the newest bundle")]
    Stale {
        /// For how long, in days.
        days: i64,
    },
}
