//! Trust on first use: the state machine over the records.

use super::record::{
    IdentityRecord, Installation, LabelRecord, MAX_INSTALLATIONS, Standing, TrustEvent,
    Verification,
};
use super::store::{Group, Store};
use crate::MAX_INSTALLATION_ID_LEN;
use secp256k1::PublicKey;

/// Strangers that are remembered, some 2 MB of them: anybody can make keys and write into a public
/// chat. The one seen least recently is forgotten first, and then counts as never seen.
pub const MAX_STRANGERS: usize = 10_000;

/// Labels, and identities that the user named, verified or revoked: people make them, one by one.
pub const MAX_PINNED: usize = 10_000;

/// Bytes of a label.
pub const MAX_LABEL: usize = 256;

/// How stale `last_seen_ms` may get before it is written again: not each message costs a write.
const FRESH_MS: u64 = 60 * 60 * 1000;

/// Remembers identities from their first use, and reports when something about them changes.
///
/// An identity is its key: messages from another key are from another identity. What can change under
/// the user's eyes is which key a *label* stands for, that is, a name the user gave or looked up,
/// never one that a message claims. And an identity can come with a new device.
///
/// Order of calls: [`Trust::handle_identity`] for each message or bundle whose signature was verified;
/// [`Trust::handle_label`] wherever a label was looked up and led to a key. Both return what to tell
/// the user. After [`TrustEvent::KeyChanged`] the label still stands for the old key until
/// [`Trust::accept_key`]. [`Trust::verify`] after the safety number was compared.
///
/// All state is in the store, so one of these can be made for each transaction. If a call fails with
/// an error of the store, roll back; any other error left the store as it was.
#[derive(Debug)]
pub struct Trust<S> {
    store: S,
    limits: Limits,
}

/// How many records a [`Trust`] keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Identities the user had nothing to do with; at least one.
    pub strangers: usize,
    /// All other identities, and labels, each.
    pub pinned: usize,
}

impl Default for Limits {
    /// [`MAX_STRANGERS`] and [`MAX_PINNED`].
    fn default() -> Self {
        Self {
            strangers: MAX_STRANGERS,
            pinned: MAX_PINNED,
        }
    }
}

/// Why something was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError<E> {
    /// The store failed.
    #[error("the store of trust failed: {0}")]
    Store(E),
    /// The caller's mistake: a label has from one to [`MAX_LABEL`] bytes; how many this one has.
    #[error("a label has 1 to {MAX_LABEL} bytes, this one has {0}")]
    Label(usize),
    /// The sender's: an id of a device has from one to [`MAX_INSTALLATION_ID_LEN`] bytes; how many this
    /// one has.
    #[error("an installation id has 1 to {MAX_INSTALLATION_ID_LEN} bytes, this one has {0}")]
    Installation(usize),
    /// The user has named or judged too many.
    #[error("{0} identities or labels are remembered, and there is room for no more")]
    Full(usize),
}

impl<S: Store> Trust<S> {
    /// Over `store`, with the default limits.
    pub fn new(store: S) -> Self {
        Self::with_limits(store, Limits::default())
    }

    /// Over `store`, with limits of one's own.
    pub fn with_limits(store: S, limits: Limits) -> Self {
        Self { store, limits }
    }

    /// The user compared the safety number with the owner of `key` and it was the same. A revoked key
    /// can be verified anew.
    ///
    /// # Errors
    ///
    /// If the store fails or is full.
    pub fn verify(&mut self, key: &PublicKey, now_ms: u64) -> Result<(), TrustError<S::Error>> {
        self.judge(key, Verification::Verified { at_ms: now_ms }, now_ms)?;
        Ok(())
    }

    /// The user does not trust `key` any more, a lost phone's for instance.
    ///
    /// # Errors
    ///
    /// If the store fails or is full.
    pub fn revoke(
        &mut self,
        key: &PublicKey,
        now_ms: u64,
    ) -> Result<Option<TrustEvent>, TrustError<S::Error>> {
        let was_verified = self.judge(key, Verification::Revoked { at_ms: now_ms }, now_ms)?;
        Ok(was_verified.then_some(TrustEvent::VerificationRevoked { key: *key }))
    }

