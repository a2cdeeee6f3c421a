//! Rows of the tables as values.

use super::SqliteError;
use crate::session::Session;
use crate::store::{Installation, PreKeyRecord};
use crate::{CompressedKey, InstallationId};
use rusqlite::{Row, Rows};
use secp256k1::SecretKey;
use zeroize::Zeroizing;

/// All rows, each made a value.
pub(super) fn all<T>(
    mut rows: Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, SqliteError>,
) -> Result<Vec<T>, SqliteError> {
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(read(row)?);
    }
    Ok(values)
}

/// A blob that must have `N` bytes.
pub(super) fn array<const N: usize>(
    row: &Row<'_>,
    index: usize,
    table: &'static str,
    column: &'static str,
) -> Result<[u8; N], SqliteError> {
    let blob = row.get_ref(index)?.as_blob().unwrap_or_default();
    blob.try_into().map_err(|_| SqliteError::Value {
        table,
        column,
        len: blob.len(),
    })
}

pub(super) fn key(
    row: &Row<'_>,
    index: usize,
    table: &'static str,
    column: &'static str,
) -> Result<CompressedKey, SqliteError> {
    Ok(CompressedKey::new(array(row, index, table, column)?))
}

pub(super) fn session(row: &Row<'_>, index: usize) -> Result<Session, SqliteError> {
    // Read in place: no copy of the secrets is left behind.
    let blob = row.get_ref(index)?.as_blob().unwrap_or_default();
    Ok(Session::from_bytes(blob)?)
}

pub(super) fn prekey(row: &Row<'_>) -> Result<PreKeyRecord, SqliteError> {
    const TABLE: &str = "security_prekey";
    let secret = match row.get_ref(4)?.as_blob_or_null().unwrap_or_default() {
        None => None,
        Some(_) => {
            let bytes = Zeroizing::new(array::<32>(row, 4, TABLE, "secret")?);
            let secret = SecretKey::from_byte_array(*bytes);
            Some(secret.map_err(|_| SqliteError::Value {
                table: TABLE,
                column: "secret",
                len: bytes.len(),
            })?)
        }
    };
    Ok(PreKeyRecord {
        key: key(row, 0, TABLE, "key")?,
        identity: key(row, 1, TABLE, "identity")?,
        installation: id(row, 2)?,
        version: row.get(3)?,
        secret,
        expired: row.get(5)?,
        timestamp_ns: row.get(6)?,
        opened_by: row
            .get_ref(7)?
            .as_str_or_null()
            .unwrap_or_default()
            .map(InstallationId::from),
    })
}

pub(super) fn installation(row: &Row<'_>) -> Result<Installation, SqliteError> {
    Ok(Installation {
        identity: key(row, 0, "security_installation", "identity")?,
        id: id(row, 1)?,
        protocol_version: row.get(2)?,
        enabled: row.get(3)?,
        timestamp_ns: row.get(4)?,
        negotiated: row.get(5)?,
        heard_ns: row.get(6)?,
        missing: row.get(7)?,
        announced: row.get(8)?,
    })
}

fn id(row: &Row<'_>, index: usize) -> Result<InstallationId, SqliteError> {
    Ok(row.get_ref(index)?.as_str().unwrap_or_default().into())
}
