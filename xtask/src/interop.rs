//! `cargo xtask interop`.

use anyhow::{Result, bail};

/// Options of `interop`.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// Not there yet.
pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    bail!("not written yet")
}
