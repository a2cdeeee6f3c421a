//! The command line: one file a command, all of them on the library's public interface.

mod account;
mod args;
mod backend;
mod chat;
mod chats;
mod completions;
mod contact;
mod darkness;
mod demo;
mod device;
mod explain;
mod group;
mod interruption;
mod listen;
mod logging;
mod man;
mod metrics;
mod output;
mod pair;
mod password;
mod picture;
mod progress;
mod reader;
mod run;
mod send;
mod service;
mod service_manager;
mod show;
mod simulate;

use anyhow::Context;
use args::{Cli, Command};
use clap::FromArgMatches;
use clap::error::ErrorKind as UsageError;
use output::Output;
use status_node::simulation::OptionsError;
use std::io::ErrorKind;
use std::process::ExitCode;

/// Exit code of a command line that makes no sense, as is usual.
const USAGE: u8 = 2;

/// Exit code of a command that failed.
const FAILED: u8 = 1;

/// Runs the command line of this process.
pub(crate) fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::reader_is_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&output::sentence(&error));
            ExitCode::from(match error.is::<OptionsError>() {
                true => USAGE,
                false => FAILED,
            })
        }
    }
}

/// Reads the command line of this process.
fn parse() -> Result<Cli, clap::Error> {
    let mut command = args::command();
    let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Prints help where it was asked for, else the one sentence that matters of clap's many.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                output::complain(&error.to_string());
                ExitCode::from(FAILED)
            }
            _ => ExitCode::SUCCESS,
        };
    }
    output::complain(&usage_sentence(error));
    ExitCode::from(USAGE)
}

/// What is wrong with a command line, and what might be meant, or where that can be read.
fn usage_sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim);
    let wrong: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    let wrong = wrong.join(" ");
    let mut sentence = wrong.strip_prefix("error: ").unwrap_or(&wrong).to_owned();
    let mut is_helped = matches!(
        error.kind(),
        UsageError::InvalidValue | UsageError::ValueValidation
    );
    for line in lines {
        if let Some(tip) = line.strip_prefix("tip: ") {
            sentence.push_str("; ");
            sentence.push_str(tip);
            is_helped = true;
        } else if let Some(usage) = line.strip_prefix("Usage: ")
            && !is_helped
        {
            let is_name =
                |word: &&str| word.starts_with(|letter: char| letter.is_ascii_lowercase());
            let command: Vec<&str> = usage.split(' ').take_while(is_name).collect();
            sentence.push_str("; see ");
            sentence.push_str(&command.join(" "));
            sentence.push_str(" --help");
        }
    }
    sentence
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let Cli { shared, command } = cli;
    let output = Output::new(shared.json);
    match command {
        Command::Demo => block_on(demo::run(shared, output)),
        Command::Explain(command) => block_on(explain::run(command, shared, output)),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
        Command::Simulate(command) => simulate::run(&command, output),
        Command::Account { command } => account::run(&command, &shared, output),
        Command::Run(command) => block_on(run::run(command, shared, output)),
        Command::Send(command) => block_on(send::run(command, shared, output)),
        Command::Listen(command) => block_on(listen::run(command, shared, output)),
        Command::Chat(command) => block_on(chat::run(command, shared, output)),
        Command::Chats(command) => block_on(chats::run(command, shared, output)),
        Command::Messages(command) => block_on(chats::messages(command, shared, output)),
        Command::Ledger(command) => block_on(chats::ledger(command, shared, output)),
        Command::Contact { command } => block_on(contact::run(command, shared, output)),
        Command::Group { command } => block_on(group::run(command, shared, output)),
        Command::Darkness(command) => block_on(darkness::run(command, shared, output)),
        Command::Device { command } => block_on(device::run(command, shared, output)),
    }
}

fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?
        .block_on(command)
}
