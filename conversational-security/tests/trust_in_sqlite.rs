//! The store of trust in SQLite does what the one in memory does, and rolls back.
#![cfg(test)]
#![cfg(feature = "sqlite")]

use proptest::prelude::*;
use rusqlite::Connection;
use secp256k1::{PublicKey, Secp256k1, SecretKey};
use status_conversational_security::trust::{
    Group, Limits, MemoryStore, SqliteError, SqliteStore, Standing, Store, Trust, TrustEvent,
};

fn key(number: u8) -> PublicKey {
    let secret = SecretKey::from_byte_array([number + 1; 32]).unwrap();
    secret.public_key(&Secp256k1::new())
}

/// What a user or a peer does.
#[derive(Debug, Clone)]
enum Action {
    See(u8, Option<u8>),
    Look(u8, u8),
    Accept(u8, u8),
    Remove(u8),
    Verify(u8),
    Revoke(u8),
    Wait(u32),
    /// The transaction is given up, and with it all since the last commit.
    Crash,
    Commit,
}

fn action() -> impl Strategy<Value = Action> {
    let (keys, labels) = (0u8..8, 0u8..4);
    prop_oneof![
        6 => (keys.clone(), prop::option::of(0u8..20)).prop_map(|(k, i)| Action::See(k, i)),
        2 => (labels.clone(), keys.clone()).prop_map(|(l, k)| Action::Look(l, k)),
        2 => (labels.clone(), keys.clone()).prop_map(|(l, k)| Action::Accept(l, k)),
        1 => labels.prop_map(Action::Remove),
        1 => keys.clone().prop_map(Action::Verify),
        1 => keys.prop_map(Action::Revoke),
        2 => (0u32..5_000_000).prop_map(Action::Wait),
        1 => Just(Action::Crash),
        2 => Just(Action::Commit),
    ]
}

/// What an action showed: events or the error's text.
fn act<S: Store>(trust: &mut Trust<S>, action: &Action, now: u64) -> Result<Vec<TrustEvent>, String>
where
    S::Error: std::fmt::Display,
{
    let label = |number: &u8| format!("label {number}");
    match action {
        Action::See(k, id) => {
            let id = id.map(|id| format!("device {id}"));
            let event = trust.handle_identity(&key(*k), id.as_deref(), now);
            event.map(|event| event.into_iter().collect())
        }
        Action::Look(l, k) => {
            let event = trust.handle_label(&label(l), &key(*k), now);
            event.map(|event| event.into_iter().collect())
        }
        Action::Accept(l, k) => trust.accept_key(&label(l), &key(*k), now),
        Action::Remove(l) => trust.remove_label(&label(l)).map(|()| Vec::new()),
        Action::Verify(k) => trust.verify(&key(*k), now).map(|()| Vec::new()),
        Action::Revoke(k) => {
            let event = trust.revoke(&key(*k), now);
            event.map(|event| event.into_iter().collect())
        }
        Action::Wait(_) | Action::Crash | Action::Commit => Ok(Vec::new()),
    }
    .map_err(|error| error.to_string())
}

const LIMITS: Limits = Limits {
    strangers: 3,
    pinned: 4,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn as_in_memory_whatever_happens(actions in prop::collection::vec(action(), 1..60)) {
        let mut connection = Connection::open_in_memory().unwrap();
        let mut memory = MemoryStore::new();
        let mut now = 1_000;
        let mut rest = actions.as_slice();
        while !rest.is_empty() {
            let end = rest.iter().position(|a| matches!(a, Action::Crash | Action::Commit));
            let (batch, later) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            rest = later;
            let transaction = connection.transaction().unwrap();
            let mut durable = Trust::with_limits(SqliteStore::new(&transaction).unwrap(), LIMITS);
            let before = memory.clone();
            let mut model = Trust::with_limits(&mut memory, LIMITS);
            for action in batch {
                if let Action::Wait(ms) = action {
                    now += u64::from(*ms);
                }
                let (wanted, got) = (act(&mut model, action, now), act(&mut durable, action, now));
                prop_assert_eq!(&wanted, &got, "{:?}", action);
                if matches!(action, Action::Crash) {
                    continue;
                }
                for number in 0..8 {
                    let wanted = model.record(&key(number)).unwrap();
                    prop_assert_eq!(wanted, durable.record(&key(number)).unwrap());
                }
                for number in 0..4 {
                    let label = format!("label {number}");
                    let wanted = model.store().label(&label).unwrap();
                    prop_assert_eq!(wanted, durable.store().label(&label).unwrap());
                }
                for group in [Group::Strangers, Group::Pinned, Group::Labels] {
                    let wanted = model.store().count(group).unwrap();
                    prop_assert_eq!(wanted, durable.store().count(group).unwrap());
                    prop_assert!(wanted <= 4);
                }
            }
            if matches!(batch.last(), Some(Action::Crash)) {
                transaction.rollback().unwrap();
                memory = before;
            } else {
                transaction.commit().unwrap();
            }
        }
    }
}

#[test]
fn a_verification_is_there_after_the_program_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database");
    for (commit, standing) in [(false, Standing::Unknown), (true, Standing::Verified)] {
        let mut connection = Connection::open(&path).unwrap();
        let transaction = connection.transaction().unwrap();
        let mut trust = Trust::new(SqliteStore::new(&transaction).unwrap());
        trust.verify(&key(1), 5).unwrap();
        if commit {
            transaction.commit().unwrap();
        } else {
            drop(transaction);
        }
        drop(connection);
        let mut connection = Connection::open(&path).unwrap();
        let transaction = connection.transaction().unwrap();
        let trust = Trust::new(SqliteStore::new(&transaction).unwrap());
        assert_eq!(trust.standing(&key(1)).unwrap(), standing);
    }
}

#[test]
fn tables_of_a_newer_program_and_damaged_rows_are_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    let mut trust = Trust::new(SqliteStore::new(&transaction).unwrap());
    trust.accept_key("alice", &key(1), 5).unwrap();
    transaction
        .execute("UPDATE trust_identity SET verification = 9", [])
        .unwrap();
    transaction
        .execute("UPDATE trust_label SET key = x'00'", [])
        .unwrap();
    let store = SqliteStore::new(&transaction).unwrap();
    assert!(matches!(store.identity(&key(1)), Err(SqliteError::Damaged)));
    assert!(matches!(store.label("alice"), Err(SqliteError::Damaged)));
    transaction
        .execute("UPDATE trust_version SET version = 99", [])
        .unwrap();
    assert!(matches!(
        SqliteStore::new(&transaction),
        Err(SqliteError::Newer(99))
    ));
}

#[test]
fn the_questions_asked_most_use_an_index() {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    SqliteStore::new(&transaction).unwrap();
    for question in [
        "SELECT key FROM trust_identity WHERE pinned = 0 ORDER BY last_seen_ms, key LIMIT 1",
        "SELECT count(*) FROM trust_identity WHERE pinned = 0",
        "SELECT count(*) FROM trust_identity WHERE pinned = 1",
    ] {
        let mut statement = transaction
            .prepare(&format!("EXPLAIN QUERY PLAN {question}"))
            .unwrap();
        let plan: Vec<String> = statement
            .query_map([], |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let plan = plan.join("; ");
        assert!(
            plan.contains("INDEX trust_") && !plan.contains("TEMP B-TREE"),
            "{question}: {plan}"
        );
    }
}
