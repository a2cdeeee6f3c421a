//! Four devices on a hostile network, driven by a list of actions: what the property tests and the
//! fuzz target of sessions share. Each action checks what must hold.

use bytes::Bytes;
use prost::Message;
use rand::{SeedableRng, rngs::StdRng};
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::ratchet::MessageKey;
use status_conversational_security::{
    Endpoint, Handled, MemoryStore, MessageId, NO_SESSION, Received, Session, SessionId, Settings,
    Unreadable, wire,
};
use std::collections::BTreeMap;

const BOB: usize = 1;
/// Bob's second device.
const BOB_TOO: usize = 2;
/// Her installation has the same id as Alice's.
const EVE: usize = 3;

const HOUR_NS: i64 = 3_600_000_000_000;

/// So often a prekey can be replaced before sessions are forgotten for want of room.
const MAX_ROTATIONS: usize = 10;

/// More messages would leave the window in which all must be readable.
const MAX_MESSAGES: usize = 500;

struct Device {
    endpoint: Endpoint,
    store: MemoryStore,
}

struct Packet {
    from: usize,
    to: PublicKey,
    bytes: Bytes,
    text: Vec<u8>,
    /// What each device of the recipient has done with it.
    places: BTreeMap<usize, Place>,
    to_identity: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    OnItsWay,
    Read,
    Confirmed,
}

/// The devices and what is on its way between them.
struct World {
    devices: Vec<Device>,
    packets: Vec<Packet>,
    now_ns: i64,
    rotations: usize,
    rng: StdRng,
}

type Secrets = (Vec<(SessionId, Session)>, Vec<(SessionId, MessageKey)>);

/// Carries out the actions, four bytes each, and at last delivers what is still on its way.
pub(crate) fn run(actions: &[[u8; 4]]) {
    let mut world = World::new();
    for action in actions {
        world.act(*action);
    }
    for packet in (0..world.packets.len()).rev() {
        for device in 0..world.devices.len() {
            world.deliver(packet, device);
        }
    }
}

impl World {
    fn new() -> Self {
        let device = |fill, id: &str| {
            let secret = SecretKey::from_byte_array([fill; 32]).unwrap();
            Device {
                endpoint: Endpoint::new(&secret, id.into(), Settings::default()).unwrap(),
                store: MemoryStore::new(),
            }
        };
        let mut world = Self {
            devices: vec![
                device(1, "phone"),
                device(2, "laptop"),
                device(2, "tablet"),
                device(3, "phone"),
            ],
            packets: Vec::new(),
            now_ns: 1_590_232_902_104_000_000,
            rotations: 0,
            rng: StdRng::seed_from_u64(7),
        };
        world.pair(BOB, BOB_TOO);
        world.pair(BOB_TOO, BOB);
        world
    }

    /// Makes two devices of one identity known to each other.
    fn pair(&mut self, from: usize, to: usize) {
        let Device { endpoint, store } = &mut self.devices[from];
        let Ok(bundle) = endpoint.own_bundle(store, self.now_ns, &mut self.rng);
        let (own, id) = (*endpoint.identity(), endpoint.installation().clone());
        let Device { endpoint, store } = &mut self.devices[to];
        endpoint.add_bundle(store, &bundle, self.now_ns).unwrap();
        assert_eq!(endpoint.enable_installation(store, &own, &id), Ok(true));
    }

    fn act(&mut self, [kind, a, b, c]: [u8; 4]) {
        self.now_ns += 1_000_000;
        let (device, other) = (usize::from(a) % 4, usize::from(b) % 4);
        let packet = |this: &Self| {
            let number = usize::from(a) << 8 | usize::from(b);
            number.checked_rem(this.packets.len())
        };
        let target = usize::from(c) % 4;
        match kind % 16 {
            0..=4 => self.send(device, other),
            5..=8 => {
                // Mostly the latest: the network is not that bad.
                let latest = self.packets.len().checked_sub(1 + usize::from(a % 4));
                if let Some(packet) = latest.or_else(|| packet(self)) {
                    self.deliver(packet, target);
                }
            }
            9 => {
                if let Some(packet) = packet(self) {
                    self.deliver(packet, target);
                }
            }
            10 => {
                if let Some(packet) = packet(self) {
                    self.confirm(packet, target);
                }
            }
            11 | 12 => {
                if let Some(packet) = packet(self) {
                    self.damage(packet, c);
                }
            }
            13 => {
                if let Some(packet) = packet(self) {
                    self.roll_back(packet, target);
                }
            }
            14 => {
                if let Some(packet) = packet(self) {
                    self.steal(packet, target);
                }
            }
            _ if c % 2 == 0 => self.restart(device),
            _ if self.rotations < MAX_ROTATIONS => {
                self.rotations += 1;
                self.now_ns += 25 * HOUR_NS;
            }
            _ => {}
        }
    }

