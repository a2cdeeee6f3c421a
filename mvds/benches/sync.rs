//! Data sync in batch mode between two nodes with stores in memory: what a message costs on both
//! sides together, in bursts of all sizes, and what an epoch and an acknowledgement cost among many
//! unacknowledged messages.
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
use sha2::{Digest, Sha256};
use status_mvds::{
    BackOff, Bounded, Config, GroupId, GroupSettings, MemoryStore, Message, Node, Numbering,
    Payload, PeerId,
};
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const NUMBERING: Numbering = Numbering::Deployed;
const BURSTS: [usize; 4] = [100, 1_000, 10_000, 100_000];
const MANY: usize = 100_000;

/// A body of 200 bytes, different for each number.
fn body(number: usize) -> Bytes {
    let mut body = vec![7; 200];
    body[..8].copy_from_slice(&number.to_le_bytes());
    body.into()
}

struct Side {
    id: PeerId,
    node: Node,
    store: MemoryStore,
}

impl Side {
    fn new(id: [u8; 65], peer: [u8; 65], config: Config) -> Self {
        let mut store = MemoryStore::new();
        let mut rng = StdRng::seed_from_u64(1);
        let mut node = Node::load(config, &mut store, &mut rng, 0).unwrap();
        node.add_group(&mut store, &group(), GroupSettings::default())
            .unwrap();
        let peer = PeerId::from(peer);
        node.add_peer(&mut store, &group(), &peer).unwrap();
        Self {
            id: PeerId::from(id),
            node,
            store,
        }
    }

    fn append(&mut self, body: Bytes, now: u64) {
        self.node
            .append(&mut self.store, &group(), body, now)
            .unwrap();
        while self.node.poll_event().is_some() {}
    }

    /// Sends everything that can leave, fetches what comes back at once, and counts the bytes.
    fn send_to(&mut self, other: &mut Self, now: u64) -> usize {
        let mut bytes = 0;
        while let Some(transmit) = self.node.poll_transmit(&mut self.store, now).unwrap() {
            bytes += transmit.payload.len();
            let (payload, _) = Payload::decode(transmit.payload, NUMBERING).unwrap();
            other
                .node
                .handle_payload(&mut other.store, &self.id, payload, now)
                .unwrap();
            while other.node.poll_event().is_some() {}
            bytes += other.answer(self, now);
            while self.node.poll_event().is_some() {}
        }
        bytes
    }

    fn answer(&mut self, other: &mut Self, now: u64) -> usize {
        let mut bytes = 0;
        while let Some(transmit) = self.node.poll_transmit(&mut self.store, now).unwrap() {
            bytes += transmit.payload.len();
            let (payload, _) = Payload::decode(transmit.payload, NUMBERING).unwrap();
            other
                .node
                .handle_payload(&mut other.store, &self.id, payload, now)
                .unwrap();
            while other.node.poll_event().is_some() {}
        }
        bytes
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

fn group() -> GroupId {
    GroupId::from([9; 32])
}

fn pair(config: &Config) -> (Side, Side) {
    (
        Side::new([4; 65], [5; 65], config.clone()),
        Side::new([5; 65], [4; 65], config.clone()),
    )
}

/// Sends a burst and its acknowledgements, and gives the bytes on the wire.
fn burst(bodies: &[Bytes]) -> usize {
    let (mut alice, mut bob) = pair(&Config::default());
    let now = 1_600_000_000_000;
    for body in bodies {
        alice.append(body.clone(), now);
    }
    let bytes = alice.send_to(&mut bob, now);
    assert!(alice.node.is_settled() && bob.node.is_settled());
    assert_eq!(bob.node.counters().delivered, bodies.len() as u64);
    bytes
}

/// What cannot be left out: both sides' ids, and encoding and decoding payloads of the same size.
fn primitives(bodies: &[Bytes]) {
    for batch in bodies.chunks(190) {
        let mut payload = Payload::default();
        let mut acks = Payload::default();
        for body in batch {
            let message = Message {
                group_id: group().0,
                timestamp: 1_600_000_000,
                body: body.clone(),
                metadata: None,
            };
            let id = id_of(&message);
            acks.acks.push(Bytes::copy_from_slice(&id));
            payload.messages.push(message);
        }
        let (payload, _) = Payload::decode(payload.encode(NUMBERING), NUMBERING).unwrap();
        for message in &payload.messages {
            black_box(id_of(message));
        }
        black_box(Payload::decode(acks.encode(NUMBERING), NUMBERING).unwrap());
    }
}

fn id_of(message: &Message) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"MESSAGE_ID")
        .chain_update(&message.group_id)
        .chain_update(message.timestamp.to_le_bytes())
        .chain_update(&message.body)
        .finalize()
        .into()
}

