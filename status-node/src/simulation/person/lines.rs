//! Connections as the simulated network carries them: what is sent, and each end's state.

use crate::simulation::record::Tally;
use bytes::{Bytes, BytesMut};
use status_devp2p::peers::ConnectionId;
use status_devp2p::{Initiator, Recipient, Session};
use status_whisper::PeerId;
use std::collections::BTreeMap;

/// Names a connection at both of its ends: who dialled, and which of their dials it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::simulation) struct WireId {
    pub(super) dialler: u32,
    pub(super) number: u64,
}

/// What travels from node to node: what TCP would make of it.
#[derive(Debug)]
pub(in crate::simulation) enum Wire {
    /// A connection is opened; the first bytes come with it.
    Open(WireId, Bytes),
    /// Bytes of a connection, in order and without gaps.
    Bytes(WireId, Bytes),
    /// It is closed, or was refused.
    Closed(WireId),
}

/// How far a connection is.
pub(super) enum State {
    /// We dialled and wait for the answer.
    Dialling(Box<Initiator>),
    /// We were dialled and wait for the rest of the first packet.
    Answering(Box<Recipient>),
    /// The handshake is done.
    Open(Box<Session>),
}

impl State {
    /// The connection ends.
    pub(super) fn count_end(&self, tally: &mut Tally) {
        match self {
            Self::Open(_) => tally.connections_ended += 1,
            Self::Dialling(_) | Self::Answering(_) => tally.dials_failed += 1,
        }
    }
}

/// One end of a connection.
pub(super) struct Line {
    /// Who is at the other.
    pub(super) peer: u32,
    /// Its name in the policy, and, of the same number, in Whisper.
    pub(super) connection: ConnectionId,
    pub(super) state: State,
    /// Until when the handshake must be over.
    pub(super) deadline: u64,
    /// What arrived and is not read.
    pub(super) input: BytesMut,
    /// When what was sent last arrives: nothing overtakes it.
    pub(super) last: u64,
}

impl Line {
    pub(super) fn peer(&self) -> u32 {
        self.peer
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// When something is due.
    fn due(&self) -> Option<u64> {
        match &self.state {
            State::Dialling(_) | State::Answering(_) => Some(self.deadline),
            State::Open(session) => session.poll_timeout(),
        }
    }

    /// Whisper's name for it.
    pub(super) fn whisper(&self) -> PeerId {
        PeerId(self.connection.0)
    }
}

/// The connections of a node. The policy bounds how many there are.
#[derive(Default)]
pub(super) struct Lines {
    lines: BTreeMap<WireId, Line>,
    names: BTreeMap<ConnectionId, WireId>,
}

impl Lines {
    pub(super) fn insert(&mut self, wire: WireId, line: Line) {
        self.names.insert(line.connection, wire);
        self.lines.insert(wire, line);
    }

    pub(super) fn remove(&mut self, wire: WireId) -> Option<Line> {
        let line = self.lines.remove(&wire)?;
        self.names.remove(&line.connection);
        Some(line)
    }

    pub(super) fn get_mut(&mut self, wire: WireId) -> Option<&mut Line> {
        self.lines.get_mut(&wire)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&WireId, &Line)> {
        self.lines.iter()
    }

    /// Which connection that is.
    pub(super) fn named(&self, connection: ConnectionId) -> Option<WireId> {
        self.names.get(&connection).copied()
    }

    /// Those to which something is due.
    pub(super) fn due_at(&self, now: u64) -> Vec<WireId> {
        let due = |line: &Line| line.due().is_some_and(|due| due <= now);
        let lines = self.lines.iter().filter(|(_, line)| due(line));
        lines.map(|(wire, _)| *wire).collect()
    }

    /// When something is due.
    pub(super) fn due(&self) -> Option<u64> {
        self.lines.values().filter_map(Line::due).min()
    }
}
