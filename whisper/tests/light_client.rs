//! A light node takes what its topics match, announces its filter, and follows its filters.
#![cfg(test)]

mod support;

use status_whisper::packets::{BloomFilter, Status, code};
use status_whisper::{
    Bloom, Config, DropReason, Event, Filter, PeerOptions, PostError, Rejection, Role,
    SymmetricKey, Topic, Whisper,
};
use support::{
    Network, PEER, START, TOPIC, batch, config, drain, envelope, envelope_of, full_status, join,
    node_with_peer,
};

const ELSEWHERE: Topic = Topic([90, 80, 70, 60]);

fn light(topics: Bloom) -> Config {
    Config {
        role: Role::Light { topics },
        ..config()
    }
}

#[test]
fn its_handshake_carries_the_filter_but_no_flag() {
    let mut node = Whisper::new(light(Bloom::EMPTY));
    node.add_peer(PEER, Default::default(), START).unwrap();
    let packet = node.poll_transmit(PEER).unwrap();
    let status = Status::decode(&packet.payload).unwrap();
    assert_eq!(status.bloom, Some(Bloom::EMPTY));
    assert!(!status.light);
    // A full node sends an empty string instead.
    assert_eq!(Whisper::new(config()).status().bloom, None);
}

#[test]
fn it_gets_its_topics_only() {
    let mut network = Network::new([config(), light(Bloom::from(TOPIC))]);
    network.connect(0, 1);
    network.run();
    let other = envelope_of(START, 10, ELSEWHERE, 10, 1);
    network.post(0, &envelope(1));
    network.post(0, &other);
    network.run();
    assert!(network.holds(1, envelope(1).hash()));
    assert_eq!(network.times_sent(0, 1, other.hash()), 0);
}

#[test]
fn what_it_did_not_ask_for_is_refused_and_the_peer_kept() {
    let mut node = node_with_peer(light(Bloom::from(TOPIC)));
    let other = envelope_of(START, 10, ELSEWHERE, 10, 1);
    node.handle_packet(PEER, code::MESSAGES, batch(&[other]), START)
        .unwrap();
    assert_eq!(node.counters().drops.of(DropReason::NoBloomMatch), 1);
    assert!(node.pool().is_empty());
}

#[test]
fn it_refuses_its_own_envelope_outside_its_filter() {
    let mut node = Whisper::new(light(Bloom::from(TOPIC)));
    let other = envelope_of(START, 10, ELSEWHERE, 10, 1);
    let refused = Err(PostError::Rejected(Rejection::NoBloomMatch {
        topic: ELSEWHERE,
    }));
    assert_eq!(node.post(&other, START), refused);
    assert_eq!(node.post(&envelope(1), START), Ok(()));
}

#[test]
fn it_sends_outside_its_filter_if_told_to_and_announces_nothing() {
    let quiet = Config {
        own_outside_bloom: true,
        ..light(Bloom::from(TOPIC))
    };
    let mut network = Network::new([config(), quiet, config()]);
    network.connect(0, 1);
    network.connect(0, 2);
    network.run();
    let announced = network.nodes[1].bloom().copied();
    let packets = network.deliveries.len();
    let [first, second] = [1, 2].map(|n| envelope_of(START, 10, ELSEWHERE, 10, n));
    network.post(1, &first);
    network.run();
    assert!(network.holds(0, first.hash()) && network.holds(2, first.hash()));
    assert_eq!(network.nodes[1].bloom().copied(), announced);
    let later = &network.deliveries[packets..];
    let from_it = later.iter().filter(|delivery| delivery.from == 1);
    let codes: Vec<u64> = from_it.map(|delivery| delivery.packet.code).collect();
    assert_eq!(codes, [code::MESSAGES], "no bloom filter went out");
    // What others send there is wanted as little as before.
    network.post(2, &second);
    network.run();
    assert_eq!(network.times_sent(0, 1, second.hash()), 0);
    let mut node = node_with_peer(Config {
        own_outside_bloom: true,
        ..light(Bloom::from(TOPIC))
    });
    node.handle_packet(PEER, code::MESSAGES, batch(&[second]), START)
        .unwrap();
    assert_eq!(node.counters().drops.of(DropReason::NoBloomMatch), 1);
}

