//! `status-node completions`: what makes a shell complete commands and options.

use super::args::{self, Completions};
use std::io::Write;

/// The name by which shells know the program.
const PROGRAM: &str = "status-node";

pub(crate) fn run(wanted: &Completions) -> anyhow::Result<()> {
    // In memory first: the generator panics if its reader goes away, as `head` does.
    let mut script = Vec::new();
    clap_complete::generate(wanted.shell, &mut args::command(), PROGRAM, &mut script);
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&script)?;
    Ok(stdout.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap_complete::Shell;

    #[test]
    fn every_shell_learns_every_command() {
        let shells = [
            Shell::Bash,
            Shell::Elvish,
            Shell::Fish,
            Shell::PowerShell,
            Shell::Zsh,
        ];
        for shell in shells {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut args::command(), PROGRAM, &mut script);
            let script = String::from_utf8(script).unwrap();
            for command in args::command().get_subcommands() {
                let name = command.get_name();
                assert!(script.contains(name), "{shell} does not know {name}");
            }
        }
    }
}
