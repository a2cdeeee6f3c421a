//! devp2p without sockets: dials, handshakes, sessions, and the bytes that they make.

use super::lines::{Line, State, Wire, WireId};
use super::{Layer, Life, Person, START_MS, ip, node};
use bytes::{Bytes, BytesMut};
use status_devp2p::handshake::TIMEOUT_MS;
use status_devp2p::peers::{ConnectionId, Dial};
use status_devp2p::{
    Accepted, DisconnectReason, Initiator, Progress, Recipient, Secrets, Session, SessionConfig,
    SessionEvent, Subprotocol,
};
use status_simulated_network::Sends;
use status_whisper::packets::code;
use status_whisper::{Packet, PeerOptions};

/// How the nodes call themselves.
const CLIENT: &str = "status-node/simulated";

/// Position of Whisper in the list of subprotocols, which has no other.
const WHISPER: usize = 0;

/// What the network loses when it is told to: what carries envelopes, and what confirms them. A peer that
/// lost a status or a change of what it wants would be none any more.
const LOSSY: [u64; 3] = [
    code::MESSAGES,
    code::MESSAGES_RESPONSE,
    code::BATCH_ACKNOWLEDGED,
];

impl Person {
    /// Sends something to another node, as TCP does: in order, and after a partition if it comes into
    /// one, but for a first packet, which is lost. When it arrives.
    pub(super) fn send(
        &mut self,
        to: u32,
        wire: Wire,
        last: u64,
        now: u64,
        sends: &mut Sends<Wire>,
    ) -> u64 {
        let options = &self.shared.options;
        let latency = options.latency_min_ms..=options.latency_max_ms;
        let mut at = now + self.random.within(&latency);
        if let Wire::Open(_, bytes) | Wire::Bytes(_, bytes) = &wire {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            self.record.tally.bytes += length;
            self.record.tally.pieces += 1;
        }
        if let Some(end) = options.cut_until_ms(now, self.number, to) {
            if matches!(wire, Wire::Open(..)) {
                return last;
            }
            at = at.max(end);
        }
        let at = at.max(last);
        sends.send(node(to), at, wire);
        at
    }

    /// Sends bytes of a connection.
    fn write(
        &mut self,
        life: &mut Life,
        wire: WireId,
        bytes: Bytes,
        now: u64,
        sends: &mut Sends<Wire>,
    ) {
        if let Some(line) = life.lines.get_mut(wire) {
            let bytes = Wire::Bytes(wire, bytes);
            line.last = self.send(line.peer, bytes, line.last, now, sends);
        }
    }

    /// Something came from another node.
    pub(super) fn receive(&mut self, from: u32, what: Wire, now: u64, sends: &mut Sends<Wire>) {
        let Some(mut life) = self.life.take() else {
            // The machine is there, but nobody listens.
            if let Wire::Open(wire, _) = what {
                self.send(from, Wire::Closed(wire), now, now, sends);
            }
            return;
        };
        match what {
            Wire::Open(wire, bytes) => match life.policy.handle_accepted(ip(from)) {
                Ok(connection) => {
                    let recipient = Box::new(Recipient::new(&self.key));
                    let state = State::Answering(recipient);
                    let mut line = line(from, connection, state, now);
                    line.input.extend_from_slice(&bytes);
                    life.lines.insert(wire, line);
                    self.read(&mut life, wire, now, sends);
                }
                Err(_) => {
                    self.send(from, Wire::Closed(wire), now, now, sends);
                }
            },
            Wire::Bytes(wire, bytes) => {
                if let Some(line) = life.lines.get_mut(wire) {
                    line.input.extend_from_slice(&bytes);
                    self.read(&mut life, wire, now, sends);
                }
            }
            Wire::Closed(wire) => self.forget(&mut life, wire, now),
        }
        self.life = Some(life);
    }

