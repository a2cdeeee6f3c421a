//! `cargo xtask seeds`: the two guarantees of data sync over many seeds of a bad network.

use crate::shell;
use anyhow::{Result, bail};

/// Options of `seeds`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many seeds. With one, all that happens is printed.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    count: u64,
    /// The first of them.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
}

/// Runs the test optimised, on all cores, with these seeds.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.seed.checked_add(arguments.count).is_none() {
        bail!("the seeds end at {}", u64::MAX);
    }
    shell::run(
        shell::cargo([
            "test",
            "--quiet",
            "--release",
            "-p",
            "status-mvds",
            "--test",
            "exactly_once",
            "--",
            "--nocapture",
            "--exact",
            "every_accepted_message_is_delivered_exactly_once_and_nothing_is_left",
        ])
        .env(
            "MVDS_SEEDS",
            format!("{}+{}", arguments.seed, arguments.count),
        ),
    )
}
