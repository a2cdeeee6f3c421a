//! `cargo xtask fuzz [TARGET]`: every fuzz target for a given time.
//!
//! The checked-in corpora are only read; what a run finds new goes below `target/`, and inputs that
//! fail go to `fuzz/artifacts/`, which is not checked in either.

use crate::metadata::Metadata;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Options of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seconds for each target, the build not counted.
    #[arg(long, default_value_t = 15)]
    pub(crate) seconds: u64,
    /// Only this target.
    pub(crate) target: Option<String>,
}

/// The package of the fuzz targets.
const PACKAGE: &str = "status-fuzz";

/// Builds all targets, then runs each, one on each core at a time; goes on after a failure and fails
/// at the end.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let targets = targets(arguments)?;
    let scratch = shell::root().join("target/fuzz-corpus");
    let nightly = has_nightly();
    let mut build = cargo_fuzz(nightly, "build");
    if let [only] = targets.as_slice() {
        build.arg(only);
    }
    shell::run(&mut build)?;
    // One target keeps one core busy.
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = fuzz(target, &scratch, arguments.seconds, nightly) {
                        println!("{target}: {error:#}");
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push(target.as_str());
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort_unstable();
    if !failed.is_empty() {
        bail!(
            "{} of {} targets failed: {}",
            failed.len(),
            targets.len(),
            failed.join(", ")
        );
    }
    println!(
        "fuzz: {} targets ran {} s each",
        targets.len(),
        arguments.seconds
    );
    Ok(())
}

/// Runs one target, and names what it left behind if it failed.
fn fuzz(target: &str, scratch: &Path, seconds: u64, nightly: bool) -> Result<()> {
    let finds = scratch.join(target);
    std::fs::create_dir_all(&finds).with_context(|| format!("cannot make {}", finds.display()))?;
    let artifacts = shell::root().join("fuzz/artifacts").join(target);
    let before = files(&artifacts);
    let seeds = shell::root().join("fuzz/corpus").join(target);
    let mut command = cargo_fuzz(nightly, "run");
    // libFuzzer writes to the first folder and only reads the others.
    command.arg(target).arg(&finds);
    if seeds.is_dir() {
        command.arg(&seeds);
    }
    command.arg("--").args([
        format!("-max_total_time={seconds}"),
        "-timeout=10".into(),
        "-verbosity=0".into(),
        "-print_final_stats=1".into(),
    ]);
    quietly(target, &mut command).inspect_err(|_| {
        let left = files(&artifacts);
        for artifact in left.iter().filter(|path| !before.contains(path)) {
            println!("{target}: left {}", artifact.display());
        }
    })
}

/// The targets to run, by name.
fn targets(arguments: &Arguments) -> Result<Vec<String>> {
    let metadata = Metadata::load()?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == PACKAGE);
    let all: Vec<String> = package
        .with_context(|| format!("no package {PACKAGE}"))?
        .targets_of("bin")
        .map(String::from)
        .collect();
    match &arguments.target {
        None => Ok(all),
        Some(name) if all.contains(name) => Ok(vec![name.clone()]),
        Some(name) => bail!("no target {name}; there are {}", all.join(", ")),
    }
}

/// Whether rustup has a nightly toolchain; libFuzzer's instrumentation is not stable.
fn has_nightly() -> bool {
    let mut command = shell::cargo(["+nightly", "--version"]);
    command.output().is_ok_and(|output| output.status.success())
}

/// `cargo fuzz JOB` with the options that every job shares.
fn cargo_fuzz(nightly: bool, job: &str) -> Command {
    let toolchain = nightly.then_some("+nightly");
    let mut command = shell::cargo(toolchain.into_iter().chain(["fuzz", job]));
    command
        .current_dir(shell::root().join("fuzz"))
        .args(["--features", "libfuzzer", "--target-dir"])
        .arg(shell::root().join("target/fuzz"))
        // Many programs of one library: link-time optimisation would cost minutes.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    if !nightly {
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    command
}

/// Runs one target and prints one line of what it did, or all it said if it failed.
fn quietly(target: &str, command: &mut Command) -> Result<()> {
    let output = command.output().context("cannot start cargo fuzz")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        println!("{said}");
        bail!("failed: {}", output.status);
    }
    let statistic = |name: &str| {
        let line = said.lines().find(|line| line.contains(name));
        line.and_then(|line| line.rsplit(' ').next())
            .unwrap_or("?")
            .to_string()
    };
    println!(
        "{target}: {} runs, {} a second, {} MB",
        statistic("stat::number_of_executed_units"),
        statistic("stat::average_exec_per_sec"),
        statistic("stat::peak_rss_mb")
    );
    Ok(())
}

/// The files in a folder, none if there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