    /// Does what is due to connections, and dials.
    pub(super) fn time_out(&mut self, now: u64, sends: &mut Sends<Wire>) {
        let Some(mut life) = self.life.take() else {
            return;
        };
        for wire in life.lines.due_at(now) {
            let state = life.lines.get_mut(wire).map(|line| &mut line.state);
            match state {
                Some(State::Open(session)) => {
                    session.handle_timeout(now);
                    self.take_events(&mut life, wire, now, sends);
                }
                _ => self.close(&mut life, wire, now, sends),
            }
        }
        while let Some(Dial { connection, enode }) = life.policy.poll_dial(now) {
            let Some((to, key)) = self.other(&enode.id) else {
                life.policy.handle_closed(connection, now, &mut self.random);
                continue;
            };
            self.dialled += 1;
            let wire = WireId {
                dialler: self.number,
                number: self.dialled,
            };
            let initiator = Initiator::new(&mut self.random, &self.key, &key);
            let auth = initiator.auth().clone();
            let state = State::Dialling(Box::new(initiator));
            let mut line = line(to, connection, state, now);
            line.last = self.send(to, Wire::Open(wire, auth), now, now, sends);
            life.lines.insert(wire, line);
        }
        self.life = Some(life);
    }

    /// Whom one dials by that name.
    fn other(&self, id: &status_devp2p::NodeId) -> Option<(u32, secp256k1::PublicKey)> {
        let key = id.public_key().ok()?;
        let mut dials = self.dials.iter().copied();
        let number = dials.find(|number| {
            let at = usize::try_from(*number).ok();
            at.and_then(|at| self.shared.nodes.get(at)) == Some(&key)
        })?;
        Some((number, key))
    }

