//! Messages reach the filters that ask for them, in the order of arrival, the node's own included,
//! and after the neighbours got them.
#![cfg(test)]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use status_whisper::{
    Envelope, Event, Filter, FilterReason, MessageBuilder, Recipient, SymmetricKey, Topic,
};
use support::{Network, START, TOPIC, seconds};

fn key() -> SymmetricKey {
    SymmetricKey::new([3; 32])
}

fn message(payload: &[u8], topic: Topic) -> Envelope {
    let mut rng = StdRng::seed_from_u64(payload.len() as u64);
    let message = MessageBuilder::new(topic, payload);
    let sealed = message.encrypt(Recipient::Symmetric(&key()), seconds(START), &mut rng);
    sealed.unwrap().with_nonce(0)
}

fn payloads(events: &[Event]) -> Vec<Vec<u8>> {
    let payload = |event: &Event| match event {
        Event::Message(received) => Some(received.opened.payload().to_vec()),
        _ => None,
    };
    events.iter().filter_map(payload).collect()
}

#[test]
fn in_order_on_both_sides() {
    let mut network = Network::row(3);
    for node in [0, 2] {
        let filter = Filter::new(TOPIC, key());
        network.nodes[node].install_filter(filter, START).unwrap();
    }
    let texts: Vec<Vec<u8>> = (1..50).map(|n| vec![b'a'; n]).collect();
    for text in &texts {
        network.post(0, &message(text, TOPIC));
    }
    network.run();
    assert_eq!(payloads(&network.events[0]), texts);
    assert_eq!(payloads(&network.events[1]), Vec::<Vec<u8>>::new());
    assert_eq!(payloads(&network.events[2]), texts);
}

#[test]
fn other_topics_cost_no_key() {
    let mut network = Network::row(2);
    let filter = Filter::new(TOPIC, SymmetricKey::new([9; 32]));
    let id = network.nodes[1].install_filter(filter, START).unwrap();
    network.post(0, &message(b"here", TOPIC));
    network.post(0, &message(b"there", Topic([9; 4])));
    network.run();
    let counts = network.nodes[1].filter_counts(id).unwrap();
    assert_eq!(counts.refused(FilterReason::WrongKey), 1);
}

#[test]
fn neighbours_need_not_wait_for_a_decryption() {
    let mut node = support::node_with_peer(support::config());
    let id = node
        .install_filter(Filter::new(TOPIC, key()), START)
        .unwrap();
    node.post(&message(b"x", TOPIC), START).unwrap();
    assert_eq!(support::drain(&mut node, support::PEER).len(), 1);
    assert_eq!(node.filter_counts(id).unwrap().matched, 0);
    let events = support::events(&mut node);
    assert!(matches!(
        &events[..],
        [Event::Sent { .. }, Event::Message(_)]
    ));
}
