//! `status-node simulate`: a whole network in one process.

use super::args::Simulate;
use super::output::Output;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use status_node::simulation::{Cpu, simulate};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How often the progress is shown anew, for the eye.
const REFRESH: Duration = Duration::from_millis(200);

pub(crate) fn run(command: &Simulate, output: Output) -> anyhow::Result<()> {
    let options = command.options();
    let begun = Instant::now();
    let bar = progress_bar((options.duration_s + options.settle_s).saturating_mul(1000))?;
    let mut drawn = None::<Instant>;
    let outcome = simulate(&options, |ms| {
        if drawn.is_none_or(|drawn| drawn.elapsed() >= REFRESH) {
            drawn = Some(Instant::now());
            bar.set_position(ms);
            let pace = pace(ms, begun.elapsed());
            bar.set_message(format!(
                "{} s simulated, {pace:.1} times real time",
                ms / 1000
            ));
        }
    })?;
    bar.finish_and_clear();
    output.line(&serde_json::to_value(&outcome.report)?, &outcome.report)?;
    if command.cpu {
        let wall = begun.elapsed();
        let simulated = (options.duration_s + options.settle_s).saturating_mul(1000);
        let cost = Cost {
            cpu: outcome.cpu,
            wall,
            pace: pace(simulated, wall),
            memory: peak_memory(),
        };
        cost.print(output)?;
    }
    Ok(())
}

/// A bar on standard error, if that is a terminal.
fn progress_bar(length: u64) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("[{bar:30}] {percent}% {msg}, {eta} to go")?;
    Ok(ProgressBar::new(length).with_style(style))
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
