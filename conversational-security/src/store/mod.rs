//! What the layer remembers, and where: the [`Store`] trait, its records and the stores, in memory
//! and, with the feature `sqlite`, in a database.

mod memory;
mod records;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::MemoryStore;
pub use records::{Installation, Peer, PreKeyRecord, Remedy, RemedyKind};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteError, SqliteStore};

use crate::ratchet::{KeyWindow, MessageKey};
use crate::session::{Session, SessionId};
use crate::{CompressedKey, InstallationId, MessageId};
use std::ops::RangeInclusive;

/// Most strangers that [`Store::strangers_beyond`] names at once: it is called for each new one.
const STRANGERS_AT_ONCE: usize = 64;

/// Where prekeys, installations, sessions and message keys are kept.
///
/// The layer itself keeps nothing between two calls: each call reads what it needs and writes what
/// has changed, after everything was authenticated. So a store over a database transaction makes a
/// whole batch of messages one commit, and an error of the store is mended by rolling back. What
/// [`Endpoint`](crate::Endpoint) wrote must be durable before what it returned leaves the device.
///
/// A store does not interpret what it holds. It holds secrets, so it must erase or encrypt them,
/// and print none. The bounds that stand with the methods are kept by the caller or by the window
/// that is passed.
pub trait Store {
    /// Why the store failed. It is handed on as it is.
    type Error: std::error::Error + 'static;

    /// The prekey of `identity` with this public key. Whoever has seen a prekey can sign it into a
    /// bundle of his own, so another identity's record of the same key is another record.
    ///
    /// # Errors
    ///
    /// If the store fails; so with all methods.
    fn prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<PreKeyRecord>, Self::Error>;

    /// The prekeys of an installation, highest version first, among equals the first put first. At
    /// most [`MAX_PREKEYS`](crate::MAX_PREKEYS) are kept for one.
    fn prekeys(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Vec<PreKeyRecord>, Self::Error>;

    /// Of an installation's prekeys that are not expired, the one with the highest version, among
    /// equals the first put. Called for each message that is sent.
    fn current_prekey(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<PreKeyRecord>, Self::Error>;

    /// Keeps a prekey, in place of one with the same identity and public key.
    fn put_prekey(&mut self, prekey: &PreKeyRecord) -> Result<(), Self::Error>;

    /// Marks a prekey of `identity` as expired, and the sessions founded on it as superseded at
    /// `now_ns` unless they are already: those with `identity`, and if the prekey has its secret, so
    /// that others have opened on it, those with everybody.
    fn expire_prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
        now_ns: i64,
    ) -> Result<(), Self::Error>;

    /// Forgets a prekey of `identity`.
    fn remove_prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<(), Self::Error>;

    /// The known installations of an identity, the one whose bundle is newest first, among equals
    /// in the order of their ids. At most [`MAX_INSTALLATIONS`](crate::MAX_INSTALLATIONS) are kept
    /// for one.
    fn installations(&mut self, identity: &CompressedKey)
    -> Result<Vec<Installation>, Self::Error>;

    /// One installation.
    fn installation(
        &mut self,
        identity: &CompressedKey,
        id: &InstallationId,
    ) -> Result<Option<Installation>, Self::Error>;

    /// Keeps an installation, in place of one with the same identity and id.
    fn put_installation(&mut self, installation: &Installation) -> Result<(), Self::Error>;

    /// Forgets an installation. Its sessions stay.
    fn remove_installation(
        &mut self,
        identity: &CompressedKey,
        id: &InstallationId,
    ) -> Result<(), Self::Error>;

    /// One session.
    fn session(&mut self, id: &SessionId) -> Result<Option<Session>, Self::Error>;

    /// The sessions with one installation, the first put first. At most
    /// [`MAX_SESSIONS`](crate::MAX_SESSIONS) are kept with one.
    fn sessions(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Vec<(SessionId, Session)>, Self::Error>;

    /// Of the sessions with one installation that are not superseded, the first put: as deployed,
    /// the one to send in. Called for each message that is sent, so its cost must not grow with
    /// the number of sessions.
    fn current_session(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<(SessionId, Session)>, Self::Error>;

    /// Keeps a session. If there is one with the same id it is replaced and keeps its place in the
    /// order.
    fn put_session(&mut self, id: &SessionId, session: &Session) -> Result<(), Self::Error>;

    /// Forgets a session and its message keys.
    fn remove_session(&mut self, id: &SessionId) -> Result<(), Self::Error>;

    /// The kept key of message `n` in the chain of `ratchet_key`.
    fn message_key(
        &mut self,
        session: &SessionId,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<Option<MessageKey>, Self::Error>;

    /// Keeps message keys of a session, then drops those that are outside of `window`: all with a
    /// lower sequence than its first, and the oldest of the rest beyond its number. A key that
    /// names a message can be confirmed by that name. The session is stored already.
    fn put_message_keys(
        &mut self,
        session: &SessionId,
        keys: &[MessageKey],
        window: KeyWindow,
    ) -> Result<(), Self::Error>;

    /// Lets `message` confirm this key too: the same ciphertext came again under another id. Of
    /// the ids that a key has, the last four count. Nothing happens if the key is not kept.
    fn link_message(
        &mut self,
        message: &MessageId,
        session: &SessionId,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<(), Self::Error>;

    /// Forgets the key that read `message`; false if there is none: it was confirmed, is too old,
    /// or the message needed none.
    fn confirm_message(&mut self, message: &MessageId) -> Result<bool, Self::Error>;

    /// What is known of an identity besides its installations.
    fn peer(&mut self, identity: &CompressedKey) -> Result<Option<Peer>, Self::Error>;

    /// Keeps it, in place of what was known.
    fn put_peer(&mut self, peer: &Peer) -> Result<(), Self::Error>;

    /// Forgets it. Installations, prekeys and sessions of the identity stay.
    fn remove_peer(&mut self, identity: &CompressedKey) -> Result<(), Self::Error>;

    /// The identities that are not kept and were heard before `max` others that are not kept
    /// either; the one heard last first, among equals in the order of their keys, at most 64.
    fn strangers_beyond(&mut self, max: usize) -> Result<Vec<CompressedKey>, Self::Error>;

    /// What was done about messages of an identity.
    fn remedy(
        &mut self,
        identity: &CompressedKey,
        kind: RemedyKind,
    ) -> Result<Option<Remedy>, Self::Error>;

    /// Keeps it, in place of what was done before.
    fn put_remedy(&mut self, remedy: &Remedy) -> Result<(), Self::Error>;

    /// Forgets all that was done outside of these times, nanoseconds since 1970, and says how many
    /// remedies are left.
    fn limit_remedies(&mut self, times_ns: RangeInclusive<i64>) -> Result<usize, Self::Error>;

    /// Which installation of one's own has spent a key of an identity
    /// ([`put_spent_key`](Self::put_spent_key)).
    fn spent_key(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<InstallationId>, Self::Error>;

    /// Remembers that `installation` has spent a key, in place of what was remembered of it: a
    /// prekey of `identity` on which it has started a session, or an ephemeral key with which
    /// `identity` has, while the record of it goes. Of all keys the `max` remembered last are kept.
    fn put_spent_key(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
        installation: &InstallationId,
        max: usize,
    ) -> Result<(), Self::Error>;
}
