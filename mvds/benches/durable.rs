//! Data sync between two nodes that keep their state on disk, in batches of 100 messages: what a message
//! costs both sides together, until it is acknowledged and every step is committed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench, whose groups a macro makes"
)]

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{SeedableRng, rngs::StdRng};
use rusqlite::{Connection, params};
use status_mvds::{Config, GroupId, GroupSettings, Node, Numbering, Payload, PeerId, SqliteStore};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const BATCH: u64 = 100;
const NOW: u64 = 1_600_000_000_000;

/// What a message may cost, in ns.
const GOAL: f64 = 30_000.0;

/// As a messenger would open its database: what was committed is on the disk.
fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        .unwrap();
    connection.set_prepared_statement_cache_capacity(SqliteStore::STATEMENTS);
    connection
}

struct Side {
    node: Node,
    database: Connection,
}

impl Side {
    fn new(path: &Path, peer: &PeerId) -> Self {
        let mut database = open(path);
        let transaction = database.transaction().unwrap();
        SqliteStore::migrate(&transaction).unwrap();
        let mut store = SqliteStore::new(&transaction);
        let mut rng = StdRng::seed_from_u64(1);
        let mut node = Node::load(Config::default(), &mut store, &mut rng, NOW).unwrap();
        let settings = GroupSettings::default();
        node.add_group(&mut store, &group(), settings).unwrap();
        node.add_peer(&mut store, &group(), peer).unwrap();
        transaction.commit().unwrap();
        Self { node, database }
    }

    /// One transaction: the work, what the node has to say about it, and the commit. Gives what may be
    /// sent then.
    fn batch(&mut self, work: impl FnOnce(&mut Node, &mut SqliteStore<'_>)) -> Vec<Bytes> {
        let transaction = self.database.transaction().unwrap();
        let mut store = SqliteStore::new(&transaction);
        work(&mut self.node, &mut store);
        let mut payloads = Vec::new();
        while let Some(transmit) = self.node.poll_transmit(&mut store, NOW).unwrap() {
            payloads.push(transmit.payload);
        }
        while self.node.poll_event().is_some() {}
        transaction.commit().unwrap();
        payloads
    }

    fn receive(&mut self, from: &PeerId, payloads: Vec<Bytes>) -> Vec<Bytes> {
        self.batch(|node, store| {
            for payload in payloads {
                let (payload, _) = Payload::decode(payload, Numbering::Deployed).unwrap();
                node.handle_payload(store, from, payload, NOW).unwrap();
            }
        })
    }
}

fn group() -> GroupId {
    GroupId::from([9; 32])
}

fn body(number: u64) -> Bytes {
    let mut body = number.to_le_bytes().to_vec();
    body.resize(200, 7);
    body.into()
}

/// Two nodes, and how many messages they have exchanged.
struct Pair {
    ids: [PeerId; 2],
    alice: Side,
    bob: Side,
    next: u64,
}

impl Pair {
    fn new(folder: &Path) -> Self {
        let ids = [PeerId::from([4; 65]), PeerId::from([5; 65])];
        Self {
            alice: Side::new(&folder.join("alice.db"), &ids[1]),
            bob: Side::new(&folder.join("bob.db"), &ids[0]),
            ids,
            next: 0,
        }
    }

    /// 100 messages from one to the other, and their acknowledgements back: three commits.
    fn exchange(&mut self) {
        let numbers = self.next..self.next + BATCH;
        self.next += BATCH;
        let messages = self.alice.batch(|node, store| {
            for number in numbers {
                node.append(store, &group(), body(number), NOW).unwrap();
            }
        });
        let acks = self.bob.receive(&self.ids[0], messages);
        self.alice.receive(&self.ids[1], acks);
        assert!(self.alice.node.is_settled() && self.bob.node.is_settled());
    }
}

/// The least that must be written: a row with the message, that it was sent, its removal, and the id
/// that both remember; in as many commits.
struct Least {
    alice: Connection,
    bob: Connection,
    next: u64,
}

impl Least {
    fn new(folder: &Path) -> Self {
        let tables =
            "CREATE TABLE owed (id BLOB PRIMARY KEY, body BLOB, sent INTEGER) WITHOUT ROWID;
            CREATE TABLE known (id BLOB PRIMARY KEY) WITHOUT ROWID;";
        let [alice, bob] = ["least-alice.db", "least-bob.db"].map(|name| {
            let connection = open(&folder.join(name));
            connection.execute_batch(tables).unwrap();
            connection
        });
        Self {
            alice,
            bob,
            next: 0,
        }
    }

    fn exchange(&mut self) {
        let ids: Vec<[u8; 32]> = (self.next..self.next + BATCH)
            .map(|number| {
                // Spread as hashes are.
                let mut id = [0; 32];
                id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                id
            })
            .collect();
        self.next += BATCH;
        let run = |connection: &Connection, statement: &str, id: &[u8; 32]| {
            let mut statement = connection.prepare_cached(statement).unwrap();
            statement.execute(params![id]).unwrap();
        };
        let remember = "INSERT INTO known VALUES (?1)";
        let sent = self.alice.transaction().unwrap();
        for id in &ids {
            run(&sent, "INSERT INTO owed VALUES (?1, zeroblob(200), 0)", id);
            run(&sent, "UPDATE owed SET sent = 1 WHERE id = ?1", id);
            run(&sent, remember, id);
        }
        sent.commit().unwrap();
        let received = self.bob.transaction().unwrap();
        ids.iter().for_each(|id| run(&received, remember, id));
        received.commit().unwrap();
        let acknowledged = self.alice.transaction().unwrap();
        for id in &ids {
            run(&acknowledged, "DELETE FROM owed WHERE id = ?1", id);
        }
        acknowledged.commit().unwrap();
    }
}

/// The processor time of this thread, since others may run beside it; where Linux does not tell it,
/// the time.
fn cpu() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// The medians of a message's processor time and of its time, in ns.
fn per_message(mut exchange: impl FnMut()) -> [f64; 2] {
    let mut turns: Vec<[f64; 2]> = (0..41)
        .map(|_| {
            let (start, spent) = (Instant::now(), cpu());
            exchange();
            [cpu() - spent, start.elapsed()].map(|time| time.as_nanos() as f64 / BATCH as f64)
        })
        .collect();
    [0, 1].map(|which| {
        turns.sort_by(|one, other| one[which].total_cmp(&other[which]));
        turns[turns.len() / 2][which]
    })
}

fn durable(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    let mut least = Least::new(folder.path());
    let [ours, wall] = per_message(|| pair.exchange());
    let [limit, _] = per_message(|| least.exchange());
    println!(
        "ratio mvds_durable_100: ours {ours:.0} ns, limit {limit:.0} ns, ratio {:.2} (goal {:.2}), that is 30 us; {:.0} us with the disk",
        ours / limit,
        GOAL / limit,
        wall / 1_000.0,
    );
    let mut group = criterion.benchmark_group("mvds");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    group.bench_function("durable_batch_of_100", |bencher| {
        bencher.iter(|| pair.exchange());
    });
    group.finish();
}

criterion_group!(benches, durable);
criterion_main!(benches);
