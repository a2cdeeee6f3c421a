//! `cargo xtask JOB`: the jobs that the workspace runs on itself, one file each.
//!
//! The program stays small on purpose: what needs a heavy dependency is spawned (`cargo run -p
//! conformance`, `cargo fuzz`, the Go and Node peers) and not linked.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "printing what a job found is the program's purpose"
)]

mod bench;
mod ci;
mod codegen;
mod conformance;
mod fuzz;
mod interop;
mod kills;
mod layers;
mod matrix;
mod metadata;
mod rust_source;
mod seeds;
mod shell;
mod spec;
mod test;
mod tidy;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// The jobs of the workspace.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// All that CI does, in CI's order, with the minutes of each step.
    Ci(ci::Arguments),
    /// Every test of the workspace: units, integration, examples, documentation.
    Test(test::Arguments),
    /// The layers do not know each other, and their coupling stays in its one module.
    Layers(layers::Arguments),
    /// Each crate alone, with each feature alone, with none and with all.
    Matrix(matrix::Arguments),
    /// The golden vectors.
    Conformance(conformance::Arguments),
    /// Our node against other implementations, live on loopback.
    Interop(interop::Arguments),
    /// A conversation of three whose processes are killed two hundred times.
    Kills(kills::Arguments),
    /// Data sync over a bad network: many seeds of a simulation, or one again.
    Seeds(seeds::Arguments),
    /// Every fuzz target for a given time.
    Fuzz(fuzz::Arguments),
    /// Every bench, its ratio to the limit, and Go on the same work where Go is present.
    Bench(bench::Arguments),
    /// The references of the SPEC.md files exist; prints the coverage.
    Spec(spec::Arguments),
    /// Facts in the documents are true, files are short, licences are allowed.
    Tidy(tidy::Arguments),
    /// Regenerates the Rust code of the protobuf schemas.
    Codegen(codegen::Arguments),
}

/// The names of the jobs, as the documents may use them.
fn names() -> Vec<String> {
    let command = Arguments::command();
    command
        .get_subcommands()
        .map(|job| job.get_name().into())
        .collect()
}

fn main() -> ExitCode {
    let result = match Arguments::parse().job {
        Job::Ci(arguments) => ci::run(&arguments),
        Job::Test(arguments) => test::run(&arguments),
        Job::Layers(arguments) => layers::run(&arguments),
        Job::Matrix(arguments) => matrix::run(&arguments),
        Job::Conformance(arguments) => conformance::run(&arguments),
        Job::Interop(arguments) => interop::run(&arguments),
        Job::Kills(arguments) => kills::run(&arguments),
        Job::Seeds(arguments) => seeds::run(&arguments),
        Job::Fuzz(arguments) => fuzz::run(&arguments),
        Job::Bench(arguments) => bench::run(&arguments),
        Job::Spec(arguments) => spec::run(&arguments),
        Job::Tidy(arguments) => tidy::run(&arguments, &names()),
        Job::Codegen(arguments) => codegen::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
