//! `cargo xtask fuzz`.

use anyhow::{Result, bail};

/// Options of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// Not there yet.
pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    bail!("not written yet")
}
