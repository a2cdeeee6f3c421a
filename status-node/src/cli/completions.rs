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

    fn script(shell: Shell) -> String {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut args::command(), PROGRAM, &mut script);
        String::from_utf8(script).unwrap()
    }

    /// Where there is no bash, nothing is found out.
    #[test]
    fn bash_completes_what_was_begun() {
        for (words, wanted) in [
            ("status-node sen", "send"),
            ("status-node group prom", "promote"),
            ("status-node device pair --y", "--yes"),
            ("status-node completions fi", "fish"),
        ] {
            let count = words.split(' ').count();
            let last = words.rsplit(' ').next().unwrap();
            let ask = format!(
                "{}\nCOMP_WORDS=({words}); COMP_CWORD={}; _status-node status-node {last} ''\n\
                echo \"${{COMPREPLY[@]}}\"",
                script(Shell::Bash),
                count - 1
            );
            let Ok(said) = std::process::Command::new("bash")
                .args(["-c", &ask])
                .output()
            else {
                return;
            };
            let error = String::from_utf8_lossy(&said.stderr);
            assert_eq!(
                String::from_utf8_lossy(&said.stdout).trim(),
                wanted,
                "{error}"
            );
        }
    }

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
            let script = script(shell);
            for command in args::command().get_subcommands() {
                let name = command.get_name();
                assert!(script.contains(name), "{shell} does not know {name}");
            }
        }
    }
}
