//! Peers that send garbage, lies, bombs and floods: each ends with its reason, in bounded memory.
#![cfg(test)]

mod common;

use bytes::{Bytes, BytesMut};
use common::{Pair, secrets};
use status_devp2p::{
    Capability, Closed, FrameError, Hello, HelloError, MAX_MESSAGE_SIZE, MessageDecoder,
    MessageEncoder, MessageError, NodeId, NodeKey, Progress, Session, SessionConfig, SessionError,
    SessionEvent, Subprotocol,
};

/// A session of ours, and an attacker who completed the handshake with it.
struct Attack {
    session: Session,
    encoder: MessageEncoder,
    decoder: MessageDecoder,
    wire: BytesMut,
    hello: Hello,
}

impl Attack {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut SessionConfig)) -> Self {
        let (attacker, victim) = (
            NodeKey::random(&mut rand::rng()),
            NodeKey::random(&mut rand::rng()),
        );
        let (ours, theirs) = secrets(&attacker, &victim);
        let offers = vec![Subprotocol::whisper()];
        let hello = SessionConfig::new(attacker.node_id(), "evil", offers.clone()).hello();
        let mut config = SessionConfig::new(victim.node_id(), "victim", offers);
        change(&mut config);
        let (encoder, decoder) = ours.into_frames();
        Self {
            session: Session::new(theirs, config, 0),
            encoder: MessageEncoder::new(encoder),
            decoder: MessageDecoder::new(decoder),
            wire: BytesMut::new(),
            hello,
        }
    }

    fn established() -> Self {
        let mut attack = Self::new();
        attack.say_hello();
        let event = attack.session.poll_event();
        assert!(matches!(event, Some(SessionEvent::Established { .. })));
        attack.encoder.enable_snappy();
        attack
    }

    fn say_hello(&mut self) {
        let mut body = BytesMut::new();
        self.hello.encode(&mut body);
        self.send(0, &body);
    }

    fn send(&mut self, code: u64, payload: &[u8]) {
        self.encoder.encode(code, payload, &mut self.wire).unwrap();
        let _ = self.session.handle_bytes(&mut self.wire, 0);
    }

    /// The fault that ended the session, whose last word must be the reason for it.
    fn fault(&mut self) -> SessionError {
        let event = self.session.poll_event();
        let Some(SessionEvent::Disconnected(Closed::Fault(fault))) = event else {
            panic!("{event:?}");
        };
        assert_eq!(self.session.poll_event(), None);
        let mut out = BytesMut::new();
        self.session.poll_transmit(&mut out);
        let mut last = None;
        while let Ok(Some(message)) = self.decoder.decode(&mut out) {
            if message.code == 0 {
                self.decoder.enable_snappy();
            }
            last = Some(message);
        }
        let last = last.unwrap();
        let reason = status_devp2p::DisconnectReason::decode(&last.payload);
        assert_eq!((last.code, reason), (1, fault.reason()));
        // Whatever still comes is thrown away.
        assert_eq!(
            self.session.handle_bytes(&mut BytesMut::zeroed(50), 0),
            Progress::Closed
        );
        fault
    }
}

#[test]
fn a_message_before_hello() {
    let mut attack = Attack::new();
    attack.send(16, b"");
    assert_eq!(attack.fault(), SessionError::HelloExpected { code: 16 });
}

#[test]
fn a_hello_over_2_kib_is_refused_at_its_header() {
    let mut attack = Attack::new();
    let mut wire = BytesMut::new();
    attack.encoder.encode(0, &[0; 3000], &mut wire).unwrap();
    // Only the header and its MAC: the body is not waited for.
    let _ = attack
        .session
        .handle_bytes(&mut BytesMut::from(&wire[..32]), 0);
    let fault = attack.fault();
    let too_large = MessageError::Frame(FrameError::TooLarge {
        size: 3001,
        limit: 2430,
    });
    assert_eq!(fault, SessionError::Message(too_large));
}

