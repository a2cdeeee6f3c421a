//! A pair of sessions that talk through memory on virtual time.
#![allow(dead_code, reason = "each test file uses a part of it")]

use bytes::BytesMut;
use status_devp2p::{
    Initiator, NodeKey, Progress, Recipient, Secrets, Session, SessionConfig, SessionEvent,
    Subprotocol,
};

/// The keys of both sides of a fresh connection.
pub(crate) fn secrets(dialler: &NodeKey, listener: &NodeKey) -> (Secrets, Secrets) {
    let rng = &mut rand::rng();
    let mut initiator = Initiator::new(rng, dialler, listener.public_key());
    let mut input = BytesMut::from(&initiator.auth()[..]);
    let accepted = Recipient::new(listener)
        .handle_bytes(rng, &mut input)
        .unwrap()
        .unwrap();
    let mut input = BytesMut::from(&accepted.ack[..]);
    (
        initiator.handle_bytes(&mut input).unwrap().unwrap(),
        accepted.secrets,
    )
}

/// One side, with the bytes that are on their way to it and what it reported.
pub(crate) struct Side {
    pub(crate) session: Session,
    pub(crate) incoming: BytesMut,
    pub(crate) events: Vec<SessionEvent>,
}

impl Side {
    fn new(session: Session) -> Self {
        Self {
            session,
            incoming: BytesMut::new(),
            events: Vec::new(),
        }
    }

    /// Takes everything that came, as a driver does.
    pub(crate) fn receive(&mut self, now: u64) {
        loop {
            let progress = self.session.handle_bytes(&mut self.incoming, now);
            self.events
                .extend(std::iter::from_fn(|| self.session.poll_event()));
            if progress != Progress::EventsWaiting {
                break;
            }
        }
    }

    pub(crate) fn take_events(&mut self) -> Vec<SessionEvent> {
        std::mem::take(&mut self.events)
    }

    /// The payloads of the messages among the events so far.
    pub(crate) fn messages(&mut self) -> Vec<(usize, u64, Vec<u8>)> {
        let message = |event| match event {
            SessionEvent::Message {
                capability,
                code,
                payload,
            } => Some((capability, code, payload.to_vec())),
            _ => None,
        };
        self.take_events().into_iter().filter_map(message).collect()
    }
}

pub(crate) struct Pair {
    pub(crate) a: Side,
    pub(crate) b: Side,
}

impl Pair {
    /// Both sides with whisper, changed by the two functions.
    pub(crate) fn with(
        change_a: impl FnOnce(&mut SessionConfig),
        change_b: impl FnOnce(&mut SessionConfig),
    ) -> Self {
        let (key_a, key_b) = (
            NodeKey::random(&mut rand::rng()),
            NodeKey::random(&mut rand::rng()),
        );
        let (secrets_a, secrets_b) = secrets(&key_a, &key_b);
        let mut a = SessionConfig::new(key_a.node_id(), "a/1", vec![Subprotocol::whisper()]);
        let mut b = SessionConfig::new(key_b.node_id(), "b/1", vec![Subprotocol::whisper()]);
        change_a(&mut a);
        change_b(&mut b);
        Self {
            a: Side::new(Session::new(secrets_a, a, 0)),
            b: Side::new(Session::new(secrets_b, b, 0)),
        }
    }

    /// Both sides with whisper.
    pub(crate) fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }

    /// Both sides with whisper, after Hello.
    pub(crate) fn established() -> Self {
        let mut pair = Self::new();
        pair.exchange(0);
        assert!(pair.a.session.is_established() && pair.b.session.is_established());
        pair.a.take_events();
        pair.b.take_events();
        pair
    }

    /// Moves bytes both ways until nobody has anything to say.
    pub(crate) fn exchange(&mut self, now: u64) {
        loop {
            let from_a = self.a.session.poll_transmit(&mut self.b.incoming);
            self.b.receive(now);
            let from_b = self.b.session.poll_transmit(&mut self.a.incoming);
            self.a.receive(now);
            if !from_a && !from_b {
                break;
            }
        }
    }
}
