//! Relaying over TCP: CPU time per envelope of a driver, a node and a sink in one process, and the
//! latency of three hops.
//!
//! CPU time is that of all threads of the process, as the kernel counts it; a wall clock would
//! measure whatever else the machine does. The limit is the sum of what cannot be left out, called
//! bare: the envelope's message compressed, framed, read and decompressed twice, and the envelope
//! decoded, hashed and its work counted once.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench stops at what goes wrong, and prints"
)]

use bytes::{Bytes, BytesMut};
use status_devp2p::net::{Network, NetworkConfig, NetworkEvent, NetworkEvents, PeerSender};
use status_devp2p::{
    Enode, Initiator, MessageDecoder, MessageEncoder, NodeKey, Recipient, Subprotocol,
};
use status_node::Node;
use status_whisper::packets::{Messages, Status, code};
use status_whisper::{Config, Confirmations, Envelope, Topic};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ENVELOPES: usize = 40_000;
const HOPS: usize = 300;

/// What one relayed envelope may cost in all, in us.
const GOAL_US: f64 = 25.0;

/// Length of an envelope's RLP in bytes.
const SIZE: usize = 512;

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let (envelopes, hops) = if quick { (500, 20) } else { (ENVELOPES, HOPS) };
    let limit = limit(envelopes);
    for (name, workers) in [("one thread", 1), ("two threads", 2)] {
        for (kind, confirmations, batch) in [
            ("one per packet", Confirmations::Off, 1),
            ("batched as they come", Confirmations::Off, 1 << 19),
            ("one per packet and confirmed", Confirmations::Always, 1),
        ] {
            let ns = runtime(workers).block_on(relay(envelopes, confirmations, batch));
            println!(
                "ratio relay 512 B, {kind}, {name}: ours {ns:.0} ns, limit {limit:.0} ns, \
                 ratio {:.2} (goal {GOAL_US} us)",
                ns / limit
            );
        }
    }
    let (median, worst) = runtime(2).block_on(latency(hops));
    println!(
        "ratio three hops on loopback: ours {} ns, limit 10000000 ns, ratio {:.3} (goal 1), \
         worst of {hops} {} ns",
        median.as_nanos(),
        median.as_secs_f64() / 0.010,
        worst.as_nanos(),
    );
}

fn runtime(workers: usize) -> tokio::runtime::Runtime {
    let mut builder = match workers {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder
        .worker_threads(workers)
        .enable_all()
        .build()
        .unwrap()
}

/// CPU time of all threads so far, in ns.
fn cpu_time() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("this bench needs Linux");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// Packets with one envelope each, all different.
fn packets(count: usize) -> Vec<Bytes> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let expiry = u32::try_from(since.as_secs()).unwrap() + 60;
    let overhead = Envelope::new(expiry, 60, Topic([1; 4]), &[9; SIZE], 1)
        .rlp()
        .len()
        - SIZE;
    let mut data: Vec<u8> = (0..SIZE - overhead).map(|_| rand::random()).collect();
    (0..count)
        .map(|number| {
            data[..8].copy_from_slice(&number.to_be_bytes());
            let envelope = Envelope::new(expiry, 60, Topic([1; 4]), &data, 1);
            Messages {
                envelopes: vec![envelope],
            }
            .encode()
        })
        .collect()
}

/// A node for which all work is enough.
async fn node(confirmations: Confirmations, batch_size: usize, peer: Option<Enode>) -> Node {
    let mut builder = Node::builder()
        .whisper(Config {
            min_pow: 0.0,
            confirmations,
            batch_size,
            ..Config::default()
        })
        .listen(SocketAddr::from(([127, 0, 0, 1], 0)));
    if let Some(peer) = peer {
        builder = builder.peer(peer);
    }
    builder.start().await.unwrap().0
}

/// A bare connection that said what a full node says, and heard it.
struct Bare {
    network: Network,
    events: NetworkEvents,
    sender: PeerSender,
}

impl Bare {
    async fn connect(to: Enode, confirmations: bool) -> Self {
        let key = NodeKey::random(&mut rand::rng());
        let mut config = NetworkConfig::new(key, "bench", vec![Subprotocol::whisper()]);
        config.static_peers = vec![to];
        let (network, mut events) = Network::start(config).await.unwrap();
        let sender = loop {
            if let NetworkEvent::PeerConnected(peer) = events.recv().await.unwrap() {
                break peer.sender;
            }
        };
        let status = Status {
            confirmations,
            ..Status::default()
        };
        sender.try_send(0, code::STATUS, status.encode()).unwrap();
        loop {
            if let NetworkEvent::Message { code: 0, .. } = events.recv().await.unwrap() {
                break;
            }
        }
        Self {
            network,
            events,
            sender,
        }
    }

