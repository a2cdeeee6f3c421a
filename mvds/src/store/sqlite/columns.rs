//! Values as they stand in columns.

use super::super::{Held, SavedClock, SavedMessage};
use super::SqliteError;
use crate::{
    Dependencies, GroupId, GroupSettings, Message, MessageId, Metadata, Mode, PeerId, Record,
    RecordKind,
};
use bytes::Bytes;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};

/// A number of 64 bits, bit by bit.
pub(super) fn signed(number: u64) -> i64 {
    number.cast_signed()
}

fn unsigned(row: &Row<'_>, column: usize) -> Result<u64, SqliteError> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

/// A blob that becomes an id or bytes.
pub(super) struct Stored(Vec<u8>);

impl FromSql for Stored {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(value.as_blob()?.to_vec()))
    }
}

impl Stored {
    pub(super) fn id(&self, table: &'static str) -> Result<MessageId, SqliteError> {
        let bytes = self.0.as_slice().try_into();
        bytes.map(MessageId).map_err(|_| SqliteError::Corrupt {
            table,
            what: "id of 32 bytes",
        })
    }

    fn bytes(self) -> Bytes {
        self.0.into()
    }
}

pub(super) fn clock(row: &Row<'_>) -> Result<SavedClock, SqliteError> {
    Ok(SavedClock {
        epoch: unsigned(row, 0)?,
        began: unsigned(row, 1)?,
    })
}

pub(super) fn peer(row: &Row<'_>) -> Result<(u32, PeerId), SqliteError> {
    Ok((row.get(0)?, PeerId(row.get::<_, Stored>(1)?.bytes())))
}

pub(super) fn group(row: &Row<'_>) -> Result<(u32, GroupId, GroupSettings), SqliteError> {
    let settings = GroupSettings {
        mode: mode(row.get(2)?)?,
        dependencies: dependencies(row.get(3)?)?,
        relay: row.get(4)?,
    };
    let id = GroupId(row.get::<_, Stored>(1)?.bytes());
    Ok((row.get(0)?, id, settings))
}

pub(super) fn record(row: &Row<'_>) -> Result<(u64, Record), SqliteError> {
    let record = Record {
        peer: row.get(1)?,
        group: row.get(2)?,
        message: row.get::<_, Stored>(3)?.id("mvds_records")?,
        kind: kind(row.get(4)?)?,
        count: row.get(5)?,
        attempt: row.get(6)?,
        epoch: unsigned(row, 7)?,
        last_sent: unsigned(row, 8)?,
    };
    Ok((unsigned(row, 0)?, record))
}

pub(super) fn about(row: &Row<'_>) -> Result<(MessageId, SavedMessage), SqliteError> {
    let about = SavedMessage {
        number: unsigned(row, 1)?,
        group: row.get(2)?,
        deadline: row.get::<_, Option<i64>>(3)?.map(i64::cast_unsigned),
        in_history: row.get(4)?,
    };
    Ok((row.get::<_, Stored>(0)?.id("mvds_messages")?, about))
}

pub(super) fn message(row: &Row<'_>) -> Result<Message, SqliteError> {
    let metadata = match row.get::<_, Option<bool>>(3)? {
        None => None,
        Some(ephemeral) => Some(Metadata {
            ephemeral,
            parents: unpack(row.get::<_, Stored>(4)?.bytes())?,
        }),
    };
    Ok(Message {
        group_id: row.get::<_, Stored>(0)?.bytes(),
        timestamp: row.get(1)?,
        body: row.get::<_, Stored>(2)?.bytes(),
        metadata,
    })
}

pub(super) fn held(row: &Row<'_>) -> Result<(MessageId, Held), SqliteError> {
    let held = Held {
        from: PeerId(row.get::<_, Stored>(1)?.bytes()),
        until: unsigned(row, 2)?,
        parents: unpack_ids(&row.get::<_, Stored>(3)?.0)?,
    };
    Ok((row.get::<_, Stored>(0)?.id("mvds_held")?, held))
}

/// Ids of any length as one blob: each with its length in four bytes, little-endian, before it.
pub(super) fn pack(ids: &[Bytes]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(ids.iter().map(|id| 4 + id.len()).sum());
    for id in ids {
        // An id of 4 GB does not fit a message.
        let length = u32::try_from(id.len()).unwrap_or(u32::MAX);
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(id);
    }
    packed
}

fn unpack(mut packed: Bytes) -> Result<Vec<Bytes>, SqliteError> {
    const CORRUPT: SqliteError = SqliteError::Corrupt {
        table: "mvds_messages",
        what: "list of parents",
    };
    let mut ids = Vec::new();
    while !packed.is_empty() {
        let length = packed.first_chunk::<4>().ok_or(CORRUPT)?;
        let end = usize::try_from(u32::from_le_bytes(*length))
            .ok()
            .and_then(|length| length.checked_add(4))
            .filter(|end| *end <= packed.len())
            .ok_or(CORRUPT)?;
        let mut id = packed.split_to(end);
        ids.push(id.split_off(4));
    }
    Ok(ids)
}

/// Ids of messages as one blob, 32 bytes each.
fn unpack_ids(packed: &[u8]) -> Result<Vec<MessageId>, SqliteError> {
    let (ids, rest) = packed.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(SqliteError::Corrupt {
            table: "mvds_held",
            what: "list of parents",
        });
    }
    Ok(ids.iter().copied().map(MessageId).collect())
}

/// The numbers in the tables; they never change their meaning.
pub(super) fn kind_number(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Offer => 0,
        RecordKind::Request => 1,
        RecordKind::Message => 2,
    }
}

fn kind(number: u8) -> Result<RecordKind, SqliteError> {
    match number {
        0 => Ok(RecordKind::Offer),
        1 => Ok(RecordKind::Request),
        2 => Ok(RecordKind::Message),
        _ => Err(SqliteError::Corrupt {
            table: "mvds_records",
            what: "known kind",
        }),
    }
}

pub(super) fn mode_number(mode: Mode) -> u8 {
    match mode {
        Mode::Batch => 0,
        Mode::Interactive => 1,
    }
}

fn mode(number: u8) -> Result<Mode, SqliteError> {
    match number {
        0 => Ok(Mode::Batch),
        1 => Ok(Mode::Interactive),
        _ => Err(SqliteError::Corrupt {
            table: "mvds_groups",
            what: "known mode",
        }),
    }
}

pub(super) fn dependencies_number(dependencies: Dependencies) -> u8 {
    match dependencies {
        Dependencies::Ignored => 0,
        Dependencies::Eventual => 1,
        Dependencies::Causal => 2,
    }
}

fn dependencies(number: u8) -> Result<Dependencies, SqliteError> {
    match number {
        0 => Ok(Dependencies::Ignored),
        1 => Ok(Dependencies::Eventual),
        2 => Ok(Dependencies::Causal),
        _ => Err(SqliteError::Corrupt {
            table: "mvds_groups",
            what: "known way with parents",
        }),
    }
}
