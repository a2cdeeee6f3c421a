//! `cargo xtask conformance [DIR]`: spawns the runner, which `cargo test` shares.

use crate::shell;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Options of `conformance`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder with the vector files; by default the repository's own.
    directory: Option<PathBuf>,
    /// One JSON object a file, and one for the total.
    #[arg(long)]
    json: bool,
}

/// Judges the vectors; standard output holds the report and nothing else.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut command = shell::cargo(["run", "--quiet", "--package", "conformance", "--"]);
    if let Some(directory) = &arguments.directory {
        // The runner starts in the workspace's root, the caller may stand elsewhere.
        command.arg(std::path::absolute(directory).context("the folder's name")?);
    }
    if arguments.json {
        command.arg("--json");
    }
    let status = command.status().context("cannot start cargo")?;
    anyhow::ensure!(status.success(), "the vectors were not all met");
    Ok(())
}
