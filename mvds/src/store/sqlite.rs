//! A store in a database of the caller.

mod columns;
mod error;
mod schema;
#[cfg(test)]
mod tests;

pub use error::SqliteError;

use super::{Held, Saved, SavedClock, SavedMessage, Store};
use crate::{GroupId, GroupSettings, Message, MessageId, PeerId, Record};
use columns::{Stored, dependencies_number, kind_number, mode_number, pack, signed};
use rusqlite::{Connection, OptionalExtension, Params, Transaction, params};
use std::ops::RangeInclusive;

/// A store over a transaction of the caller, in tables of its own whose names begin with `mvds_`.
///
/// Order of calls: [`migrate`](Self::migrate) once when a database is opened; then, for each batch
/// of work, begin a transaction, make a store of it with [`new`](Self::new), give it to the
/// [`Node`](crate::Node) with every call, drain what the node has to say, drop the store and commit.
/// What else the transaction holds, of other layers or of the application, commits with it.
///
/// It prepares each of its [`STATEMENTS`](Self::STATEMENTS) once per connection if the connection's
/// cache has room for them (`set_prepared_statement_cache_capacity`); rusqlite begins with room for
/// 16, which makes everything slower by half.
#[derive(Debug)]
pub struct SqliteStore<'t> {
    connection: &'t Connection,
}

type Done = Result<(), SqliteError>;

impl<'t> SqliteStore<'t> {
    /// How many statements a connection should keep prepared for this store.
    pub const STATEMENTS: usize = 32;

    /// Makes the tables, or makes of an older version's tables this one's. Does nothing if they are
    /// there already.
    ///
    /// # Errors
    ///
    /// If a newer version of this library made them, or the database fails. Roll back then.
    pub fn migrate(transaction: &Transaction<'_>) -> Result<(), SqliteError> {
        schema::migrate(transaction, schema::VERSION)
    }

    /// A store that reads and writes through this transaction.
    pub fn new(transaction: &'t Transaction<'_>) -> Self {
        Self {
            connection: transaction,
        }
    }

    /// Runs a statement and gives the number of rows that it changed.
    fn run(&self, statement: &str, params: impl Params) -> Result<usize, SqliteError> {
        Ok(self.connection.prepare_cached(statement)?.execute(params)?)
    }

    /// Reads every row of a table.
    fn all<T>(
        &self,
        query: &str,
        read: impl Fn(&rusqlite::Row<'_>) -> Result<T, SqliteError>,
    ) -> Result<Vec<T>, SqliteError> {
        let mut statement = self.connection.prepare_cached(query)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

/// The places of a window's ids, in the order in which they are remembered: the window, then 32 bits that
/// count. So one index less has to be kept up for each message; four thousand million ids are enough
/// for any peer.
fn places(window: u32) -> RangeInclusive<i64> {
    let first = u64::from(window) << 32;
    signed(first)..=signed(first | u64::from(u32::MAX))
}

impl Store for SqliteStore<'_> {
    type Error = SqliteError;

    fn load(&mut self) -> Result<Saved, SqliteError> {
        let clock = self.all("SELECT epoch, began FROM mvds_clock", columns::clock)?;
        Ok(Saved {
            clock: clock.into_iter().next(),
            peers: self.all("SELECT number, id FROM mvds_peers", columns::peer)?,
            groups: self.all(
                "SELECT number, id, mode, dependencies, relay FROM mvds_groups",
                columns::group,
            )?,
            members: self.all("SELECT grp, peer FROM mvds_members", |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?,
            records: self.all(
                "SELECT number, peer, grp, message, kind, count, attempt, epoch, last_sent
                 FROM mvds_records",
                columns::record,
            )?,
            messages: self.all(
                "SELECT id, number, grp, deadline, in_history FROM mvds_messages",
                columns::about,
            )?,
            heads: self.all("SELECT grp, id FROM mvds_heads ORDER BY place", |row| {
                Ok((row.get(0)?, row.get::<_, Stored>(1)?.id("mvds_heads")?))
            })?,
            held: self.all(
                "SELECT id, sender, until, parents FROM mvds_held",
                columns::held,
            )?,
            windows: self.all(
                "SELECT place >> 32 & 4294967295 AS window, count(*)
                 FROM mvds_remembered GROUP BY window",
                |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())),
            )?,
        })
    }

    fn save_clock(&mut self, clock: SavedClock) -> Done {
        self.run(
            "INSERT INTO mvds_clock (one, epoch, began) VALUES (1, ?1, ?2)
             ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, began = excluded.began",
            params![signed(clock.epoch), signed(clock.began)],
        )?;
        Ok(())
    }

    fn save_peer(&mut self, number: u32, peer: &PeerId) -> Done {
        self.run(
            "INSERT OR REPLACE INTO mvds_peers (number, id) VALUES (?1, ?2)",
            params![number, peer.as_ref()],
        )?;
        Ok(())
    }

    fn remove_peer(&mut self, number: u32) -> Done {
        self.run("DELETE FROM mvds_peers WHERE number = ?1", [number])?;
        Ok(())
    }

    fn save_group(&mut self, number: u32, group: &GroupId, settings: GroupSettings) -> Done {
        self.run(
            "INSERT OR REPLACE INTO mvds_groups (number, id, mode, dependencies, relay)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                number,
                group.as_ref(),
                mode_number(settings.mode),
                dependencies_number(settings.dependencies),
                settings.relay,
            ],
        )?;
        Ok(())
    }

