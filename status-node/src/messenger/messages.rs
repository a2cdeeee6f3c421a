//! The messages of chats, in the one order that [`order`](super::order) describes.

use super::columns::{self, number, unsigned};
use super::{ClockFault, chats};
use crate::Chat;
use crate::message::Message;
use crate::storage::StorageError;
use bytes::Bytes;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use secp256k1::PublicKey;
use status_payload::wire::chat_message::ContentType;
use status_payload::{Content, MessageId, Position};
use status_whisper::Hash;

/// The table. The wrapped bytes come last, so that what is read for a page lies in front of them.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_message (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    chat INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    author BLOB NOT NULL,
    timestamp INTEGER NOT NULL,
    received INTEGER NOT NULL,
    outgoing INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    fault INTEGER,
    content INTEGER NOT NULL,
    sticker_hash TEXT,
    sticker_pack INTEGER,
    response_to BLOB,
    envelope BLOB,
    ens_name TEXT NOT NULL,
    text TEXT NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;
CREATE INDEX node_message_order ON node_message (chat, clock, id);
CREATE INDEX node_message_unread ON node_message (chat, clock, id) WHERE unread = 1;
";

/// How many messages a page has at most.
pub const MAX_PAGE: usize = 1_000;

/// Bytes of messages after which a page ends, however many were asked for: 4 MiB. Anybody can write
/// messages of a megabyte, and thousands of them.
pub const MAX_PAGE_BYTES: usize = 4 << 20;

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// What is shown.
    pub message: Message,
    /// Whether the user has not read it.
    pub unread: bool,
    /// The signed wrapper, as it came or as it went to everybody: what is sent again.
    pub wrapped: Bytes,
}

/// What became of a message that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is new, and kept.
    New,
    /// It was there.
    Duplicate,
    /// Another one with its id is there, in another chat, of another author or of other bytes: it is
    /// not kept.
    Conflict,
    /// It is older than what the user cleared away, and not kept.
    Cleared,
    /// There is no room for its chat: it is not kept.
    NoRoom,
}

/// Keeps a message. Its chat is made if it is not known, and counts it if it is unread.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    stored: &StoredMessage,
) -> Result<Inserted, StorageError> {
    let message = &stored.message;
    let Some(place) = chats::place(transaction, &message.chat, message.outgoing)? else {
        return Ok(Inserted::NoRoom);
    };
    let inserted = put(transaction, stored, &place)?;
    if inserted == Inserted::New && stored.unread {
        transaction
            .prepare_cached("UPDATE node_chat SET unread = unread + 1 WHERE number = ?1")?
            .execute([place.number])?;
    }
    Ok(inserted)
}

/// Keeps a message as [`insert`] does, and if it is new shows its chat, whose clock follows the message's.
/// Whether the chat was not shown before.
pub(crate) fn show(
    transaction: &Transaction<'_>,
    stored: &StoredMessage,
    now_ms: u64,
) -> Result<(Inserted, bool), StorageError> {
    let message = &stored.message;
    let Some(mut place) = chats::place(transaction, &message.chat, message.outgoing)? else {
        return Ok((Inserted::NoRoom, false));
    };
    let inserted = put(transaction, stored, &place)?;
    if inserted != Inserted::New {
        return Ok((inserted, false));
    }
    place.clock.observe(message.clock, now_ms);
    let mut statement = transaction.prepare_cached(
        "UPDATE node_chat SET unread = unread + ?2, clock = ?3, active = 1 WHERE number = ?1",
    )?;
    statement.execute(params![
        place.number,
        i64::from(stored.unread),
        number(place.clock.last())
    ])?;
    Ok((inserted, !place.active))
}

fn put(
    transaction: &Transaction<'_>,
    stored: &StoredMessage,
    place: &chats::Place,
) -> Result<Inserted, StorageError> {
    let (message, chat) = (&stored.message, place.number);
    if place.cleared >= message.clock {
        return Ok(Inserted::Cleared);
    }
    let author = message.from.serialize();
    let (content, sticker_hash, sticker_pack) = content_columns(&message.content);
    let mut statement = transaction.prepare_cached(
        "INSERT INTO node_message (id, chat, clock, author, timestamp, received, outgoing, unread,
            fault, content, sticker_hash, sticker_pack, response_to, envelope, ens_name, text, wrapped)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (id) DO NOTHING",
    )?;
    let inserted = statement.execute(params![
        message.id.as_bytes(),
        chat,
        number(message.clock),
        author,
        number(message.timestamp),
        number(message.received),
        message.outgoing,
        stored.unread,
        message.fault.map(ClockFault::to_column),
        content,
        sticker_hash,
        sticker_pack,
        message.response_to.map(|id| *id.as_bytes()),
        message.envelope.map(|hash| hash.0),
        message.ens_name,
        message.text,
        &*stored.wrapped,
    ])?;
    if inserted == 0 {
        return same(transaction, stored, chat);
    }
    Ok(Inserted::New)
}

