//! Wrapping, unwrapping and decoding against the bare primitives in the same run.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench prints its ratios and stops at what cannot happen"
)]

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use keccak_asm::Keccak256;
use prost::Message as _;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, Secp256k1, SecretKey};
use status_payload::{
    ApplicationMetadataMessage, ChatMessage, Decoded, Group, GroupEvent, GroupId, MembershipUpdate,
    MessageType, Person, Rules, wire,
};
use std::hint::black_box;
use std::time::{Duration, Instant};

const NOW_MS: u64 = 1_590_232_902_104;

/// A chat message of about 200 bytes.
fn chat_message() -> Bytes {
    let message = ChatMessage::builder()
        .public_chat("status")
        .text("word ".repeat(35))
        .clock(NOW_MS, NOW_MS)
        .build();
    message.unwrap().encode()
}

/// The best time of one call out of rounds of ours and limit in turn, so that both see the same
/// machine.
fn ratio(name: &str, goal: &str, mut ours: impl FnMut(), mut limit: impl FnMut()) {
    let (mut best_ours, mut best_limit) = (f64::MAX, f64::MAX);
    for _ in 0..40 {
        best_ours = best_ours.min(round(&mut ours));
        best_limit = best_limit.min(round(&mut limit));
    }
    let ratio = best_ours / best_limit;
    println!(
        "ratio {name}: ours {best_ours:.0} ns, limit {best_limit:.0} ns, ratio {ratio:.2} (goal {goal})"
    );
}

