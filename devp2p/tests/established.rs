//! Hello is exchanged, compression agreed on, messages cross in both directions.
#![cfg(test)]

mod common;

use bytes::Bytes;
use common::Pair;
use status_devp2p::{SendError, SessionEvent, Subprotocol};

fn offer(name: &str, version: u64, length: u64) -> Subprotocol {
    Subprotocol {
        name: name.into(),
        version,
        length,
    }
}

#[test]
fn both_sides_learn_who_the_other_is() {
    let mut pair = Pair::new();
    assert_eq!(
        pair.a.session.send(0, 0, Bytes::new()),
        Err(SendError::NotEstablished)
    );
    pair.exchange(0);
    let [
        SessionEvent::Established {
            hello,
            capabilities,
        },
    ] = &pair.a.events[..]
    else {
        panic!("{:?}", pair.a.events);
    };
    assert_eq!(hello.client_name, "b/1");
    assert_eq!(hello.id, pair.a.session.remote_id());
    assert_eq!(hello.listen_port, 0);
    assert_eq!((capabilities[0].offset, capabilities[0].length), (16, 128));
    assert_eq!(pair.b.events.len(), 1);
}

#[test]
fn messages_cross_with_every_mix_of_versions() {
    for versions in [(5, 5), (5, 4), (4, 5), (4, 4)] {
        let mut pair = Pair::with(
            |a| a.protocol_version = versions.0,
            |b| b.protocol_version = versions.1,
        );
        pair.exchange(0);
        pair.a.take_events();
        pair.b.take_events();
        let zeros = vec![0; 100_000];
        pair.a.session.send(0, 127, zeros.clone().into()).unwrap();
        pair.b.session.send(0, 0, Bytes::new()).unwrap();
        pair.a.session.poll_transmit(&mut pair.b.incoming);
        let compressed = pair.b.incoming.len() < 50_000;
        assert_eq!(compressed, versions == (5, 5), "{versions:?}");
        pair.exchange(0);
        assert_eq!(pair.b.messages(), [(0, 127, zeros)]);
        assert_eq!(pair.a.messages(), [(0, 0, vec![])]);
    }
}

#[test]
fn a_hello_that_arrives_before_ours_left_does_not_compress_ours() {
    let mut pair = Pair::new();
    pair.a.session.poll_transmit(&mut pair.b.incoming);
    pair.b.receive(0);
    assert!(pair.b.session.is_established());
    pair.b.session.send(0, 1, vec![0; 5000].into()).unwrap();
    pair.exchange(0);
    assert!(pair.a.session.is_established());
    assert_eq!(pair.a.messages(), [(0, 1, vec![0; 5000])]);
}

#[test]
fn several_subprotocols_keep_their_codes_apart() {
    let offers = || vec![offer("shh", 6, 128), offer("abc", 2, 3), offer("abc", 1, 9)];
    let mut pair = Pair::with(
        |a| a.subprotocols = offers(),
        |b| {
            b.subprotocols = offers()
                .into_iter()
                .rev()
                .chain([offer("zzz", 1, 1)])
                .collect()
        },
    );
    pair.exchange(0);
    let shared: Vec<_> = pair
        .a
        .session
        .capabilities()
        .iter()
        .map(|c| (&*c.name, c.version))
        .collect();
    assert_eq!(shared, [("abc", 2), ("shh", 6)]);
    assert_eq!(pair.a.session.capabilities(), pair.b.session.capabilities());
    pair.a.session.send(0, 2, Bytes::from_static(b"x")).unwrap();
    pair.a.session.send(1, 0, Bytes::from_static(b"y")).unwrap();
    let beyond = SendError::UnknownCode { code: 3, length: 3 };
    assert_eq!(pair.a.session.send(0, 3, Bytes::new()), Err(beyond));
    pair.exchange(0);
    assert_eq!(
        pair.b.messages(),
        [(0, 2, b"x".to_vec()), (1, 0, b"y".to_vec())]
    );
}

#[test]
fn bytes_that_come_one_by_one_give_the_same() {
    let mut pair = Pair::established();
    pair.a.session.send(0, 1, vec![7; 300].into()).unwrap();
    pair.a
        .session
        .send(0, 2, Bytes::from_static(b"second"))
        .unwrap();
    let mut wire = bytes::BytesMut::new();
    pair.a.session.poll_transmit(&mut wire);
    for byte in wire {
        pair.b.incoming.extend_from_slice(&[byte]);
        pair.b.receive(0);
    }
    assert_eq!(
        pair.b.messages(),
        [(0, 1, vec![7; 300]), (0, 2, b"second".to_vec())]
    );
    let counters = (pair.a.session.counters(), pair.b.session.counters());
    assert_eq!((counters.0.messages_out, counters.0.bytes_out), (2, 306));
    assert_eq!((counters.1.messages_in, counters.1.bytes_in), (2, 306));
}