/// Whether what is kept under the id of a message is that message.
fn same(
    transaction: &Transaction<'_>,
    stored: &StoredMessage,
    chat: i64,
) -> Result<Inserted, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT 1 FROM node_message WHERE id = ?1 AND chat = ?2 AND author = ?3 AND wrapped = ?4",
    )?;
    let same = statement.exists(params![
        stored.message.id.as_bytes(),
        chat,
        stored.message.from.serialize(),
        &*stored.wrapped,
    ])?;
    Ok(if same {
        Inserted::Duplicate
    } else {
        Inserted::Conflict
    })
}

const COLUMNS: &str = "node_message.id, node_chat.chat, node_message.clock, author, timestamp, received,
    outgoing, node_message.unread, fault, content, sticker_hash, sticker_pack, response_to, envelope,
    ens_name, text, wrapped";

/// The message of this id.
pub(crate) fn by_id(
    transaction: &Transaction<'_>,
    id: &MessageId,
) -> Result<Option<StoredMessage>, StorageError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM node_message JOIN node_chat ON node_chat.number = node_message.chat
         WHERE node_message.id = ?1"
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let mut rows = statement.query([id.as_bytes()])?;
    rows.next()?.map(stored).transpose()
}

/// Where a message stands in its chat.
pub(crate) fn position(
    transaction: &Transaction<'_>,
    id: &MessageId,
) -> Result<Option<Position>, StorageError> {
    let mut statement =
        transaction.prepare_cached("SELECT clock FROM node_message WHERE id = ?1")?;
    let clock: Option<i64> = statement
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(clock.map(|clock| Position::new(unsigned(clock), *id)))
}

/// Up to `limit` messages of a chat, [`MAX_PAGE`] and [`MAX_PAGE_BYTES`] at most, but one however large: the
/// last ones before a position, or the last of all, in their order.
pub(crate) fn page(
    transaction: &Transaction<'_>,
    chat: &Chat,
    before: Option<&Position>,
    limit: usize,
) -> Result<Vec<StoredMessage>, StorageError> {
    let Some(chat) = chats::find(transaction, chat)? else {
        return Ok(Vec::new());
    };
    let end = Position::new(u64::MAX, MessageId::from([0xff; 32]));
    let before = before.unwrap_or(&end);
    let limit = i64::try_from(limit.min(MAX_PAGE)).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT {COLUMNS} FROM node_message JOIN node_chat ON node_chat.number = node_message.chat
         WHERE node_message.chat = ?1 AND (node_message.clock, node_message.id) < (?2, ?3)
         ORDER BY node_message.clock DESC, node_message.id DESC LIMIT ?4"
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let mut rows = statement.query(params![
        chat,
        number(before.clock()),
        before.id().as_bytes(),
        limit
    ])?;
    let (mut page, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let message = stored(row)?;
        bytes += message.wrapped.len();
        if bytes > MAX_PAGE_BYTES && !page.is_empty() {
            break;
        }
        page.push(message);
    }
    page.reverse();
    Ok(page)
}

fn stored(row: &Row<'_>) -> Result<StoredMessage, StorageError> {
    let id: Vec<u8> = row.get(0)?;
    let author: Vec<u8> = row.get(3)?;
    let fault: Option<i64> = row.get(8)?;
    let response_to: Option<Vec<u8>> = row.get(12)?;
    let envelope: Option<Vec<u8>> = row.get(13)?;
    let envelope = envelope
        .map(|bytes| <[u8; 32]>::try_from(bytes).map(Hash))
        .transpose()
        .map_err(|_| StorageError::Damaged("the hash of an envelope"))?;
    let wrapped: Vec<u8> = row.get(16)?;
    Ok(StoredMessage {
        message: Message {
            chat: columns::chat(row.get_ref(1)?.as_str().unwrap_or_default())?,
            from: columns::key(&author)?,
            text: row.get(15)?,
            id: columns::message_id(&id)?,
            clock: unsigned(row.get(2)?),
            timestamp: unsigned(row.get(4)?),
            envelope,
            received: unsigned(row.get(5)?),
            outgoing: row.get(6)?,
            response_to: response_to
                .as_deref()
                .map(columns::message_id)
                .transpose()?,
            ens_name: row.get(14)?,
            content: content(row.get(9)?, row.get(10)?, row.get(11)?),
            fault: fault.map(ClockFault::from_column),
        },
        unread: row.get(7)?,
        wrapped: wrapped.into(),
    })
}

