//! Sessions: a ratchet with one installation of a peer, how it was opened and where it stands.

mod codec;
mod exchange;

pub use codec::CodecError;
pub use exchange::{ReadError, ReadInSession, decrypt_in_session, encrypt_in_session};
pub(crate) use exchange::{Sealed, decrypt_with};

use crate::ratchet::Ratchet;
use crate::{CompressedKey, InstallationId};

/// Names a session. As deployed a session is founded on a prekey of one side, and all further
/// messages name it by that prekey and the sender's installation; here the peer's identity is part
/// of the name as well, so that a stranger who gives the id of somebody else's installation
/// reaches no session but his own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId {
    /// The peer.
    pub identity: CompressedKey,
    /// The peer's installation.
    pub installation: InstallationId,
    /// The prekey on which the session was founded: the peer's if this side started it, otherwise
    /// one of one's own.
    pub prekey: CompressedKey,
}

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The ratchet.
    pub ratchet: Ratchet,
    /// Ephemeral key of the X3DH exchange that opened the session.
    pub ephemeral: CompressedKey,
    /// Who opened it, and whether that is known to have reached the other side.
    pub opening: Opening,
    /// When a newer prekey took the place of the one it is founded on; nanoseconds since 1970.
    /// From then on one sends in a newer session, and still reads in this one.
    pub superseded_ns: Option<i64>,
    /// When a message was last sent or read in it, nanoseconds since 1970.
    pub used_ns: i64,
}

/// How a session was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opening {
    /// By this side, and the peer has not answered in it: each message repeats the X3DH header.
    Unanswered,
    /// By this side, and the peer has answered.
    Answered,
    /// By the peer.
    Received,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// Opened by this side; no answer has come in it, so the peer may not know of it.
    Opening,
    /// Both sides have it, and it is sent in.
    Established,
    /// A newer prekey ended sending in it. What the peer sends in it is still read.
    Superseded,
}

impl Session {
    /// Where the session stands.
    pub fn state(&self) -> SessionState {
        match (self.superseded_ns, self.opening) {
            (Some(_), _) => SessionState::Superseded,
            (None, Opening::Unanswered) => SessionState::Opening,
            (None, Opening::Answered | Opening::Received) => SessionState::Established,
        }
    }
}
