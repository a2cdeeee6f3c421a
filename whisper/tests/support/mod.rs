//! Nodes on virtual time, joined by lines that lose nothing, and single nodes with a peer made by
//! hand.
#![allow(dead_code, reason = "each test file uses a part of it")]

use bytes::Bytes;
use status_whisper::packets::{Messages, Status, code};
use status_whisper::{
    Config, Envelope, Event, Hash, Packet, PeerFault, PeerId, PeerOptions, Topic, Whisper,
};
use std::collections::BTreeSet;

/// Unix time in ms at which every test starts.
pub(crate) const START: u64 = 1_600_000_000_000;
pub(crate) const TOPIC: Topic = Topic([1, 2, 3, 4]);
/// The peer of [`Node`] that is made by hand.
pub(crate) const PEER: PeerId = PeerId(77);

/// A full node that demands no work.
pub(crate) fn config() -> Config {
    Config {
        min_pow: 0.0,
        ..Config::default()
    }
}

pub(crate) fn seconds(now: u64) -> u32 {
    u32::try_from(now / 1000).unwrap()
}

/// An envelope made at `now`, different for each `n`, without work to speak of.
pub(crate) fn envelope_of(now: u64, ttl: u32, topic: Topic, len: usize, n: u64) -> Envelope {
    Envelope::new(seconds(now) + ttl, ttl, topic, &vec![5; len], n)
}

pub(crate) fn envelope(n: u64) -> Envelope {
    envelope_of(START, 10, TOPIC, 100, n)
}

/// An envelope like [`envelope`] with work between `least` and twice that.
pub(crate) fn worked_envelope(least: f64) -> Envelope {
    (0..)
        .map(envelope)
        .find(|envelope| (least..2.0 * least).contains(&envelope.pow()))
        .unwrap()
}

pub(crate) fn batch(envelopes: &[Envelope]) -> Bytes {
    Messages {
        envelopes: envelopes.to_vec(),
    }
    .encode()
}

pub(crate) fn hashes(packet: &Packet) -> Vec<Hash> {
    assert_eq!(packet.code, code::MESSAGES);
    let messages = Messages::decode(&packet.payload).unwrap();
    messages.envelopes.iter().map(Envelope::hash).collect()
}

/// A packet that went from one node of a [`Network`] to another.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) packet: Packet,
}

pub(crate) struct Network {
    pub(crate) nodes: Vec<Whisper>,
    pub(crate) now: u64,
    /// What each node reported so far.
    pub(crate) events: Vec<Vec<Event>>,
    /// All packets so far.
    pub(crate) deliveries: Vec<Delivery>,
    /// Who disconnected whom.
    pub(crate) faults: Vec<(usize, usize, PeerFault)>,
    lines: BTreeSet<(usize, usize)>,
}

impl Network {
    pub(crate) fn new(configs: impl IntoIterator<Item = Config>) -> Self {
        let nodes: Vec<_> = configs.into_iter().map(Whisper::new).collect();
        Self {
            events: nodes.iter().map(|_| Vec::new()).collect(),
            nodes,
            now: START,
            deliveries: Vec::new(),
            faults: Vec::new(),
            lines: BTreeSet::new(),
        }
    }

    /// Full nodes in a row, connected.
    pub(crate) fn row(count: usize) -> Self {
        let mut network = Self::new((0..count).map(|_| config()));
        for right in 1..count {
            network.connect(right - 1, right);
        }
        network.run();
        network
    }

    pub(crate) fn connect(&mut self, one: usize, other: usize) {
        for (at, peer) in [(one, other), (other, one)] {
            let options = PeerOptions::default();
            self.nodes[at]
                .add_peer(PeerId(peer as u64), options, self.now)
                .unwrap();
            self.lines.insert((at, peer));
        }
    }

    pub(crate) fn post(&mut self, node: usize, envelope: &Envelope) {
        self.nodes[node].post(envelope, self.now).unwrap();
    }

    /// Carries packets until nobody has any.
    pub(crate) fn run(&mut self) {
        loop {
            let mut quiet = true;
            for from in 0..self.nodes.len() {
                let peers: Vec<_> = self.nodes[from].peers_with_output().collect();
                for peer in peers {
                    while let Some(packet) = self.nodes[from].poll_transmit(peer) {
                        quiet = false;
                        self.deliver(from, peer.0 as usize, packet);
                    }
                }
                while let Some(event) = self.nodes[from].poll_event() {
                    self.events[from].push(event);
                }
            }
            if quiet {
                return;
            }
        }
    }

    /// Lets time pass, waking each node when it asks for it.
    pub(crate) fn advance(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            self.run();
            let wakeups = self.nodes.iter().filter_map(Whisper::poll_timeout);
            let Some(next) = wakeups.min().filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            for node in &mut self.nodes {
                node.handle_timeout(self.now);
            }
        }
        self.now = end;
    }

    fn deliver(&mut self, from: usize, to: usize, packet: Packet) {
        if !self.lines.contains(&(from, to)) {
            return;
        }
        self.deliveries.push(Delivery {
            from,
            to,
            packet: packet.clone(),
        });
        let result = self.nodes[to].handle_packet(
            PeerId(from as u64),
            packet.code,
            packet.payload,
            self.now,
        );
        if let Err(fault) = result {
            self.faults.push((to, from, fault));
            for (at, peer) in [(from, to), (to, from)] {
                self.lines.remove(&(at, peer));
                self.nodes[at].remove_peer(PeerId(peer as u64));
            }
        }
    }

    /// How often an envelope went from one node to another.
    pub(crate) fn times_sent(&self, from: usize, to: usize, hash: Hash) -> usize {
        self.deliveries
            .iter()
            .filter(|delivery| (delivery.from, delivery.to) == (from, to))
            .filter(|delivery| delivery.packet.code == code::MESSAGES)
            .flat_map(|delivery| hashes(&delivery.packet))
            .filter(|other| *other == hash)
            .count()
    }

    pub(crate) fn holds(&self, node: usize, hash: Hash) -> bool {
        self.nodes[node].pool().contains(&hash)
    }
}

/// Takes all packets for the peer.
pub(crate) fn drain(node: &mut Whisper, peer: PeerId) -> Vec<Packet> {
    std::iter::from_fn(|| node.poll_transmit(peer)).collect()
}

pub(crate) fn events(node: &mut Whisper) -> Vec<Event> {
    std::iter::from_fn(|| node.poll_event()).collect()
}

/// Adds a peer and does its handshake with `status`; its packets and events so far are taken away.
pub(crate) fn join(node: &mut Whisper, peer: PeerId, status: Status, options: PeerOptions) {
    node.add_peer(peer, options, START).unwrap();
    node.handle_packet(peer, code::STATUS, status.encode(), START)
        .unwrap();
    let first = node.poll_transmit(peer).unwrap();
    assert_eq!(first.code, code::STATUS);
    events(node);
}

/// A node whose only peer is [`PEER`], a full node that confirms.
pub(crate) fn node_with_peer(config: Config) -> Whisper {
    let mut node = Whisper::new(config);
    join(&mut node, PEER, full_status(), PeerOptions::default());
    node
}

pub(crate) fn full_status() -> Status {
    Status {
        confirmations: true,
        ..Status::default()
    }
}
