//! The network: nodes, links, and what happens next.

use crate::queue::Queue;
use crate::{Counters, Link, Random};
use std::collections::HashMap;

/// A node, numbered from 0 in the order of [`Network::add_node`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<M> {
    /// A packet arrived.
    Packet {
        /// Who sent it.
        from: NodeId,
        /// Who receives it; it is up.
        to: NodeId,
        /// What was sent.
        message: M,
    },
    /// The time came for which a node had set its alarm. The node is up.
    Alarm {
        /// The node.
        node: NodeId,
    },
    /// The time came for something that the simulation planned itself: a crash, a restart, a partition.
    Planned {
        /// What [`Network::plan`] was given.
        token: u64,
    },
}

/// The network.
///
/// Order of calls: add the nodes; let each do its first work, [`send`](Self::send) what it wants to
/// send and [`set_alarm`](Self::set_alarm) for when it wants to be woken; then take one
/// [`next_event`](Self::next_event) after the other, hand it to the node concerned, and again send and
/// set the alarm. The clock stands at the time of the last event. Times are milliseconds since the
/// start.
///
/// Nothing bounds the packets in flight: a simulation that floods itself finds out by its memory.
pub struct Network<M> {
    now: u64,
    random: Random,
    queue: Queue<Pending<M>>,
    nodes: Vec<Node>,
    link: Link,
    links: HashMap<(NodeId, NodeId), Link>,
    /// When the last packet that keeps the order arrives, in each direction.
    last_arrival: HashMap<(NodeId, NodeId), u64>,
    counters: Counters,
}

struct Node {
    is_up: bool,
    alarm: Option<u64>,
    side: u32,
}

enum Pending<M> {
    Packet {
        from: NodeId,
        to: NodeId,
        message: M,
    },
    Alarm(NodeId),
    Planned(u64),
}

impl<M: Clone> Network<M> {
    /// An empty network whose links are all like `link` until told otherwise.
    pub fn new(seed: u64, link: Link) -> Self {
        Self {
            now: 0,
            random: Random::new(seed),
            queue: Queue::new(),
            nodes: Vec::new(),
            link,
            links: HashMap::new(),
            last_arrival: HashMap::new(),
            counters: Counters::default(),
        }
    }

