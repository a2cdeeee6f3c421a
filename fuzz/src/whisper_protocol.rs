//! A Whisper node under any sequence of actions: peers come and go, packets of any bytes and
//! batches of real envelopes arrive, time passes, or nobody fetches what the node has to say.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use status_whisper::packets::{BloomFilter, Messages, PowRequirement, Status, code};
use status_whisper::{
    Bloom, Config, Envelope, Filter, FilterId, Handle, Hash, PeerId, PeerOptions, PoolLimits,
    RateLimiting, Role, SymmetricKey, Topic, Whisper,
};
use std::collections::BTreeMap;

const START: u64 = 1_600_000_000_000;
const LIMITS: PoolLimits = PoolLimits {
    max_bytes: 2000,
    max_envelopes: 12,
};

#[derive(Debug, Arbitrary)]
enum Action {
    AddPeer {
        peer: u8,
        trusted: bool,
    },
    RemovePeer {
        peer: u8,
    },
    Status {
        peer: u8,
        light: bool,
        full: bool,
    },
    Packet {
        peer: u8,
        code: u8,
        payload: Vec<u8>,
    },
    Batch {
        peer: u8,
        envelopes: Vec<Sketch>,
    },
    Direct {
        peer: u8,
        envelopes: Vec<Sketch>,
    },
    Post {
        envelope: Sketch,
    },
    PowRequirement {
        peer: u8,
        exponent: i8,
    },
    BloomFilter {
        peer: u8,
        topic: Option<u8>,
    },
    SetMinPow {
        exponent: i8,
    },
    SetRole {
        topic: Option<u8>,
    },
    InstallFilter {
        topic: u8,
    },
    UninstallFilter {
        id: u8,
    },
    Wait {
        ms: u16,
    },
    Transmit {
        peer: u8,
    },
    Events,
}

/// An envelope of a small family, so that the same ones come again.
#[derive(Debug, Arbitrary)]
struct Sketch {
    ttl: u8,
    delay: i8,
    topic: u8,
    len: u8,
    nonce: u8,
}

impl Sketch {
    fn envelope(&self, now: u64) -> Envelope {
        // A grid of ten seconds, or no envelope would ever come twice.
        let second = (now / 10_000 * 10) as u32;
        let ttl = [1, 10, 60][usize::from(self.ttl % 3)];
        let delay = 10 * i32::from(self.delay % 4);
        let expiry = (second + ttl).wrapping_add_signed(delay);
        let data = vec![1; [0, 100, 400][usize::from(self.len % 3)]];
        let nonce = u64::from(self.nonce % 2);
        Envelope::new(expiry, ttl, topic(self.topic), &data, nonce)
    }
}

fn topic(n: u8) -> Topic {
    Topic([n % 4, 1, 2, 3])
}

fn pow(exponent: i8) -> f64 {
    f64::from(exponent % 20).exp2()
}

/// A node, and what its peers are known to have.
struct Model {
    node: Whisper,
    now: u64,
    /// Per peer, the envelopes that it sent or got, as long as they are in the pool. One that was
    /// evicted and came back is another.
    known: BTreeMap<PeerId, Vec<(Hash, Handle)>>,
}

impl Model {
    fn deliver(&mut self, peer: u8, code: u64, payload: Bytes) {
        let peer = PeerId(u64::from(peer % 4));
        let pooled = self.node.pool().len();
        let received = self.envelopes_in(peer);
        let result = self
            .node
            .handle_packet(peer, code, payload.clone(), self.now);
        if result.is_err() {
            assert!(self.node.pool().len() <= pooled, "a fault added envelopes");
            self.node.remove_peer(peer);
            self.known.remove(&peer);
        } else if code == code::MESSAGES && self.envelopes_in(peer) > received {
            let messages = Messages::decode(&payload).unwrap();
            let pool = self.node.pool();
            let hashes = messages.envelopes.iter().map(Envelope::hash);
            let sent = hashes.filter_map(|hash| Some((hash, pool.find(&hash)?)));
            self.known.get_mut(&peer).unwrap().extend(sent);
        }
    }

    fn envelopes_in(&self, peer: PeerId) -> Option<u64> {
        let info = self.node.peer(peer)?;
        Some(info.counters.envelopes_in)
    }

    fn transmit(&mut self, peer: PeerId) {
        while let Some(packet) = self.node.poll_transmit(peer) {
            let known = self.known.get_mut(&peer).unwrap();
            if packet.code != code::MESSAGES {
                continue;
            }
            assert!(packet.payload.len() <= self.node.config().max_message_size);
            let status = self.node.peer(peer).unwrap().status.unwrap();
            for envelope in Messages::decode(&packet.payload).unwrap().envelopes {
                let hash = envelope.hash();
                let item = (
                    hash,
                    self.node.pool().find(&hash).expect("sent what is gone"),
                );
                assert!(!known.contains(&item), "sent to who has it");
                assert!(
                    status
                        .bloom
                        .is_none_or(|bloom| bloom.admits(envelope.topic())),
                    "sent past the peer's filter"
                );
                // What came early counted for less then, never for more.
                assert!(
                    envelope.pow() >= status.pow_requirement,
                    "sent below the peer's work"
                );
                known.push(item);
            }
        }
    }

    fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::AddPeer { peer, trusted } => {
                let peer = PeerId(u64::from(peer % 4));
                let options = PeerOptions {
                    trusted,
                    address: Some([127, 0, 0, 1].into()),
                    ..PeerOptions::default()
                };
                if self.node.add_peer(peer, options, now).is_ok() {
                    self.known.insert(peer, Vec::new());
                }
            }
            Action::RemovePeer { peer } => {
                let peer = PeerId(u64::from(peer % 4));
                self.node.remove_peer(peer);
                self.known.remove(&peer);
            }
            Action::Status { peer, light, full } => {
                let status = Status {
                    light,
                    bloom: (!full).then(|| Bloom::from(topic(peer))),
                    confirmations: true,
                    ..Status::default()
                };
                self.deliver(peer, code::STATUS, status.encode());
            }
            Action::Packet {
                peer,
                code,
                payload,
            } => self.deliver(peer, u64::from(code), payload.into()),
            Action::Batch { peer, envelopes } => {
                let payload = encode(&envelopes, now);
                self.deliver(peer, code::MESSAGES, payload);
            }
            Action::Direct { peer, envelopes } => {
                let payload = encode(&envelopes, now);
                self.deliver(peer, code::P2P_MESSAGE, payload);
            }
            Action::Post { envelope } => {
                let envelope = envelope.envelope(now);
                if self.node.post(&envelope, now).is_ok() {
                    assert!(self.node.pool().contains(&envelope.hash()));
                }
            }
            Action::PowRequirement { peer, exponent } => {
                let payload = PowRequirement(pow(exponent)).encode();
                self.deliver(peer, code::POW_REQUIREMENT, payload);
            }
            Action::BloomFilter {
                peer,
                topic: wanted,
            } => {
                let bloom = wanted.map_or(Bloom::FULL, |wanted| Bloom::from(topic(wanted)));
                self.deliver(peer, code::BLOOM_FILTER, BloomFilter(bloom).encode());
            }
            Action::SetMinPow { exponent } => {
                self.node.set_min_pow(pow(exponent), now).unwrap();
            }
            Action::SetRole { topic: wanted } => {
                let light = |wanted| Role::Light {
                    topics: Bloom::from(topic(wanted)),
                };
                self.node.set_role(wanted.map_or(Role::Full, light), now);
            }
            Action::InstallFilter { topic: wanted } => {
                let filter = Filter::new(topic(wanted), SymmetricKey::new([1; 32]));
                let _ = self.node.install_filter(filter, now);
            }
            Action::UninstallFilter { id } => {
                self.node.uninstall_filter(FilterId(u64::from(id)), now);
            }
            Action::Wait { ms } => {
                self.now += u64::from(ms);
                self.node.handle_timeout(self.now);
                if let Some(next) = self.node.poll_timeout() {
                    assert!(next > self.now, "due again at once");
                }
            }
            Action::Transmit { peer } => {
                let peer = PeerId(u64::from(peer % 4));
                if self.known.contains_key(&peer) {
                    self.transmit(peer);
                    assert!(self.node.peers_with_output().all(|other| other != peer));
                } else {
                    assert_eq!(self.node.poll_transmit(peer), None);
                }
            }
            Action::Events => while self.node.poll_event().is_some() {},
        }
    }

    /// What holds after every action.
    fn check(&mut self) {
        let pool = self.node.pool();
        assert!(pool.len() <= LIMITS.max_envelopes && pool.bytes() <= LIMITS.max_bytes);
        assert_eq!(pool.handles().count(), pool.len());
        for known in self.known.values_mut() {
            known.retain(|(hash, handle)| pool.find(hash) == Some(*handle));
        }
        assert!(self.node.peers().count() <= 3);
        assert_eq!(self.node.peers().count(), self.known.len());
        for peer in self.node.peers() {
            assert!(peer.queued <= 2 * LIMITS.max_envelopes + 64);
        }
    }
}

fn encode(envelopes: &[Sketch], now: u64) -> Bytes {
    let envelopes = envelopes
        .iter()
        .map(|sketch| sketch.envelope(now))
        .collect();
    Messages { envelopes }.encode()
}

/// Feeds `data` to the code under test: a list of actions.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let limited = input.arbitrary().unwrap_or(false);
    let rate_limiting = limited.then_some(RateLimiting {
        per_address: 9,
        per_peer: 5,
        per_topic: 3,
        tolerance: 20,
    });
    let config = Config {
        min_pow: 0.0,
        pool: LIMITS,
        max_peers: 3,
        max_filters: 5,
        batch_size: 700,
        announce_light: limited,
        serves_history: limited,
        rate_limiting,
        ..Config::default()
    };
    let mut model = Model {
        node: Whisper::new(config),
        now: START,
        known: BTreeMap::new(),
    };
    while let Ok(action) = input.arbitrary() {
        model.act(action);
        model.check();
        if input.is_empty() {
            break;
        }
    }
}
