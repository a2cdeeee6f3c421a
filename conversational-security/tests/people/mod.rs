//! Devices of people, on virtual time: what the tests of one behaviour each share.
#![allow(dead_code, reason = "each test uses its own part")]

use bytes::Bytes;
use prost::Message;
use rand::{SeedableRng, rngs::StdRng};
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::{
    CompressedKey, Encrypted, Endpoint, Handled, Installation, InstallationId, MemoryStore,
    MessageId, Received, Settings, Store, Unreadable, wire,
};

pub(crate) const HOUR_NS: i64 = 3_600_000_000_000;
pub(crate) const DAY_NS: i64 = 24 * HOUR_NS;

/// One installation of somebody, with its store, its own clock and seeded randomness.
pub(crate) struct Device {
    pub(crate) endpoint: Endpoint,
    pub(crate) store: MemoryStore,
    pub(crate) now_ns: i64,
    rng: StdRng,
}

impl Device {
    /// The installation `id` of the person number `person`.
    pub(crate) fn new(person: u8, id: &str) -> Self {
        Self::with(person, id, Settings::default())
    }

    pub(crate) fn with(person: u8, id: &str, settings: Settings) -> Self {
        let secret = SecretKey::from_byte_array([person; 32]).unwrap();
        let seed = id.bytes().fold(u64::from(person), |seed, byte| {
            seed.rotate_left(8) ^ u64::from(byte)
        });
        Self {
            endpoint: Endpoint::new(&secret, id.into(), settings).unwrap(),
            store: MemoryStore::new(),
            now_ns: 1_590_232_902_104_000_000,
            rng: StdRng::seed_from_u64(seed),
        }
    }

    pub(crate) fn identity(&self) -> PublicKey {
        *self.endpoint.identity()
    }

    pub(crate) fn id(&self) -> InstallationId {
        self.endpoint.installation().clone()
    }

    pub(crate) fn bundle(&mut self) -> wire::Bundle {
        self.now_ns += 1;
        let Ok(bundle) = self
            .endpoint
            .own_bundle(&mut self.store, self.now_ns, &mut self.rng);
        bundle
    }

    pub(crate) fn learn(&mut self, other: &mut Self) -> Vec<Installation> {
        let bundle = other.bundle();
        let added = self
            .endpoint
            .add_bundle(&mut self.store, &bundle, self.now_ns);
        added.unwrap()
    }

    pub(crate) fn enable(&mut self, id: &str) {
        let own = self.identity();
        let enabled = self
            .endpoint
            .enable_installation(&mut self.store, &own, &id.into());
        assert_eq!(enabled, Ok(true));
    }

    pub(crate) fn write(&mut self, to: &Self, text: &str) -> Encrypted {
        self.now_ns += 1;
        let Ok(sent) = self.endpoint.encrypt(
            &mut self.store,
            &to.identity(),
            text.as_bytes(),
            self.now_ns,
            &mut self.rng,
        );
        sent
    }

    /// Writes to the named devices of the person whom `to` belongs to.
    pub(crate) fn write_for(&mut self, to: &Self, named: &[&str], text: &str) -> Encrypted {
        self.now_ns += 1;
        let named: Vec<_> = named.iter().map(|id| InstallationId::from(*id)).collect();
        let Ok(sent) = self.endpoint.encrypt_for(
            &mut self.store,
            &to.identity(),
            &named,
            text.as_bytes(),
            self.now_ns,
            &mut self.rng,
        );
        sent
    }

    pub(crate) fn disable(&mut self, other: &Self) {
        let (identity, id) = (other.identity(), other.id());
        let disabled = self
            .endpoint
            .disable_installation(&mut self.store, &identity, &id);
        assert_eq!(disabled, Ok(true));
    }

    /// Handles bytes of `from` under the id `message`.
    pub(crate) fn handle(&mut self, from: &Self, bytes: &Bytes, message: &MessageId) -> Handled {
        self.now_ns += 1;
        let Ok(handled) = self.endpoint.handle_message(
            &mut self.store,
            &from.identity(),
            bytes.clone(),
            message,
            self.now_ns,
            &mut self.rng,
        );
        handled
    }

