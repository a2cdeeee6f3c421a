//! The store in SQLite, over a transaction of the caller's.

mod keys;
mod peers;
mod rows;
mod schema;
mod statements;

use super::{Installation, Peer, PreKeyRecord, Remedy, RemedyKind, Store};
use crate::ratchet::{KeyWindow, MessageKey};
use crate::session::{CodecError, Session, SessionId};
use crate::{CompressedKey, InstallationId, MessageId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use statements as sql;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// A [`Store`] over a transaction, whose tables begin with `security_`. It lives for one batch: what
/// was done in it becomes durable with [`Transaction::commit`], all or nothing. After a rollback to
/// a savepoint inside of the transaction make a new one.
///
/// It prepares each of its [`STATEMENTS`](Self::STATEMENTS) once per connection if the connection's
/// cache has room for them (`set_prepared_statement_cache_capacity`); rusqlite begins with room for 16,
/// and one that was dropped costs more to prepare than a message to decrypt.
///
/// Each call finds its rows by an index, so its cost does not depend on how many others there are.
/// Secrets are stored as they are: encrypt the database. Deleted ones are overwritten
/// (`secure_delete`), and copies in this crate's memory erased; those in SQLite's page cache are not.
///
/// ```
/// use status_conversational_security::{SqliteStore, Store};
/// let mut database = rusqlite::Connection::open_in_memory()?;
/// let batch = database.transaction()?;
/// SqliteStore::migrate(&batch)?;
/// let mut store = SqliteStore::new(&batch);
/// assert_eq!(store.confirm_message(&[7; 32])?, false);
/// batch.commit()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteStore<'t> {
    connection: &'t Connection,
    /// The session that was looked for last, with its number: a message takes several steps in one.
    last: Option<(SessionId, i64)>,
}

/// Why a store in SQLite failed.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// The database failed.
    #[error("the tables of sessions: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored session cannot be read: the database was changed, or damaged.
    #[error(transparent)]
    Session(#[from] CodecError),
    /// A stored value cannot be read: the database was changed, or damaged.
    #[error("the table {table} is damaged: {column} has {len} bytes, which are no value of it")]
    Value {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Bytes it has.
        len: usize,
    },
    /// The tables are of a newer version of this crate than this one.
    #[error(
        "the tables of sessions have version {found}, this program knows {}",
        schema::VERSION
    )]
    Schema {
        /// Their version.
        found: i64,
    },
}

impl<'t> SqliteStore<'t> {
    /// How many statements a connection should keep prepared for this store.
    pub const STATEMENTS: usize = 48;

    /// Makes the tables, or brings those of an earlier version up to date, in the transaction. To be
    /// called once after a database was opened, before the first [`new`](Self::new). Also sets
    /// `secure_delete` for the connection, so that keys that were deleted do not stay on the disk.
    ///
    /// # Errors
    ///
    /// If the database fails, or was written by a newer version.
    pub fn migrate(transaction: &Transaction<'_>) -> Result<(), SqliteError> {
        transaction.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        schema::migrate(transaction)
    }

    /// The store in this transaction.
    pub fn new(transaction: &'t Transaction<'_>) -> Self {
        Self {
            connection: transaction,
            last: None,
        }
    }

    /// Runs a statement that returns nothing, and gives the number of rows that it changed.
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, SqliteError> {
        Ok(self.connection.prepare_cached(sql)?.execute(values)?)
    }

    /// The number of a session.
    fn number(&mut self, id: &SessionId) -> Result<Option<i64>, SqliteError> {
        if let Some((last, number)) = &self.last
            && last == id
        {
            return Ok(Some(*number));
        }
        let mut statement = self.connection.prepare_cached(sql::SESSION_NUMBER)?;
        let values = params![
            id.identity.as_bytes(),
            id.installation.as_str(),
            id.prekey.as_bytes()
        ];
        let number = statement.query_row(values, |row| row.get(0)).optional()?;
        self.last = number.map(|number| (id.clone(), number));
        Ok(number)
    }
}

