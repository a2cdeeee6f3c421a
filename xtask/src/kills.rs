//! `cargo xtask kills`: a conversation of three whose processes are killed at any instant.

use crate::shell;
use anyhow::{Result, bail};

/// Options of `kills`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many kills.
    #[arg(long, value_name = "N", default_value_t = 200)]
    count: u64,
    /// Decides who is killed, when, and for how long.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// Runs the test of that name with as many kills.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.count == 0 {
        bail!("without a kill there is nothing to see");
    }
    let mut command = shell::cargo(["test", "--quiet", "-p", "status-node", "--test", "kills"]);
    command
        .args(["--", "--nocapture", "--exact"])
        .arg("nothing_is_lost_or_comes_twice_however_often_somebody_is_killed")
        .env(
            "STATUS_NODE_KILLS",
            format!("{}+{}", arguments.seed, arguments.count),
        );
    shell::run(&mut command)
}
