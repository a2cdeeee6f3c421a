//! How a message to one installation is encrypted.

use crate::wire::{DhHeader, DirectMessageProtocol, DrHeader, X3dhHeader};

/// The headers of a message, which say how it is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header<'a> {
    /// In a session of the double ratchet.
    Session {
        /// Opens the session; repeated until the recipient has answered.
        opening: Option<&'a X3dhHeader>,
        /// Place in the session.
        ratchet: &'a DrHeader,
    },
    /// To the identity key, without a session: the sender does not know the recipient's bundle.
    Identity(&'a DhHeader),
}

impl DirectMessageProtocol {
    /// How the message is encrypted, or none if no header says. A message with headers of both
    /// sorts is of a session, as deployed.
    pub fn header(&self) -> Option<Header<'_>> {
        match (&self.dr_header, &self.dh_header) {
            (Some(ratchet), _) => Some(Header::Session {
                opening: self.x3dh_header.as_ref(),
                ratchet,
            }),
            (None, Some(header)) => Some(Header::Identity(header)),
            (None, None) => None,
        }
    }
}
