//! One process of a parallel simulation, and what it says to the others.

use crate::NodeId;

/// A packet that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived<M> {
    /// Who sent it.
    pub from: NodeId,
    /// What was sent.
    pub message: M,
}

/// Something that works by itself and talks to others of its kind by packets alone.
///
/// What it does may depend on nothing but its own state and what it is given: not on other processes,
/// a clock, or randomness that is not its own. Then a run is the same on any number of threads.
pub trait Process: Send {
    /// What is sent.
    type Message: Send;

    /// The time is `now`: these packets arrived, in this order, and if the time that it wished to be woken
    /// at has come it is woken. Its answer is when it wishes to be woken next, in place of what it wished
    /// before; a time that has passed means the next millisecond. Packets that it leaves in `arrived` are
    /// thrown away.
    fn handle(
        &mut self,
        now: u64,
        arrived: &mut Vec<Arrived<Self::Message>>,
        sends: &mut Sends<Self::Message>,
    ) -> Option<u64>;
}

/// What a process sends.
#[derive(Debug)]
pub struct Sends<M> {
    pub(super) earliest: u64,
    pub(super) packets: Vec<Packet<M>>,
}

#[derive(Debug)]
pub(super) struct Packet<M> {
    pub(super) to: NodeId,
    pub(super) at: u64,
    pub(super) message: M,
}

impl<M> Sends<M> {
    /// Sends a packet that arrives at the time `at`, but not before the least delay is over. It is the
    /// process that knows how slow its links are and what they lose. Packets to a process that does
    /// not exist are thrown away.
    pub fn send(&mut self, to: NodeId, at: u64, message: M) {
        let at = at.max(self.earliest);
        self.packets.push(Packet { to, at, message });
    }
}
