//! What an application chooses: for the node as a whole, and for each group.

use crate::{BackOff, Numbering};

/// How messages of a group are sent first. A node takes part in groups of both modes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// The message itself: one way, more bytes when the peer holds it already.
    #[default]
    Batch,
    /// An offer, and the message once the peer asks for it: three ways, fewer bytes when it does
    /// not need it.
    Interactive,
}

/// What a group does with the parents that 4/MVDS-META lets a message name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dependencies {
    /// Nothing is written, what others write is ignored: as deployed in status-go v0.50.0.
    #[default]
    Ignored,
    /// Messages name their parents; what arrives is handed over at once, and parents that are
    /// missing are asked for. "Eventual" in vacp2p/mvds.
    Eventual,
    /// As before, but a message waits until its parents were handed over: causal order.
    /// "Consistent" in vacp2p/mvds. A message that waited for [`Config::patience`] in vain is handed
    /// over without them, and says so.
    Causal,
}

/// How one group is synchronised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GroupSettings {
    /// How its messages are sent first.
    pub mode: Mode,
    /// What is done with parents.
    pub dependencies: Dependencies,
    /// Whether a message from one member is offered to the others, as vacp2p/mvds does. Off unless
    /// asked for: who posts to a group sends to all of it, and v0.0.23 never answers an offer of a
    /// message that it holds, so that such an offer is repeated for ever.
    pub relay: bool,
}

/// When something new leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FirstSend {
    /// At the next [`poll_transmit`](crate::Node::poll_transmit).
    #[default]
    Immediate,
    /// With the next epoch, as deployed: acknowledgements when it begins, all else in the one after
    /// the current.
    NextEpoch,
}

/// What becomes of a record when a second one for the same peer and message arises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bookkeeping {
    /// One record for a peer and a message: a request turns the offer into the message, as 2/MVDS
    /// has it, and an offer of a message that is held is answered with an acknowledgement.
    #[default]
    Specified,
    /// Each reaction adds a record to those there are, and an offer of a message that is held has
    /// no answer: as vacp2p/mvds with its memory store. It sends more and gains nothing; it is here
    /// to be compared with.
    Deployed,
}

/// Whether messages of groups that nobody added here are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnknownGroups {
    /// Handed over and acknowledged, as deployed: that is how a first message from a stranger
    /// comes. The settings say what is done with parents, but that no message waits for them.
    Accept(GroupSettings),
    /// Dropped without an acknowledgement, so that the sender tries again and is heard once the
    /// group was added. Nothing is asked of peers without a group.
    Refuse,
}

impl Default for UnknownGroups {
    fn default() -> Self {
        Self::Accept(GroupSettings::default())
    }
}

/// How a [`Node`](crate::Node) behaves. The limits bound what it remembers; their defaults suit a
/// messenger and their docs say why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The field numbers of payloads; never guessed.
    pub numbering: Numbering,
    /// When a record is sent again.
    pub back_off: BackOff,
    /// When something new leaves.
    pub first_send: FirstSend,
    /// Two records for one message.
    pub bookkeeping: Bookkeeping,
    /// Messages of groups that nobody added.
    pub unknown_groups: UnknownGroups,
    /// Length of an epoch in ms; 0 counts as 1. 300 as deployed.
    pub epoch: u64,
    /// The most bytes of an encoded payload, inclusive. 48 KiB leave room for encryption and
    /// framing in a Whisper packet of 64 KiB. A message that does not fit alone is refused when it
    /// is appended; one that was accepted under a larger limit goes alone in a larger payload.
    pub max_payload: usize,
    /// The most records of messages that are not acknowledged, over all peers: 250,000, which take
    /// about 40 MB. Beyond, [`append`](crate::Node::append) says [`Full`](crate::Error::Full).
    pub max_unacknowledged: usize,
    /// The most messages asked of one peer at a time: 4,096, since an offer costs the peer 36 bytes
    /// and the answer makes a record; of a peer without a group a 64th of it. Offers beyond are
    /// dropped; the peer repeats them.
    pub max_requests_per_peer: usize,
    /// How often a message is asked for before the request is dropped: 12 times. A peer that still
    /// wants to give it offers it again.
    pub max_request_attempts: u32,
    /// The most acknowledgements that wait for one peer: 65,536, or 2 MB. Those beyond are dropped;
    /// the peer sends the message again. Strangers share as many: each has this number divided by
    /// [`max_strangers`](Self::max_strangers), at least 1.
    pub max_acks_per_peer: usize,
    /// The most peers without a group that something waits for: 1,024. Anybody can be one.
    pub max_strangers: usize,
    /// How many ids of received messages are remembered for each member, and for all strangers
    /// together: 100,000, oldest forgotten first, 32 bytes each. A message is handed over twice only
    /// if its sender missed every acknowledgement until so many newer ones had come from it; what
    /// others send does not count.
    pub max_remembered: u64,
    /// The most messages of one sender that wait for parents: 1,024. One beyond is dropped
    /// unacknowledged, so it comes again.
    pub max_held_per_peer: usize,
    /// How long a message waits for its parents, in ms: 1 hour. Ids do not cover parents, so a hostile
    /// peer can name some that do not exist, or that wait for each other.
    pub patience: u64,
    /// How many messages a group with [`Dependencies`] keeps after all acknowledged them, to answer
    /// requests of those who miss a parent: 1,000; 0 counts as 1.
    pub max_history: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            numbering: Numbering::default(),
            back_off: BackOff::default(),
            first_send: FirstSend::default(),
            bookkeeping: Bookkeeping::default(),
            unknown_groups: UnknownGroups::default(),
            epoch: 300,
            max_payload: 48 * 1024,
            max_unacknowledged: 250_000,
            max_requests_per_peer: 4_096,
            max_request_attempts: 12,
            max_acks_per_peer: 65_536,
            max_strangers: 1_024,
            max_remembered: 100_000,
            max_held_per_peer: 1_024,
            patience: 3_600_000,
            max_history: 1_000,
        }
    }
}
