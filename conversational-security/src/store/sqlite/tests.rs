//! How SQLite finds the rows, earlier schemas, and databases that were tampered with.

use super::*;
use crate::ratchet::{Ratchet, SecretBytes};
use crate::session::Opening;
use secp256k1::SecretKey;

fn key(fill: u8) -> CompressedKey {
    CompressedKey::new([fill; 33])
}

fn id(fill: u8) -> SessionId {
    SessionId {
        identity: key(fill),
        installation: "phone".into(),
        prekey: key(200),
    }
}

fn session() -> Session {
    let prekey = SecretKey::from_byte_array([7; 32]).unwrap();
    Session {
        ratchet: Ratchet::recipient(&SecretBytes::new([8; 32]), &prekey),
        ephemeral: key(3),
        opening: Opening::Received,
        superseded_ns: None,
        used_ns: 5,
    }
}

fn message_key(sequence: u64) -> MessageKey {
    MessageKey {
        ratchet_key: key(4),
        n: u32::try_from(sequence).unwrap(),
        key: SecretBytes::new([9; 32]),
        sequence,
        message: None,
    }
}

#[test]
fn every_statement_finds_its_rows_by_an_index() {
    let mut database = Connection::open_in_memory().unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    assert!(sql::ALL.len() <= SqliteStore::STATEMENTS);
    for statement in sql::ALL {
        let mut plan = batch
            .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
            .unwrap();
        let parameters = vec![rusqlite::types::Null; plan.parameter_count()];
        let mut rows = plan.query(rusqlite::params_from_iter(parameters)).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let detail: String = row.get(3).unwrap();
            assert!(!detail.contains("SCAN"), "{statement}: {detail}");
        }
    }
}

#[test]
fn a_database_of_the_first_schema_is_brought_up_to_date() {
    let mut database = Connection::open_in_memory().unwrap();
    let batch = database.transaction().unwrap();
    batch
        .execute_batch("CREATE TABLE security_schema (version INTEGER NOT NULL)")
        .unwrap();
    batch.execute_batch(schema::MIGRATIONS[0]).unwrap();
    batch
        .execute("INSERT INTO security_schema VALUES (1)", [])
        .unwrap();
    let mut store = SqliteStore::new(&batch);
    store.put_session(&id(1), &session()).unwrap();
    let window = KeyWindow::after(1);
    let keys = [message_key(0)];
    store.put_message_keys(&id(1), &keys, window).unwrap();
    batch
        .execute(
            "INSERT INTO security_installation VALUES (?1, 'phone', 1, 1, 2, 0, 3, 0, 1)",
            [key(1).as_bytes()],
        )
        .unwrap();
    batch
        .execute(
            "INSERT INTO security_answer VALUES (?1, 4)",
            [key(2).as_bytes()],
        )
        .unwrap();
    batch.commit().unwrap();

    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    batch.commit().unwrap();
    // Again, as at each start.
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    let version: i64 = batch
        .query_row("SELECT version FROM security_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(version), Ok(schema::VERSION));
    let indices: i64 = batch
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'security_session_current'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(indices, 1);
    let mut store = SqliteStore::new(&batch);
    assert_eq!(store.session(&id(1)).unwrap(), Some(session()));
    let kept = store.message_key(&id(1), &key(4), 0).unwrap();
    assert_eq!(kept, Some(message_key(0)));
    let peer = Peer {
        identity: key(1),
        kept: false,
        heard_ns: 3,
    };
    assert_eq!(store.peer(&key(1)).unwrap(), Some(peer));
    let answered = store.remedy(&key(2), RemedyKind::Answer).unwrap();
    assert_eq!(answered.map(|remedy| remedy.since_ns), Some(4));
}

#[test]
fn a_database_of_a_newer_schema_is_left_alone() {
    let mut database = Connection::open_in_memory().unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    for found in [-1, 99] {
        batch
            .execute("UPDATE security_schema SET version = ?1", [found])
            .unwrap();
        let error = SqliteStore::migrate(&batch).unwrap_err();
        assert!(
            matches!(error, SqliteError::Schema { found: at } if at == found),
            "{error}"
        );
    }
}

#[test]
fn what_was_not_committed_never_happened() {
    let mut database = Connection::open_in_memory().unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    batch.commit().unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::new(&batch)
        .put_session(&id(1), &session())
        .unwrap();
    batch.rollback().unwrap();
    let batch = database.transaction().unwrap();
    assert_eq!(SqliteStore::new(&batch).session(&id(1)).unwrap(), None);
}

#[test]
fn damaged_values_are_errors_that_name_them() {
    let mut database = Connection::open_in_memory().unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    let mut store = SqliteStore::new(&batch);
    store.put_session(&id(1), &session()).unwrap();
    let keys = [message_key(0)];
    store
        .put_message_keys(&id(1), &keys, KeyWindow::after(1))
        .unwrap();
    let damage = |sql| batch.execute(sql, []).unwrap();
    damage("UPDATE security_session SET state = x'0102'");
    let error = store.session(&id(1)).unwrap_err();
    assert!(error.to_string().starts_with("2 stored bytes"), "{error}");
    damage("UPDATE security_message_key SET key = x'01'");
    let error = store.message_key(&id(1), &key(4), 0).unwrap_err();
    let text =
        "the table security_message_key is damaged: key has 1 bytes, which are no value of it";
    assert_eq!(error.to_string(), text);
}

#[test]
fn deleted_keys_do_not_stay_on_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("security.db");
    let mut database = Connection::open(&path).unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    let mut store = SqliteStore::new(&batch);
    store.put_session(&id(1), &session()).unwrap();
    let mut kept = message_key(0);
    kept.key = SecretBytes::new(*b"the key of a message to be read.");
    kept.message = Some([6; 32]);
    store
        .put_message_keys(&id(1), &[kept], KeyWindow::after(1))
        .unwrap();
    batch.commit().unwrap();
    let on_disk = || {
        let bytes = std::fs::read(&path).unwrap();
        bytes
            .windows(32)
            .any(|part| part == b"the key of a message to be read.")
    };
    assert!(on_disk());
    let batch = database.transaction().unwrap();
    assert!(SqliteStore::new(&batch).confirm_message(&[6; 32]).unwrap());
    batch.commit().unwrap();
    assert!(!on_disk());
}
