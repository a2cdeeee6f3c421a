//! `cargo xtask codegen`: the Rust code of the protobuf schemas.
//!
//! The generator is a program of its own, `protobuf-wire/codegen`: it links a protobuf compiler,
//! which the other jobs do without.

use crate::shell;
use anyhow::Result;

/// Options of `codegen`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing; fails when the checked-in code differs from what would be generated.
    #[arg(long)]
    check: bool,
}

/// Generates or checks the code of every crate that has schemas.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut command = shell::cargo(["run", "--quiet", "--package", "protobuf-codegen", "--", "."]);
    if arguments.check {
        command.arg("--check");
    }
    shell::run(&mut command)
}