    /// Reads a message that must be in order, and gives its text.
    pub(crate) fn read(&mut self, from: &Self, sent: &Encrypted) -> String {
        match self
            .handle(from, &sent.message, &id_of(&sent.message))
            .result
        {
            Ok(Received::Private { payload, .. }) => String::from_utf8(payload.to_vec()).unwrap(),
            other => panic!("it cannot be read: {other:?}"),
        }
    }

    /// The reason why a message cannot be read.
    pub(crate) fn refuse(&mut self, from: &Self, bytes: &Bytes) -> Unreadable {
        self.handle(from, bytes, &id_of(bytes)).result.unwrap_err()
    }

    pub(crate) fn confirm(&mut self, bytes: &Bytes) -> bool {
        let Ok(found) = self.endpoint.confirm(&mut self.store, &id_of(bytes));
        found
    }

    pub(crate) fn answer(
        &mut self,
        to: &Self,
        recovery: status_conversational_security::Recovery,
    ) -> Option<Bytes> {
        let peer = to.identity();
        let Ok(answer) =
            self.endpoint
                .answer(&mut self.store, &peer, recovery, self.now_ns, &mut self.rng);
        answer
    }

    /// The same for peers that are but a key.
    pub(crate) fn handle_of(&mut self, from: &PublicKey, bytes: &Bytes) -> Handled {
        self.now_ns += 1;
        let Ok(handled) = self.endpoint.handle_message(
            &mut self.store,
            from,
            bytes.clone(),
            &id_of(bytes),
            self.now_ns,
            &mut self.rng,
        );
        handled
    }

    pub(crate) fn answer_to(
        &mut self,
        peer: &PublicKey,
        recovery: status_conversational_security::Recovery,
    ) -> Option<Bytes> {
        let Ok(answer) =
            self.endpoint
                .answer(&mut self.store, peer, recovery, self.now_ns, &mut self.rng);
        answer
    }

    pub(crate) fn keep(&mut self, other: &Self, keep: bool) {
        let identity = other.identity();
        let Ok(()) = self
            .endpoint
            .keep_identity(&mut self.store, &identity, keep, self.now_ns);
    }

    pub(crate) fn forget(&mut self, other: &Self) -> bool {
        let identity = other.identity();
        let Ok(known) = self.endpoint.forget_identity(&mut self.store, &identity);
        known
    }

    /// Forgets all sessions with `other`, as if their part of the store were lost.
    pub(crate) fn forget_sessions(&mut self, other: &Self) {
        let (identity, id) = (CompressedKey::from(&other.identity()), other.id());
        let Ok(sessions) = self.store.sessions(&identity, &id);
        for (id, _) in sessions {
            let Ok(()) = self.store.remove_session(&id);
        }
    }

    pub(crate) fn sessions_with(
        &mut self,
        other: &Self,
    ) -> Vec<status_conversational_security::Session> {
        let identity = CompressedKey::from(&other.identity());
        let Ok(sessions) = self.store.sessions(&identity, &other.id());
        sessions.into_iter().map(|(_, session)| session).collect()
    }
}

/// Something that differs with the bytes, in place of an envelope's hash.
pub(crate) fn id_of(bytes: &Bytes) -> MessageId {
    let mut id = [0; 32];
    for (index, byte) in bytes.iter().enumerate() {
        let place: &mut u8 = &mut id[index % 32];
        *place = place.rotate_left(3) ^ byte;
    }
    id
}

/// The message that `change` makes of it.
pub(crate) fn changed(bytes: &Bytes, change: impl FnOnce(&mut wire::ProtocolMessage)) -> Bytes {
    let mut message = wire::ProtocolMessage::decode(bytes.clone()).unwrap();
    change(&mut message);
    message.encode_to_vec().into()
}

/// The direct message for the installation `id`.
pub(crate) fn direct(sent: &Encrypted, id: &str) -> wire::DirectMessageProtocol {
    let message = wire::ProtocolMessage::decode(sent.message.clone()).unwrap();
    message.direct_message[id].clone()
}
