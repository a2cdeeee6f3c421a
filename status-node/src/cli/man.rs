//! `status-node man`: the manual, a page for each command, in the form that `man` reads.

use super::args::{self, Manual};
use anyhow::{Context, bail};
use clap::Command;
use clap_mangen::Man;
use std::io::Write;

pub(crate) fn run(wanted: &Manual) -> anyhow::Result<()> {
    if let Some(folder) = &wanted.dir {
        let failed = || format!("cannot write manual pages into {}", folder.display());
        std::fs::create_dir_all(folder).with_context(failed)?;
        return clap_mangen::generate_to(args::command(), folder).with_context(failed);
    }
    let page = page(&wanted.command)?;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&page)?;
    Ok(stdout.flush()?)
}

/// The page of a command, given by its words.
fn page(words: &[String]) -> anyhow::Result<Vec<u8>> {
    // Commands know their whole names only once they are built.
    let mut program = args::command().disable_help_subcommand(true);
    program.build();
    let mut command: &Command = &program;
    for word in words {
        command = match command.find_subcommand(word) {
            Some(found) => found,
            None => bail!("{:?} is no command", words.join(" ")),
        };
    }
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        String::from_utf8(page(&words).unwrap()).unwrap()
    }

    #[test]
    fn a_page_names_its_command_its_options_and_examples() {
        let program = text(&[]);
        assert!(program.contains(".TH status-node 1"), "{program}");
        assert!(program.contains("status\\-node\\-group(1)"), "{program}");
        let add = text(&["group", "add"]);
        assert!(add.contains(".TH status-node-group-add 1"), "{add}");
        assert!(add.contains("Examples:"), "{add}");
        assert!(add.contains("\\-\\-data\\-dir"), "{add}");
    }

    #[test]
    fn what_is_no_command_has_no_page() {
        let error = page(&["group".into(), "fly".into()]).unwrap_err();
        assert_eq!(error.to_string(), "\"group fly\" is no command");
    }
}
