//! Message keys: kept in the order they were made, found by the message they are for, forgotten
//! when the message that they read is confirmed.

use super::{SqliteError, SqliteStore, rows, sql};
use crate::ratchet::{KeyWindow, MessageKey, SecretBytes};
use crate::store::memory::MESSAGES_PER_KEY;
use crate::{CompressedKey, MessageId};
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

const TABLE: &str = "security_message_key";

impl SqliteStore<'_> {
    /// The key of message `n` in the chain of `ratchet_key`.
    pub(super) fn key_at(
        &self,
        session: i64,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<Option<MessageKey>, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::MESSAGE_KEY)?;
        let values = params![session, ratchet_key.as_bytes(), n, place(ratchet_key, n)];
        let mut rows = statement.query(values)?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let sequence: i64 = row.get(0)?;
        let key = Zeroizing::new(rows::array(row, 1, TABLE, "key")?);
        let read = !matches!(row.get_ref(2)?, rusqlite::types::ValueRef::Null);
        let message = read.then(|| rows::array(row, 2, TABLE, "message"));
        Ok(Some(MessageKey {
            ratchet_key: *ratchet_key,
            n,
            key: SecretBytes::new(*key),
            sequence: sequence.cast_unsigned(),
            message: message.transpose()?,
        }))
    }

    pub(super) fn put_keys(
        &mut self,
        session: i64,
        keys: &[MessageKey],
        window: KeyWindow,
    ) -> Result<(), SqliteError> {
        let mut put = self.connection.prepare_cached(sql::PUT_KEY)?;
        for key in keys {
            put.execute(params![
                session,
                key.sequence.cast_signed(),
                key.ratchet_key.as_bytes(),
                key.n,
                key.key.as_bytes(),
                key.message,
                place(&key.ratchet_key, key.n),
            ])?;
        }
        let kept = self.count(session, number(keys.len()))?;
        let mut first = window.first_sequence.cast_signed();
        let excess = kept.saturating_sub(number(window.max));
        if excess > 0 {
            let mut statement = self.connection.prepare_cached(sql::SEQUENCE_AT)?;
            let oldest: i64 = statement.query_row(params![session, excess], |row| row.get(0))?;
            first = first.max(oldest);
        }
        if first > 0 {
            let dropped = self.execute(sql::DROP_OLD_KEYS, params![session, first])?;
            if dropped > 0 {
                self.execute(sql::DROP_OLD_MESSAGES, params![session, first])?;
                self.count(session, -number(dropped))?;
            }
        }
        Ok(())
    }

    /// Counts keys that were added or, negative, removed, and gives how many there are.
    fn count(&self, session: i64, added: i64) -> Result<i64, SqliteError> {
        let mut statement = self.connection.prepare_cached(sql::COUNT_KEYS)?;
        Ok(statement.query_row([session, added], |row| row.get(0))?)
    }

    /// Lets `message` confirm `key` as well.
    pub(super) fn link(
        &self,
        session: i64,
        key: &MessageKey,
        message: &MessageId,
    ) -> Result<(), SqliteError> {
        let sequence = key.sequence.cast_signed();
        let mut statement = self.connection.prepare_cached(sql::LINKS)?;
        let rows = statement.query([session, sequence])?;
        let links: Vec<(i64, MessageId)> = rows::all(rows, |row| {
            Ok((
                row.get(0)?,
                rows::array(row, 1, "security_message", "message")?,
            ))
        })?;
        let known = links.iter().map(|(_, linked)| linked).chain(&key.message);
        if known.clone().any(|known| known == message) {
            return Ok(());
        }
        if known.count() >= MESSAGES_PER_KEY {
            match (&key.message, links.first()) {
                (None, Some((oldest, _))) => self.execute(sql::UNLINK, [oldest])?,
                _ => self.execute(sql::UNNAME_KEY, [session, sequence])?,
            };
        }
        self.execute(sql::LINK, params![message, session, sequence])?;
        Ok(())
    }

    /// Forgets the key that read `message`.
    pub(super) fn confirm(&mut self, message: &MessageId) -> Result<bool, SqliteError> {
        let place = |row: &Row<'_>| Ok::<(i64, i64), rusqlite::Error>((row.get(0)?, row.get(1)?));
        let mut statement = self.connection.prepare_cached(sql::KEY_OF_MESSAGE)?;
        let mut found = statement.query_row([message], place).optional()?;
        if found.is_none() {
            let mut statement = self.connection.prepare_cached(sql::KEY_OF_LINK)?;
            found = statement.query_row([message], place).optional()?;
        }
        let Some((session, sequence)) = found else {
            return Ok(false);
        };
        self.execute(sql::REMOVE_KEY, [session, sequence])?;
        self.execute(sql::REMOVE_LINKS, [session, sequence])?;
        self.count(session, -1)?;
        Ok(true)
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A number under which a key is looked for, with the ratchet key itself compared after: an index
/// of numbers is half the work of one of keys. A peer that makes two of its places the same slows
/// down nobody's session but its own.
fn place(ratchet_key: &CompressedKey, n: u32) -> i64 {
    let start = ratchet_key.as_bytes().last_chunk::<8>();
    start.map_or(0, |start| i64::from_le_bytes(*start)) ^ i64::from(n)
}