fn content_columns(content: &Content) -> (i32, Option<&str>, Option<i32>) {
    match content {
        Content::Text => (ContentType::TextPlain.into(), None, None),
        Content::Sticker { hash, pack } => (ContentType::Sticker.into(), Some(hash), Some(*pack)),
        Content::Status => (ContentType::Status.into(), None, None),
        Content::Emoji => (ContentType::Emoji.into(), None, None),
        Content::SystemMessage => (
            ContentType::SystemMessageContentPrivateGroup.into(),
            None,
            None,
        ),
        Content::Other(number) => (*number, None, None),
    }
}

fn content(number: i32, hash: Option<String>, pack: Option<i32>) -> Content {
    match ContentType::try_from(number) {
        Ok(ContentType::TextPlain) => Content::Text,
        Ok(ContentType::Sticker) => Content::Sticker {
            hash: hash.unwrap_or_default(),
            pack: pack.unwrap_or_default(),
        },
        Ok(ContentType::Status) => Content::Status,
        Ok(ContentType::Emoji) => Content::Emoji,
        Ok(ContentType::SystemMessageContentPrivateGroup) => Content::SystemMessage,
        _ => Content::Other(number),
    }
}

/// Marks the messages of a chat as read, up to a position or all. How many were unread.
pub(crate) fn mark_read(
    transaction: &Transaction<'_>,
    chat: &Chat,
    up_to: Option<&Position>,
) -> Result<usize, StorageError> {
    let Some(chat) = chats::find(transaction, chat)? else {
        return Ok(0);
    };
    let end = Position::new(u64::MAX, MessageId::from([0xff; 32]));
    let up_to = up_to.unwrap_or(&end);
    let mut statement = transaction.prepare_cached(
        "UPDATE node_message SET unread = 0
         WHERE chat = ?1 AND unread = 1 AND (clock, id) <= (?2, ?3)",
    )?;
    let read = statement.execute(params![chat, number(up_to.clock()), up_to.id().as_bytes()])?;
    if read > 0 {
        transaction
            .prepare_cached("UPDATE node_chat SET unread = max(0, unread - ?2) WHERE number = ?1")?
            .execute(params![chat, i64::try_from(read).unwrap_or(i64::MAX)])?;
    }
    Ok(read)
}

/// Forgets the messages of a chat up to its clock, so that they are not taken again.
pub(crate) fn clear(transaction: &Transaction<'_>, chat: &Chat) -> Result<usize, StorageError> {
    let Some(chat) = chats::find(transaction, chat)? else {
        return Ok(0);
    };
    transaction
        .prepare_cached("UPDATE node_chat SET cleared = clock, unread = 0 WHERE number = ?1")?
        .execute([chat])?;
    let mut statement = transaction.prepare_cached("DELETE FROM node_message WHERE chat = ?1")?;
    Ok(statement.execute([chat])?)
}

/// Forgets the messages of an author in all chats, whose counts of unread ones shrink. The chats that
/// this concerns.
pub(crate) fn remove_author(
    transaction: &Transaction<'_>,
    author: &PublicKey,
) -> Result<Vec<Chat>, StorageError> {
    let author = author.serialize();
    let mut statement = transaction.prepare(
        "SELECT node_chat.number, node_chat.chat, sum(node_message.unread)
         FROM node_message JOIN node_chat ON node_chat.number = node_message.chat
         WHERE author = ?1 GROUP BY node_chat.number",
    )?;
    let mut rows = statement.query([author])?;
    let mut concerned = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, unread): (i64, i64) = (row.get(0)?, row.get(2)?);
        transaction.execute(
            "UPDATE node_chat SET unread = max(0, unread - ?2) WHERE number = ?1",
            [number, unread],
        )?;
        concerned.push(columns::chat(row.get_ref(1)?.as_str().unwrap_or_default())?);
    }
    transaction.execute("DELETE FROM node_message WHERE author = ?1", [author])?;
    Ok(concerned)
}

#[cfg(test)]
mod tests;
