//! `cargo xtask codegen`: the Rust code of the protobuf schemas.

use anyhow::{Result, bail};

/// Options of `codegen`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing; fails when the checked-in code differs from what would be generated.
    #[arg(long)]
    check: bool,
}

/// Not there yet.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    bail!("not written yet (check: {})", arguments.check)
}