#[test]
fn a_hello_of_2049_bytes() {
    let mut attack = Attack::new();
    attack.send(0, &[0; 2049]);
    let too_large = MessageError::TooLarge {
        size: 2049,
        limit: 2048,
    };
    assert_eq!(attack.fault(), SessionError::Message(too_large));
}

#[test]
fn a_malformed_hello_and_one_without_identity() {
    let mut attack = Attack::new();
    attack.send(0, &[0xc4, 5]);
    assert!(matches!(
        attack.fault(),
        SessionError::Hello(HelloError::Malformed(_))
    ));
    let mut attack = Attack::new();
    attack.hello.id = NodeId([0; 64]);
    attack.say_hello();
    assert_eq!(
        attack.fault(),
        SessionError::Hello(HelloError::ZeroIdentity)
    );
}

#[test]
fn somebody_elses_identity() {
    let mut attack = Attack::new();
    let claimed = NodeId([9; 64]);
    attack.hello.id = claimed;
    attack.say_hello();
    assert_eq!(attack.fault(), SessionError::UnexpectedIdentity { claimed });
}

#[test]
fn nothing_in_common() {
    let mut attack = Attack::new();
    attack.hello.capabilities = vec![Capability {
        name: "eth".into(),
        version: 63,
    }];
    attack.say_hello();
    assert_eq!(attack.fault(), SessionError::NothingShared { offered: 1 });
}

#[test]
fn a_code_that_nobody_speaks() {
    let mut attack = Attack::established();
    attack.send(16 + 128, b"");
    assert_eq!(
        attack.fault(),
        SessionError::UnknownCode {
            code: 144,
            end: 144
        }
    );
}

#[test]
fn garbage_instead_of_a_frame() {
    let mut attack = Attack::established();
    attack.wire.extend_from_slice(&[0x55; 100]);
    let _ = attack.session.handle_bytes(&mut attack.wire, 0);
    assert_eq!(
        attack.fault(),
        SessionError::Message(FrameError::HeaderMac.into())
    );
}

/// A frame whose payload is `raw`, sent where snappy is expected.
fn raw_compressed(raw: &[u8], limit: usize) -> SessionError {
    let mut attack = Attack::with(|config| config.max_message_size = limit);
    attack.say_hello();
    assert!(matches!(
        attack.session.poll_event(),
        Some(SessionEvent::Established { .. })
    ));
    attack.send(16, raw);
    attack.fault()
}

#[test]
fn a_bomb_is_refused_before_it_is_decompressed() {
    // 2^24 as a varint: one byte over the limit.
    let size = MAX_MESSAGE_SIZE + 1;
    let bomb = raw_compressed(&[0x80, 0x80, 0x80, 0x08, 0, 0], MAX_MESSAGE_SIZE);
    let limit = MAX_MESSAGE_SIZE;
    assert_eq!(
        bomb,
        SessionError::Message(MessageError::TooLarge { size, limit })
    );
    // Below the limit, but six bytes cannot hold so much.
    let lie = raw_compressed(&[0xff, 0xff, 0xff, 0x07, 0, 0], MAX_MESSAGE_SIZE);
    assert_eq!(lie, SessionError::Message(MessageError::Snappy { size: 6 }));
    // The limit that the node set holds for the decompressed size.
    let zeros = snap::raw::Encoder::new().compress_vec(&[0; 5000]).unwrap();
    assert!(zeros.len() < 1000);
    let large = raw_compressed(&zeros, 4999);
    let too_large = MessageError::TooLarge {
        size: 5000,
        limit: 4999,
    };
    assert_eq!(large, SessionError::Message(too_large));
}

#[test]
fn not_snappy() {
    let fault = raw_compressed(&[10, 0xff, 0xff], MAX_MESSAGE_SIZE);
    assert_eq!(
        fault,
        SessionError::Message(MessageError::Snappy { size: 3 })
    );
}