impl Store for SqliteStore<'_> {
    type Error = SqliteError;

    fn prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<PreKeyRecord>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::PREKEY)?;
        let mut rows = statement.query([key.as_bytes(), identity.as_bytes()])?;
        rows.next()?.map(rows::prekey).transpose()
    }

    fn prekeys(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Vec<PreKeyRecord>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::PREKEYS)?;
        let rows = statement.query(params![identity.as_bytes(), installation.as_str()])?;
        rows::all(rows, rows::prekey)
    }

    fn current_prekey(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<PreKeyRecord>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::CURRENT_PREKEY)?;
        let mut rows = statement.query(params![identity.as_bytes(), installation.as_str()])?;
        rows.next()?.map(rows::prekey).transpose()
    }

    fn put_prekey(&mut self, prekey: &PreKeyRecord) -> Result<(), SqliteError> {
        let secret = prekey
            .secret
            .map(|secret| Zeroizing::new(secret.secret_bytes()));
        let values = params![
            prekey.key.as_bytes(),
            prekey.identity.as_bytes(),
            prekey.installation.as_str(),
            prekey.version,
            secret.as_ref().map(|secret| secret.as_slice()),
            prekey.expired,
            prekey.timestamp_ns,
            prekey.opened_by.as_ref().map(InstallationId::as_str),
        ];
        self.execute(sql::PUT_PREKEY, values)?;
        Ok(())
    }

    fn expire_prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
        now_ns: i64,
    ) -> Result<(), SqliteError> {
        self.execute(sql::EXPIRE_PREKEY, [key.as_bytes(), identity.as_bytes()])?;
        let record = self.prekey(identity, key)?;
        let own = record.is_some_and(|record| record.secret.is_some());
        let mut statement = self.connection.prepare_cached(sql::SESSIONS_ON)?;
        let rows = statement.query(params![key.as_bytes(), own, identity.as_bytes()])?;
        for (number, mut session) in
            rows::all(rows, |row| Ok((row.get(0)?, rows::session(row, 1)?)))?
        {
            let number: i64 = number;
            session.superseded_ns.get_or_insert(now_ns);
            self.update_session(number, &session)?;
        }
        Ok(())
    }

    fn remove_prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<(), SqliteError> {
        self.execute(sql::REMOVE_PREKEY, [key.as_bytes(), identity.as_bytes()])?;
        Ok(())
    }

    fn installations(
        &mut self,
        identity: &CompressedKey,
    ) -> Result<Vec<Installation>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::INSTALLATIONS)?;
        rows::all(statement.query([identity.as_bytes()])?, rows::installation)
    }

    fn installation(
        &mut self,
        identity: &CompressedKey,
        id: &InstallationId,
    ) -> Result<Option<Installation>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::INSTALLATION)?;
        let mut rows = statement.query(params![identity.as_bytes(), id.as_str()])?;
        rows.next()?.map(rows::installation).transpose()
    }

    fn put_installation(&mut self, installation: &Installation) -> Result<(), SqliteError> {
        let values = params![
            installation.identity.as_bytes(),
            installation.id.as_str(),
            installation.protocol_version,
            installation.enabled,
            installation.timestamp_ns,
            installation.negotiated,
            installation.heard_ns,
            installation.missing,
            installation.announced,
        ];
        self.execute(sql::PUT_INSTALLATION, values)?;
        Ok(())
    }

    fn remove_installation(
        &mut self,
        identity: &CompressedKey,
        id: &InstallationId,
    ) -> Result<(), SqliteError> {
        let values = params![identity.as_bytes(), id.as_str()];
        self.execute(sql::REMOVE_INSTALLATION, values)?;
        Ok(())
    }

    fn session(&mut self, id: &SessionId) -> Result<Option<Session>, SqliteError> {
        let Some(number) = self.number(id)? else {
            return Ok(None);
        };
        let mut statement = self.connection.prepare_cached(sql::SESSION)?;
        let mut rows = statement.query([number])?;
        rows.next()?.map(|row| rows::session(row, 0)).transpose()
    }

    fn sessions(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Vec<(SessionId, Session)>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::SESSIONS)?;
        let rows = statement.query(params![identity.as_bytes(), installation.as_str()])?;
        rows::all(rows, |row| {
            let prekey = rows::key(row, 0, "security_session", "prekey")?;
            let id = SessionId {
                identity: *identity,
                installation: installation.clone(),
                prekey,
            };
            Ok((id, rows::session(row, 1)?))
        })
    }

    fn current_session(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<(SessionId, Session)>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::CURRENT_SESSION)?;
        let mut rows = statement.query(params![identity.as_bytes(), installation.as_str()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let id = SessionId {
            identity: *identity,
            installation: installation.clone(),
            prekey: rows::key(row, 1, "security_session", "prekey")?,
        };
        let session = rows::session(row, 2)?;
        self.last = Some((id.clone(), row.get(0)?));
        Ok(Some((id, session)))
    }

    fn put_session(&mut self, id: &SessionId, session: &Session) -> Result<(), SqliteError> {
        if let Some(number) = self.number(id)? {
            return self.update_session(number, session);
        }
        let state = session.to_bytes();
        let values = params![
            id.identity.as_bytes(),
            id.installation.as_str(),
            id.prekey.as_bytes(),
            session.superseded_ns.is_some(),
            state.as_slice(),
        ];
        self.execute(sql::NEW_SESSION, values)?;
        self.last = Some((id.clone(), self.connection.last_insert_rowid()));
        Ok(())
    }

    fn remove_session(&mut self, id: &SessionId) -> Result<(), SqliteError> {
        if let Some(number) = self.number(id)? {
            self.last = None;
            for statement in [sql::REMOVE_MESSAGES, sql::REMOVE_KEYS, sql::REMOVE_SESSION] {
                self.execute(statement, [number])?;
            }
        }
        Ok(())
    }

    fn message_key(
        &mut self,
        session: &SessionId,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<Option<MessageKey>, SqliteError> {
        match self.number(session)? {
            Some(number) => self.key_at(number, ratchet_key, n),
            None => Ok(None),
        }
    }

    fn put_message_keys(
        &mut self,
        session: &SessionId,
        keys: &[MessageKey],
        window: KeyWindow,
    ) -> Result<(), SqliteError> {
        match self.number(session)? {
            Some(number) => self.put_keys(number, keys, window),
            None => Ok(()),
        }
    }

    fn link_message(
        &mut self,
        message: &MessageId,
        session: &SessionId,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<(), SqliteError> {
        let Some(number) = self.number(session)? else {
            return Ok(());
        };
        match self.key_at(number, ratchet_key, n)? {
            Some(key) => self.link(number, &key, message),
            None => Ok(()),
        }
    }

    fn confirm_message(&mut self, message: &MessageId) -> Result<bool, SqliteError> {
        self.confirm(message)
    }

    fn peer(&mut self, identity: &CompressedKey) -> Result<Option<Peer>, SqliteError> {
        self.peer_of(identity)
    }

    fn put_peer(&mut self, peer: &Peer) -> Result<(), SqliteError> {
        let values = params![peer.identity.as_bytes(), peer.kept, peer.heard_ns];
        self.execute(sql::PUT_PEER, values)?;
        Ok(())
    }

    fn remove_peer(&mut self, identity: &CompressedKey) -> Result<(), SqliteError> {
        self.execute(sql::REMOVE_PEER, [identity.as_bytes()])?;
        Ok(())
    }

    fn strangers_beyond(&mut self, max: usize) -> Result<Vec<CompressedKey>, SqliteError> {
        self.peers_beyond(max)
    }

    fn remedy(
        &mut self,
        identity: &CompressedKey,
        kind: RemedyKind,
    ) -> Result<Option<Remedy>, SqliteError> {
        self.remedy_of(identity, kind)
    }

    fn put_remedy(&mut self, remedy: &Remedy) -> Result<(), SqliteError> {
        self.keep_remedy(remedy)
    }

    fn limit_remedies(&mut self, times_ns: RangeInclusive<i64>) -> Result<usize, SqliteError> {
        self.drop_remedies(&times_ns)
    }

    fn spent_key(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<InstallationId>, SqliteError> {
        self.who_spent(identity, key)
    }

    fn put_spent_key(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
        installation: &InstallationId,
        max: usize,
    ) -> Result<(), SqliteError> {
        self.keep_spent(identity, key, installation, max)
    }
}

impl SqliteStore<'_> {
    fn update_session(&self, number: i64, session: &Session) -> Result<(), SqliteError> {
        let state = session.to_bytes();
        let superseded = session.superseded_ns.is_some();
        self.execute(
            sql::UPDATE_SESSION,
            params![number, superseded, state.as_slice()],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
