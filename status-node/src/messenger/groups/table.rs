//! Groups as they are kept: their events, and who belongs to them.

use crate::Chat;
use crate::messenger::{chats, columns};
use crate::storage::StorageError;
use bytes::Bytes;
use rusqlite::{Transaction, params};
use secp256k1::PublicKey;
use status_payload::{Group, GroupEvent, GroupId, Rules};

/// The tables. Members follow from the events; they stand in a table of their own so that neither a
/// start nor a list of chats has to recover the authors of all events.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_group_event (
    chat INTEGER NOT NULL,
    event BLOB NOT NULL,
    PRIMARY KEY (chat, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE node_group_member (
    chat INTEGER NOT NULL,
    place INTEGER NOT NULL,
    person BLOB NOT NULL,
    admin INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    PRIMARY KEY (chat, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX node_group_member_person ON node_group_member (person);
";

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PublicKey,
    /// Whether they may invite, remove and rename.
    pub admin: bool,
    /// Whether they joined; messages count between those who did.
    pub joined: bool,
}

/// Who belongs to a group, in the order of invitation; nobody if it is not known.
pub(crate) fn members(
    transaction: &Transaction<'_>,
    id: &GroupId,
) -> Result<Vec<Member>, StorageError> {
    let Some(chat) = chats::find(transaction, &Chat::Group(id.clone()))? else {
        return Ok(Vec::new());
    };
    let mut statement = transaction.prepare_cached(
        "SELECT person, admin, joined FROM node_group_member WHERE chat = ?1 ORDER BY place",
    )?;
    columns::collect(statement.query([chat])?, |row| {
        let person: Vec<u8> = row.get(0)?;
        Ok(Member {
            person: columns::key(&person)?,
            admin: row.get(1)?,
            joined: row.get(2)?,
        })
    })
}

/// How many groups somebody is invited to and has not joined.
pub(super) fn invitations(
    transaction: &Transaction<'_>,
    person: &PublicKey,
) -> Result<usize, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT count(*) FROM node_group_member WHERE person = ?1 AND joined = 0",
    )?;
    let count: i64 = statement.query_row([person.serialize()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A group from its events, whose authors are recovered anew; none if it is not known.
pub(crate) fn load(
    transaction: &Transaction<'_>,
    id: &GroupId,
) -> Result<Option<Group>, StorageError> {
    let Some(chat) = chats::find(transaction, &Chat::Group(id.clone()))? else {
        return Ok(None);
    };
    let mut statement =
        transaction.prepare_cached("SELECT event FROM node_group_event WHERE chat = ?1")?;
    let events = columns::collect(statement.query([chat])?, |row| {
        let bytes: Vec<u8> = row.get(0)?;
        let event = GroupEvent::decode(id.as_str(), Bytes::from(bytes));
        event.map_err(|_| StorageError::Damaged("an event of a group"))
    })?;
    if events.is_empty() {
        return Ok(None);
    }
    Group::rebuild(id.clone(), events, Rules::Deployed)
        .map(Some)
        .map_err(|_| StorageError::Damaged("the events of a group"))
}

/// Keeps a group as it is: what it had before and has no more goes. `false` if there is no room for its
/// chat.
pub(crate) fn save(transaction: &Transaction<'_>, group: &Group) -> Result<bool, StorageError> {
    let chat_of = Chat::Group(group.id().clone());
    let Some(chat) = chats::ensure(transaction, &chat_of)? else {
        return Ok(false);
    };
    let mut insert = transaction
        .prepare_cached("INSERT INTO node_group_event VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    let mut added = 0;
    for event in group.events() {
        added += insert.execute(params![chat, &**event.as_bytes()])?;
    }
    let kept: i64 = transaction
        .prepare_cached("SELECT count(*) FROM node_group_event WHERE chat = ?1")?
        .query_row([chat], |row| row.get(0))?;
    if usize::try_from(kept).unwrap_or(usize::MAX) > group.events().len() {
        // Some were replaced or made room: write all anew.
        transaction.execute("DELETE FROM node_group_event WHERE chat = ?1", [chat])?;
        for event in group.events() {
            added += insert.execute(params![chat, &**event.as_bytes()])?;
        }
    }
    if added > 0 {
        save_members(transaction, chat, group)?;
    }
    chats::set_name(transaction, &chat_of, group.name())?;
    Ok(true)
}

fn save_members(
    transaction: &Transaction<'_>,
    chat: i64,
    group: &Group,
) -> Result<(), StorageError> {
    transaction.execute("DELETE FROM node_group_member WHERE chat = ?1", [chat])?;
    let mut statement =
        transaction.prepare_cached("INSERT INTO node_group_member VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (place, member) in group.members().iter().enumerate() {
        statement.execute(params![
            chat,
            i64::try_from(place).unwrap_or(i64::MAX),
            member.public_key().serialize(),
            group.admins().contains(member),
            group.joined().contains(member),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person, secret};
    use status_payload::Action;

    const NOW: u64 = 1_590_000_000_000;

    #[test]
    fn a_group_reads_back_with_its_members() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut group = Group::create(&secret(1), "friends", NOW, &mut rand::rng()).unwrap();
        let chat = Chat::Group(group.id().clone());
        assert_eq!(load(&transaction, group.id()).unwrap(), None);
        assert!(save(&transaction, &group).unwrap());
        let invite = Action::Invite(vec![person(2).into(), person(3).into()]);
        group.act(&secret(1), invite, NOW, 0).unwrap();
        group.act(&secret(2), Action::Join, NOW, 0).unwrap();
        save(&transaction, &group).unwrap();
        assert_eq!(
            load(&transaction, group.id()).unwrap().as_ref(),
            Some(&group)
        );
        let member = |byte, admin, joined| Member {
            person: person(byte),
            admin,
            joined,
        };
        assert_eq!(
            members(&transaction, group.id()).unwrap(),
            [
                member(1, true, true),
                member(2, false, true),
                member(3, false, false)
            ]
        );
        assert_eq!(
            chats::get(&transaction, &chat).unwrap().unwrap().name,
            "friends"
        );
        chats::set_active(&transaction, &chat, true).unwrap();
        assert_eq!(invitations(&transaction, &person(3)).unwrap(), 1);
        assert_eq!(invitations(&transaction, &person(2)).unwrap(), 0);
    }

    #[test]
    fn another_signature_of_an_event_replaces_the_one_that_was_kept() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let group = Group::create(&secret(1), "friends", NOW, &mut rand::rng()).unwrap();
        save(&transaction, &group).unwrap();
        let mut larger = group.clone();
        larger
            .act(&secret(1), Action::Rename("enemies".into()), NOW, 0)
            .unwrap();
        save(&transaction, &larger).unwrap();
        // As if a later event had made room.
        save(&transaction, &group).unwrap();
        assert_eq!(load(&transaction, group.id()).unwrap(), Some(group));
    }
}