#[test]
fn a_flood_of_messages_waits_in_the_buffer_not_in_events() {
    let mut attack = Attack::established();
    for _ in 0..1000 {
        attack.encoder.encode(16, b"x", &mut attack.wire).unwrap();
    }
    assert_eq!(
        attack.session.handle_bytes(&mut attack.wire, 0),
        Progress::EventsWaiting
    );
    let left = attack.wire.len();
    assert_eq!(
        attack.session.handle_bytes(&mut attack.wire, 0),
        Progress::EventsWaiting
    );
    assert_eq!(
        attack.wire.len(),
        left,
        "nothing is taken while events wait"
    );
    assert_eq!(
        std::iter::from_fn(|| attack.session.poll_event()).count(),
        256
    );
    // Silence is not the peer's while its messages wait.
    let mut total = 256;
    loop {
        let progress = attack.session.handle_bytes(&mut attack.wire, 0);
        total += std::iter::from_fn(|| attack.session.poll_event()).count();
        if progress == Progress::NeedsInput {
            break;
        }
    }
    assert_eq!(total, 1000);
}

#[test]
fn a_flood_of_large_messages_is_bounded_by_bytes() {
    let mut attack = Attack::established();
    for _ in 0..20 {
        attack
            .encoder
            .encode(16, &[0; 300_000], &mut attack.wire)
            .unwrap();
    }
    assert_eq!(
        attack.session.handle_bytes(&mut attack.wire, 0),
        Progress::EventsWaiting
    );
    assert_eq!(
        std::iter::from_fn(|| attack.session.poll_event()).count(),
        4
    );
}

#[test]
fn a_flood_of_pings_gets_a_bounded_number_of_answers() {
    let mut attack = Attack::established();
    for _ in 0..1000 {
        attack.send(2, &[0xc0]);
    }
    assert_eq!(attack.session.counters().pongs_omitted, 1000 - 16);
    let mut out = BytesMut::new();
    while attack.session.poll_transmit(&mut out) {}
    assert!(out.len() < 3000, "{}", out.len());
    assert!(attack.session.is_established());
}

#[test]
fn base_protocol_codes_without_meaning_are_ignored_and_counted() {
    let mut attack = Attack::established();
    for code in [0, 3, 4, 15] {
        attack.send(code, b"whatever");
    }
    assert!(attack.session.is_established());
    assert_eq!(attack.session.counters().ignored_base_messages, 3);
    assert_eq!(attack.session.poll_event(), None);
}

#[test]
fn a_disconnect_that_was_not_compressed_is_understood() {
    let mut attack = Attack::new();
    attack.say_hello();
    attack.session.poll_event();
    attack.send(1, &[0xc1, 4]);
    let closed = Closed::ByPeer(status_devp2p::DisconnectReason::TooManyPeers);
    assert_eq!(
        attack.session.poll_event(),
        Some(SessionEvent::Disconnected(closed))
    );
}

#[test]
fn one_flooding_subprotocol_does_not_starve_another() {
    let offers = || {
        let other = Subprotocol {
            name: "aaa".into(),
            version: 1,
            length: 1,
        };
        vec![Subprotocol::whisper(), other]
    };
    let mut pair = Pair::with(|a| a.subprotocols = offers(), |b| b.subprotocols = offers());
    pair.exchange(0);
    pair.b.take_events();
    while pair.a.session.is_ready(1, 1000) {
        pair.a.session.send(1, 0, vec![1; 1000].into()).unwrap();
    }
    assert!(pair.a.session.is_ready(0, 1000), "its queue is its own");
    pair.a
        .session
        .send(0, 0, Bytes::from_static(b"small"))
        .unwrap();
    pair.exchange(0);
    let position = pair.b.messages().iter().position(|message| message.0 == 0);
    assert!(position.unwrap() <= 1, "{position:?}");
}
