//! A simulation of a whole network: people with whole nodes, on virtual time, in one process.
//!
//! Each node is what a real one is, but for its sockets, its clock and its threads: the messenger over a
//! database (in memory), the pipeline, Whisper with its pool and proof of work, and devp2p with its
//! handshakes, encrypted frames and policy. The same code drives them ([`node`](crate::node)): what the
//! node's task and the messenger's thread decide is decided by the same two types here.
//!
//! Time is virtual and work takes none of it. What is left to chance comes from one seed: the same
//! [`Options`] give the same [`Report`], on any number of threads and on any machine. Nodes to which
//! something happens within the least latency of the network are worked off at the same time.
//!
//! ```
//! use status_node::simulation::{Options, simulate};
//!
//! let options = Options { nodes: 4, start_s: 2, duration_s: 20, settle_s: 20, rate: 600.0, ..Options::default() };
//! let outcome = simulate(&options, |_| ())?;
//! assert_eq!(outcome.report.duplicates, 0);
//! # Ok::<(), status_node::simulation::OptionsError>(())
//! ```
//!
//! What is not simulated: bandwidth, queues of routers, the time that computing takes, and TCP's own
//! handshake and retransmissions. Because TCP repairs what the wire loses, `loss` loses whole packets
//! of Whisper, as nodes do whose queues are full or whose connections break.

mod cpu;
mod options;
mod pause;
mod person;
mod plan;
mod record;
mod report;
mod text;
mod topology;

pub use cpu::Cpu;
pub use options::{MAX_DEGREE, MAX_NODES, MAX_TEXT, Options, OptionsError, Topology};
pub use record::{Kind, Tally};
pub use report::{Latency, Report, Texts};

use person::Person;
use status_simulated_network::Parallel;
use std::num::NonZeroU64;

/// What a simulation came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What happened, which the options decide alone.
    pub report: Report,
    /// Where the time went, which depends on the machine.
    pub cpu: Cpu,
}

/// Simulates. `progress` is told again and again how many ms are simulated.
///
/// # Errors
///
/// If the options make no sense.
pub fn simulate(options: &Options, progress: impl FnMut(u64)) -> Result<Outcome, OptionsError> {
    options.check()?;
    let (shared, roles) = plan::plan(options);
    let people = (0..)
        .zip(roles)
        .map(|(number, role)| Person::new(number, shared.clone(), role));
    let least = NonZeroU64::new(options.latency_min_ms).unwrap_or(NonZeroU64::MIN);
    let mut network = Parallel::new(people, options.threads, least);
    network.run_until(options.end_ms(), progress);
    let mut cpu = Cpu::default();
    let people: Vec<&Person> = network.processes().collect();
    for person in &people {
        cpu.add(person.cpu());
    }
    Ok(Outcome {
        report: Report::of(options, &people),
        cpu,
    })
}
