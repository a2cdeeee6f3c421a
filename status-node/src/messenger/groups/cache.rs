//! Groups that were used lately, so that their events' authors are not recovered anew each time.

use super::table;
use crate::storage::StorageError;
use rusqlite::Transaction;
use status_payload::{Group, GroupId};
use std::collections::BTreeMap;

/// How many groups are kept in memory. A group has 1 MiB of events at most, and hardly more than 10 kB.
const GROUPS: usize = 32;

/// Groups in memory, as they stand in the database.
#[derive(Debug, Default)]
pub(in crate::messenger) struct GroupCache(BTreeMap<GroupId, Group>);

impl GroupCache {
    /// A group, from memory or from the database; none if it is not known.
    pub(in crate::messenger) fn get(
        &mut self,
        transaction: &Transaction<'_>,
        id: &GroupId,
    ) -> Result<Option<&Group>, StorageError> {
        if !self.0.contains_key(id) {
            let Some(group) = table::load(transaction, id)? else {
                return Ok(None);
            };
            self.keep(group);
        }
        Ok(self.0.get(id))
    }

    /// Writes a group to the database, and keeps it. `false` if there is no room for its chat.
    pub(in crate::messenger) fn save(
        &mut self,
        transaction: &Transaction<'_>,
        group: Group,
    ) -> Result<bool, StorageError> {
        let saved = table::save(transaction, &group)?;
        if saved {
            self.keep(group);
        }
        Ok(saved)
    }

    fn keep(&mut self, group: Group) {
        if self.0.len() >= GROUPS && !self.0.contains_key(group.id()) {
            self.0.pop_first();
        }
        self.0.insert(group.id().clone(), group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, secret};

    #[test]
    fn memory_holds_a_few_and_the_database_all() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut cache = GroupCache::default();
        let mut ids = Vec::new();
        for number in 0..GROUPS + 3 {
            let name = format!("group {number}");
            let group =
                Group::create(&secret(1), &name, 1_590_000_000_000, &mut rand::rng()).unwrap();
            ids.push(group.id().clone());
            assert!(cache.save(&transaction, group).unwrap());
        }
        assert_eq!(cache.0.len(), GROUPS);
        for (number, id) in ids.iter().enumerate() {
            let group = cache.get(&transaction, id).unwrap().unwrap();
            assert_eq!(group.name(), format!("group {number}"));
            assert_eq!(Some(group.clone()), table::load(&transaction, id).unwrap());
        }
    }
}