    fn send(&mut self, from: usize, to: usize) {
        if from == to || self.packets.len() == MAX_MESSAGES {
            return;
        }
        let to = *self.devices[to].endpoint.identity();
        let text = format!("message {}", self.packets.len()).into_bytes();
        let Device { endpoint, store } = &mut self.devices[from];
        let Ok(sent) = endpoint.encrypt(store, &to, &text, self.now_ns, &mut self.rng);
        let message = wire::ProtocolMessage::decode(sent.message.clone()).unwrap();
        let to_identity = message.direct_message.contains_key(NO_SESSION);
        let own = endpoint.installation().clone();
        let reaches = |device: &Device| {
            let id = device.endpoint.installation();
            let is_sender = *device.endpoint.identity() == *self.devices[from].endpoint.identity()
                && *id == own;
            *device.endpoint.identity() == to
                && !is_sender
                && (to_identity || message.direct_message.contains_key(id.as_str()))
        };
        let readers = self.devices.iter().enumerate();
        let readers = readers.filter(|(_, device)| reaches(device));
        let places = readers.map(|(index, _)| (index, Place::OnItsWay)).collect();
        for report in &sent.devices {
            let in_map = message
                .direct_message
                .contains_key(report.installation.as_str());
            assert_eq!(
                in_map,
                report.delivery.is_ok(),
                "{report:?}: no fallback is needed here"
            );
        }
        self.packets.push(Packet {
            from,
            to,
            bytes: sent.message,
            text,
            places,
            to_identity,
        });
    }

    fn handle(&mut self, device: usize, from: usize, bytes: Bytes, id: &MessageId) -> Handled {
        let from = *self.devices[from].endpoint.identity();
        let Device { endpoint, store } = &mut self.devices[device];
        let Ok(handled) =
            endpoint.handle_message(store, &from, bytes, id, self.now_ns, &mut self.rng);
        handled
    }

    /// A message that is in order reads, whatever came before, until it is confirmed.
    fn deliver(&mut self, packet: usize, device: usize) {
        let (from, bytes) = (
            self.packets[packet].from,
            self.packets[packet].bytes.clone(),
        );
        let handled = self.handle(device, from, bytes, &message_id(packet, device));
        let Packet {
            text,
            places,
            to_identity,
            ..
        } = &mut self.packets[packet];
        let Some(place) = places.get_mut(&device) else {
            assert!(handled.result.is_err(), "it is for others: {handled:?}");
            return;
        };
        if *place == Place::Confirmed && !*to_identity {
            let reason = handled.result.unwrap_err();
            assert!(matches!(reason, Unreadable::Ratchet(_)), "{reason}");
            return;
        }
        match handled.result {
            Ok(Received::Private { payload, .. }) => assert_eq!(payload, text[..]),
            other => panic!("message {packet} at device {device}: {other:?}"),
        }
        if *place == Place::OnItsWay {
            *place = Place::Read;
        }
    }

    fn confirm(&mut self, packet: usize, device: usize) {
        let Packet {
            places,
            to_identity,
            ..
        } = &mut self.packets[packet];
        let Device { endpoint, store } = &mut self.devices[device];
        let Ok(found) = endpoint.confirm(store, &message_id(packet, device));
        match places.get_mut(&device) {
            Some(place @ Place::Read) => {
                assert_eq!(found, !*to_identity);
                *place = Place::Confirmed;
            }
            _ => assert!(!found),
        }
    }

