//! `cargo xtask ci`: all that CI does, in CI's order.
//!
//! Every step runs this program's own job or one cargo command, so each can be repeated by hand.
//! Cheap steps come first. Three profiles are built and no more: dev (tests, conformance, live
//! interop), release (the demo) and the fuzzer's.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Options of `ci`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Steps to leave out, for example one that ran already; repeatable.
    #[arg(long)]
    skip: Vec<String>,
    /// Only these steps; repeatable.
    #[arg(long)]
    only: Vec<String>,
}

/// A step: its name, and what is run.
type Step = (&'static str, fn(&Path) -> Command);

/// The steps in order. Benches are only compiled here (clippy does, as one of the targets): what they
/// measure on a busy machine would say nothing.
const STEPS: [Step; 15] = [
    ("fmt", |_| shell::cargo(["fmt", "--all", "--check"])),
    ("tidy", |this| own(this, &["tidy"])),
    ("layers", |this| own(this, &["layers"])),
    ("spec", |this| own(this, &["spec"])),
    ("clippy", |_| {
        shell::cargo([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ])
    }),
    ("test", |this| own(this, &["test"])),
    ("conformance", |this| own(this, &["conformance"])),
    ("doc", |_| {
        let mut command = shell::cargo(["doc", "--quiet", "--workspace", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        command
    }),
    ("matrix", |this| own(this, &["matrix"])),
    ("demo", |_| {
        shell::cargo([
            "run",
            "--quiet",
            "--release",
            "-p",
            "status-node",
            "--",
            "demo",
        ])
    }),
    ("seeds", |this| own(this, &["seeds", "--count", "10000"])),
    ("kills", |this| own(this, &["kills", "--count", "200"])),
    ("interop", |this| own(this, &["interop"])),
    ("bench", |this| own(this, &["bench", "--quick"])),
    ("fuzz", |this| own(this, &["fuzz", "--seconds", "15"])),
];

/// Runs the steps, and stops at the first that fails.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let known = STEPS.map(|(name, _)| name);
    for name in arguments.skip.iter().chain(&arguments.only) {
        if !known.contains(&name.as_str()) {
            bail!("no step {name}; there are {}", known.join(", "));
        }
    }
    // The tests may build this program anew; its path is only certain before.
    let this = std::env::current_exe().context("this program's own path")?;
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (name, command) in STEPS {
        let is = |other: &String| other == name;
        if arguments.skip.iter().any(is)
            || (!arguments.only.is_empty() && !arguments.only.iter().any(is))
        {
            continue;
        }
        println!("\n== {name}");
        let start = Instant::now();
        let result = shell::run(&mut command(&this));
        times.push((name, start.elapsed()));
        println!("== {name}: {}", minutes(start.elapsed()));
        if let Err(error) = result {
            print(&times);
            return Err(error).with_context(|| format!("step {name}"));
        }
    }
    print(&times);
    println!("ci: {} steps passed", times.len());
    Ok(())
}

/// A job of this program, as a process of its own so that its time and output stand apart.
fn own(this: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(this);
    command.current_dir(shell::root()).args(arguments);
    command
}

/// The minutes of each step.
fn print(times: &[(&str, Duration)]) {
    println!("\nminutes of each step:");
    for (name, time) in times {
        println!("  {name:<12} {}", minutes(*time));
    }
    let total = times.iter().map(|(_, time)| *time).sum();
    println!("  {:<12} {}", "total", minutes(total));
}

fn minutes(time: Duration) -> String {
    format!("{:.1} min", time.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_step_is_refused() {
        let arguments = Arguments {
            skip: vec!["tset".into()],
            only: Vec::new(),
        };
        assert!(
            run(&arguments)
                .unwrap_err()
                .to_string()
                .contains("no step tset")
        );
    }
}
