//! The processes of one thread.

use super::process::{Arrived, Process, Sends};
use crate::NodeId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A packet on its way. Its order among all others is the same on any number of threads: by time, then by
/// sender, then as the sender sent them.
pub(super) struct Parcel<M> {
    at: u64,
    from: u32,
    number: u64,
    to: u32,
    message: M,
}

impl<M> Parcel<M> {
    fn key(&self) -> (u64, u32, u64) {
        (self.at, self.from, self.number)
    }
}

impl<M> PartialEq for Parcel<M> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<M> Eq for Parcel<M> {}

impl<M> PartialOrd for Parcel<M> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<M> Ord for Parcel<M> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A process and what is under way to it.
struct Cell<P: Process> {
    process: P,
    number: u32,
    incoming: BinaryHeap<Reverse<Parcel<P::Message>>>,
    alarm: Option<u64>,
    sent: u64,
}

impl<P: Process> Cell<P> {
    /// When something happens to it.
    fn next_at(&self) -> Option<u64> {
        let packet = self.incoming.peek().map(|Reverse(parcel)| parcel.at);
        packet.into_iter().chain(self.alarm).min()
    }
}

/// Every `shards`th process, beginning with one of the first.
pub(super) struct Shard<P: Process> {
    cells: Vec<Cell<P>>,
    shards: usize,
    /// When something happens to which of the cells. An entry that is not true any more is passed over.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    least_delay: u64,
    /// Used again and again.
    arrived: Vec<Arrived<P::Message>>,
    sends: Sends<P::Message>,
}

/// Parcels for each shard.
pub(super) type Mail<M> = Vec<Vec<Parcel<M>>>;

impl<P: Process> Shard<P> {
    pub(super) fn new(shards: usize, least_delay: u64) -> Self {
        Self {
            cells: Vec::new(),
            shards,
            due: BinaryHeap::new(),
            least_delay,
            arrived: Vec::new(),
            sends: Sends {
                earliest: 0,
                packets: Vec::new(),
            },
        }
    }

    /// Adds a process, which is woken at the time 0.
    pub(super) fn add(&mut self, process: P, number: u32) {
        self.due.push(Reverse((0, self.cells.len())));
        self.cells.push(Cell {
            process,
            number,
            incoming: BinaryHeap::new(),
            alarm: Some(0),
            sent: 0,
        });
    }

    pub(super) fn process(&self, place: usize) -> Option<&P> {
        self.cells.get(place).map(|cell| &cell.process)
    }

    /// When something happens here.
    pub(super) fn next_at(&self) -> Option<u64> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes what the others sent here.
    pub(super) fn take(&mut self, parcels: Vec<Parcel<P::Message>>) {
        for parcel in parcels {
            let place = place(parcel.to, self.shards);
            let Some(cell) = self.cells.get_mut(place) else {
                continue;
            };
            let before = cell.next_at();
            let at = parcel.at;
            cell.incoming.push(Reverse(parcel));
            if before.is_none_or(|before| at < before) {
                self.due.push(Reverse((at, place)));
            }
        }
    }

    /// Lets happen here what happens before the time `end`. When the first parcel of the mail arrives, if
    /// there is any.
    pub(super) fn run(&mut self, end: u64, mail: &mut Mail<P::Message>) -> Option<u64> {
        let mut first = None;
        while let Some(Reverse((at, place))) = self.due.peek().copied() {
            if at >= end {
                break;
            }
            self.due.pop();
            let Some(cell) = self.cells.get_mut(place) else {
                continue;
            };
            if cell.next_at() != Some(at) {
                continue;
            }
            step(
                cell,
                at,
                self.least_delay,
                &mut self.arrived,
                &mut self.sends,
            );
            for packet in self.sends.packets.drain(..) {
                cell.sent += 1;
                let to = packet.to.0;
                let parcel = Parcel {
                    at: packet.at,
                    from: cell.number,
                    number: cell.sent,
                    to,
                    message: packet.message,
                };
                first = [first, Some(parcel.at)].into_iter().flatten().min();
                if let Some(letters) = mail.get_mut(shard(to, self.shards)) {
                    letters.push(parcel);
                }
            }
            if let Some(next) = cell.next_at() {
                self.due.push(Reverse((next, place)));
            }
        }
        first
    }
}

/// Lets one process handle what happens to it at a time.
fn step<P: Process>(
    cell: &mut Cell<P>,
    now: u64,
    least_delay: u64,
    arrived: &mut Vec<Arrived<P::Message>>,
    sends: &mut Sends<P::Message>,
) {
    arrived.clear();
    while let Some(Reverse(parcel)) = cell.incoming.peek() {
        if parcel.at > now {
            break;
        }
        let Some(Reverse(parcel)) = cell.incoming.pop() else {
            break;
        };
        arrived.push(Arrived {
            from: NodeId(parcel.from),
            message: parcel.message,
        });
    }
    sends.earliest = now.saturating_add(least_delay);
    let alarm = cell.process.handle(now, arrived, sends);
    cell.alarm = alarm.map(|at| at.max(now.saturating_add(1)));
}

/// On which shard a process is.
pub(super) fn shard(number: u32, shards: usize) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX) % shards.max(1)
}

/// Where there.
pub(super) fn place(number: u32, shards: usize) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX) / shards.max(1)
}