    /// The message with a fault, for each of its readers: it says the same or nothing, and then no
    /// session has changed.
    fn damage(&mut self, packet: usize, how: u8) {
        let Packet {
            from,
            bytes,
            text,
            places,
            ..
        } = &self.packets[packet];
        let (from, text) = (*from, text.clone());
        let damaged = damaged(bytes, how);
        for device in places.keys().copied().collect::<Vec<_>>() {
            let before = self.secrets(device);
            let id = message_id(usize::MAX - packet, device);
            match self.handle(device, from, damaged.clone(), &id).result {
                Ok(Received::Private { payload, .. }) => assert_eq!(payload, text[..]),
                _ => assert_eq!(before, self.secrets(device)),
            }
        }
    }

    /// Reads a message, and loses what was not committed.
    fn roll_back(&mut self, packet: usize, device: usize) {
        let snapshot = self.devices[device].store.clone();
        let (from, bytes) = (
            self.packets[packet].from,
            self.packets[packet].bytes.clone(),
        );
        self.handle(device, from, bytes, &message_id(packet, device));
        self.devices[device].store = snapshot;
    }

    /// Eve sends on, as her own, what others have written.
    fn steal(&mut self, packet: usize, device: usize) {
        let (from, to) = (self.packets[packet].from, self.packets[packet].to);
        if from == EVE || to == *self.devices[EVE].endpoint.identity() || device == EVE {
            return;
        }
        let before = self.secrets(device);
        let bytes = self.packets[packet].bytes.clone();
        let to_identity = self.packets[packet].to_identity;
        let handled = self.handle(device, EVE, bytes, &[9; 32]);
        // What is encrypted to an identity key only does not say by whom.
        assert!(handled.result.is_err() || to_identity, "{handled:?}");
        assert_eq!(before, self.secrets(device));
    }

    /// Everything that a store writes down comes back.
    fn restart(&mut self, device: usize) {
        for (_, session) in self.secrets(device).0 {
            assert_eq!(Session::from_bytes(&session.to_bytes()), Ok(session));
        }
    }

    fn secrets(&self, device: usize) -> Secrets {
        let sessions = self.devices[device].store.all_sessions();
        let sessions = sessions.map(|(id, session)| {
            // That a newer bundle ends sending is no change of the session's secrets.
            let superseded_ns = None;
            (
                id.clone(),
                Session {
                    superseded_ns,
                    ..session.clone()
                },
            )
        });
        let mut sessions: Vec<_> = sessions.collect();
        sessions.sort_by(|(a, _), (b, _)| a.cmp(b));
        let keys = self.devices[device].store.all_message_keys();
        let mut keys: Vec<_> = keys.map(|(id, key)| (id.clone(), key.clone())).collect();
        keys.sort_by(|(a, m), (b, n)| (a, m.sequence).cmp(&(b, n.sequence)));
        (sessions, keys)
    }
}

fn message_id(packet: usize, device: usize) -> MessageId {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&packet.to_le_bytes());
    id[8] = device as u8;
    id
}

/// The message with one fault.
fn damaged(bytes: &Bytes, how: u8) -> Bytes {
    let how = usize::from(how);
    if how < 128 {
        let mut bytes = bytes.to_vec();
        let position = how * 31 % bytes.len();
        bytes[position] ^= 1 << (how % 8);
        return bytes.into();
    }
    let mut message = wire::ProtocolMessage::decode(bytes.clone()).unwrap();
    if how % 2 == 0 {
        message.bundles.clear();
    }
    for direct in message.direct_message.values_mut() {
        let header = direct.dr_header.get_or_insert_default();
        match how / 2 % 8 {
            0 => header.n = header.n.wrapping_add(1),
            1 => header.n = header.n.wrapping_add(5_000),
            2 => header.pn = header.pn.wrapping_add(900),
            3 => header.n = u32::MAX,
            4 => direct.x3dh_header = None,
            5 => header.key = vec![2; 33].into(),
            6 => direct.payload.truncate(how % 60),
            _ => header.id = header.key.clone(),
        }
    }
    message.encode_to_vec().into()
}
