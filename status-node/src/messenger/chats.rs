//! The chats that are known: which are joined, what is unread in them, and their clocks.
//!
//! A chat is a row; its messages name it by its number. What is unread is counted when a message comes
//! or is read, never by looking at the messages, so a list of chats costs the same whatever was said in
//! them.

use super::columns::{self, number, unsigned};
use crate::Chat;
use crate::storage::StorageError;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use status_payload::{ChatClock, MessageId, Observed};

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_chat (
    number INTEGER PRIMARY KEY,
    chat TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    active INTEGER NOT NULL,
    muted INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    cleared INTEGER NOT NULL,
    chosen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX node_chat_unchosen ON node_chat (active, number) WHERE chosen = 0;
";

/// How many chats the user can have chosen: joined, or said something in, here or on another device. It
/// is far more than anybody has.
pub const MAX_CHATS: u64 = 10_000;

/// How many chats there are that others have made and the user has said nothing in. Anybody can make as
/// many as they have keys, so they have room of their own. When it is full those that the user does not
/// have shown make room, the earliest first; when all are shown no more come.
pub const MAX_UNCHOSEN_CHATS: u64 = 2_000;

/// Bytes of a chat's own name that are kept; a longer one is cut.
pub const MAX_CHAT_NAME: usize = 1_024;

/// A chat and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRecord {
    /// Which.
    pub chat: Chat,
    /// The name that a group has; empty for other chats, which are named by what they are.
    pub name: String,
    /// Whether it is to be shown: a public chat that is joined, a person who was written to or who
    /// wrote, a group that is not left.
    pub active: bool,
    /// Whether the user wants no notice of its messages.
    pub muted: bool,
    /// The highest clock of its messages, in ms; 0 for none.
    pub clock: u64,
    /// How many of its messages are not read.
    pub unread: u64,
    /// Messages up to this clock, in ms, were cleared away and are not taken again; 0 for none.
    pub cleared: u64,
    /// The last message in the order of the chat, if there is any.
    pub last_message: Option<MessageId>,
}

impl ChatRecord {
    /// A chat that nothing is known of yet.
    pub fn new(chat: Chat) -> Self {
        Self {
            chat,
            name: String::new(),
            active: false,
            muted: false,
            clock: 0,
            unread: 0,
            cleared: 0,
            last_message: None,
        }
    }
}

/// What is read of a row, with the last message by the index of messages.
const COLUMNS: &str = "chat, name, active, muted, clock, unread, cleared,
    (SELECT id FROM node_message WHERE node_message.chat = node_chat.number
     ORDER BY clock DESC, id DESC LIMIT 1)";

/// A chat.
pub(crate) fn get(
    transaction: &Transaction<'_>,
    chat: &Chat,
) -> Result<Option<ChatRecord>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM node_chat WHERE chat = ?1");
    let mut statement = transaction.prepare_cached(&sql)?;
    let mut rows = statement.query([chat.to_string()])?;
    rows.next()?.map(record).transpose()
}

/// All chats, in the order in which they came to be.
pub(crate) fn all(transaction: &Transaction<'_>) -> Result<Vec<ChatRecord>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM node_chat ORDER BY number");
    let mut statement = transaction.prepare_cached(&sql)?;
    columns::collect(statement.query([])?, record)
}

fn record(row: &Row<'_>) -> Result<ChatRecord, StorageError> {
    let last: Option<Vec<u8>> = row.get(7)?;
    Ok(ChatRecord {
        chat: columns::chat(row.get_ref(0)?.as_str().unwrap_or_default())?,
        name: row.get(1)?,
        active: row.get(2)?,
        muted: row.get(3)?,
        clock: unsigned(row.get(4)?),
        unread: unsigned(row.get(5)?),
        cleared: unsigned(row.get(6)?),
        last_message: last.as_deref().map(columns::message_id).transpose()?,
    })
}

