//! `status-node simulate`: a whole network in one process.

use super::args::Simulate;
use super::output::{self, Output};
use super::service::interrupted;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use status_node::simulation::{Cpu, Options, simulate};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What is done sooner needs no word.
const UNNOTICED: Duration = Duration::from_secs(1);

/// How often the progress is shown anew, for the eye.
const REFRESH: Duration = Duration::from_millis(200);

pub(crate) fn run(command: &Simulate, output: Output) -> anyhow::Result<()> {
    let options = command.options();
    options.check()?;
    let begun = Instant::now();
    let progress = Progress::new(&options)?;
    progress.end_when_interrupted()?;
    let mut drawn = begun;
    let outcome = simulate(&options, |ms| {
        progress.simulated_ms.store(ms, Ordering::Relaxed);
        if begun.elapsed() >= UNNOTICED && drawn.elapsed() >= REFRESH {
            drawn = Instant::now();
            progress.draw(ms, pace(ms, begun.elapsed()));
        }
    })?;
    progress.bar.finish_and_clear();
    output.line(&serde_json::to_value(&outcome.report)?, &outcome.report)?;
    if command.cpu {
        let wall = begun.elapsed();
        let cost = Cost {
            cpu: outcome.cpu,
            wall,
            pace: pace(progress.total_ms, wall),
            memory: peak_memory(),
        };
        cost.print(output)?;
    }
    Ok(())
}

/// How far the simulation is, on standard error if that is a terminal.
#[derive(Clone)]
struct Progress {
    bar: ProgressBar,
    simulated_ms: Arc<AtomicU64>,
    total_ms: u64,
}

impl Progress {
    fn new(options: &Options) -> anyhow::Result<Self> {
        let total_ms = (options.duration_s.saturating_add(options.settle_s)).saturating_mul(1000);
        let style = ProgressStyle::with_template("[{bar:30}] {percent}% {msg}, {eta} to go")?;
        Ok(Self {
            bar: ProgressBar::new(total_ms).with_style(style),
            simulated_ms: Arc::default(),
            total_ms,
        })
    }

    fn draw(&self, ms: u64, pace: f64) {
        self.bar.set_position(ms);
        let seconds = ms / 1000;
        self.bar
            .set_message(format!("{seconds} s simulated, {pace:.1} times real time"));
    }

    /// From now on this process ends with a sentence, and as if nobody had minded the signal, as soon as
    /// the user or the system wishes it to. Nothing on disk is left half done: there is nothing.
    fn end_when_interrupted(&self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot wait for signals")?;
        let wish = {
            let _entered = runtime.enter();
            interrupted()?
        };
        let progress = self.clone();
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                runtime.block_on(wish);
                progress.bar.finish_and_clear();
                let seconds = progress.simulated_ms.load(Ordering::Relaxed) / 1000;
                let total = progress.total_ms / 1000;
                output::complain(&format!(
                    "interrupted after {seconds} of {total} simulated seconds; there is no report of a part"
                ));
                super::interruption::end();
            })?;
        Ok(())
    }
}

/// How many times faster than real time.
#[allow(clippy::cast_precision_loss, reason = "shown to one decimal place")]
fn pace(simulated_ms: u64, wall: Duration) -> f64 {
    simulated_ms as f64 / 1000.0 / wall.as_secs_f64().max(0.001)
}

/// What a simulation cost on this machine.
struct Cost {
    cpu: Cpu,
    wall: Duration,
    pace: f64,
    /// In bytes, where the system says.
    memory: Option<u64>,
}

impl Cost {
    /// Prints it to standard error, so that standard output is the same each time.
    fn print(&self, output: Output) -> anyhow::Result<()> {
        let mut stderr = io::stderr().lock();
        let seconds = |nanoseconds: u64| Duration::from_nanos(nanoseconds).as_secs_f64();
        if output.is_json() {
            let layers: serde_json::Map<_, _> = self
                .cpu
                .parts()
                .into_iter()
                .map(|(name, nanoseconds)| (name.to_owned(), json!(seconds(nanoseconds))))
                .collect();
            let line = json!({
                "cpu_seconds": layers,
                "wall_seconds": self.wall.as_secs_f64(),
                "times_real_time": self.pace,
                "peak_memory": self.memory,
            });
            writeln!(stderr, "{line}")?;
            return Ok(());
        }
        let total = seconds(self.cpu.total()).max(f64::MIN_POSITIVE);
        writeln!(stderr, "time of all threads, by layer")?;
        for (name, nanoseconds) in self.cpu.parts() {
            let spent = seconds(nanoseconds);
            let part = 100.0 * spent / total;
            writeln!(stderr, "  {name:<12} {spent:>9.2} s {part:>5.1}%")?;
        }
        write!(
            stderr,
            "took {:.1} s, {:.1} times faster than real time",
            self.wall.as_secs_f64(),
            self.pace
        )?;
        if let Some(memory) = self.memory {
            write!(stderr, ", {} MB of memory at most", memory >> 20)?;
        }
        writeln!(stderr)?;
        Ok(())
    }
}

/// The most memory that this process has taken, where the system says.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    kilobytes.checked_mul(1024)
}
