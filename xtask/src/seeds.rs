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

/// The crates that do the work. They alone are compiled anew: everything else is as the tests left it,
/// optimised anyway, and arithmetic that overflows still panics.
const OPTIMISED: [&str; 2] = ["status-mvds", "status-simulated-network"];

/// Runs the test optimised, on all cores, with these seeds.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.seed.checked_add(arguments.count).is_none() {
        bail!("the seeds end at {}", u64::MAX);
    }
    let mut command = shell::cargo(["test", "--quiet"]);
    for package in OPTIMISED {
        let setting = format!("profile.dev.package.{package}.opt-level=3");
        command.args(["--config", &setting]);
    }
    command
        .args(["-p", "status-mvds", "--test", "exactly_once", "--"])
        .args(["--nocapture", "--exact"])
        .arg("every_accepted_message_is_delivered_exactly_once_and_nothing_is_left")
        .env(
            "MVDS_SEEDS",
            format!("{}+{}", arguments.seed, arguments.count),
        );
    shell::run(&mut command)
}
