//! What the user's own devices say of themselves.
//!
//! Which devices exist and which are enabled is known to conversational security, from their bundles;
//! here stands what they are called.

use crate::messenger::columns::{number, unsigned};
use crate::messenger::cut;
use crate::storage::StorageError;
use rusqlite::{OptionalExtension, Transaction, params};
use status_conversational_security::InstallationId;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_device (
    installation TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    clock INTEGER NOT NULL,
    expected INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// How many devices are remembered by name: those of many years. The ones that introduced themselves
/// longest ago go first.
pub const MAX_DEVICES: u64 = 64;

/// Bytes of the name and of the kind of a device that are kept; longer ones are cut.
pub const MAX_DEVICE_NAME: usize = 256;

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceMetadata {
    /// What its owner calls it.
    pub name: String,
    /// What it is, such as `ios`, `android`, `desktop`.
    pub kind: String,
    /// The clock with which it said so, in ms.
    pub clock: u64,
}

/// What a device says of itself, if it did.
pub(crate) fn get(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
) -> Result<Option<DeviceMetadata>, StorageError> {
    let mut statement = transaction
        .prepare_cached("SELECT name, kind, clock FROM node_device WHERE installation = ?1")?;
    let found = statement.query_row([installation.as_str()], |row| {
        Ok(DeviceMetadata {
            name: row.get(0)?,
            kind: row.get(1)?,
            clock: unsigned(row.get(2)?),
        })
    });
    Ok(found.optional()?)
}

/// Keeps what a device says of itself, unless what is kept is as new. Whether it was kept.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    metadata: &DeviceMetadata,
) -> Result<bool, StorageError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO node_device VALUES (?1, ?2, ?3, ?4, 0)
         ON CONFLICT (installation) DO UPDATE
         SET name = excluded.name, kind = excluded.kind, clock = excluded.clock
         WHERE clock < excluded.clock",
    )?;
    let changed = statement.execute(params![
        installation.as_str(),
        cut(&metadata.name, MAX_DEVICE_NAME),
        cut(&metadata.kind, MAX_DEVICE_NAME),
        number(metadata.clock),
    ])?;
    limit(transaction)?;
    Ok(changed > 0)
}

/// Notes whether a device is to be enabled once its keys are known.
pub(in crate::messenger) fn expect(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    expected: bool,
) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "INSERT INTO node_device VALUES (?1, '', '', 0, ?2)
             ON CONFLICT (installation) DO UPDATE SET expected = excluded.expected",
        )?
        .execute(params![installation.as_str(), expected])?;
    limit(transaction)
}

/// Whether a device is to be enabled once its keys are known.
pub(super) fn is_expected(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
) -> Result<bool, StorageError> {
    let mut statement = transaction
        .prepare_cached("SELECT 1 FROM node_device WHERE installation = ?1 AND expected = 1")?;
    Ok(statement.exists([installation.as_str()])?)
}

fn limit(transaction: &Transaction<'_>) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "DELETE FROM node_device WHERE installation IN (
                 SELECT installation FROM node_device
                 ORDER BY expected DESC, clock DESC, installation LIMIT -1 OFFSET ?1)",
        )?
        .execute([number(MAX_DEVICES)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::database;

    #[test]
    fn the_newest_word_of_a_device_counts() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let phone = InstallationId::from("phone");
        let metadata = |name: &str, clock| DeviceMetadata {
            name: name.into(),
            kind: "ios".into(),
            clock,
        };
        assert_eq!(get(&transaction, &phone).unwrap(), None);
        assert!(put(&transaction, &phone, &metadata("old", 5)).unwrap());
        assert!(put(&transaction, &phone, &metadata("new", 6)).unwrap());
        assert!(!put(&transaction, &phone, &metadata("late", 6)).unwrap());
        assert_eq!(get(&transaction, &phone).unwrap(), Some(metadata("new", 6)));
    }

    #[test]
    fn a_device_is_expected_until_it_is_not_whatever_it_says() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let phone = InstallationId::from("phone");
        assert!(!is_expected(&transaction, &phone).unwrap());
        expect(&transaction, &phone, true).unwrap();
        put(&transaction, &phone, &DeviceMetadata::default()).unwrap();
        assert!(is_expected(&transaction, &phone).unwrap());
        expect(&transaction, &phone, false).unwrap();
        assert!(!is_expected(&transaction, &phone).unwrap());
    }

    #[test]
    fn devices_of_long_ago_make_room() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        for clock in 1..=MAX_DEVICES + 1 {
            let id = InstallationId::from(format!("device {clock}").as_str());
            let metadata = DeviceMetadata {
                clock,
                ..DeviceMetadata::default()
            };
            put(&transaction, &id, &metadata).unwrap();
        }
        let first = InstallationId::from("device 1");
        assert_eq!(get(&transaction, &first).unwrap(), None);
        assert!(
            get(&transaction, &InstallationId::from("device 2"))
                .unwrap()
                .is_some()
        );
    }
}
