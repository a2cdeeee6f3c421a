//! `status-node completions`: what makes a shell complete commands and options.

use super::args::{self, Completions};
use anyhow::Context;
use clap_complete::Shell;
use std::io::Write;

/// The name by which shells know the program.
const PROGRAM: &str = "status-node";

pub(crate) fn run(wanted: &Completions) -> anyhow::Result<()> {
    let script = script(wanted.shell)?;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(script.as_bytes())?;
    Ok(stdout.flush()?)
}

/// What `shell` reads.
fn script(shell: Shell) -> anyhow::Result<String> {
    // In memory first: the generator panics if its reader goes away, as `head` does.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), PROGRAM, &mut script);
    let script = String::from_utf8(script).context("the script is no text")?;
    Ok(match shell {
        // The generator writes the hyphen of a program's name in two ways, and bash would find none of the
        // commands beneath the program.
        Shell::Bash => script.replace("status__subcmd__node", "status__node"),
        _ => script,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Where there is no bash, nothing is found out.
    #[test]
    fn bash_completes_what_was_begun() {
        if Command::new("bash").arg("--version").output().is_err() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("script");
        std::fs::write(&file, script(Shell::Bash).unwrap()).unwrap();
        for (words, wanted) in [
            ("sen", "send"),
            ("group prom", "promote"),
            ("device pair --y", "--yes"),
            ("completions fi", "fish"),
            ("send --wait a", "acknowledged"),
            ("--log-format js", "json"),
        ] {
            let last = words.rsplit(' ').next().unwrap();
            let before = words.rsplit(' ').nth(1).unwrap_or(PROGRAM);
            let count = words.split(' ').count();
            // As bash asks whatever function it was told to ask.
            let ask = format!(
                "source {}; words=$(complete -p {PROGRAM}); ask=${{words#*-F }}; \
                COMP_WORDS=({PROGRAM} {words}); COMP_CWORD={count}; ${{ask%% *}} {PROGRAM} '{last}' '{before}'; \
                echo \"${{COMPREPLY[@]}}\"",
                file.display(),
            );
            let said = Command::new("bash").args(["-c", &ask]).output().unwrap();
            let error = String::from_utf8_lossy(&said.stderr);
            let found = String::from_utf8_lossy(&said.stdout);
            assert_eq!(found.trim(), wanted, "{words}: {error}");
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
            let script = script(shell).unwrap();
            for command in args::command().get_subcommands() {
                let name = command.get_name();
                assert!(script.contains(name), "{shell} does not know {name}");
            }
        }
    }
}