#[test]
fn filters_widen_and_narrow_what_is_announced() {
    let mut node = node_with_peer(light(Bloom::from(ELSEWHERE)));
    let filter = Filter::new(TOPIC, SymmetricKey::new([1; 32]));
    let announced = |node: &mut Whisper| -> Vec<Bloom> {
        let packets = drain(node, PEER);
        let bloom = |packet: &status_whisper::Packet| {
            assert_eq!(packet.code, code::BLOOM_FILTER);
            BloomFilter::decode(&packet.payload).unwrap().0
        };
        packets.iter().map(bloom).collect()
    };
    let id = node.install_filter(filter.clone(), START).unwrap();
    assert_eq!(
        announced(&mut node),
        [Bloom::from_topics([TOPIC, ELSEWHERE])]
    );
    let second = node.install_filter(filter, START).unwrap();
    assert_eq!(announced(&mut node), []);
    node.uninstall_filter(id, START).unwrap();
    assert_eq!(announced(&mut node), []);
    node.uninstall_filter(second, START).unwrap();
    assert_eq!(announced(&mut node), [Bloom::from(ELSEWHERE)]);
    // Peers may not know yet.
    let take = |node: &mut Whisper, n, now| {
        node.handle_packet(PEER, code::MESSAGES, batch(&[envelope(n)]), now)
            .unwrap();
        node.counters().envelopes_new
    };
    assert_eq!(take(&mut node, 1, START + 9_999), 1);
    assert_eq!(take(&mut node, 2, START + 10_000), 1);
}

#[test]
fn a_full_node_announces_nothing_when_filters_come_and_go() {
    let mut node = node_with_peer(config());
    let filter = Filter::new(TOPIC, SymmetricKey::new([1; 32]));
    let id = node.install_filter(filter, START).unwrap();
    node.uninstall_filter(id, START).unwrap();
    assert_eq!(drain(&mut node, PEER), []);
    node.set_role(
        Role::Light {
            topics: Bloom::EMPTY,
        },
        START,
    );
    assert_eq!(
        drain(&mut node, PEER)[0].payload,
        BloomFilter(Bloom::EMPTY).encode()
    );
    node.set_role(Role::Full, START);
    assert_eq!(
        drain(&mut node, PEER)[0].payload,
        BloomFilter(Bloom::FULL).encode()
    );
}

#[test]
fn it_passes_on_what_it_receives_only_if_told_to() {
    for relays in [true, false] {
        let middle = Config {
            light_node_relays: relays,
            ..light(Bloom::from(TOPIC))
        };
        let mut network = Network::new([config(), middle, config(), config()]);
        network.connect(0, 1);
        network.connect(1, 2);
        network.run();
        network.post(0, &envelope(1));
        network.post(1, &envelope(2));
        network.run();
        assert!(network.holds(1, envelope(1).hash()));
        assert_eq!(network.holds(2, envelope(1).hash()), relays);
        assert!(network.holds(2, envelope(2).hash()), "its own always");
        // So it is with a peer that comes later.
        network.connect(1, 3);
        network.run();
        assert_eq!(network.holds(3, envelope(1).hash()), relays);
        assert!(network.holds(3, envelope(2).hash()));
    }
}

#[test]
fn what_it_sent_outside_its_filter_reaches_peers_that_come_later_and_expires() {
    let quiet = Config {
        own_outside_bloom: true,
        ..light(Bloom::from(TOPIC))
    };
    let mut network = Network::new([quiet, config(), config()]);
    let own = envelope_of(START, 10, ELSEWHERE, 10, 1);
    network.post(0, &own);
    for peer in [1, 2] {
        network.connect(0, peer);
        network.run();
        assert!(network.holds(peer, own.hash()), "{peer}");
        // It comes back to it from neither.
        assert_eq!(network.times_sent(peer, 0, own.hash()), 0);
    }
    let node = &mut network.nodes[0];
    node.handle_timeout(START + 11_000);
    assert!(node.pool().is_empty());
    let mut events = std::iter::from_fn(|| node.poll_event());
    assert!(events.any(|event| matches!(event, Event::Expired(hash) if hash == own.hash())));
}

#[test]
fn what_it_brings_from_outside_its_filter_is_counted_as_its_own() {
    let mut node = Whisper::new(config());
    let status = Status {
        bloom: Some(Bloom::from(TOPIC)),
        ..full_status()
    };
    join(&mut node, PEER, status, PeerOptions::default());
    let other = envelope_of(START, 10, ELSEWHERE, 10, 1);
    let packet = batch(&[envelope(1), other]);
    node.handle_packet(PEER, code::MESSAGES, packet, START)
        .unwrap();
    let peer = node.peer(PEER).unwrap().counters;
    assert_eq!((peer.envelopes_new, peer.outside_filter), (2, 1));
    assert_eq!(node.counters().outside_filter, 1);

    let mut full = node_with_peer(config());
    let other = envelope_of(START, 10, ELSEWHERE, 10, 1);
    full.handle_packet(PEER, code::MESSAGES, batch(&[other]), START)
        .unwrap();
    assert_eq!(full.counters().outside_filter, 0);
}