fn round(work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    let (mut calls, mut batch) = (0u32, 1u32);
    while start.elapsed() < Duration::from_millis(10) {
        for _ in 0..batch {
            work();
        }
        calls += batch;
        // Looking at the clock costs as much as the shortest work; one call of the longest is enough.
        batch = 10;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn keccak(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

fn wrap(criterion: &mut Criterion) {
    let curve = Secp256k1::new();
    let author = SecretKey::from_byte_array([7; 32]).unwrap();
    let payload = chat_message();
    let ours = || {
        let chat = MessageType::CHAT_MESSAGE;
        black_box(ApplicationMetadataMessage::sign(
            &author,
            chat,
            payload.clone(),
        ));
    };
    let limit = || {
        let digest = Message::from_digest(keccak(&payload));
        black_box(
            curve
                .sign_ecdsa_recoverable(digest, &author)
                .serialize_compact(),
        );
    };
    ratio("wrap and sign", "1.25", ours, limit);
    criterion.bench_function("wrap and sign", |bencher| bencher.iter(ours));
}

fn unwrap(criterion: &mut Criterion) {
    let curve = Secp256k1::new();
    let author = SecretKey::from_byte_array([7; 32]).unwrap();
    let chat = MessageType::CHAT_MESSAGE;
    let wrapped = ApplicationMetadataMessage::sign(&author, chat, chat_message());
    let bytes = wrapped.as_bytes().clone();
    let ours = || {
        let message = ApplicationMetadataMessage::decode(bytes.clone()).unwrap();
        black_box(message.recover().unwrap());
    };
    // The primitives: two hashes, parsing the signature, recovery, and the key as bytes.
    let signature: [u8; 65] = wrapped.signature().unwrap()[..].try_into().unwrap();
    let limit = || {
        let [compact @ .., id] = &signature;
        let id = RecoveryId::try_from(i32::from(*id)).unwrap();
        let signature = RecoverableSignature::from_compact(compact, id).unwrap();
        let digest = Message::from_digest(keccak(wrapped.payload()));
        let key = curve.recover_ecdsa(digest, &signature).unwrap();
        let _ = black_box(key.serialize_uncompressed());
        black_box(keccak(&bytes));
    };
    ratio("unwrap and recover", "1.1", ours, limit);
    criterion.bench_function("unwrap and recover", |bencher| bencher.iter(ours));
}

fn decode(criterion: &mut Criterion) {
    let payload = chat_message();
    let ours = || {
        let decoded = Decoded::decode(MessageType::CHAT_MESSAGE, payload.clone());
        if let Ok(Decoded::ChatMessage(message)) = decoded {
            black_box(ChatMessage::validate(message, NOW_MS).unwrap());
        }
    };
    let limit = || {
        black_box(wire::ChatMessage::decode(payload.clone()).unwrap());
    };
    ratio(
        "chat message decoded and validated",
        "at most 300 ns",
        ours,
        limit,
    );
    criterion.bench_function("decode and validate", |bencher| bencher.iter(ours));
}

/// A group of 1,000 events of all kinds, one of ten without effect.
fn events() -> (GroupId, Vec<GroupEvent>) {
    let curve = Secp256k1::new();
    let keys: Vec<_> = (1..=50u8)
        .map(|fill| SecretKey::from_byte_array([fill; 32]).unwrap())
        .collect();
    let name = |index: usize| Person::from(keys[index].public_key(&curve)).to_string();
    let id = format!("a09c5e52-1234-4321-abcd-1234567890ab-{}", name(0));
    let change = |clock: usize| {
        let someone = 1 + clock / 10 % 49;
        let (author, r#type, members) = match clock % 10 {
            _ if clock == 0 => (0, 1, vec![]),
            0 => (
                0,
                3,
                vec![
                    name(someone),
                    name(1 + someone % 49),
                    name(1 + (someone + 1) % 49),
                ],
            ),
            1 | 2 => (someone, 4, vec![]),
            3 => (0, 6, vec![name(someone)]),
            4 => (someone, 2, vec![]),
            5 => (someone, 7, vec![name(someone)]),
            6 => (0, 2, vec![]),
            7 => (0, 5, vec![name(1 + someone % 49)]),
            8 => (someone, 3, vec![name(someone)]),
            _ => (someone, 5, vec![name(someone)]),
        };
        let change = wire::MembershipUpdateEvent {
            clock: NOW_MS + clock as u64,
            members,
            name: "group".into(),
            r#type,
        };
        GroupEvent::sign(&keys[author], &id, &change)
    };
    let mut events: Vec<_> = (0..1000).map(change).collect();
    // As a hostile sender would have them.
    events.sort_by(|one, other| one.signature().cmp(other.signature()));
    (id.parse().unwrap(), events)
}

fn group(criterion: &mut Criterion) {
    let (id, events) = events();
    // The copies are part of what is measured, on both sides.
    let ours = || {
        black_box(Group::rebuild(id.clone(), events.clone(), Rules::Deployed).unwrap());
    };
    let limit = || {
        let mut events = events.clone();
        events.sort_unstable_by_key(GroupEvent::clock);
        black_box(events);
    };
    ratio(
        "group of 1,000 events rebuilt (limit: copied and sorted by clock)",
        "at most 2,000,000 ns",
        ours,
        limit,
    );
    criterion.bench_function("rebuild a group of 1,000 events", |bencher| {
        bencher.iter(ours)
    });

    let update = wire::MembershipUpdateMessage {
        chat_id: id.to_string(),
        events: events
            .iter()
            .map(|event| event.as_bytes().clone())
            .collect(),
        message: None,
    };
    let later = NOW_MS + 1000;
    let one = std::cell::RefCell::new(events.iter().cycle());
    let read = || {
        black_box(MembershipUpdate::read(update.clone(), later).unwrap());
    };
    let recover = || {
        let event = one.borrow_mut().next().unwrap();
        black_box(GroupEvent::decode(id.as_str(), event.as_bytes().clone()).unwrap());
    };
    ratio(
        "update of 1,000 events read (limit: one event)",
        "1,000",
        read,
        recover,
    );
    #[cfg(feature = "parallel")]
    ratio(
        "the same on all cores (limit: one event)",
        "1,000 divided by the cores",
        || {
            black_box(MembershipUpdate::read_in_parallel(update.clone(), later).unwrap());
        },
        recover,
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = wrap, unwrap, decode, group
}
criterion_main!(benches);
