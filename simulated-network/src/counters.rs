//! What became of every packet.

/// What became of every packet so far. At any time
/// `sent + duplicated = delivered + lost + cut + to_down + in_flight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Handed to the network by a node that was up.
    pub sent: u64,
    /// Second copies that the network made.
    pub duplicated: u64,
    /// Given to their receiver.
    pub delivered: u64,
    /// Lost by chance, as the link's loss demands.
    pub lost: u64,
    /// Lost because the two nodes were on different sides when the packet left or arrived.
    pub cut: u64,
    /// Lost because the receiver was down when they arrived.
    pub to_down: u64,
    /// On their way.
    pub in_flight: u64,
    /// Never sent, since the sender was down. Not in `sent`.
    pub from_down: u64,
}
