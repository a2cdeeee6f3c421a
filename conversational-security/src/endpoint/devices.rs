//! Installations of oneself and of others: learned from bundles, enabled, disabled, counted.

use super::{Endpoint, MAX_INSTALLATIONS, MAX_PEER_PREKEYS, MAX_PREKEYS, MAX_SESSIONS};
use crate::store::Store;
use crate::{
    BundleError, CompressedKey, Installation, InstallationId, PreKey, PreKeyRecord, SessionId,
    VerifiedBundle, wire,
};
use secp256k1::PublicKey;
use std::cmp::Reverse;

/// Why a bundle was not taken. Nothing of it is stored unless the store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddBundleError<E> {
    /// Its signature, or what it is made of.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Its time is before 2001: digits were moved from the time to a version, which the signature
    /// does not notice and which would make all later prekeys look old.
    #[error("the time of the bundle, {timestamp_ns} ns, is not one that clients write")]
    Time {
        /// The time, in nanoseconds since 1970.
        timestamp_ns: i64,
    },
    /// The store failed; roll back.
    #[error("the store of devices failed: {0}")]
    Store(E),
}

impl Endpoint {
    /// Takes a bundle that came at `now_ns`, in a message or otherwise, if its signature is right,
    /// and returns the installations that are new. Others' installations are enabled at once,
    /// one's own other ones wait for [`enable_installation`](Self::enable_installation).
    ///
    /// # Errors
    ///
    /// [`AddBundleError`].
    pub fn add_bundle<S: Store>(
        &self,
        store: &mut S,
        bundle: &wire::Bundle,
        now_ns: i64,
    ) -> Result<Vec<Installation>, AddBundleError<S::Error>> {
        let verified = VerifiedBundle::verify(bundle)?;
        if !verified.timestamp_is_plausible() {
            return Err(AddBundleError::Time {
                timestamp_ns: verified.timestamp_ns(),
            });
        }
        self.store_bundle(store, &verified, now_ns)
            .map_err(AddBundleError::Store)
    }

    fn store_bundle<S: Store>(
        &self,
        store: &mut S,
        bundle: &VerifiedBundle,
        now_ns: i64,
    ) -> Result<Vec<Installation>, S::Error> {
        let identity = CompressedKey::from(bundle.identity());
        let mut known = store.installations(&identity)?;
        let mut added = Vec::new();
        for (id, prekey) in bundle.pre_keys() {
            let id = InstallationId::from(id.as_str());
            self.store_prekey(store, identity, &id, prekey, bundle.timestamp_ns(), now_ns)?;
            if id == self.installation {
                continue;
            }
            let position = known.iter().position(|other| other.id == id);
            let before = position.map(|position| known.swap_remove(position));
            let is_new = before.as_ref().is_none_or(|before| !before.announced);
            let mut installation =
                before
                    .filter(|before| before.announced)
                    .unwrap_or_else(|| Installation {
                        identity,
                        id,
                        announced: true,
                        protocol_version: prekey.protocol_version,
                        enabled: identity != self.compressed,
                        timestamp_ns: bundle.timestamp_ns(),
                        negotiated: false,
                        heard_ns: now_ns,
                        missing: false,
                    });
            if installation.timestamp_ns < bundle.timestamp_ns() {
                installation.timestamp_ns = bundle.timestamp_ns();
                installation.missing = false;
                installation.heard_ns = now_ns;
                let version = installation.protocol_version.max(prekey.protocol_version);
                installation.protocol_version = version;
                store.put_installation(&installation)?;
            } else if is_new {
                store.put_installation(&installation)?;
            }
            if is_new {
                added.push(installation);
            }
        }
        // What is left is not in the bundle.
        for mut other in known {
            if other.timestamp_ns < bundle.timestamp_ns() && !other.missing {
                other.missing = true;
                store.put_installation(&other)?;
            }
        }
        if !added.is_empty() {
            self.limit_installations(store, &identity, None)?;
            self.note_peer(store, &identity, now_ns)?;
        }
        Ok(added)
    }

