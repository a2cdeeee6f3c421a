//! The numbers that bound how many connections there may be.

/// Bounds on connections. Every container of [`PeerPolicy`](super::PeerPolicy) is bounded by
/// these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Established connections that others opened to us; trusted peers do not count. Default 25:
    /// half of the 50 peers that a status-go relay allows itself.
    pub inbound: usize,
    /// Established or started connections that we opened; trusted peers do not count.
    /// Default 25, the other half.
    pub outbound: usize,
    /// Connections from or to one IP address (of IPv6 one /64 network), in the handshake or established; trusted peers do
    /// not count once they are known. Default 16: several nodes behind one router or on one
    /// machine stay possible, one host cannot take all 25 places.
    pub per_address: usize,
    /// Inbound connections whose handshake is not over, so whose identity is not known yet.
    /// Default 32: each costs a socket, some kilobytes and two curve operations, for at most the
    /// handshake's 5 seconds. Beside [`Limits::inbound`], so that a trusted peer can identify
    /// itself while all places are taken.
    pub handshakes: usize,
    /// Dials under way at the same time. Default 16, as go-ethereum has it.
    pub dials: usize,
    /// Static peers. Default 1024: a list that people write by hand is far shorter.
    pub static_peers: usize,
    /// Trusted peers. Default 1024, for the same reason.
    pub trusted_peers: usize,
    /// Pause before the first new attempt, in ms, before jitter. Default 1,000.
    pub backoff_first: u64,
    /// Longest pause between attempts, in ms, before jitter. Default 120,000: a peer that comes
    /// back is found within two minutes, however long it was away (known problem of others:
    /// pauses so long that a returning peer waits).
    pub backoff_longest: u64,
    /// A connection that was established for this long, in ms, counts as healthy: after it the
    /// pauses start from the first one again. Default 30,000.
    pub healthy_after: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inbound: 25,
            outbound: 25,
            per_address: 16,
            handshakes: 32,
            dials: 16,
            static_peers: 1024,
            trusted_peers: 1024,
            backoff_first: 1_000,
            backoff_longest: 120_000,
            healthy_after: 30_000,
        }
    }
}