    /// The user takes `key` as the one that `label` stands for from now on. The former one, if there
    /// was another, is revoked; the new one is not verified by that.
    ///
    /// # Errors
    ///
    /// If the label is empty or too long, or the store fails or is full.
    pub fn accept_key(
        &mut self,
        label: &str,
        key: &PublicKey,
        now_ms: u64,
    ) -> Result<Vec<TrustEvent>, TrustError<S::Error>> {
        check_label(label)?;
        let former = self.store.label(label).map_err(TrustError::Store)?;
        if former.is_some_and(|former| former.key == *key) {
            return Ok(Vec::new());
        }
        // First all that may fail for want of room.
        if former.is_none() {
            self.require_room(Group::Labels)?;
        }
        let mut record = self.record(key)?;
        let known = record.is_some();
        let mut new = record.take().unwrap_or_else(|| IdentityRecord::new(now_ms));
        let was = known.then(|| new.is_pinned());
        new.labels = new.labels.saturating_add(1);
        self.put(key, &new, was)?;

        let mut events = Vec::new();
        if let Some(former) = former
            && let Some(mut old) = self.record(&former.key)?
        {
            if old.is_verified() {
                events.push(TrustEvent::VerificationRevoked { key: former.key });
            }
            old.labels = old.labels.saturating_sub(1);
            old.verification = Verification::Revoked { at_ms: now_ms };
            self.put(&former.key, &old, Some(true))?;
        }
        let label_record = LabelRecord {
            key: *key,
            since_ms: now_ms,
        };
        self.store
            .put_label(label, &label_record)
            .map_err(TrustError::Store)?;
        events.push(TrustEvent::Labelled {
            label: label.to_owned(),
            key: *key,
        });
        Ok(events)
    }

