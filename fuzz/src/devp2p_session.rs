//! The session as a state machine: lists of actions of two applications, the network and time.

use crate::rlpx_frame::fixed_secrets;
use arbitrary::{Arbitrary, Unstructured};
use bytes::{Bytes, BytesMut};
use status_devp2p::{
    Closed, DisconnectReason, NodeId, Progress, QueueLimits, SendError, Session, SessionConfig,
    SessionEvent, Subprotocol,
};

#[derive(Debug, Arbitrary)]
enum Action {
    /// The application sends.
    Send {
        side: bool,
        capability: u8,
        code: u8,
        len: u16,
    },
    /// The session writes, and the network carries all of it.
    Transmit {
        side: bool,
    },
    /// The peer reads what the network holds, or only so many bytes of it.
    Receive {
        side: bool,
        at_most: Option<u8>,
    },
    /// The network changes a byte.
    Damage {
        side: bool,
        position: u16,
    },
    /// Time passes, in 100 ms.
    Wait {
        steps: u8,
    },
    Disconnect {
        side: bool,
        reason: u8,
    },
    /// The connection breaks.
    End {
        side: bool,
    },
}

struct Side {
    session: Session,
    /// What is on its way to this side.
    network: BytesMut,
    input: BytesMut,
    established: bool,
    closed: Option<Closed>,
    accepted: u64,
    received: u64,
}

impl Side {
    fn new(session: Session) -> Self {
        let (network, input) = (BytesMut::new(), BytesMut::new());
        Self {
            session,
            network,
            input,
            established: false,
            closed: None,
            accepted: 0,
            received: 0,
        }
    }

    fn drain(&mut self) {
        while let Some(event) = self.session.poll_event() {
            assert!(
                self.closed.is_none(),
                "an event after the last one: {event:?}"
            );
            match event {
                SessionEvent::Established { capabilities, .. } => {
                    assert!(!self.established);
                    assert_eq!(capabilities, self.session.capabilities());
                    self.established = true;
                }
                SessionEvent::Message {
                    capability,
                    code,
                    payload,
                } => {
                    assert!(self.established);
                    assert!(code < self.session.capabilities()[capability].length);
                    assert!(payload.iter().all(|byte| u64::from(*byte) == code % 251));
                    self.received += 1;
                }
                SessionEvent::Disconnected(closed) => self.closed = Some(closed),
            }
        }
        assert_eq!(self.closed.is_some(), self.session.is_closed());
        assert_eq!(
            self.session.poll_timeout().is_none(),
            self.session.is_closed()
        );
    }
}

/// Two sessions with the actions that `data` spells.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let (keys_a, keys_b) = fixed_secrets();
    let (id_a, id_b) = (keys_b.remote_id(), keys_a.remote_id());
    let Ok(versions) = <(bool, bool)>::arbitrary(&mut input) else {
        return;
    };
    let mut sides = [
        Side::new(Session::new(keys_a, config(id_a, versions.0), 0)),
        Side::new(Session::new(keys_b, config(id_b, versions.1), 0)),
    ];
    let (mut now, mut damaged) = (0, false);
    let mut steps = 0;
    while let Ok(action) = Action::arbitrary(&mut input) {
        act(&action, &mut sides, &mut now, &mut damaged);
        sides.iter_mut().for_each(Side::drain);
        let [a, b] = &sides;
        assert!(
            b.received <= a.accepted && a.received <= b.accepted,
            "a message out of nothing"
        );
        let counters = sides.each_ref().map(|side| side.session.counters());
        assert_eq!(
            [counters[0].messages_in, counters[1].messages_in],
            [a.received, b.received]
        );
        for (side, counters) in sides.iter().zip(counters) {
            let queued = side.session.queued() as u64;
            let accounted = counters.messages_out + counters.unsent_messages + queued;
            assert_eq!(accounted, side.accepted, "a message vanished");
            if let (Some(Closed::Fault(fault)), false) = (&side.closed, damaged) {
                use status_devp2p::SessionError as E;
                assert!(
                    matches!(fault, E::HelloTimeout | E::IdleTimeout | E::Lost { .. }),
                    "{fault}"
                );
            }
        }
        steps += 1;
        if steps == 400 {
            break;
        }
    }
}

fn config(id: NodeId, newest: bool) -> SessionConfig {
    let other = Subprotocol {
        name: "aaa".into(),
        version: 1,
        length: 5,
    };
    let mut config = SessionConfig::new(id, "fuzz", vec![Subprotocol::whisper(), other]);
    config.protocol_version = if newest { 5 } else { 4 };
    config.queue = QueueLimits {
        messages: 4,
        bytes: 100_000,
    };
    config
}

fn act(action: &Action, sides: &mut [Side; 2], now: &mut u64, damaged: &mut bool) {
    match *action {
        Action::Send {
            side,
            capability,
            code,
            len,
        } => {
            let side = &mut sides[usize::from(side)];
            let (capability, code) = (usize::from(capability % 3), u64::from(code));
            let ready = side.session.is_ready(capability, len.into());
            let payload = Bytes::from(vec![(code % 251) as u8; len.into()]);
            match side.session.send(capability, code, payload) {
                Ok(()) => {
                    assert!(ready);
                    side.accepted += 1;
                }
                Err(SendError::Full { .. }) => assert!(!ready),
                Err(_) => {}
            }
        }
        Action::Transmit { side } => {
            let mut out = BytesMut::new();
            while sides[usize::from(side)].session.poll_transmit(&mut out) {}
            sides[usize::from(!side)].network.extend_from_slice(&out);
        }
        Action::Receive { side, at_most } => {
            let side = &mut sides[usize::from(side)];
            let all = side.network.len();
            let len = at_most.map_or(all, |at_most| all.min(at_most.into()));
            side.input.extend_from_slice(&side.network.split_to(len));
            while side.session.handle_bytes(&mut side.input, *now) == Progress::EventsWaiting {
                side.drain();
            }
        }
        Action::Damage { side, position } => {
            let network = &mut sides[usize::from(side)].network;
            if !network.is_empty() {
                let position = usize::from(position) % network.len();
                network[position] ^= 0x40;
                *damaged = true;
            }
        }
        Action::Wait { steps } => {
            *now += u64::from(steps) * 100;
            for side in sides {
                if side.session.poll_timeout().is_some_and(|at| at <= *now) {
                    side.session.handle_timeout(*now);
                }
            }
        }
        Action::Disconnect { side, reason } => {
            let reason = DisconnectReason::from(u64::from(reason));
            sides[usize::from(side)].session.disconnect(reason);
        }
        Action::End { side } => {
            let side = &mut sides[usize::from(side)];
            side.session.handle_end(&side.input);
        }
    }
}
