//! What is sealed opens for whom it is meant, in every mode, and for nobody else.
#![cfg(test)]

use proptest::prelude::*;
use secp256k1::{Secp256k1, SecretKey};
use status_whisper::{
    Envelope, Key, MAX_PAYLOAD_LEN, MessageBuilder, OpenError, PADDING_UNIT, Recipient, SealError,
    SymmetricKey, Topic, Work, open, required_leading_zeros,
};
use std::sync::atomic::AtomicBool;

const NOW: u32 = 1_600_000_000;
const TOPIC: Topic = Topic([1, 2, 3, 4]);

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}

/// Bytes by which a ciphertext is longer than its plaintext, symmetric and asymmetric.
const OVERHEADS: [usize; 2] = [28, 113];

fn seal(message: &MessageBuilder<'_>, symmetric: bool) -> Envelope {
    let key = SymmetricKey::new([7; 32]);
    let public = secret(7).public_key(&Secp256k1::new());
    let recipient = match symmetric {
        true => Recipient::Symmetric(&key),
        false => Recipient::Asymmetric(&public),
    };
    let unsealed = message.encrypt(recipient, NOW, &mut rand::rng()).unwrap();
    assert_eq!(unsealed.size(), message.size(recipient));
    unsealed.seal(&AtomicBool::new(false)).unwrap()
}

fn key(symmetric: bool, byte: u8) -> Key {
    match symmetric {
        true => SymmetricKey::new([byte; 32]).into(),
        false => secret(byte).into(),
    }
}

#[test]
fn a_payload_that_is_too_long_is_refused_before_anything_is_done() {
    let payload = vec![0; MAX_PAYLOAD_LEN + 1];
    let len = payload.len();
    let key = SymmetricKey::new([7; 32]);
    let sealed = MessageBuilder::new(TOPIC, &payload).encrypt(
        Recipient::Symmetric(&key),
        NOW,
        &mut rand::rng(),
    );
    assert_eq!(sealed.unwrap_err(), SealError::PayloadTooLong { len });
}

#[test]
fn two_envelopes_of_one_message_differ() {
    let message = MessageBuilder::new(TOPIC, b"hello");
    for symmetric in [true, false] {
        let (one, other) = (seal(&message, symmetric), seal(&message, symmetric));
        assert_ne!(one.data(), other.data());
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let message = MessageBuilder::new(TOPIC, b"hello").padding(b"x");
    for symmetric in [true, false] {
        let data = seal(&message, symmetric).data().to_vec();
        for position in 0..data.len() {
            let mut changed = data.clone();
            changed[position] ^= 1;
            let envelope = Envelope::new(NOW + 50, 50, TOPIC, &changed, 0);
            assert!(open(&envelope, &key(symmetric, 7)).is_err(), "{position}");
        }
    }
}

#[test]
fn a_best_effort_puts_off_the_expiry() {
    let message = MessageBuilder::new(TOPIC, b"hello").ttl(15);
    let work = Work::BestWithin { seconds: 3 };
    let key = SymmetricKey::new([7; 32]);
    let unsealed = message
        .work(work)
        .encrypt(Recipient::Symmetric(&key), NOW, &mut rand::rng())
        .unwrap();
    let envelope = unsealed.seal(&AtomicBool::new(true)).unwrap();
    assert_eq!(envelope.expiry(), NOW + 18);
    assert_eq!((envelope.ttl(), envelope.sent()), (15, NOW + 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn in_every_mode(
        payload in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..600),
            (65_500..65_600usize).prop_map(|len| vec![9; len]),
        ],
        padding in proptest::collection::vec(any::<u8>(), 0..3),
        symmetric: bool,
        signed: bool,
        ttl in 0..100u32,
        work in prop_oneof![Just(Work::None), (1e-6..1e-4f64).prop_map(Work::Target)],
    ) {
        let signer = secret(9);
        let mut message = MessageBuilder::new(TOPIC, &payload)
            .padding(&padding)
            .ttl(ttl)
            .work(work);
        if signed {
            message = message.sign(&signer);
        }
        let envelope = seal(&message, symmetric);
        let opened = open(&envelope, &key(symmetric, 7)).unwrap();
        prop_assert_eq!(opened.payload(), payload);
        let public = signer.public_key(&Secp256k1::new());
        prop_assert_eq!(opened.signer(), signed.then_some(&public));
        let overhead = OVERHEADS[usize::from(!symmetric)];
        prop_assert_eq!(envelope.data().len(), opened.plaintext().len() + overhead);
        match padding.is_empty() {
            true => prop_assert_eq!(opened.plaintext().len() % PADDING_UNIT, 0),
            false => prop_assert_eq!(opened.padding(), padding),
        }
        prop_assert_eq!(envelope.ttl(), if ttl == 0 { 50 } else { ttl });
        prop_assert_eq!(envelope.sent(), NOW);
        if let Work::Target(pow) = work {
            let wanted = required_leading_zeros(pow, envelope.size(), envelope.ttl());
            prop_assert!(envelope.pow_hash().leading_zeros() >= wanted);
        }
        let refused = open(&envelope, &key(symmetric, 8)).unwrap_err();
        prop_assert!(!matches!(refused, OpenError::Plaintext(_)));
        // The other kind of key does not fit either.
        prop_assert!(open(&envelope, &key(!symmetric, 7)).is_err());
    }
}
