//! Older, newer and damaged databases; indices.

use super::*;
use rusqlite::Connection;

fn id(number: u8) -> MessageId {
    MessageId([number; 32])
}

fn open() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    SqliteStore::migrate(&transaction).unwrap();
    transaction.commit().unwrap();
    connection
}

fn tables(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_database_of_every_older_version_is_brought_up_to_date_with_what_it_holds() {
    for version in 1..schema::VERSION {
        let mut connection = Connection::open_in_memory().unwrap();
        let transaction = connection.transaction().unwrap();
        schema::migrate(&transaction, version).unwrap();
        let mut store = SqliteStore::new(&transaction);
        store.save_peer(2, &PeerId::from("peer")).unwrap();
        for number in 0..3 {
            store.remember(&id(number), 2).unwrap();
        }
        let before = store.load().unwrap();
        transaction.commit().unwrap();

        let transaction = connection.transaction().unwrap();
        SqliteStore::migrate(&transaction).unwrap();
        let mut store = SqliteStore::new(&transaction);
        assert_eq!(store.load().unwrap(), before);
        assert!(!store.remember(&id(1), 2).unwrap());
        assert!(store.remember_too(&id(1), 3).unwrap());
        transaction.commit().unwrap();
        assert_eq!(tables(&connection), tables(&open()));
    }
}

#[test]
fn migrating_again_changes_nothing() {
    let mut connection = open();
    let before = tables(&connection);
    let transaction = connection.transaction().unwrap();
    SqliteStore::new(&transaction).remember(&id(1), 2).unwrap();
    SqliteStore::migrate(&transaction).unwrap();
    assert!(
        SqliteStore::new(&transaction)
            .is_remembered(&id(1))
            .unwrap()
    );
    transaction.commit().unwrap();
    assert_eq!(tables(&connection), before);
}

#[test]
fn a_newer_database_is_left_alone() {
    let mut connection = open();
    connection
        .execute("UPDATE mvds_version SET version = version + 1", [])
        .unwrap();
    let transaction = connection.transaction().unwrap();
    let error = SqliteStore::migrate(&transaction).unwrap_err();
    let text = error.to_string();
    assert!(matches!(
        error,
        SqliteError::NewerSchema { found, known } if found == known + 1
    ));
    let known = schema::VERSION;
    assert!(text.contains(&known.to_string()) && text.contains(&(known + 1).to_string()));
}

#[test]
fn a_migration_that_is_rolled_back_leaves_nothing() {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    SqliteStore::migrate(&transaction).unwrap();
    transaction.rollback().unwrap();
    assert_eq!(tables(&connection), [""; 0]);
}

#[test]
fn without_tables_every_call_is_an_error() {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    let mut store = SqliteStore::new(&transaction);
    assert!(matches!(store.load(), Err(SqliteError::Database(_))));
    assert!(store.remember(&id(1), 2).is_err());
}

#[test]
fn damage_is_reported_with_its_table() {
    let spoil = [
        (
            "mvds_records",
            "INSERT INTO mvds_records VALUES (1, 2, 1, x'00', 0, 0, 0, 0, 0)",
        ),
        (
            "mvds_records",
            "INSERT INTO mvds_records VALUES (1, 2, 1, zeroblob(32), 3, 0, 0, 0, 0)",
        ),
        (
            "mvds_groups",
            "INSERT INTO mvds_groups VALUES (1, x'00', 2, 0, 0)",
        ),
        (
            "mvds_groups",
            "INSERT INTO mvds_groups VALUES (1, x'00', 0, 3, 0)",
        ),
        ("mvds_heads", "INSERT INTO mvds_heads VALUES (1, 1, x'00')"),
        (
            "mvds_held",
            "INSERT INTO mvds_held VALUES (zeroblob(32), x'00', 1, x'00')",
        ),
        (
            "mvds_messages",
            "INSERT INTO mvds_messages VALUES (x'', 1, 1, 1, 1, x'', 1, x'', 1, x'')",
        ),
    ];
    for (damaged, statement) in spoil {
        let mut connection = open();
        connection.execute(statement, []).unwrap();
        let transaction = connection.transaction().unwrap();
        let error = SqliteStore::new(&transaction).load().unwrap_err();
        assert!(
            matches!(error, SqliteError::Corrupt { table, .. } if table == damaged),
            "{statement}: {error}"
        );
    }
    let mut connection = open();
    let parents = "INSERT INTO mvds_messages
        VALUES (zeroblob(32), 1, 1, 1, 1, x'', 1, x'', 1, x'05000000aa')";
    connection.execute(parents, []).unwrap();
    let transaction = connection.transaction().unwrap();
    let error = SqliteStore::new(&transaction).message(&id(0)).unwrap_err();
    assert!(error.to_string().contains("list of parents"));
}

/// How SQLite means to run a statement.
fn plan(connection: &Connection, statement: &str) -> String {
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
        .unwrap();
    let rows = statement
        .query_map([], |row| row.get::<_, String>(3))
        .unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn nothing_that_is_asked_for_each_message_reads_a_whole_table() {
    let connection = open();
    for statement in [
        "SELECT 1 FROM mvds_remembered WHERE id = x'00'",
        "SELECT 1 FROM mvds_remembered WHERE id = x'00' AND place BETWEEN 2 AND 3",
        "SELECT place FROM mvds_remembered WHERE place BETWEEN 2 AND 3 ORDER BY place LIMIT 1",
        "SELECT max(place) FROM mvds_remembered WHERE place BETWEEN 2 AND 3",
        "SELECT body FROM mvds_messages WHERE id = x'00'",
        "DELETE FROM mvds_messages WHERE id = x'00'",
        "UPDATE mvds_records SET count = 1 WHERE number = 1",
        "DELETE FROM mvds_records WHERE number = 1",
        "DELETE FROM mvds_members WHERE grp = 1",
        "DELETE FROM mvds_heads WHERE grp = 1 AND id = x'00'",
    ] {
        let plan = plan(&connection, statement);
        assert!(
            plan.contains("SEARCH") && !plan.contains("SCAN") && !plan.contains("TEMP"),
            "{statement}: {plan}"
        );
    }
}
