//! Sessions in SQLite, on disk, each batch a commit that is flushed.

use crate::pair::{Message, Pair, id, sessions};
use crate::{Best, primitives, print};
use criterion::Criterion;
use rusqlite::Connection;
use status_conversational_security::{MemoryStore, SqliteStore, Store};
use std::hint::black_box;
use std::time::Instant;

/// A database on disk, flushed at each commit, with `others` sessions beside the one.
fn database(directory: &tempfile::TempDir, name: &str, bob: bool, others: u32) -> Connection {
    let mut database = Connection::open(directory.path().join(name)).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536",
        )
        .unwrap();
    database.set_prepared_statement_cache_capacity(SqliteStore::STATEMENTS);
    let (alice_session, bob_session) = sessions();
    let session = if bob { bob_session } else { alice_session };
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    let mut store = SqliteStore::new(&batch);
    for number in 0..=others {
        store.put_session(&id(number), &session).unwrap();
    }
    batch.commit().unwrap();
    database
}

/// Both sides of one pair of sessions: the same secret, of which the databases hold one half each.
struct Disk {
    alice: Connection,
    bob: Connection,
    _directory: tempfile::TempDir,
}

impl Disk {
    fn new(others: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut disk = Self {
            alice: database(&directory, "alice.db", false, others),
            bob: database(&directory, "bob.db", true, others),
            _directory: directory,
        };
        // One pair whose halves fit together.
        let (alice, bob) = sessions();
        for (database, session) in [(&mut disk.alice, alice), (&mut disk.bob, bob)] {
            let batch = database.transaction().unwrap();
            SqliteStore::new(&batch)
                .put_session(&id(others / 2), &session)
                .unwrap();
            batch.commit().unwrap();
        }
        disk
    }

    /// Encrypts `count` messages in one commit and reads them in another.
    fn batch(&mut self, others: u32, count: u32, encrypt: &mut Best, decrypt: &mut Best) {
        let start = Instant::now();
        let (sender, reader) = (
            self.alice.transaction().unwrap(),
            self.bob.transaction().unwrap(),
        );
        let begun = start.elapsed() / 2;
        let mut pair = Pair::over(SqliteStore::new(&sender), SqliteStore::new(&reader));
        pair.id = id(others / 2);
        let start = Instant::now();
        let sent: Vec<Message> = (0..count).map(|_| pair.alice_encrypts()).collect();
        let encrypted = start.elapsed();
        let start = Instant::now();
        for message in &sent {
            black_box(pair.bob_reads(message));
        }
        let decrypted = start.elapsed();
        drop(pair);
        let start = Instant::now();
        sender.commit().unwrap();
        encrypt.take(begun + encrypted + start.elapsed(), count);
        let start = Instant::now();
        reader.commit().unwrap();
        decrypt.take(begun + decrypted + start.elapsed(), count);
    }
}

/// Batches of 100 messages: 100 encrypted in one commit, 100 read and confirmed in another.
pub(crate) fn batches(_: &mut Criterion) {
    let [mut encrypt, mut decrypt, mut limit] = [(); 3].map(|()| Best::new());
    let mut disk = Disk::new(0);
    for _ in 0..60 {
        disk.batch(0, 100, &mut encrypt, &mut decrypt);
        limit.round(|| primitives::message(&crate::TEXT));
    }
    print(
        "encrypt 256 B, durable, 100 a commit",
        "20000 ns",
        &encrypt,
        &limit,
        None,
    );
    print(
        "decrypt and confirm 256 B, durable, 100 a commit",
        "20000 ns",
        &decrypt,
        &limit,
        None,
    );
}

/// The first message after 1,000 that did not come, durable.
pub(crate) fn after_a_gap(_: &mut Criterion) {
    let [mut ours, mut limit] = [(); 2].map(|()| Best::new());
    for _ in 0..40 {
        let mut disk = Disk::new(0);
        let sender = disk.alice.transaction().unwrap();
        let start = Instant::now();
        let reader = disk.bob.transaction().unwrap();
        let begun = start.elapsed();
        let mut pair = Pair::over(SqliteStore::new(&sender), SqliteStore::new(&reader));
        for _ in 0..1_000 {
            pair.alice_encrypts();
        }
        let late = pair.alice_encrypts();
        let start = Instant::now();
        black_box(pair.bob_reads(&late));
        drop(pair);
        reader.commit().unwrap();
        ours.take(begun + start.elapsed(), 1);
        let start = Instant::now();
        for _ in 0..1_000 {
            primitives::chain_step();
        }
        limit.take(start.elapsed(), 1);
    }
    print(
        "first message after 1,000 skipped, durable",
        "5000000 ns",
        &ours,
        &limit,
        None,
    );
}

/// One message among 0, 1,000 and 100,000 other sessions: in memory, and in batches of 100 on disk.
pub(crate) fn among_others(_: &mut Criterion) {
    let mut first: Option<(Best, Best)> = None;
    for others in [1, 1_000, 100_000] {
        let mut memory = Best::new();
        let mut pair = Pair::new(MemoryStore::new, others);
        for _ in 0..20 {
            memory.round(|| {
                let message = pair.alice_encrypts();
                black_box(pair.bob_reads(&message));
            });
        }
        drop(pair);
        let [mut encrypt, mut decrypt] = [(); 2].map(|()| Best::new());
        let mut disk = Disk::new(others);
        for _ in 0..40 {
            disk.batch(others, 100, &mut encrypt, &mut decrypt);
        }
        let durable = Best(encrypt.0 + decrypt.0);
        let (least_memory, least_durable) = first.get_or_insert((Best(memory.0), Best(durable.0)));
        let name = format!("message among {others} sessions");
        print(
            &format!("{name}, in memory"),
            "1.2",
            &memory,
            least_memory,
            None,
        );
        print(
            &format!("{name}, durable"),
            "1.2",
            &durable,
            least_durable,
            None,
        );
    }
}
