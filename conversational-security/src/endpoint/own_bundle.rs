//! The bundle of one's own, which goes out with every message.

use super::Endpoint;
use crate::store::Store;
use crate::{CompressedKey, OwnPreKey, PreKey, PreKeyRecord, sign_bundle, wire};
use rand_core::CryptoRng;
use std::collections::BTreeMap;

impl Endpoint {
    /// One's own bundle at `now_ns`, signed anew: the prekey of this installation, made or replaced
    /// if it is more than 24 hours old, and those of one's other enabled installations, the two with
    /// the newest bundles.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn own_bundle<S: Store>(
        &self,
        store: &mut S,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<wire::Bundle, S::Error> {
        let current = self.current_own_prekey(store)?;
        let prekey = match current {
            Some(prekey) if !prekey.is_due(now_ns) => prekey,
            _ => self.replace_prekey(store, now_ns, rng)?,
        };
        let mut prekeys = BTreeMap::new();
        prekeys.insert(self.installation.to_string(), *prekey.public());
        let others = self.settings.max_installations.saturating_sub(1);
        let known = store.installations(&self.compressed)?;
        let named = known
            .iter()
            .filter(|other| other.announced && other.enabled && other.id != self.installation);
        for other in named.take(others) {
            let current = store.current_prekey(&self.compressed, &other.id)?;
            if let Some(record) = current
                && let Some(key) = record.key.public_key()
            {
                let prekey = PreKey {
                    key,
                    version: record.version,
                    protocol_version: other.protocol_version,
                };
                prekeys.insert(other.id.to_string(), prekey);
            }
        }
        Ok(sign_bundle(&self.identity, &prekeys, now_ns))
    }

    pub(super) fn current_own_prekey<S: Store>(
        &self,
        store: &mut S,
    ) -> Result<Option<OwnPreKey>, S::Error> {
        let record = store.current_prekey(&self.compressed, &self.installation)?;
        // A prekey of this installation whose secret is not here is from a store that was lost;
        // a paired device has told us. A new one with a higher version takes its place.
        Ok(record.and_then(|record| {
            let secret = record.secret?;
            Some(OwnPreKey::from_parts(
                secret,
                record.version,
                record.timestamp_ns,
            ))
        }))
    }

    /// Makes a new prekey and ends sending in all sessions that peers have founded on the old one.
    pub(super) fn replace_prekey<S: Store>(
        &self,
        store: &mut S,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<OwnPreKey, S::Error> {
        let known = store.prekeys(&self.compressed, &self.installation)?;
        for record in known
            .iter()
            .filter(|record| !record.expired && record.secret.is_some())
        {
            store.expire_prekey(&self.compressed, &record.key, now_ns)?;
        }
        let highest = known.iter().map(|record| record.version).max();
        let prekey = OwnPreKey::generate(rng, highest.unwrap_or_default(), now_ns);
        store.put_prekey(&PreKeyRecord {
            identity: self.compressed,
            installation: self.installation.clone(),
            key: CompressedKey::from(prekey.key()),
            version: prekey.public().version,
            secret: Some(*prekey.expose_secret()),
            expired: false,
            timestamp_ns: now_ns,
            opened_by: None,
        })?;
        self.limit_prekeys(store, &self.compressed, &self.installation)?;
        Ok(prekey)
    }
}
