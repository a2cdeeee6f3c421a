//! The way back when a message cannot be read.

use super::{Endpoint, MAX_PREKEYS, MAX_REMEDIES, Unreadable};
use crate::ratchet::RatchetError;
use crate::session::Opening;
use crate::store::{Remedy, RemedyKind, Store};
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
    /// Send it one's bundle with a new prekey: the session on the old one cannot go on. A peer whose
    /// session is founded on a prekey of its own goes on in it even so, until that one is a day old
    /// and it makes another: as deployed a newer prekey of ours does not end such a session.
    SendFreshBundle,
    /// It knows a prekey of this installation that is not in the store: the store was lost, or is
    /// an old copy. Peers ignore prekeys with lower versions than they have seen, so the way back is
    /// a new installation id ([`InstallationId::random`](crate::InstallationId::random)) and a
    /// bundle of it. Whether to believe a single peer is the application's decision; of each it is
    /// reported once within [`answer_every_ns`](super::Settings::answer_every_ns).
    NewInstallation,
}

/// How many messages a session must refuse, within
/// [`answer_every_ns`](super::Settings::answer_every_ns), before its peer is taken for one whose store
/// is an old copy: three. One or two may be repetitions of what was read and confirmed.
const REFUSALS: u32 = 3;

impl Endpoint {
    /// What to do about a message of `from` that cannot be read; none if nothing helps, or if
    /// that was done not long ago.
    pub(super) fn recovery<S: Store>(
        &self,
        store: &mut S,
        from: &CompressedKey,
        reason: &Unreadable,
        now_ns: i64,
    ) -> Result<Option<Recovery>, S::Error> {
        let recovery = match reason {
            Unreadable::NotForThisDevice { .. } => Recovery::SendBundle,
            Unreadable::UnknownPrekey { .. } => {
                let own = store.prekeys(&self.compressed, &self.installation)?;
                if own.len() < MAX_PREKEYS {
                    return self.report_loss(store, from, now_ns);
                }
                Recovery::SendBundle
            }
            // The peer goes on in its session until it sees a newer prekey.
            Unreadable::UnknownSession { .. }
            | Unreadable::SecondOpening { .. }
            | Unreadable::SpentOpening { .. }
            | Unreadable::Ratchet(RatchetError::Gap { .. }) => Recovery::SendFreshBundle,
            Unreadable::Ratchet(RatchetError::KeyGone { .. } | RatchetError::Tag(_)) => {
                return self.count_refusal(store, from, now_ns);
            }
            _ => return Ok(None),
        };
        let due = self.is_due(store, from, RemedyKind::Answer, now_ns)?;
        Ok(due.then_some(recovery))
    }

    /// Reports that one's own prekey is gone, once for each peer within the time.
    fn report_loss<S: Store>(
        &self,
        store: &mut S,
        from: &CompressedKey,
        now_ns: i64,
    ) -> Result<Option<Recovery>, S::Error> {
        if !self.is_due(store, from, RemedyKind::Report, now_ns)? {
            return Ok(None);
        }
        store.put_remedy(&Remedy {
            identity: *from,
            kind: RemedyKind::Report,
            since_ns: now_ns,
            count: 1,
        })?;
        Ok(Some(Recovery::NewInstallation))
    }

    /// Counts a message that its session refuses. When there are too many, the peer's store is
    /// an old copy, and it will be refused for as long as it uses this session.
    fn count_refusal<S: Store>(
        &self,
        store: &mut S,
        from: &CompressedKey,
        now_ns: i64,
    ) -> Result<Option<Recovery>, S::Error> {
        if !self.is_due(store, from, RemedyKind::Answer, now_ns)? {
            return Ok(None);
        }
        let kind = RemedyKind::Refusal;
        let before = match self.is_due(store, from, kind, now_ns)? {
            true => None,
            false => store.remedy(from, kind)?,
        };
        let mut refusals = before.unwrap_or(Remedy {
            identity: *from,
            kind,
            since_ns: now_ns,
            count: 0,
        });
        if refusals.count < REFUSALS {
            refusals.count += 1;
            store.put_remedy(&refusals)?;
        }
        Ok((refusals.count == REFUSALS).then_some(Recovery::SendFreshBundle))
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
        let kind = RemedyKind::Answer;
        if recovery == Recovery::NewInstallation || !self.is_due(store, &identity, kind, now_ns)? {
            return Ok(None);
        }
        if recovery == Recovery::SendFreshBundle {
            let current = self.current_own_prekey(store)?;
            let old = |made_ns: i64| now_ns.saturating_sub(made_ns) >= REPLACE_AFTER_NS;
            if current.is_some_and(|current| old(current.made_ns())) {
                self.replace_prekey(store, now_ns, rng)?;
            }
        }
        store.put_remedy(&Remedy {
            identity,
            kind,
            since_ns: now_ns,
            count: 1,
        })?;
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

    /// Whether something may be done about messages of a peer: it was not done for it within
    /// [`answer_every_ns`](super::Settings::answer_every_ns), and if the peer is a stranger, not for
    /// [`MAX_REMEDIES`] others. Forgets what was done before that time.
    fn is_due<S: Store>(
        &self,
        store: &mut S,
        peer: &CompressedKey,
        kind: RemedyKind,
        now_ns: i64,
    ) -> Result<bool, S::Error> {
        let every_ns = self.settings.answer_every_ns;
        // What was done in the future was done before the clock was set back.
        let times_ns = now_ns.saturating_sub(every_ns).saturating_add(1)..=now_ns;
        if let Some(last) = store.remedy(peer, kind)?
            && times_ns.contains(&last.since_ns)
        {
            return Ok(false);
        }
        let count = store.limit_remedies(times_ns)?;
        Ok(count < MAX_REMEDIES || store.peer(peer)?.is_some_and(|peer| peer.kept))
    }
}
