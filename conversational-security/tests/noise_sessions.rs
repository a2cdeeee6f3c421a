//! Two devices make a session by each of the handshakes, and believe nothing that is not verified.
#![cfg(test)]
#![cfg(feature = "noise")]

use bytes::Bytes;
use rand::{SeedableRng, rngs::StdRng};
use secp256k1::{PublicKey, Secp256k1, SecretKey as Identity};
use status_conversational_security::noise::{
    Approach, Certificate, CertificateError, Device, Established, Initiator, MessageNametag,
    NoiseError, Payload, PreSharedKey, Protocol, Responder, SecretKey,
};

const MEETING: MessageNametag = MessageNametag([7; 16]);

fn identity(byte: u8) -> Identity {
    Identity::from_byte_array([byte; 32]).unwrap()
}

fn public(byte: u8) -> PublicKey {
    identity(byte).public_key(&Secp256k1::new())
}

fn device(byte: u8) -> Device {
    let key = SecretKey::from_bytes(&[byte; 32]);
    let certificate = Certificate::issue(&identity(byte), &key.public_key());
    Device { key, certificate }
}

/// What Alice (1) and Bob (2) know of each other in each of the handshakes.
fn approaches() -> Vec<(Approach, Approach)> {
    let [alice, bob] = [device(1).key.public_key(), device(2).key.public_key()];
    let shared = Approach::PreShared(PreSharedKey::from_bytes(&[5; 32]));
    vec![
        (Approach::Unknown, Approach::Unknown),
        (shared.clone(), shared),
        (Approach::ToKnown(bob), Approach::ToKnown(bob)),
        (Approach::BothKnown(bob), Approach::BothKnown(alice)),
    ]
}

struct Meeting {
    alice: Initiator,
    responder: Responder,
    opening: Bytes,
    rng: StdRng,
}

fn meet(ours: Approach, theirs: Approach, alice: Device, bob: Device) -> Meeting {
    let mut rng = StdRng::seed_from_u64(3);
    let (alice, opening) = Initiator::start(alice, ours, MEETING, &mut rng).unwrap();
    Meeting {
        alice,
        responder: Responder::new(bob, theirs, MEETING),
        opening,
        rng,
    }
}

fn exchange(alice: &mut Established, bob: &mut Established) {
    for text in [&b"hello"[..], b"", &[9; 1_000]] {
        let message = alice.session.encrypt(text).unwrap();
        assert_eq!(bob.session.handle_message(message).unwrap()[..], *text);
        let message = bob.session.encrypt(text).unwrap();
        assert_eq!(alice.session.handle_message(message).unwrap()[..], *text);
    }
}

#[test]
fn by_each_of_the_four_handshakes() {
    for (ours, theirs) in approaches() {
        let pattern = ours.pattern();
        let mut meeting = meet(ours, theirs, device(1), device(2));
        let (mut bob, response) = meeting
            .responder
            .handle_opening(meeting.opening, &mut meeting.rng)
            .unwrap();
        let payload = Payload::decode(response.clone()).unwrap();
        assert_eq!(payload.protocol, Protocol::Handshake(pattern));
        assert_eq!(Some(payload.nametag), meeting.alice.expected_nametag());
        let (mut alice, last) = meeting.alice.handle_response(response).unwrap();
        let nametag = Payload::decode(last.clone()).unwrap().nametag;
        assert_eq!(Some(nametag), bob.expected_nametag());
        let mut bob = bob.handle_final(last).unwrap();
        assert_eq!((alice.identity, bob.identity), (public(2), public(1)));
        assert_eq!(*alice.session.remote_key(), device(2).key.public_key());
        assert_eq!(*bob.session.remote_key(), device(1).key.public_key());
        assert_eq!(alice.session.handshake_hash(), bob.session.handshake_hash());
        exchange(&mut alice, &mut bob);
    }
}

#[test]
fn damage_at_any_byte_is_refused_and_the_true_message_is_then_taken() {
    for (ours, theirs) in approaches() {
        let shared = matches!(ours, Approach::PreShared(_));
        let mut meeting = meet(ours, theirs, device(1), device(2));
        let damaged = |message: &Bytes, place: usize| {
            let mut damaged = message.to_vec();
            damaged[place] ^= 0x40;
            Bytes::from(damaged)
        };
        // The frame and the padding are checked in every handshake, the key only with a shared secret.
        for place in (0..meeting.opening.len()).step_by(3) {
            let opening = damaged(&meeting.opening, place);
            let refused = meeting.responder.handle_opening(opening, &mut meeting.rng);
            if shared || !(19..51).contains(&place) {
                assert!(refused.is_err(), "{place}");
            }
        }
        let (mut bob, response) = meeting
            .responder
            .handle_opening(meeting.opening, &mut meeting.rng)
            .unwrap();
        for place in (0..response.len()).step_by(7) {
            let refused = meeting.alice.handle_response(damaged(&response, place));
            assert!(refused.is_err(), "{place}");
        }
        let (mut alice, last) = meeting.alice.handle_response(response.clone()).unwrap();
        assert_eq!(
            meeting.alice.handle_response(response).err(),
            Some(NoiseError::Turn)
        );
        for place in (0..last.len()).step_by(7) {
            assert!(bob.handle_final(damaged(&last, place)).is_err(), "{place}");
        }
        let mut joined = bob.handle_final(last.clone()).unwrap();
        assert_eq!(bob.handle_final(last).err(), Some(NoiseError::Turn));
        exchange(&mut alice, &mut joined);
    }
}

