//! Nodes on virtual time, and a wire between them that the test decides about.
#![cfg(test)]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test uses a part of it, and it is a crate of none"
)]

use rand::{SeedableRng, rngs::StdRng};
use status_mvds::{
    Config, Delivery, Draft, Event, GroupId, GroupSettings, MemoryStore, MessageId, Node,
    Numbering, Payload, PeerId,
};

pub const EPOCH: u64 = 300;

/// A node with its store.
pub struct Side {
    pub id: PeerId,
    pub node: Node,
    pub store: MemoryStore,
    pub delivered: Vec<Delivery>,
    pub ledger: Vec<Event>,
}

/// What is on the wire: from whom, to whom, what.
pub struct Packet {
    pub from: PeerId,
    pub to: PeerId,
    pub payload: Payload,
    pub bytes: usize,
}

impl Side {
    pub fn new(id: &'static str, config: Config) -> Self {
        let mut store = MemoryStore::new();
        let node = Node::load(config, &mut store, &mut StdRng::seed_from_u64(1), 0).unwrap();
        Self {
            id: id.into(),
            node,
            store,
            delivered: Vec::new(),
            ledger: Vec::new(),
        }
    }

    pub fn join(&mut self, group: &GroupId, settings: GroupSettings, peers: &[&'static str]) {
        self.node
            .add_group(&mut self.store, group, settings)
            .unwrap();
        for peer in peers {
            let peer = PeerId::from(*peer);
            self.node.add_peer(&mut self.store, group, &peer).unwrap();
        }
    }

    pub fn append(&mut self, group: &GroupId, draft: impl Into<Draft>, now: u64) -> MessageId {
        let id = self.node.append(&mut self.store, group, draft, now);
        id.unwrap()
    }

    pub fn timeout(&mut self, now: u64) {
        self.node.handle_timeout(&mut self.store, now).unwrap();
        self.drain();
    }

    /// Everything that leaves.
    pub fn transmit(&mut self, now: u64) -> Vec<Packet> {
        let mut packets = Vec::new();
        while let Some(out) = self.node.poll_transmit(&mut self.store, now).unwrap() {
            let bytes = out.payload.len();
            let numbering = self.node.config().numbering;
            let (payload, _) = Payload::decode(out.payload, numbering).unwrap();
            assert!(!payload.is_empty(), "an empty payload was sent");
            packets.push(Packet {
                from: self.id.clone(),
                to: out.peer,
                payload,
                bytes,
            });
        }
        self.drain();
        packets
    }

    pub fn receive(&mut self, from: &PeerId, payload: Payload, now: u64) {
        self.node
            .handle_payload(&mut self.store, from, payload, now)
            .unwrap();
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(event) = self.node.poll_event() {
            match event {
                Event::Delivered(delivery) => self.delivered.push(delivery),
                other => self.ledger.push(other),
            }
        }
    }

    /// Loses everything that is not in the store.
    pub fn restart(&mut self, now: u64) {
        let config = self.node.config().clone();
        let mut rng = StdRng::seed_from_u64(2);
        self.node = Node::load(config, &mut self.store, &mut rng, now).unwrap();
    }

    pub fn bodies(&self) -> Vec<&str> {
        let bodies = self
            .delivered
            .iter()
            .map(|delivery| &delivery.message.body[..]);
        bodies
            .map(|body| std::str::from_utf8(body).unwrap())
            .collect()
    }
}

/// Delivers what leaves until nothing does, at one instant, without what `lost` takes.
pub fn exchange(sides: &mut [Side], now: u64, mut lost: impl FnMut(&Packet) -> bool) -> usize {
    let mut bytes = 0;
    loop {
        let mut packets = Vec::new();
        for side in sides.iter_mut() {
            packets.extend(side.transmit(now));
        }
        if packets.is_empty() {
            return bytes;
        }
        for packet in packets {
            bytes += packet.bytes;
            if lost(&packet) {
                continue;
            }
            if let Some(to) = sides.iter_mut().find(|side| side.id == packet.to) {
                to.receive(&packet.from, packet.payload, now);
            }
        }
    }
}

/// Lets time pass, epoch by epoch, until nobody owes anything, and gives the bytes on the wire.
pub fn run(
    sides: &mut [Side],
    from: u64,
    epochs: u64,
    lost: &mut dyn FnMut(&Packet) -> bool,
) -> usize {
    let mut bytes = 0;
    for epoch in 0..epochs {
        let now = from + epoch * EPOCH;
        for side in sides.iter_mut() {
            side.timeout(now);
        }
        bytes += exchange(sides, now, &mut *lost);
        if sides.iter().all(|side| side.node.is_settled()) {
            return bytes;
        }
    }
    panic!("not settled after {epochs} epochs");
}

/// Two nodes in one group.
pub fn pair(config: Config, settings: GroupSettings) -> ([Side; 2], GroupId) {
    let group = GroupId::from("the two");
    let mut alice = Side::new("alice", config.clone());
    let mut bob = Side::new("bob", config);
    alice.join(&group, settings, &["bob"]);
    bob.join(&group, settings, &["alice"]);
    ([alice, bob], group)
}

pub fn nothing_lost(_: &Packet) -> bool {
    false
}

pub fn payload_of(packet: &Packet, numbering: Numbering) -> usize {
    packet.payload.encode(numbering).len()
}
