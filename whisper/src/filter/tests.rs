use super::*;
use crate::key::SymmetricKey;
use crate::seal::{MessageBuilder, Recipient};
use rand::SeedableRng;
use rand::rngs::StdRng;
use secp256k1::SecretKey;

const TOPIC: Topic = Topic([1, 2, 3, 4]);
const OTHER: Topic = Topic([4, 3, 2, 1]);
const NOW: u32 = 1_600_000_000;

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}

fn public(byte: u8) -> PublicKey {
    secret(byte).public_key(&secp256k1::Secp256k1::new())
}

fn key(byte: u8) -> SymmetricKey {
    SymmetricKey::new([byte; 32])
}

/// An envelope of `TOPIC` for `key(1)`, signed by `secret(9)` if `signed`.
fn envelope(signed: bool) -> Envelope {
    let mut rng = StdRng::seed_from_u64(1);
    let signer = secret(9);
    let mut message = MessageBuilder::new(TOPIC, b"hello");
    if signed {
        message = message.sign(&signer);
    }
    let sealed = message.encrypt(Recipient::Symmetric(&key(1)), NOW, &mut rng);
    sealed.unwrap().with_nonce(0)
}

fn filters() -> Filters {
    Filters::new(100)
}

#[test]
fn all_filters_of_the_topic_and_key_match_once_in_order() {
    let mut filters = filters();
    let first = filters.install(Filter::new(TOPIC, key(1))).unwrap();
    let wrong = filters.install(Filter::new(TOPIC, key(2))).unwrap();
    let elsewhere = filters.install(Filter::new(OTHER, key(1))).unwrap();
    let all = Filter {
        topics: vec![],
        ..Filter::new(TOPIC, key(1))
    };
    let all = filters.install(all).unwrap();
    let found = filters.open(&envelope(true), 1.0, false).unwrap();
    assert_eq!(found.filters, [first, all]);
    assert_eq!(&found.opened.payload()[..], b"hello");
    assert_eq!(filters.counts(first).unwrap().matched, 1);
    // The right key came first, so the other was not even tried.
    assert_eq!(filters.counts(wrong), Some(&FilterCounts::default()));
    assert_eq!(filters.counts(elsewhere), Some(&FilterCounts::default()));
}

#[test]
fn each_refusal_has_its_reason() {
    let mut filters = filters();
    let mut install = |change: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::new(TOPIC, key(1));
        change(&mut filter);
        filters.install(filter).unwrap()
    };
    let cases = [
        (install(&|f| f.key = key(2).into()), FilterReason::WrongKey),
        (install(&|f| f.signed_only = true), FilterReason::Unsigned),
        (
            install(&|f| f.sender = Some(public(9))),
            FilterReason::OtherSender,
        ),
        (install(&|f| f.min_pow = 2.0), FilterReason::LowPow),
    ];
    let direct = install(&|f| f.direct = false);
    assert!(filters.open(&envelope(false), 1.0, true).is_none());
    for (id, reason) in cases {
        let counts = filters.counts(id).unwrap();
        assert_eq!(
            (counts.refused(reason), counts.matched),
            (1, 0),
            "{reason:?}"
        );
    }
    assert_eq!(
        filters
            .counts(direct)
            .unwrap()
            .refused(FilterReason::Direct),
        1
    );
}

#[test]
fn a_sender_is_who_signed() {
    let mut filters = filters();
    let from = |byte| Filter {
        sender: Some(public(byte)),
        ..Filter::new(TOPIC, key(1))
    };
    let right = filters.install(from(9)).unwrap();
    filters.install(from(8)).unwrap();
    let found = filters.open(&envelope(true), 1.0, false).unwrap();
    assert_eq!(found.filters, [right]);
}

#[test]
fn a_private_key_opens_what_is_addressed_to_it() {
    let mut rng = StdRng::seed_from_u64(1);
    let message = MessageBuilder::new(TOPIC, b"psst");
    let recipient = public(5);
    let sealed = message.encrypt(Recipient::Asymmetric(&recipient), NOW, &mut rng);
    let envelope = sealed.unwrap().with_nonce(0);
    let mut filters = filters();
    let wrong = filters.install(Filter::new(TOPIC, secret(6))).unwrap();
    let right = filters.install(Filter::new(TOPIC, secret(5))).unwrap();
    let found = filters.open(&envelope, 1.0, false).unwrap();
    assert_eq!(found.filters, [right]);
    assert_eq!(
        filters
            .counts(wrong)
            .unwrap()
            .refused(FilterReason::WrongKey),
        1
    );
}

#[test]
fn what_is_uninstalled_matches_nothing_and_leaves_the_others() {
    let mut filters = filters();
    let first = filters.install(Filter::new(TOPIC, key(1))).unwrap();
    let second = filters.install(Filter::new(TOPIC, key(1))).unwrap();
    assert!(filters.uninstall(first).is_some() && filters.uninstall(first).is_none());
    assert_eq!(
        filters.open(&envelope(true), 1.0, false).unwrap().filters,
        [second]
    );
    filters.uninstall(second);
    assert!(!filters.want(TOPIC));
    assert!(filters.by_topic.is_empty());
}

#[test]
fn filters_and_topics_are_bounded() {
    let mut filters = Filters::new(1);
    let topics = (0..2000u32).map(|n| Topic(n.to_be_bytes())).collect();
    let mut filter = Filter::new(TOPIC, key(1));
    filter.topics = topics;
    let error = InstallError::TooManyTopics(2000);
    assert_eq!(filters.install(filter), Err(error));
    filters.install(Filter::new(TOPIC, key(1))).unwrap();
    let error = InstallError::TooManyFilters(1);
    assert_eq!(filters.install(Filter::new(TOPIC, key(1))), Err(error));
}

#[test]
fn a_filter_does_not_show_its_key() {
    let shown = format!("{:?}", Filter::new(TOPIC, key(0xab)));
    assert!(!shown.contains("171") && !shown.contains("abab"), "{shown}");
}