    /// Adds a node, which is up. From 2^32 nodes on they share the last number.
    pub fn add_node(&mut self) -> NodeId {
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node {
            is_up: true,
            alarm: None,
            side: 0,
        });
        NodeId(number)
    }

    /// Makes every link like `link`, also those that were set one by one. Packets on their way stay as
    /// they are.
    pub fn set_all_links(&mut self, link: Link) {
        self.links.clear();
        self.link = link;
    }

    /// Makes one link, in one direction, different from the others.
    pub fn set_link(&mut self, from: NodeId, to: NodeId, link: Link) {
        self.links.insert((from, to), link);
    }

    /// Moves a node to a side of a partition. Nodes on different sides do not hear each other; all begin on
    /// side 0.
    pub fn set_side(&mut self, node: NodeId, side: u32) {
        if let Some(node) = self.node_mut(node) {
            node.side = side;
        }
    }

    /// Ends every partition.
    pub fn heal(&mut self) {
        for node in &mut self.nodes {
            node.side = 0;
        }
    }

    /// Sends a packet. One that a node sends to itself, or that an unknown node sends or is to
    /// receive, is a packet like any other, but nobody unknown is ever up.
    pub fn send(&mut self, from: NodeId, to: NodeId, message: M) {
        if !self.is_up(from) {
            self.counters.from_down += 1;
            return;
        }
        self.counters.sent += 1;
        let link = self.links.get(&(from, to)).unwrap_or(&self.link);
        // Drawn whatever happens next, so that a partition more or less leaves the rest as it was.
        let is_lost = self.random.chance(link.loss);
        let is_doubled = self.random.chance(link.duplication);
        let mut arrive = || {
            let at = self.now.saturating_add(self.random.within(&link.delay_ms));
            if self.random.chance(link.reordering) {
                return at;
            }
            let last = self.last_arrival.entry((from, to)).or_default();
            *last = at.max(*last);
            *last
        };
        let (first, second) = (arrive(), is_doubled.then(arrive));
        if self.side(from) != self.side(to) {
            self.counters.cut += 1;
            return;
        }
        if is_lost {
            self.counters.lost += 1;
            return;
        }
        if let Some(at) = second {
            self.counters.duplicated += 1;
            self.counters.in_flight += 1;
            let message = message.clone();
            self.queue.push(at, Pending::Packet { from, to, message });
        }
        self.counters.in_flight += 1;
        self.queue
            .push(first, Pending::Packet { from, to, message });
    }

    /// Sets the time at which a node wants to be woken, in place of what it had set before; none means
    /// never. A time that has passed means now. Ignored while the node is down.
    pub fn set_alarm(&mut self, node: NodeId, at: Option<u64>) {
        let now = self.now;
        let Some(state) = self.node_mut(node).filter(|state| state.is_up) else {
            return;
        };
        let at = at.map(|at| at.max(now));
        if state.alarm == at {
            return;
        }
        state.alarm = at;
        if let Some(at) = at {
            self.queue.push(at, Pending::Alarm(node));
        }
    }

    /// Plans something of the simulation itself: at this time `token` comes back as
    /// [`Event::Planned`].
    pub fn plan(&mut self, at: u64, token: u64) {
        self.queue.push(at.max(self.now), Pending::Planned(token));
    }

    /// Takes a node down: its alarm is forgotten, and packets that arrive before its
    /// [`restart`](Self::restart) are lost. What it sent before stays on its way. What the node itself
    /// forgets is the caller's business.
    pub fn crash(&mut self, node: NodeId) {
        if let Some(node) = self.node_mut(node) {
            node.is_up = false;
            node.alarm = None;
        }
    }

    /// Brings a node back, without an alarm if it was down.
    pub fn restart(&mut self, node: NodeId) {
        if let Some(node) = self.node_mut(node) {
            node.is_up = true;
        }
    }

    /// What happens next; the clock moves there. None when nothing more is to come.
    pub fn next_event(&mut self) -> Option<Event<M>> {
        self.next_event_until(u64::MAX)
    }

    /// What happens next, if it happens at `deadline` or before; otherwise the clock moves to the
    /// deadline, or stays if the deadline has passed or is `u64::MAX`.
    pub fn next_event_until(&mut self, deadline: u64) -> Option<Event<M>> {
        while self.queue.next_at().is_some_and(|at| at <= deadline) {
            let (at, pending) = self.queue.pop()?;
            self.now = self.now.max(at);
            if let Some(event) = self.happen(at, pending) {
                return Some(event);
            }
        }
        if deadline != u64::MAX {
            self.now = self.now.max(deadline);
        }
        None
    }

    /// The event that something pending becomes, if it still concerns anybody.
    fn happen(&mut self, at: u64, pending: Pending<M>) -> Option<Event<M>> {
        match pending {
            Pending::Planned(token) => Some(Event::Planned { token }),
            Pending::Alarm(node) => {
                let state = self.node_mut(node)?;
                // Otherwise the alarm was moved since, or the node crashed.
                if state.alarm != Some(at) {
                    return None;
                }
                state.alarm = None;
                Some(Event::Alarm { node })
            }
            Pending::Packet { from, to, message } => {
                self.counters.in_flight -= 1;
                if self.side(from) != self.side(to) {
                    self.counters.cut += 1;
                    None
                } else if !self.is_up(to) {
                    self.counters.to_down += 1;
                    None
                } else {
                    self.counters.delivered += 1;
                    Some(Event::Packet { from, to, message })
                }
            }
        }
    }

    /// Milliseconds since the start.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Whether a node is up; an unknown one is not.
    pub fn is_up(&self, node: NodeId) -> bool {
        self.node(node).is_some_and(|node| node.is_up)
    }

    /// The nodes added so far.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<M> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// What became of every packet so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(usize::try_from(node.0).ok()?)
    }

    fn node_mut(&mut self, node: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(node.0).ok()?)
    }

    fn side(&self, node: NodeId) -> Option<u32> {
        self.node(node).map(|node| node.side)
    }
}
