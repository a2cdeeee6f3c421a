//! A network that exists in memory only, on virtual time, and does what real ones do at their worst:
//! it loses, delays, duplicates and reorders packets, falls apart into sides that do not hear
//! each other, and lets nodes crash and come back. The same seed gives the same run.
//!
//! It is for tests: a state machine without a clock or a socket is driven through hours of bad network
//! in milliseconds, and a run that fails is repeated by its seed. It knows nothing about what it
//! carries; ten thousand nodes fit in one process, since an event costs one place in a heap and no
//! allocation of its own.
//!
//! [`Network`] gives one event at a time to whoever drives it; [`Parallel`] is for simulations whose work
//! is in the nodes, and lets several threads do it.
//!
//! ```
//! use status_simulated_network::{Event, Link, Network};
//! let mut network = Network::new(7, Link { loss: 0.5, delay_ms: 20..=80, ..Link::PERFECT });
//! let (here, there) = (network.add_node(), network.add_node());
//! for number in 0..100 {
//!     network.send(here, there, number);
//! }
//! let mut arrived = 0;
//! while let Some(Event::Packet { to, .. }) = network.next_event() {
//!     assert_eq!(to, there);
//!     arrived += 1;
//! }
//! assert_eq!(arrived, network.counters().delivered);
//! assert_eq!(arrived + network.counters().lost, 100);
//! ```
#![forbid(unsafe_code)]

mod counters;
mod link;
mod network;
mod parallel;
mod queue;
mod random;

pub use counters::Counters;
pub use link::Link;
pub use network::{Event, Network, NodeId};
pub use parallel::{Arrived, Parallel, Process, Sends};
pub use random::Random;

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
