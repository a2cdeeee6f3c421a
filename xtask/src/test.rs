//! `cargo xtask test`: needs Rust, a C compiler, make and perl, nothing else.

use crate::shell;
use anyhow::Result;

/// Options of `test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Passed on to `cargo test`, for example a crate (`-p status-whisper`) or a test's name.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs the units, the integration tests, the examples and the documentation's code.
///
/// Two turns, since `--all-targets` would also run every bench once and leaves out the
/// documentation.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.rest.is_empty() {
        shell::run(&mut shell::cargo([
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--examples",
        ]))?;
        shell::run(&mut shell::cargo(["test", "--workspace", "--doc"]))
    } else {
        shell::run(shell::cargo(["test"]).args(&arguments.rest))
    }
}
