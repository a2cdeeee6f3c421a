//! Batches are answered by a report (12) and an acknowledgement (11), and the answers to own batches
//! name the node's own envelopes: nothing counts as sent without an event that proves it, the first
//! of the problems known from elsewhere.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_whisper::packets::{
    BatchAcknowledged, BatchReport, EnvelopeError, Messages, MessagesResponse, Status, code,
};
use status_whisper::{Config, Confirmations, DropReason, Event, PeerOptions, Whisper};
use support::{
    Network, PEER, START, TOPIC, batch, config, drain, envelope, envelope_of, events, full_status,
    join, node_with_peer,
};

#[test]
fn the_report_comes_first_and_names_what_was_refused() {
    let mut node = node_with_peer(config());
    let old = envelope_of(START - 60_000, 10, TOPIC, 30, 2);
    let expired = envelope_of(START - 15_000, 10, TOPIC, 30, 3);
    let payload = batch(&[envelope(1), old.clone(), expired]);
    node.handle_packet(PEER, code::MESSAGES, payload.clone(), START)
        .unwrap();
    let packets = drain(&mut node, PEER);
    let codes: Vec<_> = packets.iter().map(|packet| packet.code).collect();
    assert_eq!(codes, [code::MESSAGES_RESPONSE, code::BATCH_ACKNOWLEDGED]);
    let hash = Messages::batch_hash(&payload);
    let response = MessagesResponse::decode(&packets[0].payload).unwrap();
    let report = BatchReport::decode(&response.content).unwrap();
    assert_eq!((response.version, report.batch), (1, hash));
    // What expired a moment ago goes without a word.
    assert_eq!(report.errors.len(), 1);
    let error = &report.errors[0];
    assert_eq!((error.hash, error.code), (old.hash(), 37));
    assert_eq!(error.description, "very old envelope");
    assert_eq!(packets[1].payload, BatchAcknowledged(hash).encode());
}

#[test]
fn who_gets_confirmations_is_a_setting() {
    use Confirmations::{Always, Off, WhenAnnounced};
    for (confirmations, announced, packets) in [
        (Always, false, 2),
        (Always, true, 2),
        (WhenAnnounced, false, 0),
        (WhenAnnounced, true, 2),
        (Off, true, 0),
    ] {
        let mut node = Whisper::new(Config {
            confirmations,
            ..config()
        });
        let status = Status {
            confirmations: announced,
            ..full_status()
        };
        join(&mut node, PEER, status, PeerOptions::default());
        node.handle_packet(PEER, code::MESSAGES, batch(&[envelope(1)]), START)
            .unwrap();
        let got = drain(&mut node, PEER).len();
        assert_eq!(got, packets, "{confirmations:?}, announced: {announced}");
    }
}

#[test]
fn own_envelopes_are_sent_then_confirmed_others_are_not_reported() {
    let mut network = Network::row(2);
    network.events[0].clear();
    network.post(0, &envelope(1));
    network.run();
    network.post(1, &envelope(2));
    network.run();
    let hash = envelope(1).hash();
    assert!(matches!(&network.events[0][..], [
        Event::Sent { envelope, .. },
        Event::Confirmed { taken, refused, .. },
    ] if *envelope == hash && *taken == [hash] && refused.is_empty()));
}

/// Posts two envelopes and gives the hash of the batch that they go out in.
fn post_two(node: &mut Whisper) -> status_whisper::Hash {
    for n in [1, 2] {
        node.post(&envelope(n), START).unwrap();
    }
    let packets = drain(node, PEER);
    events(node);
    Messages::batch_hash(&packets[0].payload)
}

fn answer(node: &mut Whisper, code: u64, payload: Bytes) -> Vec<Event> {
    node.handle_packet(PEER, code, payload, START).unwrap();
    events(node)
}

#[test]
fn a_refused_envelope_is_named_with_the_peers_words() {
    let mut node = node_with_peer(config());
    let batch = post_two(&mut node);
    let error = |n: u64| EnvelopeError {
        hash: envelope(n).hash(),
        code: 37,
        description: "é".repeat(1000),
    };
    let report = BatchReport {
        batch,
        errors: vec![error(2), error(2), error(3)],
    };
    let payload = MessagesResponse::new(&report).encode();
    let reported = answer(&mut node, code::MESSAGES_RESPONSE, payload);
    let [Event::Confirmed { taken, refused, .. }] = &reported[..] else {
        panic!("{reported:?}");
    };
    assert_eq!(*taken, [envelope(1).hash()]);
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (refused[0].envelope, refused[0].code),
        (envelope(2).hash(), 37)
    );
    assert_eq!(refused[0].description.len(), 256);
    // The acknowledgement that follows says nothing new.
    let acknowledged = answer(
        &mut node,
        code::BATCH_ACKNOWLEDGED,
        BatchAcknowledged(batch).encode(),
    );
    assert!(acknowledged.is_empty());
    assert_eq!(
        node.counters().drops.of(DropReason::UnmatchedConfirmation),
        1
    );
}

#[test]
fn an_acknowledgement_alone_confirms_all() {
    let mut node = node_with_peer(config());
    let batch = post_two(&mut node);
    let events = answer(
        &mut node,
        code::BATCH_ACKNOWLEDGED,
        BatchAcknowledged(batch).encode(),
    );
    assert!(matches!(&events[..], [Event::Confirmed { taken, .. }] if taken.len() == 2));
}

#[test]
fn a_report_of_a_version_to_come_is_counted() {
    let mut node = node_with_peer(config());
    let batch = post_two(&mut node);
    let mut response = MessagesResponse::new(&BatchReport {
        batch,
        errors: vec![],
    });
    response.version = 2;
    assert!(answer(&mut node, code::MESSAGES_RESPONSE, response.encode()).is_empty());
    // As deployed, so are unreadable contents.
    response.version = 1;
    response.content = Bytes::from_static(&[0xc1, 1]);
    assert!(answer(&mut node, code::MESSAGES_RESPONSE, response.encode()).is_empty());
    assert_eq!(node.counters().drops.of(DropReason::UnknownConfirmation), 2);
}
