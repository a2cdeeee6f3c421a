//! Two sides of a session, ours and vodozemac's.

use secp256k1::{Secp256k1, SecretKey};
use status_conversational_security::ratchet::{Ratchet, RatchetHeader, SecretBytes};
use status_conversational_security::{
    CompressedKey, MessageId, Opening, Session, SessionId, Store, decrypt_in_session,
    encrypt_in_session,
};
use std::hint::black_box;
use vodozemac::olm::{Account, SessionConfig};

/// What is encrypted.
pub(crate) const TEXT: [u8; 256] = [b'x'; 256];

const NOW_NS: i64 = 1_590_232_902_104_000_000;

/// Alice and Bob, each with a store.
pub(crate) struct Pair<S> {
    pub(crate) alice: S,
    pub(crate) bob: S,
    pub(crate) id: SessionId,
    rng: rand::rngs::StdRng,
    messages: u64,
}

pub(crate) type Message = (RatchetHeader, Vec<u8>);

/// A session of each side, on one secret, of which Alice has sent and Bob has read a message.
pub(crate) fn sessions() -> (Session, Session) {
    let prekey = SecretKey::from_byte_array([7; 32]).unwrap();
    let public = CompressedKey::from(&prekey.public_key(&Secp256k1::new()));
    let secret = SecretBytes::new([8; 32]);
    let session = |ratchet| Session {
        ratchet,
        ephemeral: public,
        opening: Opening::Answered,
        superseded_ns: None,
        used_ns: NOW_NS,
    };
    let mut alice = Ratchet::initiator(&secret, &public, &mut rand::rng()).unwrap();
    let (header, ciphertext) = alice.encrypt(&TEXT).unwrap();
    let bob = Ratchet::recipient(&secret, &prekey);
    let bob = bob.decrypt(&header, &ciphertext, &mut rand::rng()).unwrap();
    (session(alice), session(bob.ratchet))
}

/// The name of a session; `number` tells it from others.
pub(crate) fn id(number: u32) -> SessionId {
    let mut key = [2; 33];
    key[29..].copy_from_slice(&number.to_be_bytes());
    SessionId {
        identity: CompressedKey::new(key),
        installation: "8f2d4a52-3c1e-4a8e-9a53-0d5d2d4f6c11".into(),
        prekey: CompressedKey::new(key),
    }
}

impl<S: Store> Pair<S>
where
    S::Error: std::fmt::Debug,
{
    /// Both sides in a new store each, with `others` sessions beside theirs.
    pub(crate) fn new(store: impl Fn() -> S, others: u32) -> Self {
        let mut pair = Self::over(store(), store());
        let (alice, bob) = sessions();
        for number in 0..=others {
            pair.alice.put_session(&id(number), &alice).unwrap();
            pair.bob.put_session(&id(number), &bob).unwrap();
        }
        pair.id = id(others / 2);
        pair
    }

    /// Both sides in stores that hold their sessions already.
    pub(crate) fn over(alice: S, bob: S) -> Self {
        use rand::SeedableRng;
        Self {
            alice,
            bob,
            id: id(0),
            rng: rand::rngs::StdRng::seed_from_u64(1),
            messages: 0,
        }
    }

    pub(crate) fn alice_encrypts(&mut self) -> Message {
        let sent = encrypt_in_session(&mut self.alice, &self.id, &TEXT, NOW_NS);
        sent.unwrap().unwrap()
    }

    /// Reads and confirms, as an application does.
    pub(crate) fn bob_reads(&mut self, message: &Message) -> Vec<u8> {
        let plaintext = self.bob_decrypts(message);
        self.bob_confirms(self.messages);
        plaintext
    }

    /// Reads only; the key stays until [`bob_confirms`](Self::bob_confirms).
    pub(crate) fn bob_decrypts(&mut self, message: &Message) -> Vec<u8> {
        self.messages += 1;
        let name = name(self.messages);
        Self::read(&mut self.bob, &self.id, message, &name, &mut self.rng)
    }

    /// Confirms the message that was read as number `message`, from 1.
    pub(crate) fn bob_confirms(&mut self, message: u64) {
        assert!(self.bob.confirm_message(&name(message)).unwrap());
    }

    /// How many messages were read.
    pub(crate) fn messages(&self) -> u64 {
        self.messages
    }

    pub(crate) fn there_and_back(&mut self) {
        let message = self.alice_encrypts();
        black_box(self.bob_reads(&message));
        let answer = encrypt_in_session(&mut self.bob, &self.id, &TEXT, NOW_NS);
        let answer = answer.unwrap().unwrap();
        self.messages += 1;
        let name = name(self.messages);
        black_box(Self::read(
            &mut self.alice,
            &self.id,
            &answer,
            &name,
            &mut self.rng,
        ));
        assert!(self.alice.confirm_message(&name).unwrap());
    }

    fn read(
        store: &mut S,
        id: &SessionId,
        (header, ciphertext): &Message,
        name: &MessageId,
        rng: &mut rand::rngs::StdRng,
    ) -> Vec<u8> {
        let read = decrypt_in_session(store, id, header, ciphertext, name, NOW_NS, rng);
        read.unwrap().plaintext
    }
}

/// Names as scattered as hashes.
fn name(message: u64) -> MessageId {
    let mut name = [0; 32];
    name[..8].copy_from_slice(&message.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    name
}

/// The same with vodozemac.
pub(crate) struct Olm {
    pub(crate) alice: vodozemac::olm::Session,
    pub(crate) bob: vodozemac::olm::Session,
}

impl Olm {
    pub(crate) fn new() -> Self {
        let (alice, mut bob) = (Account::new(), Account::new());
        bob.generate_one_time_keys(1);
        let key = *bob.one_time_keys().values().next().unwrap();
        let mut session = alice
            .create_outbound_session(SessionConfig::version_1(), bob.curve25519_key(), key)
            .unwrap();
        let first = session.encrypt(TEXT).unwrap();
        let vodozemac::olm::OlmMessage::PreKey(first) = first else {
            unreachable!("the first message opens the session");
        };
        let opened =
            bob.create_inbound_session(SessionConfig::version_1(), alice.curve25519_key(), &first);
        let mut answering = opened.unwrap().session;
        // An answer, so that Alice's messages no longer open the session.
        let answer = answering.encrypt(TEXT).unwrap();
        session.decrypt(&answer).unwrap();
        let next = session.encrypt(TEXT).unwrap();
        answering.decrypt(&next).unwrap();
        Self {
            alice: session,
            bob: answering,
        }
    }

    pub(crate) fn there_and_back(&mut self) {
        let message = self.alice.encrypt(TEXT).unwrap();
        black_box(self.bob.decrypt(&message).unwrap());
        let answer = self.bob.encrypt(TEXT).unwrap();
        black_box(self.alice.decrypt(&answer).unwrap());
    }
}
