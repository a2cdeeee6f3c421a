//! Topics and keys, derived once: each costs some 7 ms, which is more than everything else that is done
//! to a message.

use crate::coupling::{Channel, Route};
use crate::storage::StorageError;
use rusqlite::{OptionalExtension, Transaction, params};
use status_whisper::SymmetricKey;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The table. A channel stands in it by its digest.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_route (
    number INTEGER PRIMARY KEY,
    channel BLOB NOT NULL UNIQUE,
    key BLOB NOT NULL
) STRICT;
";

/// How many keys are remembered in the database: 50,000, more than there are chats and people; 64 bytes
/// each. The oldest is derived again when it is needed.
pub const MAX_ROUTES: i64 = 50_000;

/// How many routes are remembered in memory, some 100 bytes each: those of a lively account. When there
/// are more they begin anew from the database.
const MAX_CACHED: usize = 4_096;

/// Routes that were used.
#[derive(Debug, Default)]
pub(super) struct Routes {
    cached: BTreeMap<[u8; 32], Route>,
    derived: u64,
}

impl Routes {
    /// How many keys were derived since the messenger was loaded.
    pub(super) fn derived(&self) -> u64 {
        self.derived
    }

    /// The route of a channel; none for the topic that all shared.
    pub(super) fn of(
        &mut self,
        transaction: &Transaction<'_>,
        channel: &Channel,
    ) -> Result<Option<Route>, StorageError> {
        let digest = channel.digest();
        if let Some(route) = self.cached.get(&digest) {
            return Ok(Some(route.clone()));
        }
        let derived = &mut self.derived;
        let route = Route::on(channel, || key(transaction, channel, &digest, derived))?;
        if let Some(route) = &route {
            if self.cached.len() >= MAX_CACHED {
                self.cached.clear();
            }
            self.cached.insert(digest, route.clone());
        }
        Ok(route)
    }
}

fn key(
    transaction: &Transaction<'_>,
    channel: &Channel,
    digest: &[u8; 32],
    derived_keys: &mut u64,
) -> Result<SymmetricKey, StorageError> {
    let mut statement =
        transaction.prepare_cached("SELECT key FROM node_route WHERE channel = ?1")?;
    let known: Option<[u8; 32]> = statement.query_row([digest], |row| row.get(0)).optional()?;
    if let Some(known) = known.map(Zeroizing::new) {
        return Ok(SymmetricKey::new(*known));
    }
    let derived = channel
        .symmetric_key()
        .ok_or(StorageError::Damaged("the key of a channel without one"))?;
    *derived_keys += 1;
    transaction
        .prepare_cached("INSERT INTO node_route (channel, key) VALUES (?1, ?2)")?
        .execute(params![digest, derived.expose_bytes()])?;
    let last = transaction.last_insert_rowid();
    transaction
        .prepare_cached("DELETE FROM node_route WHERE number <= ?1")?
        .execute([last.saturating_sub(MAX_ROUTES)])?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};

    #[test]
    fn a_key_is_derived_once_and_is_the_one_that_others_derive() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let channel = Channel::Public("status".into());
        let expected = Route::of(&crate::Chat::public("status").unwrap());
        for mut routes in [Routes::default(), Routes::default()] {
            assert_eq!(routes.of(&transaction, &channel).unwrap(), expected);
            assert_eq!(routes.of(&transaction, &channel).unwrap(), expected);
        }
        let count = "SELECT count(*) FROM node_route";
        let count: i64 = transaction.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
    }

    #[test]
    fn a_persons_key_is_not_derived() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut routes = Routes::default();
        let route = routes.of(&transaction, &Channel::Partitioned(person(1)));
        assert_eq!(route.unwrap(), Some(Route::private(&person(1), None)));
        assert_eq!(routes.of(&transaction, &Channel::Discovery).unwrap(), None);
    }
}
