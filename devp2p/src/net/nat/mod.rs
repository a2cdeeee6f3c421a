//! NAT traversal: asks the router to forward a port to this node, by UPnP or by NAT-PMP and PCP.
//!
//! The protocols are those of the crates `igd-next` and `crab_nat`. This module chooses between
//! them, renews the mapping after half of its life, reports what became of it and gives it back
//! when the service stops.

mod config;
mod gateway;
mod keeper;
mod pmp;
mod upnp;

pub use config::{NatConfig, NatMode, NatModeError, NatProtocol};
pub(super) use keeper::keep_mapping;

/// What a router granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grant {
    /// Where others reach us.
    external: std::net::SocketAddr,
    protocol: NatProtocol,
    lifetime: std::time::Duration,
}
