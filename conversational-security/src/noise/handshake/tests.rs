//! Handshakes against the vectors of public suites, and against damage at every place.

use super::*;
use rand::{SeedableRng, rngs::StdRng};
use serde::Deserialize;

const PATTERNS: [Pattern; 4] = [Pattern::Xx, Pattern::Xk1, Pattern::K1k1, Pattern::XxPsk0];

#[derive(Deserialize)]
struct Suite {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    protocol_name: String,
    init_prologue: String,
    init_static: String,
    init_ephemeral: String,
    init_remote_static: Option<String>,
    resp_prologue: String,
    resp_static: String,
    resp_ephemeral: String,
    resp_remote_static: Option<String>,
    handshake_hash: Option<String>,
    messages: Vec<Exchanged>,
}

#[derive(Deserialize)]
struct Exchanged {
    payload: String,
    ciphertext: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

fn key(hex: &str) -> [u8; 32] {
    bytes(hex).try_into().unwrap()
}

impl Vector {
    fn side(&self, role: Role) -> Handshake {
        let (prologue, local, remote, ephemeral) = match role {
            Role::Initiator => (
                &self.init_prologue,
                &self.init_static,
                &self.init_remote_static,
                &self.init_ephemeral,
            ),
            Role::Responder => (
                &self.resp_prologue,
                &self.resp_static,
                &self.resp_remote_static,
                &self.resp_ephemeral,
            ),
        };
        let pattern = PATTERNS
            .into_iter()
            .find(|one| one.name() == self.protocol_name);
        let parameters = Parameters {
            pattern: pattern.unwrap(),
            role,
            local: SecretKey::from_bytes(&key(local)),
            remote: remote.as_deref().map(key).map(StaticKey),
            pre_shared: None,
            prologue: bytes(prologue),
        };
        Handshake::with_ephemeral(parameters, Zeroizing::new(key(ephemeral))).unwrap()
    }
}

/// Plays a vector: handshake, hash, and the messages after it; gives how many messages agreed.
fn play(vector: &Vector) -> usize {
    let (mut one, mut other) = (vector.side(Role::Initiator), vector.side(Role::Responder));
    let (handshake, transport) = vector.messages.split_at(3);
    for exchanged in handshake {
        let message = one.write_message(&bytes(&exchanged.payload)).unwrap();
        assert_eq!(hex::encode(&message), exchanged.ciphertext);
        let payload = other.read_message(&message).unwrap();
        assert_eq!(hex::encode(&payload[..]), exchanged.payload);
        std::mem::swap(&mut one, &mut other);
    }
    assert_eq!(one.hash(), other.hash());
    if let Some(hash) = &vector.handshake_hash {
        assert_eq!(hex::encode(one.hash()), *hash);
    }
    // After three messages the responder stands first.
    let (responder, initiator) = (one.split().unwrap(), other.split().unwrap());
    for (index, exchanged) in transport.iter().enumerate() {
        let (from, to) = match index % 2 {
            0 => (&responder, &initiator),
            _ => (&initiator, &responder),
        };
        let number = (index / 2) as u64;
        let message = from
            .sending
            .encrypt(number, &[], &bytes(&exchanged.payload));
        assert_eq!(hex::encode(message.unwrap()), exchanged.ciphertext);
        let payload = to
            .receiving
            .decrypt(number, &[], &bytes(&exchanged.ciphertext));
        assert_eq!(hex::encode(&payload.unwrap()[..]), exchanged.payload);
    }
    vector.messages.len()
}

fn play_all(text: &str) -> (usize, usize) {
    let suite: Suite = serde_json::from_str(text).unwrap();
    let messages = suite.vectors.iter().map(play).sum();
    (suite.vectors.len(), messages)
}

#[test]
fn cacophony_agrees() {
    let suite = include_str!("../../../tests/data/noise/cacophony.json");
    assert_eq!(play_all(suite), (3, 18));
}

#[test]
fn snow_agrees() {
    let suite = include_str!("../../../tests/data/noise/snow.json");
    assert_eq!(play_all(suite), (3, 15));
}

/// Both sides of a handshake, knowing what the pattern wants.
fn pair(pattern: Pattern) -> (Handshake, Handshake) {
    let rng = &mut StdRng::seed_from_u64(7);
    let (alice, bob) = (SecretKey::random(rng), SecretKey::random(rng));
    let mut side = |role, local: &SecretKey, remote: &SecretKey| {
        let parameters = Parameters {
            pattern,
            role,
            local: local.clone(),
            remote: Some(remote.public_key()),
            pre_shared: Some(PreSharedKey::from_bytes(&[5; 32])),
            prologue: b"prologue".to_vec(),
        };
        Handshake::new(parameters, rng).unwrap()
    };
    (
        side(Role::Initiator, &alice, &bob),
        side(Role::Responder, &bob, &alice),
    )
}

#[test]
fn a_damaged_message_leaves_the_handshake_as_it_was() {
    for pattern in PATTERNS {
        let (mut one, mut other) = pair(pattern);
        for index in 0..3 {
            let message = one.write_message(b"payload").unwrap();
            let before = (other.hash(), other.messages());
            for place in 0..message.len() {
                let mut damaged = message.clone();
                damaged[place] ^= 0x80;
                // Nothing in the first message is authenticated without a pre-shared key.
                if index > 0 || pattern == Pattern::XxPsk0 {
                    let refused = other.read_message(&damaged);
                    assert!(refused.is_err(), "{pattern:?} {index} {place}");
                    assert_eq!((other.hash(), other.messages()), before);
                }
            }
            for len in 0..message.len().min(32) {
                assert!(other.read_message(&message[..len]).is_err());
            }
            assert_eq!(other.read_message(&message).unwrap()[..], b"payload"[..]);
            std::mem::swap(&mut one, &mut other);
        }
        let (responder, initiator) = (one.split().unwrap(), other.split().unwrap());
        let message = initiator.sending.encrypt(0, b"", b"text").unwrap();
        assert!(responder.receiving.decrypt(0, b"", &message).is_ok());
        assert_eq!(initiator.exporter, responder.exporter);
    }
}

#[test]
fn a_message_taken_back_can_be_read_again() {
    let (mut alice, mut bob) = pair(Pattern::Xx);
    let first = alice.write_message(&[]).unwrap();
    let before = bob.hash();
    bob.read_message(&first).unwrap();
    bob.unread().unwrap();
    assert_eq!((bob.hash(), bob.messages()), (before, 0));
    bob.read_message(&first).unwrap();
    let second = bob.write_message(&[]).unwrap();
    assert!(alice.read_message(&second).is_ok());
}

#[test]
fn a_key_that_makes_the_secret_zero_is_refused() {
    for pattern in PATTERNS {
        let (mut alice, mut bob) = pair(pattern);
        let mut first = alice.write_message(&[]).unwrap();
        first[..32].fill(0);
        // In XXpsk0 the payload does not decrypt already, in the others the answer would be built on it.
        if bob.read_message(&first).is_ok() {
            assert_eq!(bob.write_message(&[]), Err(NoiseError::WeakKey));
        } else {
            assert_eq!(pattern, Pattern::XxPsk0);
        }
    }
}

#[test]
fn what_both_must_know_makes_the_difference() {
    let other = |change: fn(&mut Parameters)| {
        let (mut alice, bob) = pair(Pattern::XxPsk0);
        let mut parameters = bob.parameters.clone();
        change(&mut parameters);
        let mut bob = Handshake::new(parameters, &mut StdRng::seed_from_u64(8)).unwrap();
        let first = alice.write_message(&[]).unwrap();
        bob.read_message(&first).map(|_| ())
    };
    let refused = Err(NoiseError::Undecryptable);
    assert_eq!(other(|_| ()), Ok(()));
    assert_eq!(other(|bob| bob.prologue.clear()), refused);
    let wrong = |bob: &mut Parameters| bob.pre_shared = Some(PreSharedKey::from_bytes(&[6; 32]));
    assert_eq!(other(wrong), refused);
}

#[test]
fn misuse_is_an_error_and_changes_nothing() {
    let (mut alice, mut bob) = pair(Pattern::Xx);
    assert_eq!(alice.read_message(&[0; 32]), Err(NoiseError::Turn));
    assert_eq!(bob.write_message(&[]), Err(NoiseError::Turn));
    let (len, max) = (MAX_MESSAGE_LEN, MAX_MESSAGE_LEN - 32 - TAG_LEN);
    let refused = alice.write_message(&vec![0; len]);
    assert_eq!(refused, Err(NoiseError::TooLarge { len, max }));
    let first = alice.write_message(&[]).unwrap();
    bob.read_message(&first).unwrap();
    assert_eq!(bob.read_message(&first), Err(NoiseError::Turn));
    assert_eq!(alice.split().err(), Some(NoiseError::Turn));
    for pattern in [Pattern::K1k1, Pattern::Xk1, Pattern::XxPsk0] {
        let (alice, _) = pair(pattern);
        let mut parameters = alice.parameters.clone();
        (parameters.remote, parameters.pre_shared) = (None, None);
        let refused = Handshake::new(parameters, &mut StdRng::seed_from_u64(1));
        assert_eq!(refused.err(), Some(NoiseError::MissingKey));
    }
}

#[test]
fn nothing_secret_shows() {
    let (alice, _) = pair(Pattern::XxPsk0);
    assert_eq!(
        format!("{alice:?}"),
        "Handshake { pattern: XxPsk0, role: Initiator, messages: 0, .. }"
    );
    let shown = format!("{:?}", alice.parameters);
    assert!(shown.contains("local: SecretKey(..)") && shown.contains("Some(PreSharedKey(..))"));
}