    /// The user takes a label away. What is known of the key stays.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn remove_label(&mut self, label: &str) -> Result<(), TrustError<S::Error>> {
        let Some(former) = self.store.label(label).map_err(TrustError::Store)? else {
            return Ok(());
        };
        self.store.remove_label(label).map_err(TrustError::Store)?;
        if let Some(mut record) = self.record(&former.key)? {
            record.labels = record.labels.saturating_sub(1);
            self.put(&former.key, &record, Some(true))?;
        }
        Ok(())
    }

    /// A message or bundle came from `key`, and its signature was verified; `installation` is the
    /// device it names, if it names one.
    ///
    /// # Errors
    ///
    /// If the installation id is empty or too long, or the store fails.
    pub fn handle_identity(
        &mut self,
        key: &PublicKey,
        installation: Option<&str>,
        now_ms: u64,
    ) -> Result<Option<TrustEvent>, TrustError<S::Error>> {
        if let Some(id) =
            installation.filter(|id| id.is_empty() || id.len() > MAX_INSTALLATION_ID_LEN)
        {
            return Err(TrustError::Installation(id.len()));
        }
        let Some(mut record) = self.record(key)? else {
            let mut record = IdentityRecord::new(now_ms);
            if let Some(id) = installation {
                see(&mut record, id, now_ms);
            }
            self.put(key, &record, None)?;
            return Ok(Some(TrustEvent::FirstSeen { key: *key }));
        };
        let known = record.installations.len();
        let is_new = installation.is_some_and(|id| {
            let found = record.installations.iter().any(|known| known.id == id);
            !found
        });
        let mut changed = is_stale(record.last_seen_ms, now_ms);
        if changed {
            record.last_seen_ms = now_ms;
        }
        if let Some(id) = installation {
            changed |= see(&mut record, id, now_ms);
        }
        if changed {
            let was = record.is_pinned();
            self.put(key, &record, Some(was))?;
        }
        Ok(installation
            .filter(|_| is_new)
            .map(|id| TrustEvent::NewInstallation {
                key: *key,
                installation: id.to_owned(),
                known,
                verified: record.is_verified(),
            }))
    }

    /// `label` was looked up, in whatever the user trusts for that, and led to `key`. The first time
    /// the label is given to the key; later another key is reported and changes nothing.
    ///
    /// # Errors
    ///
    /// If the label is empty or too long, or the store fails or is full.
    pub fn handle_label(
        &mut self,
        label: &str,
        key: &PublicKey,
        now_ms: u64,
    ) -> Result<Option<TrustEvent>, TrustError<S::Error>> {
        check_label(label)?;
        let Some(known) = self.store.label(label).map_err(TrustError::Store)? else {
            return Ok(self.accept_key(label, key, now_ms)?.pop());
        };
        if known.key == *key {
            return Ok(None);
        }
        Ok(Some(TrustEvent::KeyChanged {
            label: label.to_owned(),
            known: known.key,
            seen: *key,
            known_is_verified: self.standing(&known.key)? == Standing::Verified,
            seen_standing: self.standing(key)?,
        }))
    }

    /// How far `key` is to be trusted.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn standing(&self, key: &PublicKey) -> Result<Standing, TrustError<S::Error>> {
        Ok(match self.record(key)?.map(|record| record.verification) {
            None => Standing::Unknown,
            Some(Verification::Never) => Standing::FirstUse,
            Some(Verification::Verified { .. }) => Standing::Verified,
            Some(Verification::Revoked { .. }) => Standing::Revoked,
        })
    }

    /// What is remembered of `key`.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn record(&self, key: &PublicKey) -> Result<Option<IdentityRecord>, TrustError<S::Error>> {
        self.store.identity(key).map_err(TrustError::Store)
    }

    /// Which key `label` stands for.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn key_of(&self, label: &str) -> Result<Option<PublicKey>, TrustError<S::Error>> {
        let record = self.store.label(label).map_err(TrustError::Store)?;
        Ok(record.map(|record| record.key))
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Writes a judgement; whether the key was verified before.
    fn judge(
        &mut self,
        key: &PublicKey,
        verification: Verification,
        now_ms: u64,
    ) -> Result<bool, TrustError<S::Error>> {
        let former = self.record(key)?;
        let was = former.as_ref().map(IdentityRecord::is_pinned);
        let mut record = former.unwrap_or_else(|| IdentityRecord::new(now_ms));
        let was_verified = record.is_verified();
        record.verification = verification;
        self.put(key, &record, was)?;
        Ok(was_verified)
    }

    /// Writes a record within the limits. `was_pinned` is none if there was no record.
    fn put(
        &mut self,
        key: &PublicKey,
        record: &IdentityRecord,
        was_pinned: Option<bool>,
    ) -> Result<(), TrustError<S::Error>> {
        let is_pinned = record.is_pinned();
        if is_pinned && was_pinned != Some(true) {
            self.require_room(Group::Pinned)?;
        }
        if !is_pinned && was_pinned != Some(false) {
            let strangers = self
                .store
                .count(Group::Strangers)
                .map_err(TrustError::Store)?;
            if strangers >= self.limits.strangers.max(1) {
                self.store
                    .remove_oldest_stranger()
                    .map_err(TrustError::Store)?;
            }
        }
        self.store
            .put_identity(key, record)
            .map_err(TrustError::Store)
    }

    fn require_room(&self, group: Group) -> Result<(), TrustError<S::Error>> {
        let count = self.store.count(group).map_err(TrustError::Store)?;
        if count >= self.limits.pinned {
            return Err(TrustError::Full(count));
        }
        Ok(())
    }
}

fn check_label<E>(label: &str) -> Result<(), TrustError<E>> {
    if label.is_empty() || label.len() > MAX_LABEL {
        return Err(TrustError::Label(label.len()));
    }
    Ok(())
}

/// Whether a time is so old that it is worth writing `now_ms`. A clock that went back changes nothing.
fn is_stale(seen_ms: u64, now_ms: u64) -> bool {
    now_ms.saturating_sub(seen_ms) >= FRESH_MS
}

/// Notes that a device was seen; whether that changed the record.
fn see(record: &mut IdentityRecord, id: &str, now_ms: u64) -> bool {
    let found = record.installations.iter().position(|known| known.id == id);
    let mut installation = match found {
        Some(place) => {
            let known = record.installations.get(place);
            if !known.is_some_and(|known| is_stale(known.last_seen_ms, now_ms)) {
                return false;
            }
            record.installations.remove(place)
        }
        None => Installation {
            id: id.to_owned(),
            first_seen_ms: now_ms,
            last_seen_ms: now_ms,
        },
    };
    installation.last_seen_ms = now_ms;
    if record.installations.len() >= MAX_INSTALLATIONS {
        record.installations.remove(0);
    }
    record.installations.push(installation);
    true
}
