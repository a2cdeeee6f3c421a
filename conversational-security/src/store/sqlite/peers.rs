//! Identities, what was done about their unreadable messages, and keys that were spent.

use super::{SqliteError, SqliteStore, rows, sql};
use crate::store::{Peer, Remedy, RemedyKind, STRANGERS_AT_ONCE};
use crate::{CompressedKey, InstallationId};
use rusqlite::{OptionalExtension, params};
use std::ops::RangeInclusive;

impl SqliteStore<'_> {
    pub(super) fn peer_of(&self, identity: &CompressedKey) -> Result<Option<Peer>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::PEER)?;
        let found = statement.query_row([identity.as_bytes()], |row| {
            Ok(Peer {
                identity: *identity,
                kept: row.get(0)?,
                heard_ns: row.get(1)?,
            })
        });
        Ok(found.optional()?)
    }

    pub(super) fn peers_beyond(&self, max: usize) -> Result<Vec<CompressedKey>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::STRANGERS_BEYOND)?;
        let found = statement.query([number(STRANGERS_AT_ONCE), number(max)])?;
        rows::all(found, |row| rows::key(row, 0, "security_peer", "identity"))
    }

    pub(super) fn remedy_of(
        &self,
        identity: &CompressedKey,
        kind: RemedyKind,
    ) -> Result<Option<Remedy>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::REMEDY)?;
        let values = params![identity.as_bytes(), kind_number(kind)];
        let found = statement.query_row(values, |row| {
            Ok(Remedy {
                identity: *identity,
                kind,
                since_ns: row.get(0)?,
                count: row.get(1)?,
            })
        });
        Ok(found.optional()?)
    }

    pub(super) fn keep_remedy(&self, remedy: &Remedy) -> Result<(), SqliteError> {
        let values = params![
            remedy.identity.as_bytes(),
            kind_number(remedy.kind),
            remedy.since_ns,
            remedy.count,
        ];
        self.execute(sql::PUT_REMEDY, values)?;
        Ok(())
    }

    pub(super) fn drop_remedies(
        &self,
        times_ns: &RangeInclusive<i64>,
    ) -> Result<usize, SqliteError> {
        let (first, last) = (*times_ns.start(), *times_ns.end());
        self.execute(sql::DROP_REMEDIES_BEFORE, [first])?;
        self.execute(sql::DROP_REMEDIES_AFTER, [last])?;
        let mut statement = self.connection.prepare_cached(sql::COUNT_REMEDIES)?;
        let left: i64 = statement.query_row([first], |row| row.get(0))?;
        Ok(usize::try_from(left).unwrap_or_default())
    }

    pub(super) fn who_spent(
        &self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<InstallationId>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::SPENT)?;
        let values = [identity.as_bytes(), key.as_bytes()];
        let found = statement.query_row(values, |row| {
            Ok(InstallationId::from(row.get_ref(0)?.as_str()?))
        });
        Ok(found.optional()?)
    }

    pub(super) fn keep_spent(
        &self,
        identity: &CompressedKey,
        key: &CompressedKey,
        installation: &InstallationId,
        max: usize,
    ) -> Result<(), SqliteError> {
        let values = params![identity.as_bytes(), key.as_bytes(), installation.as_str()];
        self.execute(sql::PUT_SPENT, values)?;
        // Numbers only rise, so those up to this one are as many as there may be at most.
        let last = self.connection.last_insert_rowid();
        self.execute(sql::DROP_SPENT, [last.saturating_sub(number(max))])?;
        Ok(())
    }
}

fn kind_number(kind: RemedyKind) -> i64 {
    match kind {
        RemedyKind::Answer => 0,
        RemedyKind::Report => 1,
        RemedyKind::Refusal => 2,
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
