//! The same envelope is pooled, passed on and delivered once, whoever brings it how often.
#![cfg(test)]

mod support;

use rand::SeedableRng;
use status_whisper::packets::code;
use status_whisper::{
    Event, Filter, MessageBuilder, PeerId, PeerOptions, Recipient, SymmetricKey, Whisper,
};
use support::{START, TOPIC, batch, config, drain, events, full_status, join, seconds};

#[test]
fn ten_peers_twice_each_make_one_message() {
    let key = SymmetricKey::new([3; 32]);
    let mut node = Whisper::new(config());
    node.install_filter(Filter::new(TOPIC, key.clone()), START)
        .unwrap();
    for peer in 0..10 {
        join(
            &mut node,
            PeerId(peer),
            full_status(),
            PeerOptions::default(),
        );
    }
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let message = MessageBuilder::new(TOPIC, b"hello");
    let sealed = message.encrypt(Recipient::Symmetric(&key), seconds(START), &mut rng);
    let envelope = sealed.unwrap().with_nonce(0);
    let payload = batch(&[envelope.clone(), envelope]);
    for peer in 0..10 {
        node.handle_packet(PeerId(peer), code::MESSAGES, payload.clone(), START)
            .unwrap();
    }
    let messages = events(&mut node);
    assert!(matches!(&messages[..], [Event::Message(received)]
        if received.peer == Some(PeerId(0)) && &received.opened.payload()[..] == b"hello"));
    assert_eq!(node.pool().len(), 1);
    assert_eq!(node.counters().duplicates, 19);
    for peer in 0..10 {
        let packets = drain(&mut node, PeerId(peer));
        assert!(packets.iter().all(|packet| packet.code != code::MESSAGES));
    }
}
