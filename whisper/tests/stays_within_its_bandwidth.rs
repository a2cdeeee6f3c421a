//! A budget for the network as a whole: an envelope crosses each line about once, and a light client
//! gets what it asked for.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_simulated_network::{Event, Link, Network, NodeId, Random};
use status_whisper::{
    Bloom, Config, Envelope, Event as Report, Filter, Packet, PeerId, PeerOptions, Role,
    SymmetricKey, Topic, Whisper,
};
use std::collections::BTreeSet;
use support::{START, TOPIC, config, envelope_of};

/// What is posted to a node at a time.
struct Posting {
    node: NodeId,
    envelope: Envelope,
}

/// Nodes on lines that take 20 to 80 ms and keep the order, as TCP does.
struct Simulation {
    network: Network<(u64, Bytes)>,
    nodes: Vec<Whisper>,
    lines: BTreeSet<(u32, u32)>,
    postings: Vec<Posting>,
}

impl Simulation {
    fn new(seed: u64, configs: Vec<Config>) -> Self {
        let link = Link {
            delay_ms: 20..=80,
            ..Link::PERFECT
        };
        let mut network = Network::new(seed, link);
        let nodes: Vec<_> = configs.into_iter().map(Whisper::new).collect();
        for _ in &nodes {
            network.add_node();
        }
        Self {
            network,
            nodes,
            lines: BTreeSet::new(),
            postings: Vec::new(),
        }
    }

    fn node(&mut self, id: u32) -> &mut Whisper {
        &mut self.nodes[id as usize]
    }

    fn connect(&mut self, a: u32, b: u32) {
        if a != b && self.lines.insert((a.min(b), a.max(b))) {
            for (from, to) in [(a, b), (b, a)] {
                let peer = PeerId(to.into());
                let added = self
                    .node(from)
                    .add_peer(peer, PeerOptions::default(), START);
                added.unwrap();
            }
        }
    }

    fn plan(&mut self, at: u64, node: u32, envelope: Envelope) {
        let token = self.postings.len() as u64;
        self.postings.push(Posting {
            node: NodeId(node),
            envelope,
        });
        self.network.plan(at, token);
    }

    /// Sends what a node has to send, and asks when it wants to be woken.
    fn settle(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.0 as usize];
        let peers: Vec<_> = node.peers_with_output().collect();
        for peer in peers {
            while let Some(Packet { code, payload }) = node.poll_transmit(peer) {
                let to = NodeId(u32::try_from(peer.0).unwrap());
                self.network.send(id, to, (code, payload));
            }
        }
        let due = node.poll_timeout().map(|due| due.saturating_sub(START));
        self.network.set_alarm(id, due);
    }

    fn run_until(&mut self, deadline: u64) {
        let nodes: Vec<_> = self.network.nodes().collect();
        nodes.into_iter().for_each(|node| self.settle(node));
        while let Some(event) = self.network.next_event_until(deadline) {
            let now = START + self.network.now();
            let node = match event {
                Event::Packet { from, to, message } => {
                    let (code, payload) = message;
                    let peer = PeerId(from.0.into());
                    let handled = self.node(to.0).handle_packet(peer, code, payload, now);
                    handled.unwrap();
                    to
                }
                Event::Alarm { node } => {
                    self.node(node.0).handle_timeout(now);
                    node
                }
                Event::Planned { token } => {
                    let posting = &self.postings[usize::try_from(token).unwrap()];
                    let (node, envelope) = (posting.node, posting.envelope.clone());
                    self.node(node.0).post(&envelope, now).unwrap();
                    node
                }
            };
            self.settle(node);
        }
    }
}

/// Twenty nodes with some four neighbours each pass 300 envelopes of half a kilobyte on in a minute.
#[test]
fn an_envelope_crosses_each_line_about_once() {
    const NODES: u32 = 20;
    const ENVELOPES: u64 = 300;
    for seed in 0..5 {
        let mut random = Random::new(seed);
        let mut simulation = Simulation::new(seed, vec![config(); NODES as usize]);
        for node in 1..NODES {
            // A tree, so that everybody is reached, and two lines more.
            simulation.connect(node, u32::try_from(random.below(node.into())).unwrap());
            let other = u32::try_from(random.below(NODES.into())).unwrap();
            simulation.connect(node, other);
        }
        for number in 0..ENVELOPES {
            let at = 1_000 + random.below(60_000);
            let from = u32::try_from(random.below(NODES.into())).unwrap();
            let envelope = envelope_of(START + at, 15, TOPIC, 480, number);
            simulation.plan(at, from, envelope);
        }
        simulation.run_until(90_000);

        let sum = |count: fn(&Whisper) -> u64| -> u64 { simulation.nodes.iter().map(count).sum() };
        let fresh = sum(|node| node.counters().envelopes_new);
        assert_eq!(fresh, ENVELOPES * u64::from(NODES - 1), "all have all");
        let crossed = sum(|node| node.counters().envelopes_out);
        let lines = simulation.lines.len() as u64;
        // Two copies meet on a line if both its ends get the envelope within its delay.
        let least = ENVELOPES * lines;
        assert!(
            crossed <= least * 3 / 2,
            "{crossed} copies on {lines} lines, seed {seed}"
        );
        // An envelope has 512 bytes; a confirmation of each packet comes back, in two packets.
        let bytes = sum(|node| node.counters().bytes_out);
        assert!(
            bytes <= crossed * (512 + 64) + lines * 1_000,
            "{bytes} bytes for {crossed} copies, seed {seed}"
        );
    }
}

/// Of 300 envelopes in a hundred topics a light client with one chat is sent that chat's, and the few
/// that its bloom filter cannot tell from them.
#[test]
fn a_light_client_gets_what_it_asked_for() {
    const ENVELOPES: u64 = 300;
    let light = Config {
        role: Role::Light {
            topics: Bloom::EMPTY,
        },
        ..config()
    };
    let mut simulation = Simulation::new(7, vec![config(), light]);
    let filter = Filter::new(TOPIC, SymmetricKey::new([1; 32]));
    simulation.node(1).install_filter(filter, START).unwrap();
    simulation.connect(0, 1);
    let mut random = Random::new(7);
    for number in 0..ENVELOPES {
        let topic = match number % 100 {
            0 => TOPIC,
            other => Topic(
                (other << 16 | 0x0101).to_le_bytes()[..4]
                    .try_into()
                    .unwrap(),
            ),
        };
        let at = 1_000 + random.below(60_000);
        simulation.plan(at, 0, envelope_of(START + at, 15, topic, 480, number));
    }
    simulation.run_until(90_000);
    let received = simulation.nodes[1].counters().envelopes_in;
    assert!((3..=12).contains(&received), "{received} of {ENVELOPES}");
    let ready = simulation.node(1).poll_event();
    assert!(matches!(ready, Some(Report::PeerReady(_))), "{ready:?}");
}
