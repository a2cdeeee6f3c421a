//! `cargo xtask interop`: our node against other implementations, live on loopback.
//!
//! First everything is built, which needs the registries of Go and npm. Then the program starts
//! itself again in a network namespace that has nothing but loopback, and there runs the matrix:
//! each cell starts its own peers, shows one thing, and kills them.

mod builds;
mod chat;
mod connections;
mod contacts;
mod data_sync;
mod devices;
mod envelopes;
mod expectations;
mod goodbyes;
mod groups;
mod lab;
mod losses;
mod messenger;
mod noise;
mod peer;
mod private;
mod public;
mod wire;
mod work;

use crate::shell;
use anyhow::{Context, Result, bail};
use expectations::{Expectations, Outcome};
use lab::Lab;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// Options of `interop`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only cells whose name contains one of these.
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// Prints the names of the cells and what is expected of them.
    #[arg(long)]
    list: bool,
    /// Takes the programs as an earlier run built them.
    #[arg(long)]
    no_build: bool,
    /// Cells at a time; they mostly wait.
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: usize,
    /// Set when the program has started itself where only loopback exists.
    #[arg(long, hide = true)]
    inside: bool,
}

/// One thing to be shown, with its name.
pub(crate) struct Cell {
    name: String,
    show: Box<Show>,
}

type Show = dyn Fn(&Lab) -> Result<()> + Send + Sync;

impl Cell {
    /// A cell; `show` fails when it is not so.
    pub(crate) fn new(
        name: impl Into<String>,
        show: impl Fn(&Lab) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            show: Box::new(show),
        }
    }
}

/// Builds the peers, then runs the matrix.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let matrix: Vec<Cell> = [
        // The longest first, so that none of them runs alone at the end.
        contacts::cells(),
        losses::cells(),
        private::cells(),
        devices::cells(),
        groups::cells(),
        public::cells(),
        chat::cells(),
        envelopes::cells(),
        work::cells(),
        connections::cells(),
        data_sync::cells(),
        wire::cells(),
        goodbyes::cells(),
        noise::cells(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let expectations = Expectations::read(&expectations_file())?;
    expectations.check_names(matrix.iter().map(|cell| cell.name.as_str()))?;
    if arguments.list {
        for cell in &matrix {
            let (outcome, reason) = expectations.of(&cell.name);
            println!("{} {}{}", word(outcome), cell.name, because(reason));
        }
        return Ok(());
    }
    if arguments.inside {
        let chosen = matrix.into_iter().filter(|cell| arguments.chooses(cell));
        return run_cells(chosen.collect(), &expectations, arguments.jobs);
    }
    builds::check_programs()?;
    if !arguments.no_build {
        builds::build()?;
    }
    start_inside(arguments)
}

impl Arguments {
    fn chooses(&self, cell: &Cell) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| cell.name.contains(part))
    }
}

fn expectations_file() -> PathBuf {
    shell::root().join("interop/expectations.toml")
}

/// Starts this program again where only loopback exists. All that is started there dies with it.
fn start_inside(arguments: &Arguments) -> Result<()> {
    shell::output(on_loopback()?.arg("true"))
        .context("this machine does not let us make a network with nothing but loopback")?;
    let itself = std::env::current_exe().context("this program does not know its own file")?;
    let mut command = on_loopback()?;
    command
        .arg(itself)
        .args(["interop", "--inside", "--jobs"])
        .arg(arguments.jobs.to_string());
    for part in &arguments.only {
        command.args(["--only", part]);
    }
    let status = command.status().context("cannot start unshare")?;
    if !status.success() {
        bail!("the interop matrix did not give what is expected");
    }
    Ok(())
}

/// What runs the program that follows in a namespace of its own.
fn on_loopback() -> Result<Command> {
    let mut command = shell::program("unshare");
    if !is_root()? {
        command.arg("--map-root-user");
    }
    command
        .args(["--net", "--pid", "--fork", "--kill-child", "--"])
        .args(["sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(shell::output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Runs cells, a few at a time, and compares each with its expectation.
fn run_cells(cells: Vec<Cell>, expectations: &Expectations, jobs: usize) -> Result<()> {
    let start = Instant::now();
    let count = cells.len();
    if count == 0 {
        bail!("no cell has such a name");
    }
    let waiting = Mutex::new(VecDeque::from(cells));
    let surprises = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let next = waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .pop_front();
                    let Some(cell) = next else { break };
                    if !as_expected(&cell, expectations) {
                        surprises
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(cell.name);
                    }
                }
            });
        }
    });
    let surprises = surprises
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    println!(
        "{count} cells in {:.0} s, {} not as expected",
        start.elapsed().as_secs_f32(),
        surprises.len()
    );
    if !surprises.is_empty() {
        bail!("not as expected: {}", surprises.join(", "));
    }
    Ok(())
}

/// Runs one cell and prints what it gave; whether that was expected.
fn as_expected(cell: &Cell, expectations: &Expectations) -> bool {
    let start = Instant::now();
    let shown = Lab::new(&cell.name).and_then(|lab| (cell.show)(&lab));
    let seconds = start.elapsed().as_secs_f32();
    let outcome = match shown {
        Ok(()) => Outcome::Passed,
        Err(_) => Outcome::Failed,
    };
    let (expected, reason) = expectations.of(&cell.name);
    let remark = match (&shown, outcome == expected) {
        (Ok(()), true) => String::new(),
        (Ok(()), false) => format!(" BUT EXPECTED TO FAIL: {reason}"),
        (Err(_), true) => format!(" as expected: {reason}"),
        (Err(error), false) => format!(": {error:#}"),
    };
    println!("{} {} ({seconds:.1} s){remark}", word(outcome), cell.name);
    outcome == expected
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        return String::new();
    }
    format!(": {reason}")
}
