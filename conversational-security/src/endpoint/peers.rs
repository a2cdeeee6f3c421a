//! Identities: kept, forgotten, bounded in number; and what is remembered of sessions and prekeys
//! that go.

use super::{Endpoint, HEARD_EVERY_NS, MAX_SPENT_KEYS, MAX_STRANGERS};
use crate::session::{Opening, Session, SessionId};
use crate::store::{Peer, Store};
use crate::{CompressedKey, InstallationId, PreKeyRecord};
use secp256k1::PublicKey;

impl Endpoint {
    /// Keeps what is known of an identity, whoever else comes: of those that are not kept, the ones
    /// heard longest ago beyond [`MAX_STRANGERS`](super::MAX_STRANGERS) are forgotten. To be called for
    /// contacts and whomever else the user talks to, at best before the first message to them; it may
    /// be repeated. With `keep` false the identity is a stranger again, known until there is no room.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn keep_identity<S: Store>(
        &self,
        store: &mut S,
        identity: &PublicKey,
        keep: bool,
        now_ns: i64,
    ) -> Result<(), S::Error> {
        let identity = CompressedKey::from(identity);
        let known = store.peer(&identity)?;
        if known.map(|peer| peer.kept) == Some(keep) || (known.is_none() && !keep) {
            return Ok(());
        }
        store.put_peer(&Peer {
            identity,
            kept: keep || identity == self.compressed,
            heard_ns: known.map_or(now_ns, |peer| peer.heard_ns),
        })?;
        self.limit_strangers(store, &identity)
    }

    /// Forgets an identity: its installations, prekeys and sessions. Which of its prekeys were used
    /// and how its sessions began stays remembered for a while, so that it can come back but neither
    /// side starts a session that the other could not read. False if nothing was known, or for one's
    /// own.
    ///
    /// # Errors
    ///
    /// If the store fails; then roll back.
    pub fn forget_identity<S: Store>(
        &self,
        store: &mut S,
        identity: &PublicKey,
    ) -> Result<bool, S::Error> {
        let identity = CompressedKey::from(identity);
        if identity == self.compressed {
            return Ok(false);
        }
        self.forget_peer(store, &identity)
    }

    fn forget_peer<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
    ) -> Result<bool, S::Error> {
        let installations = store.installations(identity)?;
        let known = !installations.is_empty() || store.peer(identity)?.is_some();
        for installation in installations {
            self.forget_installation(store, identity, &installation.id)?;
        }
        store.remove_peer(identity)?;
        Ok(known)
    }

    /// Notes that an identity was heard, at most once an hour, and makes room for one that is new.
    pub(super) fn note_peer<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        now_ns: i64,
    ) -> Result<(), S::Error> {
        let known = store.peer(identity)?;
        if known.is_some_and(|peer| now_ns.saturating_sub(peer.heard_ns) <= HEARD_EVERY_NS) {
            return Ok(());
        }
        store.put_peer(&Peer {
            identity: *identity,
            kept: known.is_some_and(|peer| peer.kept) || *identity == self.compressed,
            heard_ns: now_ns,
        })?;
        match known {
            Some(_) => Ok(()),
            None => self.limit_strangers(store, identity),
        }
    }

    /// Forgets strangers beyond the bound, but not the one that has just come.
    fn limit_strangers<S: Store>(
        &self,
        store: &mut S,
        newest: &CompressedKey,
    ) -> Result<(), S::Error> {
        for identity in store.strangers_beyond(MAX_STRANGERS)? {
            if identity != self.compressed && identity != *newest {
                self.forget_peer(store, &identity)?;
            }
        }
        Ok(())
    }

    /// Forgets an installation with its sessions and prekeys.
    pub(super) fn forget_installation<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<(), S::Error> {
        for (id, session) in store.sessions(identity, installation)? {
            self.forget_session(store, &id, &session)?;
        }
        for prekey in store.prekeys(identity, installation)? {
            self.forget_prekey(store, &prekey)?;
        }
        store.remove_installation(identity, installation)
    }

    /// Forgets a session. How the peer has opened it stays remembered: whoever repeats that message
    /// must not have it read once more.
    pub(super) fn forget_session<S: Store>(
        &self,
        store: &mut S,
        id: &SessionId,
        session: &Session,
    ) -> Result<(), S::Error> {
        if session.opening == Opening::Received {
            let ephemeral = &session.ephemeral;
            store.put_spent_key(&id.identity, ephemeral, &id.installation, MAX_SPENT_KEYS)?;
        }
        store.remove_session(id)
    }

    /// Forgets a prekey. That a session was started on it stays remembered: the peer could not read
    /// another.
    pub(super) fn forget_prekey<S: Store>(
        &self,
        store: &mut S,
        prekey: &PreKeyRecord,
    ) -> Result<(), S::Error> {
        if let Some(opened_by) = &prekey.opened_by {
            store.put_spent_key(&prekey.identity, &prekey.key, opened_by, MAX_SPENT_KEYS)?;
        }
        store.remove_prekey(&prekey.identity, &prekey.key)
    }
}
