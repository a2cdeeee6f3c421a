//! The way back when a message cannot be read.

use super::{Endpoint, MAX_PREKEYS, Unreadable};
use crate::ratchet::RatchetError;
use crate::session::Opening;
use crate::store::Store;
use crate::{CompressedKey, InstallationId};
use bytes::Bytes;
use rand_core::CryptoRng;
use secp256k1::PublicKey;

/// How old a prekey must be, in nanoseconds, before an answer replaces it: six hours. Whoever can
/// write to us can make us replace it so often, and [`MAX_PREKEYS`] of them then last 32 days, longer
/// than mail servers keep the first messages that were opened on them.
const REPLACE_AFTER_NS: i64 = 6 * 60 * 60 * 1_000_000_000;

/// How long, in nanoseconds, after a session was last used its peer is sure to know this
/// installation still: seven days, as long as an application may go on sending a message again. A
/// peer that has lost its store since has also got a new installation id, or learns of this one with
/// the next message that it gets.
const KNOWN_FOR_NS: i64 = 7 * super::DAY_NS;

/// What brings a peer whose message cannot be read back into a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recovery {
    /// Send it one's bundle ([`Endpoint::answer`]): it does not know this installation, or only an
    /// old prekey of it. 5/SECURE-TRANSPORT wants it; status-go means to and never does. A message
    /// that is for others, of an installation with which there is a session in which it has
    /// written, asks for nothing: it knows this one and has left it out
    /// ([`Endpoint::encrypt_for`]).
    SendBundle,
    /// Send it one's bundle with a new prekey: the session on the old one cannot go on.
    SendFreshBundle,
    /// It knows a prekey of this installation that is not in the store: the store was lost, or is
    /// an old copy. Peers ignore prekeys with lower versions than they have seen, so the way back is
    /// a new installation id ([`InstallationId::random`](crate::InstallationId::random)) and a
    /// bundle of it. Whether to believe a single peer is the application's decision.
    NewInstallation,
}

impl Endpoint {
    /// What to do about a message of `from` that cannot be read; none if nothing helps, or if
    /// the peer has got an answer not long ago.
    pub(super) fn recovery<S: Store>(
        &self,
        store: &mut S,
        from: &CompressedKey,
        reason: &Unreadable,
        now_ns: i64,
    ) -> Result<Option<Recovery>, S::Error> {
        let recovery = match reason {
            Unreadable::NotForThisDevice => Recovery::SendBundle,
            Unreadable::UnknownPrekey { .. } => {
                let own = store.prekeys(&self.compressed, &self.installation)?;
                if own.len() < MAX_PREKEYS {
                    Recovery::NewInstallation
                } else {
                    Recovery::SendBundle
                }
            }
            // The peer goes on in its session until it sees a newer prekey.
            Unreadable::UnknownSession { .. }
            | Unreadable::SecondOpening { .. }
            | Unreadable::Ratchet(RatchetError::Gap { .. }) => Recovery::SendFreshBundle,
            _ => return Ok(None),
        };
        let is_answer = recovery != Recovery::NewInstallation;
        if is_answer && !self.may_answer(store, from, now_ns)? {
            return Ok(None);
        }
        Ok(Some(recovery))
    }

    /// The answer to a message of `peer` that could not be read: an empty message encrypted to its
    /// identity, with one's own bundle. None if the last answer is less than
    /// [`answer_every_ns`](super::Settings::answer_every_ns) ago, or if there is none to give
    /// ([`Recovery::NewInstallation`]).
    ///
    /// # Errors
    ///
    /// If the store fails; then roll back.
    pub fn answer<S: Store>(
        &self,
        store: &mut S,
        peer: &PublicKey,
        recovery: Recovery,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<Bytes>, S::Error> {
        let identity = CompressedKey::from(peer);
        if recovery == Recovery::NewInstallation || !self.may_answer(store, &identity, now_ns)? {
            return Ok(None);
        }
        if recovery == Recovery::SendFreshBundle {
            let current = self.current_own_prekey(store)?;
            let old = |made_ns: i64| now_ns.saturating_sub(made_ns) >= REPLACE_AFTER_NS;
            if current.is_some_and(|current| old(current.made_ns())) {
                self.replace_prekey(store, now_ns, rng)?;
            }
        }
        store.set_answered_ns(&identity, now_ns)?;
        self.encrypt_to_identity(store, peer, b"", now_ns, rng)
            .map(Some)
    }

    /// Whether an installation of a peer knows this one: it has written in a session that was used
    /// not long ago, and each message in one, of either side, shows that it does.
    pub(super) fn is_known_to<S: Store>(
        &self,
        store: &mut S,
        peer: &CompressedKey,
        installation: &InstallationId,
        now_ns: i64,
    ) -> Result<bool, S::Error> {
        let sessions = store.sessions(peer, installation)?;
        Ok(sessions.iter().any(|(_, session)| {
            let unused_ns = now_ns.saturating_sub(session.used_ns);
            session.opening != Opening::Unanswered && unused_ns <= KNOWN_FOR_NS
        }))
    }

    fn may_answer<S: Store>(
        &self,
        store: &mut S,
        peer: &CompressedKey,
        now_ns: i64,
    ) -> Result<bool, S::Error> {
        let last = store.answered_ns(peer)?;
        let every_ns = self.settings.answer_every_ns;
        // A last answer in the future is from before the clock was set back.
        Ok(last.is_none_or(|last| !(last..last.saturating_add(every_ns)).contains(&now_ns)))
    }
}