/// Sets whether a chat is shown, which makes it if it is not known. Whether that changed anything;
/// none if there is no room for it.
pub(crate) fn set_active(
    transaction: &Transaction<'_>,
    chat: &Chat,
    active: bool,
) -> Result<Option<bool>, StorageError> {
    let Some(number) = ensure(transaction, chat)? else {
        return Ok(None);
    };
    let mut statement = transaction
        .prepare_cached("UPDATE node_chat SET active = ?2 WHERE number = ?1 AND active <> ?2")?;
    Ok(Some(statement.execute(params![number, active])? > 0))
}

/// Sets the name of a chat that is known, cut to [`MAX_CHAT_NAME`]. Whether it is another.
pub(crate) fn set_name(
    transaction: &Transaction<'_>,
    chat: &Chat,
    name: &str,
) -> Result<bool, StorageError> {
    let name = super::cut(name, MAX_CHAT_NAME);
    let mut statement = transaction
        .prepare_cached("UPDATE node_chat SET name = ?2 WHERE chat = ?1 AND name <> ?2")?;
    Ok(statement.execute(params![chat.to_string(), name])? > 0)
}

/// Sets whether the user wants notice of a chat that is known. Whether that changed anything.
pub(crate) fn set_muted(
    transaction: &Transaction<'_>,
    chat: &Chat,
    muted: bool,
) -> Result<bool, StorageError> {
    let mut statement = transaction
        .prepare_cached("UPDATE node_chat SET muted = ?2 WHERE chat = ?1 AND muted <> ?2")?;
    Ok(statement.execute(params![chat.to_string(), muted])? > 0)
}

/// The number of a chat that somebody else speaks of, which is made, not shown, if it is not known; none
/// if there are [`MAX_UNCHOSEN_CHATS`] that are shown.
pub(crate) fn ensure(
    transaction: &Transaction<'_>,
    chat: &Chat,
) -> Result<Option<i64>, StorageError> {
    if let Some(found) = find(transaction, chat)? {
        return Ok(Some(found));
    }
    if count(transaction, false)? >= MAX_UNCHOSEN_CHATS && !forget_one(transaction)? {
        return Ok(None);
    }
    make(transaction, chat, false).map(Some)
}

/// What must be known of a chat to put a message into it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Its number.
    pub(crate) number: i64,
    /// Whether it is shown.
    pub(crate) active: bool,
    /// Its clock.
    pub(crate) clock: ChatClock,
    /// The clock up to which the user cleared it, in ms.
    pub(crate) cleared: u64,
}

/// The place for a message in a chat, which is made, not shown, if it is not known; none if there is no
/// room for it. With a message of one's `own` the user chooses it.
pub(crate) fn place(
    transaction: &Transaction<'_>,
    chat: &Chat,
    own: bool,
) -> Result<Option<Place>, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT number, active, clock, cleared, chosen FROM node_chat WHERE chat = ?1",
    )?;
    let known = statement.query_row([chat.to_string()], |row| {
        let place = Place {
            number: row.get(0)?,
            active: row.get(1)?,
            clock: ChatClock::new(unsigned(row.get(2)?)),
            cleared: unsigned(row.get(3)?),
        };
        Ok((place, row.get(4)?))
    });
    let known: Option<(Place, bool)> = known.optional()?;
    if let Some((place, chosen)) = known {
        let fits = chosen || !own || choose(transaction, chat)?.is_some();
        return Ok(fits.then_some(place));
    }
    let made = match own {
        true => choose(transaction, chat)?,
        false => ensure(transaction, chat)?,
    };
    Ok(made.map(|number| Place {
        number,
        active: false,
        clock: ChatClock::default(),
        cleared: 0,
    }))
}