    /// Receives until `count` envelopes came.
    async fn receive(&mut self, count: usize) {
        let mut received = 0;
        let mut batch = Vec::new();
        while received < count {
            assert_ne!(self.events.recv_many(&mut batch, 256).await, 0);
            for event in batch.drain(..) {
                if let NetworkEvent::Message {
                    code: code::MESSAGES,
                    payload,
                    ..
                } = event
                {
                    received += Messages::decode(&payload).unwrap().envelopes.len();
                }
            }
        }
    }
}

/// CPU time per envelope in ns.
async fn relay(count: usize, confirmations: Confirmations, batch: usize) -> f64 {
    let node = node(confirmations, batch, None).await;
    let confirmed = confirmations != Confirmations::Off;
    let driver = Bare::connect(node.enode(), confirmed).await;
    let mut sink = Bare::connect(node.enode(), confirmed).await;
    let packets = packets(count);
    let sender = driver.sender.clone();
    let mut answers = driver.events;
    // The confirmations have to go somewhere.
    let drain = tokio::spawn(async move {
        let mut batch = Vec::new();
        while answers.recv_many(&mut batch, 256).await > 0 {
            batch.clear();
        }
    });
    while node.stats().await.unwrap().ready_peers < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = cpu_time();
    let feed = tokio::spawn(async move {
        for packet in packets {
            sender.send(0, code::MESSAGES, packet).await.unwrap();
        }
    });
    sink.receive(count).await;
    let used = cpu_time() - before;
    feed.await.unwrap();
    driver.network.shutdown().await;
    sink.network.shutdown().await;
    node.shutdown().await;
    drain.await.unwrap();
    used as f64 / count as f64
}

/// Median and worst time from a driver through three nodes to a sink, one message at a time.
async fn latency(count: usize) -> (Duration, Duration) {
    let first = node(Confirmations::Always, 1 << 19, None).await;
    let second = node(Confirmations::Always, 1 << 19, Some(first.enode())).await;
    let third = node(Confirmations::Always, 1 << 19, Some(second.enode())).await;
    let driver = Bare::connect(first.enode(), true).await;
    let mut sink = Bare::connect(third.enode(), true).await;
    for node in [&first, &second, &third] {
        while node.stats().await.unwrap().ready_peers < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let mut times = Vec::with_capacity(count);
    for packet in packets(count) {
        let start = Instant::now();
        driver.sender.send(0, code::MESSAGES, packet).await.unwrap();
        sink.receive(1).await;
        times.push(start.elapsed());
    }
    for node in [&first, &second, &third] {
        node.shutdown().await;
    }
    times.sort_unstable();
    (times[count / 2], times[count - 1])
}

/// The two ends of a connection, past the handshake.
fn codecs() -> (MessageEncoder, MessageDecoder) {
    let rng = &mut rand::rng();
    let (local, remote) = (NodeKey::random(rng), NodeKey::random(rng));
    let mut initiator = Initiator::new(rng, &local, remote.public_key());
    let mut auth = BytesMut::from(initiator.auth().as_ref());
    let accepted = Recipient::new(&remote)
        .handle_bytes(rng, &mut auth)
        .unwrap()
        .unwrap();
    let mut ack = BytesMut::from(accepted.ack.as_ref());
    let secrets = initiator.handle_bytes(&mut ack).unwrap().unwrap();
    let mut encoder = MessageEncoder::new(secrets.into_frames().0);
    let mut decoder = MessageDecoder::new(accepted.secrets.into_frames().1);
    encoder.enable_snappy();
    decoder.enable_snappy();
    (encoder, decoder)
}

/// ns per envelope of the work that cannot be left out.
fn limit(count: usize) -> f64 {
    let packets = packets(count);
    let (mut encoder, mut decoder) = codecs();
    let mut wire = BytesMut::new();
    let start = cpu_time();
    for packet in &packets {
        for hop in 0..2 {
            encoder.encode(17, packet, &mut wire).unwrap();
            let message = decoder.decode(&mut wire).unwrap().unwrap();
            if hop == 0 {
                let envelope = &Messages::decode(&message.payload).unwrap().envelopes[0];
                std::hint::black_box((envelope.hash(), envelope.pow()));
            }
        }
    }
    (cpu_time() - start) as f64 / packets.len() as f64
}