#[test]
fn no_session_with_a_key_that_the_identity_did_not_sign() {
    let mut thief = device(3);
    // Another's certificate, seen in an earlier handshake.
    thief.certificate = device(2).certificate;
    let wrong = NoiseError::Certificate(CertificateError::Signature);
    let unknown = || Approach::Unknown;

    let mut meeting = meet(unknown(), unknown(), device(1), thief.clone());
    let (_, response) = meeting
        .responder
        .handle_opening(meeting.opening, &mut meeting.rng)
        .unwrap();
    assert_eq!(meeting.alice.handle_response(response).err(), Some(wrong));
    assert!(meeting.alice.expected_nametag().is_some());

    let mut meeting = meet(unknown(), unknown(), thief, device(2));
    let (mut bob, response) = meeting
        .responder
        .handle_opening(meeting.opening, &mut meeting.rng)
        .unwrap();
    let (_, last) = meeting.alice.handle_response(response).unwrap();
    assert_eq!(bob.handle_final(last).err(), Some(wrong));
    assert!(bob.expected_nametag().is_some());
}

#[test]
fn another_key_than_the_known_one_gets_no_session() {
    let expected = device(2).key.public_key();
    let impostor = device(3);
    let own = Approach::ToKnown(impostor.key.public_key());
    let mut meeting = meet(Approach::ToKnown(expected), own, device(1), impostor);
    let (_, response) = meeting
        .responder
        .handle_opening(meeting.opening, &mut meeting.rng)
        .unwrap();
    // Each static key that is known beforehand is part of the hash that the nametag follows from.
    let refused = meeting.alice.handle_response(response.clone()).err();
    assert_eq!(refused, Some(NoiseError::UnknownNametag));
    let mut payload = Payload::decode(response).unwrap();
    payload.nametag = meeting.alice.expected_nametag().unwrap();
    let refused = meeting.alice.handle_response(payload.encode()).err();
    assert_eq!(refused, Some(NoiseError::Undecryptable));
}

#[test]
fn what_is_not_for_this_handshake_is_told_apart() {
    let unknown = Approach::Unknown;
    let mut meeting = meet(unknown.clone(), unknown, device(1), device(2));
    let mut payload = Payload::decode(meeting.opening.clone()).unwrap();
    payload.nametag = MessageNametag([8; 16]);
    let refused = meeting
        .responder
        .handle_opening(payload.encode(), &mut meeting.rng);
    assert_eq!(refused.err(), Some(NoiseError::UnknownNametag));
    let shared = Approach::PreShared(PreSharedKey::from_bytes(&[5; 32]));
    let strict = Responder::new(device(2), shared.clone(), MEETING);
    let refused = strict.handle_opening(meeting.opening.clone(), &mut meeting.rng);
    let expected = shared.pattern();
    assert_eq!(
        refused.err(),
        Some(NoiseError::OtherPattern {
            expected,
            found: 12
        })
    );
    let mut payload = Payload::decode(meeting.opening).unwrap();
    payload.keys.push(payload.keys[0]);
    let refused = meeting
        .responder
        .handle_opening(payload.encode(), &mut meeting.rng);
    assert_eq!(refused.err(), Some(NoiseError::Malformed));
}

#[test]
fn one_responder_answers_many_each_with_keys_of_its_own() {
    let unknown = Approach::Unknown;
    let mut meeting = meet(unknown.clone(), unknown, device(1), device(2));
    let opening = meeting.opening;
    let mut answer = || {
        let opening = opening.clone();
        meeting
            .responder
            .handle_opening(opening, &mut meeting.rng)
            .unwrap()
    };
    let ((mut one, not_taken), (mut other, taken)) = (answer(), answer());
    assert_ne!(not_taken, taken);
    let (mut alice, last) = meeting.alice.handle_response(taken).unwrap();
    assert!(one.handle_final(last.clone()).is_err());
    exchange(&mut alice, &mut other.handle_final(last).unwrap());
}