    fn remove_group(&mut self, number: u32) -> Done {
        self.run("DELETE FROM mvds_groups WHERE number = ?1", [number])?;
        self.run("DELETE FROM mvds_members WHERE grp = ?1", [number])?;
        self.run("DELETE FROM mvds_heads WHERE grp = ?1", [number])?;
        Ok(())
    }

    fn add_member(&mut self, group: u32, peer: u32) -> Done {
        self.run(
            "INSERT OR IGNORE INTO mvds_members (grp, peer) VALUES (?1, ?2)",
            [group, peer],
        )?;
        Ok(())
    }

    fn remove_member(&mut self, group: u32, peer: u32) -> Done {
        self.run(
            "DELETE FROM mvds_members WHERE grp = ?1 AND peer = ?2",
            [group, peer],
        )?;
        Ok(())
    }

    fn insert_record(&mut self, number: u64, record: &Record) -> Done {
        self.run(
            "INSERT OR REPLACE INTO mvds_records
             (number, peer, grp, message, kind, count, attempt, epoch, last_sent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                signed(number),
                record.peer,
                record.group,
                record.message.0,
                kind_number(record.kind),
                record.count,
                record.attempt,
                signed(record.epoch),
                signed(record.last_sent),
            ],
        )?;
        Ok(())
    }

    fn update_record(&mut self, number: u64, record: &Record) -> Done {
        self.run(
            "UPDATE mvds_records
             SET kind = ?2, count = ?3, attempt = ?4, epoch = ?5, last_sent = ?6
             WHERE number = ?1",
            params![
                signed(number),
                kind_number(record.kind),
                record.count,
                record.attempt,
                signed(record.epoch),
                signed(record.last_sent),
            ],
        )?;
        Ok(())
    }

    fn remove_record(&mut self, number: u64) -> Done {
        self.run(
            "DELETE FROM mvds_records WHERE number = ?1",
            [signed(number)],
        )?;
        Ok(())
    }