    /// Takes what arrived on a connection.
    fn read(&mut self, life: &mut Life, wire: WireId, now: u64, sends: &mut Sends<Wire>) {
        let Some(line) = life.lines.get_mut(wire) else {
            return;
        };
        let secrets = match &mut line.state {
            State::Open(_) => return self.take_events(life, wire, now, sends),
            State::Dialling(initiator) => initiator.handle_bytes(&mut line.input),
            State::Answering(recipient) => {
                match recipient.handle_bytes(&mut self.random, &mut line.input) {
                    Ok(Some(Accepted { ack, secrets })) => {
                        self.write(life, wire, ack, now, sends);
                        Ok(Some(secrets))
                    }
                    Ok(None) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        };
        match secrets {
            Ok(Some(secrets)) => self.authenticated(life, wire, secrets, now, sends),
            Ok(None) => {}
            Err(error) => {
                self.fail(&error);
                self.close(life, wire, now, sends);
            }
        }
    }

    /// The handshake proved who the other end is.
    fn authenticated(
        &mut self,
        life: &mut Life,
        wire: WireId,
        secrets: Secrets,
        now: u64,
        sends: &mut Sends<Wire>,
    ) {
        let Some(line) = life.lines.get_mut(wire) else {
            return;
        };
        let connection = line.connection;
        life.policy.handle_connected(connection);
        let remote = secrets.remote_id();
        let superseded = match life.policy.handle_authenticated(connection, remote) {
            Ok(admission) => admission.superseded,
            Err(_) => return self.close(life, wire, now, sends),
        };
        let whisper = vec![Subprotocol::whisper()];
        let config = SessionConfig::new(self.key.node_id(), CLIENT, whisper);
        line.state = State::Open(Box::new(Session::new(secrets, config, now)));
        if let Some(other) = superseded.and_then(|other| life.lines.named(other)) {
            self.close(life, other, now, sends);
        }
        self.take_events(life, wire, now, sends);
    }

    /// Lets a session read what arrived, does what it says, and sends what it has to send.
    fn take_events(&mut self, life: &mut Life, wire: WireId, now: u64, sends: &mut Sends<Wire>) {
        loop {
            let Some(line) = life.lines.get_mut(wire) else {
                return;
            };
            let State::Open(session) = &mut line.state else {
                return;
            };
            let progress = session.handle_bytes(&mut line.input, now);
            while let Some(event) = next_event(life, wire) {
                self.handle_event(life, wire, event, now, sends);
            }
            if progress != Progress::EventsWaiting {
                break;
            }
        }
        self.flush(life, wire, now, sends);
    }

    fn handle_event(
        &mut self,
        life: &mut Life,
        wire: WireId,
        event: SessionEvent,
        now: u64,
        sends: &mut Sends<Wire>,
    ) {
        let Some(line) = life.lines.get_mut(wire) else {
            return;
        };
        let (peer, connection) = (line.whisper(), line.connection);
        let State::Open(session) = &mut line.state else {
            return;
        };
        match event {
            SessionEvent::Established { hello, .. } => {
                if !life.policy.handle_established(connection, now) {
                    return self.close(life, wire, now, sends);
                }
                self.record.tally.connections += 1;
                let options = PeerOptions {
                    address: Some(ip(line.peer)),
                    ..PeerOptions::default()
                };
                let (id, name) = (session.remote_id(), hello.client_name);
                let added = life
                    .transport
                    .add_peer(peer, id, name, options, START_MS + now);
                if added.is_err() {
                    session.disconnect(DisconnectReason::TooManyPeers);
                }
            }
            SessionEvent::Message { code, payload, .. } => {
                self.stopwatch.enter(Layer::Whisper);
                let now_ms = START_MS + now;
                life.transport.handle_packet(peer, code, payload, now_ms);
                self.stopwatch.enter(Layer::Devp2p);
            }
            SessionEvent::Disconnected(_) => self.close(life, wire, now, sends),
        }
    }

    /// Hands the sessions what Whisper has for each peer, and sends it. What fills a session's queue leaves
    /// before there is more.
    pub(super) fn transmit(&mut self, life: &mut Life, now: u64, sends: &mut Sends<Wire>) {
        let loss = self.shared.options.loss;
        for peer in life.transport.peers_with_output() {
            let Some(wire) = life.lines.named(ConnectionId(peer.0)) else {
                continue;
            };
            while session(life, wire).is_some_and(|session| session.is_established()) {
                self.stopwatch.enter(Layer::Whisper);
                let packet = life.transport.poll_transmit(peer);
                self.stopwatch.enter(Layer::Devp2p);
                let Some(Packet { code, payload }) = packet else {
                    break;
                };
                if LOSSY.contains(&code) && self.random.chance(loss) {
                    self.record.tally.packets_lost += 1;
                    continue;
                }
                let size = payload.len();
                if session(life, wire).is_some_and(|session| !session.is_ready(WHISPER, size)) {
                    self.flush(life, wire, now, sends);
                }
                let sent = session(life, wire).map(|session| session.send(WHISPER, code, payload));
                if !matches!(sent, Some(Ok(()))) {
                    life.transport.packet_lost(peer);
                }
            }
            self.flush(life, wire, now, sends);
        }
    }

    /// Sends what a session has to send.
    fn flush(&mut self, life: &mut Life, wire: WireId, now: u64, sends: &mut Sends<Wire>) {
        let Some(line) = life.lines.get_mut(wire) else {
            return;
        };
        let mut out = BytesMut::new();
        if let State::Open(session) = &mut line.state {
            while session.poll_transmit(&mut out) {}
        }
        if !out.is_empty() {
            self.write(life, wire, out.freeze(), now, sends);
        }
    }

    /// Ends a connection of which Whisper knows no more.
    pub(super) fn disconnect(
        &mut self,
        life: &mut Life,
        connection: ConnectionId,
        now: u64,
        sends: &mut Sends<Wire>,
    ) {
        if let Some(wire) = life.lines.named(connection) {
            if let Some(line) = life.lines.get_mut(wire)
                && let State::Open(session) = &mut line.state
            {
                session.disconnect(DisconnectReason::SubprotocolError);
            }
            self.close(life, wire, now, sends);
        }
    }

    /// Ends a connection: what it has to say still leaves.
    fn close(&mut self, life: &mut Life, wire: WireId, now: u64, sends: &mut Sends<Wire>) {
        self.flush(life, wire, now, sends);
        if let Some(line) = life.lines.get_mut(wire) {
            let (peer, last) = (line.peer, line.last);
            self.send(peer, Wire::Closed(wire), last, now, sends);
        }
        self.forget(life, wire, now);
    }

    /// A connection is over.
    fn forget(&mut self, life: &mut Life, wire: WireId, now: u64) {
        let Some(line) = life.lines.remove(wire) else {
            return;
        };
        line.state.count_end(&mut self.record.tally);
        let peer = line.whisper();
        life.transport.remove_peer(peer, "connection closed");
        let policy = &mut life.policy;
        policy.handle_closed(line.connection, now, &mut self.random);
    }
}

fn line(peer: u32, connection: ConnectionId, state: State, now: u64) -> Line {
    Line {
        peer,
        connection,
        state,
        deadline: now + TIMEOUT_MS,
        input: BytesMut::new(),
        last: now,
    }
}

/// The session of a connection whose handshake is done.
fn session(life: &mut Life, wire: WireId) -> Option<&mut Session> {
    match &mut life.lines.get_mut(wire)?.state {
        State::Open(session) => Some(session),
        State::Dialling(_) | State::Answering(_) => None,
    }
}

fn next_event(life: &mut Life, wire: WireId) -> Option<SessionEvent> {
    session(life, wire)?.poll_event()
}
