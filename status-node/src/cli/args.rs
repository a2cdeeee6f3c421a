//! What may stand on the command line. The names are fixed: people script against them.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A node of the Status protocol.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, arg_required_else_help = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that all commands share.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// The folder of the account and the node's files [default: the platform's data folder]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// A file that holds the account's password; STATUS_NODE_PASSWORD is the other way
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) password_file: Option<PathBuf>,
    /// Print one JSON object per line
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make, import or show the account
    #[command(arg_required_else_help = false)]
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
}

/// What to do with the account.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account and print its twelve words, once
    New,
    /// Take over an account from its words or its private key
    #[command(arg_required_else_help = false)]
    Import(Import),
    /// Print whose account it is
    Show,
}

/// Where an account is imported from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "source")]
pub(crate) struct Import {
    /// A file that holds the mnemonic
    #[arg(long, value_name = "FILE", group = "source")]
    pub(crate) mnemonic_file: Option<PathBuf>,
    /// A file that holds the private chat key in hex
    #[arg(long, value_name = "FILE", group = "source")]
    pub(crate) private_key_file: Option<PathBuf>,
}
