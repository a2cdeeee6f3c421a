//! What is past the gossip counts only from those who may send it, and is not passed on.
#![cfg(test)]

mod support;

use rand::SeedableRng;
use status_whisper::packets::{
    Decoded, MessagesRequest, P2pMessages, P2pRequest, RequestComplete, SyncRequest, code,
};
use status_whisper::{
    Config, DropReason, Envelope, Event, Filter, MessageBuilder, PeerId, PeerOptions, Recipient,
    SendError, SymmetricKey, Whisper,
};
use support::{PEER, START, TOPIC, config, drain, events, full_status, join, seconds};

fn node(trusted: bool, serves_history: bool) -> Whisper {
    let mut node = Whisper::new(Config {
        serves_history,
        min_pow: 1e6,
        ..config()
    });
    let options = PeerOptions {
        trusted,
        ..PeerOptions::default()
    };
    join(&mut node, PEER, full_status(), options);
    join(&mut node, PeerId(2), full_status(), PeerOptions::default());
    node.install_filter(Filter::new(TOPIC, key()), START)
        .unwrap();
    node
}

fn key() -> SymmetricKey {
    SymmetricKey::new([3; 32])
}

/// Without work, and expired for a day.
fn archived() -> Envelope {
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let yesterday = seconds(START) - 86_400;
    let message = MessageBuilder::new(TOPIC, b"old news");
    let sealed = message.encrypt(Recipient::Symmetric(&key()), yesterday, &mut rng);
    sealed.unwrap().with_nonce(0)
}

#[test]
fn messages_of_a_trusted_peer_are_read_but_not_passed_on() {
    let mut node = node(true, false);
    for packet in [
        P2pMessages::Single(archived()),
        P2pMessages::List(vec![archived(), archived()]),
    ] {
        node.handle_packet(PEER, code::P2P_MESSAGE, packet.encode(), START)
            .unwrap();
    }
    let messages = events(&mut node);
    assert_eq!(messages.len(), 3);
    assert!(
        messages
            .iter()
            .all(|event| matches!(event, Event::Message(received)
        if received.direct && &received.opened.payload()[..] == b"old news"))
    );
    assert!(node.pool().is_empty());
    assert_eq!(drain(&mut node, PeerId(2)), []);
}

#[test]
fn of_others_they_are_dropped_undecoded() {
    let mut node = node(false, true);
    for code in [
        code::P2P_MESSAGE,
        code::REQUEST_COMPLETE,
        code::SYNC_RESPONSE,
    ] {
        node.handle_packet(PEER, code, bytes::Bytes::from_static(b"garbage"), START)
            .unwrap();
    }
    assert_eq!(node.counters().drops.of(DropReason::Untrusted), 3);
    assert!(events(&mut node).is_empty());
    assert!(node.set_trusted(PEER, true));
    let packet = P2pMessages::Single(archived()).encode();
    node.handle_packet(PEER, code::P2P_MESSAGE, packet, START)
        .unwrap();
    assert_eq!(events(&mut node).len(), 1);
}

#[test]
fn a_filter_may_refuse_them() {
    let mut node = node(true, false);
    let ids: Vec<_> = node.filters().map(|(id, _)| id).collect();
    let mut filter = node.uninstall_filter(ids[0], START).unwrap();
    filter.direct = false;
    node.install_filter(filter, START).unwrap();
    let packet = P2pMessages::Single(archived()).encode();
    node.handle_packet(PEER, code::P2P_MESSAGE, packet, START)
        .unwrap();
    assert!(events(&mut node).is_empty());
}

#[test]
fn requests_reach_only_a_node_that_serves_history() {
    let request = P2pRequest::Plain(MessagesRequest::default());
    let sync = SyncRequest::default();
    for serves in [false, true] {
        let mut node = node(false, serves);
        node.handle_packet(PEER, code::P2P_REQUEST, request.encode(), START)
            .unwrap();
        node.handle_packet(PEER, code::SYNC_REQUEST, sync.encode(), START)
            .unwrap();
        let got = events(&mut node);
        if serves {
            assert!(matches!(
                &got[..],
                [
                    Event::HistoryRequest {
                        request: P2pRequest::Plain(_),
                        ..
                    },
                    Event::SyncRequest { .. },
                ]
            ));
        } else {
            assert!(got.is_empty());
            assert_eq!(node.counters().drops.of(DropReason::NotServed), 2);
        }
    }
}

#[test]
fn the_end_of_an_answer_is_reported() {
    let mut node = node(true, false);
    let response = RequestComplete::decode(&[&[0xb8, 64], &[7; 64][..]].concat()).unwrap();
    node.handle_packet(PEER, code::REQUEST_COMPLETE, response.encode(), START)
        .unwrap();
    assert!(matches!(&events(&mut node)[..],
        [Event::RequestComplete { peer: PEER, response: other }] if *other == response));
}

#[test]
fn a_request_is_sent_before_envelopes() {
    let mut node = node(true, false);
    let request = Decoded::P2pRequest(P2pRequest::Plain(MessagesRequest::default()));
    assert_eq!(node.send(PeerId(9), &request), Err(SendError::UnknownPeer));
    node.add_peer(PeerId(9), PeerOptions::default(), START)
        .unwrap();
    assert_eq!(node.send(PeerId(9), &request), Err(SendError::NotReady));
    node.set_min_pow(0.0, START).unwrap();
    drain(&mut node, PEER);
    node.post(&support::envelope(1), START).unwrap();
    node.send(PEER, &request).unwrap();
    let codes: Vec<_> = drain(&mut node, PEER)
        .iter()
        .map(|packet| packet.code)
        .collect();
    assert_eq!(codes, [code::P2P_REQUEST, code::MESSAGES]);
    let sent = std::iter::repeat_with(|| node.send(PEER, &request)).position(|sent| sent.is_err());
    assert_eq!(sent, Some(2048));
}
