//! Where the time goes.

use serde::Serialize;
use std::time::Instant;

/// A part of a node, or the simulation around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Simulation,
    Devp2p,
    Whisper,
    Envelopes,
    Messenger,
    Commit,
}

/// Time that was spent, in nanoseconds, by all threads together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Cpu {
    /// In the simulation itself.
    pub simulation: u64,
    /// In devp2p: handshakes, encryption and compression of frames, policy.
    pub devp2p: u64,
    /// In Whisper: packets, the pool, the opening of envelopes.
    pub whisper: u64,
    /// Making one's own envelopes: encryption, signature, proof of work.
    pub envelopes: u64,
    /// In the messenger: payload, data sync and conversational security over the database, and the
    /// derivation of keys.
    pub messenger: u64,
    /// In the commits of the database.
    pub commit: u64,
}

impl Cpu {
    /// All of it.
    pub fn total(&self) -> u64 {
        let [a, b, c, d, e, f] = self.parts().map(|(_, nanoseconds)| nanoseconds);
        a + b + c + d + e + f
    }

    /// Each part with its name.
    pub fn parts(&self) -> [(&'static str, u64); 6] {
        [
            ("devp2p", self.devp2p),
            ("whisper", self.whisper),
            ("envelopes", self.envelopes),
            ("messenger", self.messenger),
            ("commit", self.commit),
            ("simulation", self.simulation),
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.simulation += other.simulation;
        self.devp2p += other.devp2p;
        self.whisper += other.whisper;
        self.envelopes += other.envelopes;
        self.messenger += other.messenger;
        self.commit += other.commit;
    }

    fn of(&mut self, layer: Layer) -> &mut u64 {
        match layer {
            Layer::Simulation => &mut self.simulation,
            Layer::Devp2p => &mut self.devp2p,
            Layer::Whisper => &mut self.whisper,
            Layer::Envelopes => &mut self.envelopes,
            Layer::Messenger => &mut self.messenger,
            Layer::Commit => &mut self.commit,
        }
    }
}

/// Measures what a thread does by the wall clock: on a machine with fewer cores than threads the others'
/// work is counted too. It decides nothing.
pub(super) struct Stopwatch {
    cpu: Cpu,
    running: Option<(Layer, Instant)>,
}

impl Stopwatch {
    pub(super) fn new() -> Self {
        Self {
            cpu: Cpu::default(),
            running: None,
        }
    }

    /// From now on time is spent there.
    pub(super) fn enter(&mut self, layer: Layer) {
        let now = Instant::now();
        self.stop_at(now);
        self.running = Some((layer, now));
    }

    /// From now on it is not counted.
    pub(super) fn stop(&mut self) {
        self.stop_at(Instant::now());
    }

    fn stop_at(&mut self, now: Instant) {
        if let Some((layer, since)) = self.running.take() {
            let spent = now.duration_since(since).as_nanos();
            *self.cpu.of(layer) += u64::try_from(spent).unwrap_or(u64::MAX);
        }
    }

    pub(super) fn cpu(&self) -> &Cpu {
        &self.cpu
    }
}
