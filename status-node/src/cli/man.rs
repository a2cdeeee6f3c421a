//! `status-node man`: the manual, a page for each command, in the form that `man` reads.

use super::args::{self, Manual};
use anyhow::{Context, bail};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

/// What all pages end with, where the command line says nothing of it.
const ENDING: &str = "\
.SH ENVIRONMENT
.TP
\\fBSTATUS_NODE_PASSWORD\\fR
The password of the account, where \\fB\\-\\-password\\-file\\fR is not given. Without both it is asked for,
at a terminal.
.SH EXIT STATUS
0 if it is done; 1 if it failed, which one sentence on standard error explains; 2 if the command line makes
no sense.
";

pub(crate) fn run(wanted: &Manual) -> anyhow::Result<()> {
    if let Some(folder) = &wanted.dir {
        let failed = || format!("cannot write manual pages into {}", folder.display());
        std::fs::create_dir_all(folder).with_context(failed)?;
        return write_all(&program(), folder).with_context(failed);
    }
    let mut words = Vec::new();
    let mut command = &program();
    for word in &wanted.command {
        words.push(word.as_str());
        command = match command.find_subcommand(word) {
            Some(found) => found,
            None => bail!("{:?} is no command", words.join(" ")),
        };
    }
    let page = page(command)?;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(page.as_bytes())?;
    Ok(stdout.flush()?)
}

/// All commands. They know their whole names only once they are built.
fn program() -> Command {
    let mut program = args::command().disable_help_subcommand(true);
    program.build();
    program
}

/// Writes the page of a command, and those of the commands beneath it.
fn write_all(command: &Command, folder: &Path) -> anyhow::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    std::fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    let mut beneath = command.get_subcommands();
    beneath.try_for_each(|command| write_all(command, folder))
}

/// The page of a command.
fn page(command: &Command) -> anyhow::Result<String> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage:").unwrap_or(&usage).to_owned();
    let examples = command.get_after_help().map(ToString::to_string);
    // Examples get a section of their own, in which lines stay as they are.
    let shown = command
        .clone()
        .override_usage(usage)
        .after_help(None::<&'static str>);
    let version = env!("CARGO_PKG_VERSION");
    let mut page = Vec::new();
    Man::new(shown)
        .source(format!("status-node {version}"))
        .render(&mut page)?;
    // Without a date the version would stand in its place.
    let mut page = String::from_utf8(page)?.replacen(" 1  \"", " 1 \"\" \"", 1);
    page.push_str(ENDING);
    if let Some(examples) = examples {
        let mut roff = Roff::new();
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.lines().filter(|line| line.starts_with(' ')) {
            roff.text([roman(line.trim())]);
        }
        roff.control("fi", []);
        write!(page, "{}", roff.to_roff().replace('\'', "\\*(Aq"))?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[&str]) -> String {
        let program = program();
        let command = words
            .iter()
            .try_fold(&program, |command, word| command.find_subcommand(word));
        page(command.unwrap()).unwrap()
    }

    #[test]
    fn a_page_names_its_command_its_options_and_examples() {
        let page = text(&[]);
        assert!(
            page.contains(".TH status-node 1 \"\" \"status-node "),
            "{page}"
        );
        assert!(page.contains("status\\-node\\-group(1)"), "{page}");
        let add = text(&["group", "add"]);
        assert!(
            add.contains(".TH status-node-group-add 1 \"\" \"status-node "),
            "{add}"
        );
        assert!(
            add.contains("status\\-node group add\\fR [OPTIONS] <GROUP> <KEY>..."),
            "{add}"
        );
        assert!(add.contains("\\-\\-data\\-dir"), "{add}");
        let examples = "\n.SH EXAMPLES\n.nf\nstatus\\-node group add $GROUP $KEY\n.fi\n";
        assert!(add.ends_with(examples), "{add}");
        let send = text(&["send"]);
        assert!(
            send.contains("\nstatus\\-node send \\-\\-to \\*(Aq#status\\*(Aq"),
            "{send}"
        );
    }

    #[test]
    fn a_folder_gets_the_page_of_every_command() {
        fn count(command: &Command) -> usize {
            1 + command.get_subcommands().map(count).sum::<usize>()
        }
        let folder = tempfile::tempdir().unwrap();
        let program = program();
        write_all(&program, folder.path()).unwrap();
        let pages = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(pages, count(&program));
        let page = std::fs::read_to_string(folder.path().join("status-node-device-pair.1"));
        assert_eq!(page.unwrap(), text(&["device", "pair"]));
    }

    #[test]
    fn what_is_no_command_has_no_page() {
        let command = vec!["group".into(), "fly".into()];
        let error = run(&Manual { command, dir: None }).unwrap_err();
        assert_eq!(error.to_string(), "\"group fly\" is no command");
    }
}