    fn save_message(&mut self, id: &MessageId, message: &Message, about: &SavedMessage) -> Done {
        let metadata = message.metadata.as_ref();
        self.run(
            "INSERT OR REPLACE INTO mvds_messages
             (id, number, grp, deadline, in_history, group_id, timestamp, body, ephemeral, parents)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                id.0,
                signed(about.number),
                about.group,
                about.deadline.map(signed),
                about.in_history,
                message.group_id.as_ref(),
                message.timestamp,
                message.body.as_ref(),
                metadata.map(|metadata| metadata.ephemeral),
                metadata.map(|metadata| pack(&metadata.parents)),
            ],
        )?;
        Ok(())
    }

    fn message(&mut self, id: &MessageId) -> Result<Option<Message>, SqliteError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT group_id, timestamp, body, ephemeral, parents FROM mvds_messages WHERE id = ?1",
        )?;
        let mut rows = statement.query([id.0])?;
        rows.next()?.map(columns::message).transpose()
    }

    fn remove_message(&mut self, id: &MessageId) -> Done {
        self.run("DELETE FROM mvds_messages WHERE id = ?1", [id.0])?;
        Ok(())
    }

    fn remember(&mut self, id: &MessageId, window: u32) -> Result<bool, SqliteError> {
        let places = places(window);
        let added = self.run(
            "INSERT INTO mvds_remembered (place, id)
             SELECT coalesce(
                (SELECT max(place) + 1 FROM mvds_remembered WHERE place BETWEEN ?2 AND ?3), ?2
             ), ?1
             WHERE NOT EXISTS (SELECT 1 FROM mvds_remembered WHERE id = ?1)",
            params![id.0, places.start(), places.end()],
        )?;
        Ok(added > 0)
    }

    fn remember_too(&mut self, id: &MessageId, window: u32) -> Result<bool, SqliteError> {
        let places = places(window);
        let added = self.run(
            "INSERT INTO mvds_remembered (place, id)
             SELECT coalesce(
                (SELECT max(place) + 1 FROM mvds_remembered WHERE place BETWEEN ?2 AND ?3), ?2
             ), ?1
             WHERE NOT EXISTS (
                SELECT 1 FROM mvds_remembered WHERE id = ?1 AND place BETWEEN ?2 AND ?3
             )",
            params![id.0, places.start(), places.end()],
        )?;
        Ok(added > 0)
    }

    fn is_remembered(&mut self, id: &MessageId) -> Result<bool, SqliteError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM mvds_remembered WHERE id = ?1")?;
        Ok(statement
            .query_row([id.0], |_| Ok(()))
            .optional()?
            .is_some())
    }

    fn is_remembered_in(&mut self, id: &MessageId, window: u32) -> Result<bool, SqliteError> {
        let places = places(window);
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mvds_remembered WHERE id = ?1 AND place BETWEEN ?2 AND ?3",
        )?;
        let found = statement.query_row(params![id.0, places.start(), places.end()], |_| Ok(()));
        Ok(found.optional()?.is_some())
    }

    fn forget_oldest(&mut self, window: u32, count: u64) -> Done {
        let places = places(window);
        self.run(
            "DELETE FROM mvds_remembered WHERE place IN
             (SELECT place FROM mvds_remembered
              WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3)",
            params![
                places.start(),
                places.end(),
                i64::try_from(count).unwrap_or(i64::MAX),
            ],
        )?;
        Ok(())
    }

    fn add_head(&mut self, group: u32, id: &MessageId) -> Done {
        self.run(
            "INSERT OR IGNORE INTO mvds_heads (grp, id) VALUES (?1, ?2)",
            params![group, id.0],
        )?;
        Ok(())
    }

    fn remove_head(&mut self, group: u32, id: &MessageId) -> Done {
        self.run(
            "DELETE FROM mvds_heads WHERE grp = ?1 AND id = ?2",
            params![group, id.0],
        )?;
        Ok(())
    }

    fn save_held(&mut self, id: &MessageId, held: &Held) -> Done {
        let parents: Vec<_> = held.parents.iter().map(|parent| parent.0).collect();
        self.run(
            "INSERT OR REPLACE INTO mvds_held (id, sender, until, parents)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                id.0,
                held.from.as_ref(),
                signed(held.until),
                parents.as_flattened(),
            ],
        )?;
        Ok(())
    }

    fn remove_held(&mut self, id: &MessageId) -> Done {
        self.run("DELETE FROM mvds_held WHERE id = ?1", [id.0])?;
        Ok(())
    }
}