    fn store_prekey<S: Store>(
        &self,
        store: &mut S,
        identity: CompressedKey,
        installation: &InstallationId,
        prekey: &PreKey,
        timestamp_ns: i64,
        now_ns: i64,
    ) -> Result<(), S::Error> {
        let key = CompressedKey::from(&prekey.key);
        let known = store.prekeys(&identity, installation)?;
        // A known prekey keeps the version it came with first: the same signature is right for
        // other versions as well.
        let before = known.iter().find(|known| known.key == key);
        let version = before.map_or(prekey.version, |before| before.version);
        for older in known.iter().filter(|known| known.version < version) {
            if !older.expired {
                store.expire_prekey(&identity, &older.key, now_ns)?;
            }
        }
        if before.is_some() || store.prekey(&identity, &key)?.is_some() {
            return Ok(());
        }
        let opened_by = store.spent_key(&identity, &key)?;
        store.put_prekey(&PreKeyRecord {
            identity,
            installation: installation.clone(),
            key,
            version: prekey.version,
            secret: None,
            // An older one than is known is not expired, as deployed; being older it is not used.
            expired: false,
            timestamp_ns,
            opened_by,
        })?;
        self.limit_prekeys(store, &identity, installation)
    }

    /// Enables an installation of one's own that a bundle has named, so that messages go to it and
    /// one's own bundle names it; or one of a contact that was disabled. False if it is not known.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn enable_installation<S: Store>(
        &self,
        store: &mut S,
        identity: &PublicKey,
        id: &InstallationId,
    ) -> Result<bool, S::Error> {
        self.set_enabled(store, identity, id, true)
    }

    /// Ends what [`enable_installation`](Self::enable_installation) began. False if it is not known.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn disable_installation<S: Store>(
        &self,
        store: &mut S,
        identity: &PublicKey,
        id: &InstallationId,
    ) -> Result<bool, S::Error> {
        self.set_enabled(store, identity, id, false)
    }

    fn set_enabled<S: Store>(
        &self,
        store: &mut S,
        identity: &PublicKey,
        id: &InstallationId,
        enabled: bool,
    ) -> Result<bool, S::Error> {
        let found = store.installation(&CompressedKey::from(identity), id)?;
        let Some(mut installation) = found.filter(|found| found.announced) else {
            return Ok(false);
        };
        installation.enabled = enabled;
        store.put_installation(&installation)?;
        Ok(true)
    }

    /// Forgets installations beyond [`MAX_INSTALLATIONS`], with all that belongs to them. The one
    /// named `kept` stays: a session with it is about to be stored.
    pub(super) fn limit_installations<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        kept: Option<&InstallationId>,
    ) -> Result<(), S::Error> {
        let mut known = store.installations(identity)?;
        // Of one's own, those that are not enabled go first.
        known.sort_by_key(|other| {
            let rank = (other.announced, other.enabled, other.timestamp_ns);
            Reverse((kept == Some(&other.id), rank))
        });
        for other in known.iter().skip(MAX_INSTALLATIONS) {
            self.forget_installation(store, identity, &other.id)?;
        }
        Ok(())
    }

    /// Forgets prekeys beyond [`MAX_PREKEYS`] or [`MAX_PEER_PREKEYS`], the lowest versions first.
    pub(super) fn limit_prekeys<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<(), S::Error> {
        let own = *identity == self.compressed && *installation == self.installation;
        let max = if own { MAX_PREKEYS } else { MAX_PEER_PREKEYS };
        for prekey in store.prekeys(identity, installation)?.iter().skip(max) {
            self.forget_prekey(store, prekey)?;
        }
        Ok(())
    }

    /// Makes room for one more session with an installation: forgets the superseded one that was
    /// longest not used, or if none is superseded the one longest not used.
    pub(super) fn make_room_for_session<S: Store>(
        &self,
        store: &mut S,
        id: &SessionId,
    ) -> Result<(), S::Error> {
        let mut sessions = store.sessions(&id.identity, &id.installation)?;
        sessions.sort_by_key(|(_, session)| (session.superseded_ns.is_none(), session.used_ns));
        let excess = (sessions.len() + 1).saturating_sub(MAX_SESSIONS);
        for (id, session) in sessions.iter().take(excess) {
            self.forget_session(store, id, session)?;
        }
        Ok(())
    }
}