/// The number of a chat that the user chose, which is made, not shown, if it is not known; none if there
/// are [`MAX_CHATS`] others.
pub(crate) fn choose(
    transaction: &Transaction<'_>,
    chat: &Chat,
) -> Result<Option<i64>, StorageError> {
    let known: Option<(i64, bool)> = transaction
        .prepare_cached("SELECT number, chosen FROM node_chat WHERE chat = ?1")?
        .query_row([chat.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match known {
        Some((number, true)) => return Ok(Some(number)),
        _ if !has_room(transaction)? => return Ok(None),
        Some((number, false)) => {
            transaction
                .prepare_cached("UPDATE node_chat SET chosen = 1 WHERE number = ?1")?
                .execute([number])?;
            return Ok(Some(number));
        }
        None => {}
    }
    make(transaction, chat, true).map(Some)
}

/// Whether the user may choose another chat.
pub(crate) fn has_room(transaction: &Transaction<'_>) -> Result<bool, StorageError> {
    Ok(count(transaction, true)? < MAX_CHATS)
}

fn count(transaction: &Transaction<'_>, chosen: bool) -> Result<u64, StorageError> {
    let sql = match chosen {
        true => "SELECT count(*) FROM node_chat WHERE chosen <> 0",
        false => "SELECT count(*) FROM node_chat WHERE chosen = 0",
    };
    let count: i64 = transaction
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?;
    Ok(unsigned(count))
}

fn make(transaction: &Transaction<'_>, chat: &Chat, chosen: bool) -> Result<i64, StorageError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO node_chat (chat, name, active, muted, clock, unread, cleared, chosen)
         VALUES (?1, '', 0, 0, 0, 0, 0, ?2)",
    )?;
    statement.execute(params![chat.to_string(), chosen])?;
    Ok(transaction.last_insert_rowid())
}

/// Forgets the earliest of the chats that the user neither chose nor has shown, with all that is in it.
/// Whether there was one.
fn forget_one(transaction: &Transaction<'_>) -> Result<bool, StorageError> {
    let earliest: Option<i64> = transaction
        .prepare_cached(
            "SELECT number FROM node_chat WHERE chosen = 0 AND active = 0 ORDER BY number LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(number) = earliest else {
        return Ok(false);
    };
    for sql in [
        "DELETE FROM node_message WHERE chat = ?1",
        "DELETE FROM node_group_event WHERE chat = ?1",
        "DELETE FROM node_group_member WHERE chat = ?1",
        "DELETE FROM node_chat WHERE number = ?1",
    ] {
        transaction.prepare_cached(sql)?.execute([number])?;
    }
    Ok(true)
}

/// The number of a chat that is known.
pub(crate) fn find(
    transaction: &Transaction<'_>,
    chat: &Chat,
) -> Result<Option<i64>, StorageError> {
    let mut statement =
        transaction.prepare_cached("SELECT number FROM node_chat WHERE chat = ?1")?;
    Ok(statement
        .query_row([chat.to_string()], |row| row.get(0))
        .optional()?)
}

/// The clock for the next message of one's own, in ms, which the chat's clock is afterwards. A chat
/// that is not known is made, not shown; none if there are [`MAX_CHATS`] others.
pub(crate) fn next_clock(
    transaction: &Transaction<'_>,
    chat: &Chat,
    now_ms: u64,
) -> Result<Option<u64>, StorageError> {
    if choose(transaction, chat)?.is_none() {
        return Ok(None);
    }
    let mut clock = clock(transaction, chat)?;
    let next = clock.next(now_ms);
    store_clock(transaction, chat, clock)?;
    Ok(Some(next))
}

/// Lets the chat's clock follow that of a message that is taken, as far as others would accept a next
/// one.
pub(crate) fn observe_clock(
    transaction: &Transaction<'_>,
    chat: &Chat,
    observed: u64,
    now_ms: u64,
) -> Result<Observed, StorageError> {
    let mut clock = clock(transaction, chat)?;
    let outcome = clock.observe(observed, now_ms);
    if outcome != Observed::Known {
        store_clock(transaction, chat, clock)?;
    }
    Ok(outcome)
}

/// The clock of a chat; 0 if the chat is not known.
pub(crate) fn clock(transaction: &Transaction<'_>, chat: &Chat) -> Result<ChatClock, StorageError> {
    let mut statement =
        transaction.prepare_cached("SELECT clock FROM node_chat WHERE chat = ?1")?;
    let last: Option<i64> = statement
        .query_row([chat.to_string()], |row| row.get(0))
        .optional()?;
    Ok(ChatClock::new(unsigned(last.unwrap_or(0))))
}

fn store_clock(
    transaction: &Transaction<'_>,
    chat: &Chat,
    clock: ChatClock,
) -> Result<(), StorageError> {
    let mut statement =
        transaction.prepare_cached("UPDATE node_chat SET clock = ?2 WHERE chat = ?1")?;
    statement.execute(params![chat.to_string(), number(clock.last())])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};
    use status_payload::MAX_AHEAD_MS;

    const NOW: u64 = 1_590_000_000_000;

    #[test]
    fn a_chat_comes_to_be_once_and_is_changed_by_name() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let public = Chat::public("status").unwrap();
        let other = Chat::person(&person(1));
        assert_eq!(get(&transaction, &public).unwrap(), None);
        assert_eq!(set_active(&transaction, &public, true).unwrap(), Some(true));
        assert_eq!(
            set_active(&transaction, &public, true).unwrap(),
            Some(false)
        );
        ensure(&transaction, &other).unwrap();
        assert!(set_name(&transaction, &other, "Ann").unwrap());
        assert!(!set_name(&transaction, &other, "Ann").unwrap());
        assert!(set_muted(&transaction, &other, true).unwrap());
        let expected = [
            ChatRecord {
                active: true,
                ..ChatRecord::new(public)
            },
            ChatRecord {
                name: "Ann".into(),
                muted: true,
                ..ChatRecord::new(other.clone())
            },
        ];
        assert_eq!(all(&transaction).unwrap(), expected);
    }

    #[test]
    fn the_clock_follows_what_is_plausible_and_never_stands_still() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let chat = Chat::public("status").unwrap();
        assert_eq!(next_clock(&transaction, &chat, NOW).unwrap(), Some(NOW));
        assert_eq!(next_clock(&transaction, &chat, NOW).unwrap(), Some(NOW + 1));
        assert_eq!(
            observe_clock(&transaction, &chat, NOW + 50, NOW).unwrap(),
            Observed::Followed
        );
        assert_eq!(
            next_clock(&transaction, &chat, NOW - 9).unwrap(),
            Some(NOW + 51)
        );
        assert!(matches!(
            observe_clock(&transaction, &chat, NOW * 2, NOW).unwrap(),
            Observed::Clamped { .. }
        ));
        let next = next_clock(&transaction, &chat, NOW).unwrap().unwrap();
        assert_eq!(next, NOW + MAX_AHEAD_MS);
        assert_eq!(get(&transaction, &chat).unwrap().unwrap().clock, next);
    }

    fn fill(transaction: &Transaction<'_>, many: u64, chosen: bool) {
        transaction
            .execute(
                "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ?1)
                 INSERT INTO node_chat (chat, name, active, muted, clock, unread, cleared, chosen)
                 SELECT '#c' || ?2 || n, '', 1, 0, 0, 0, 0, ?2 FROM many",
                params![number(many), chosen],
            )
            .unwrap();
    }

    #[test]
    fn chats_of_strangers_take_no_room_from_the_users() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        fill(&transaction, MAX_UNCHOSEN_CHATS, false);
        let stranger = Chat::person(&person(1));
        assert_eq!(ensure(&transaction, &stranger).unwrap(), None);
        assert_eq!(set_active(&transaction, &stranger, true).unwrap(), None);
        let known = Chat::public("c07").unwrap();
        assert!(ensure(&transaction, &known).unwrap().is_some());
        // Whomever the user writes to has room.
        let friend = Chat::person(&person(2));
        assert_eq!(next_clock(&transaction, &friend, 5).unwrap(), Some(5));
        // A chat that the user does not want shown makes room.
        set_active(&transaction, &known, false).unwrap();
        assert!(ensure(&transaction, &stranger).unwrap().is_some());
        assert_eq!(get(&transaction, &known).unwrap(), None);
    }

    #[test]
    fn the_user_cannot_make_chats_without_end_either() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        fill(&transaction, MAX_CHATS, true);
        let friend = Chat::person(&person(1));
        assert_eq!(next_clock(&transaction, &friend, 5).unwrap(), None);
        ensure(&transaction, &friend).unwrap().unwrap();
        assert_eq!(choose(&transaction, &friend).unwrap(), None);
    }
}