/// Nanoseconds of the processor for each of `count` pieces of work that a call of `work` does: the
/// least of five rounds, each long enough for a clock that ticks in milliseconds.
fn least(count: usize, turns: usize, mut work: impl FnMut()) -> f64 {
    let rounds = (0..5).map(|_| {
        let start = cpu();
        for _ in 0..turns {
            work();
        }
        (cpu() - start).as_nanos() as f64 / (turns * count) as f64
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn bursts() {
    for count in BURSTS {
        let bodies: Vec<_> = (0..count).map(body).collect();
        let turns = (50_000 / count).max(1);
        let ours = least(count, turns, || {
            black_box(burst(&bodies));
        });
        let limit = least(count, turns, || primitives(&bodies));
        println!(
            "ratio mvds_burst_{count}: ours {ours:.0} ns, limit {limit:.0} ns, ratio {:.2} (goal {:.2})",
            ours / limit,
            5_000.0 / limit
        );
    }
    let bodies: Vec<_> = (0..1_000).map(body).collect();
    let wire = burst(&bodies) as f64 / 1_000.0;
    println!(
        "ratio mvds_wire: ours {wire:.0} B, limit 290 B, ratio {:.2} (goal 1.00)",
        wire / 290.0
    );
}

/// A pair of which Alice has sent many messages, whose acknowledgements are on their way. Nothing is
/// due for long.
fn unacknowledged() -> (Side, Side, Vec<Payload>) {
    let (mut alice, mut bob) = pair(&Config {
        back_off: BackOff::Bounded(Bounded {
            first: 100_000_000,
            bound: 100_000_000,
            jitter: 20,
        }),
        ..Config::default()
    });
    let mut acks = Vec::new();
    for number in 0..MANY {
        alice.append(body(number), 0);
        let sent = alice.node.poll_transmit(&mut alice.store, 0).unwrap();
        let (payload, _) = Payload::decode(sent.unwrap().payload, NUMBERING).unwrap();
        bob.node
            .handle_payload(&mut bob.store, &alice.id, payload, 0)
            .unwrap();
        let ack = bob.node.poll_transmit(&mut bob.store, 0).unwrap().unwrap();
        acks.push(Payload::decode(ack.payload, NUMBERING).unwrap().0);
    }
    while alice.node.poll_event().is_some() {}
    (alice, bob, acks)
}

fn among_many() {
    let (mut alice, bob, acks) = unacknowledged();
    let mut now = 0;
    let idle = least(1, 500_000, || {
        now += 300;
        let node = &mut alice.node;
        node.handle_timeout(&mut alice.store, black_box(now))
            .unwrap();
        assert!(node.poll_transmit(&mut alice.store, now).unwrap().is_none());
    });
    println!(
        "ratio mvds_idle_epoch: ours {idle:.0} ns, limit 1000 ns, ratio {:.2} (goal 1.00)",
        idle / 1_000.0
    );
    // From all over the burst, so that none is next to the last.
    let mut acks: Vec<_> = (0..97)
        .flat_map(|first| acks.iter().skip(first).step_by(97))
        .collect();
    // In rounds too short for others to come between, so that their work does not count.
    let rounds = (0..200).map(|_| {
        let some = acks.split_off(acks.len() - 200);
        let some: Vec<_> = some.into_iter().cloned().collect();
        let start = Instant::now();
        for ack in some {
            alice
                .node
                .handle_payload(&mut alice.store, &bob.id, ack, now)
                .unwrap();
            while alice.node.poll_event().is_some() {}
        }
        start.elapsed().as_nanos() as f64 / 200.0
    });
    let one = rounds.fold(f64::INFINITY, f64::min);
    println!(
        "ratio mvds_ack_among_100000: ours {one:.0} ns, limit 2000 ns, ratio {:.2} (goal 1.00)",
        one / 2_000.0
    );
}

fn sync(criterion: &mut Criterion) {
    bursts();
    among_many();
    let bodies: Vec<_> = (0..1_000).map(body).collect();
    let mut group = criterion.benchmark_group("mvds");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(2));
    group.bench_function("burst_1000", |bencher| bencher.iter(|| burst(&bodies)));
    group.bench_function("primitives_1000", |bencher| {
        bencher.iter(|| primitives(&bodies));
    });
    group.finish();
}

criterion_group!(benches, sync);
criterion_main!(benches);
