//! What may stand on the command line. The names are fixed: people script against them.

mod chats;
mod darkness;
mod examples;
mod people;
mod simulate;
mod values;

pub(crate) use chats::{
    ChatArgs, ChatsArgs, ChatsCommand, LedgerArgs, Listen, MessagesArgs, Send, State as WaitFor,
};
pub(crate) use darkness::DarknessArgs;
pub(crate) use examples::command;
pub(crate) use people::{ContactCommand, DeviceCommand, GroupCommand, PairArgs};
pub(crate) use simulate::Simulate;

use super::picture::PictureFile;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use secp256k1::PublicKey;
use status_devp2p::Enode;
use status_devp2p::net::nat::NatMode;
use status_node::config::LogFormat;
use status_node::darkness::decoys::MAX_PER_HOUR;
use status_node::explain::Kind;
use status_node::rpc::Text;
use status_node::{Chat, LoopbackAddr};
use std::net::SocketAddr;
use std::path::PathBuf;
use values::{address, one_of};

/// A node of the Status protocol: to chat, to pass on what others say, and to look at what is said
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that all commands share.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Shared {
    /// The folder of the account and the node's files [default: the platform's data folder]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// A file that holds the account's password; else STATUS_NODE_PASSWORD does, else it is asked for, at a
    /// terminal
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) password_file: Option<PathBuf>,
    /// Where to listen [default: 0.0.0.0:30303 for run, 127.0.0.1:0 for others]
    #[arg(long, value_name = "ADDR:PORT", global = true, value_parser = address)]
    pub(crate) listen: Option<SocketAddr>,
    /// A peer to keep a connection to; may be repeated
    #[arg(long = "peer", value_name = "ENODE", global = true)]
    pub(crate) peers: Vec<Enode>,
    /// How to ask the router for a port: none, any, upnp, pmp or extip:IP
    #[arg(long, value_name = "MODE", global = true)]
    pub(crate) nat: Option<NatMode>,
    /// Ask peers only for the chats that matter here
    #[arg(long, global = true)]
    pub(crate) light: bool,
    /// Print one JSON object per line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to log to standard error, such as info or status_node=debug
    #[arg(long, value_name = "FILTER", global = true)]
    pub(crate) log: Option<String>,
    /// How to log
    #[arg(long, value_name = "FORMAT", global = true, value_parser = one_of::<LogFormat>(["text", "json"]))]
    pub(crate) log_format: Option<LogFormat>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show all of it on this machine, without set-up: a relay and three accounts that chat
    Demo,
    /// Make, import or show the account
    #[command(arg_required_else_help = false)]
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Run a node until it is interrupted
    Run(Run),
    /// Send a message, and exit once a peer has it
    #[command(arg_required_else_help = false)]
    Send(Send),
    /// Print the messages of chats as they come
    Listen(Listen),
    /// Chat on the terminal: chats, messages, people, devices, the network
    Chat(ChatArgs),
    /// List the chats, or join, leave or mark one as read
    Chats(ChatsArgs),
    /// Print stored messages of a chat, the oldest first
    #[command(arg_required_else_help = false)]
    Messages(MessagesArgs),
    /// Print what became of a message of one's own
    #[command(arg_required_else_help = false)]
    Ledger(LedgerArgs),
    /// Add, remove, block and name people
    #[command(arg_required_else_help = false)]
    Contact {
        #[command(subcommand)]
        command: ContactCommand,
    },
    /// Make groups, and change who is in them
    #[command(arg_required_else_help = false)]
    Group {
        #[command(subcommand)]
        command: GroupCommand,
    },
    /// Name, pair and synchronise the account's devices
    #[command(arg_required_else_help = false)]
    Device {
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// Print what this node gives away, and to whom
    Darkness(DarknessArgs),
    /// Take bytes of the protocol apart, layer by layer
    #[command(arg_required_else_help = false)]
    Explain(Explain),
    /// Simulate a network of whole nodes on virtual time
    Simulate(Box<Simulate>),
    /// Print what makes a shell complete commands and options
    #[command(arg_required_else_help = false)]
    Completions(Completions),
    /// Print the manual page of a command, or write them all
    Man(Manual),
}

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: Shell,
}

/// Which manual page.
#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// The command, such as: group add [default: the program itself]
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Write the page of every command into this folder instead, which is made if need be
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(crate) dir: Option<PathBuf>,
}

/// What to do with the account.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account and print its twelve words, once
    New(Picture),
    /// Take over an account from its words or its private key
    #[command(arg_required_else_help = false)]
    Import(Import),
    /// Print whose account it is, or whose key a given one is
    Show(Show),
    /// Put the account's keys under another password
    #[command(arg_required_else_help = false)]
    Password(NewPassword),
}

/// Where the new password comes from.
#[derive(Debug, Args)]
pub(crate) struct NewPassword {
    /// A file that holds the new password; without it it is asked for, at a terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) new_password_file: Option<PathBuf>,
}

/// Whom to show.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Somebody's public key, compared with the account's: 0x04..., compressed or multibase
    #[arg(value_name = "KEY", value_parser = PublicKey::read)]
    pub(crate) key: Option<PublicKey>,
    #[command(flatten)]
    pub(crate) picture: Picture,
}

/// Where the identicon goes.
#[derive(Debug, Args)]
pub(crate) struct Picture {
    /// Write the identicon into a new file that ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) identicon: Option<PictureFile>,
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
    #[command(flatten)]
    pub(crate) picture: Picture,
}

/// How to run.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A configuration file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the messages of this chat; may be repeated
    #[arg(long = "chat", value_name = "CHAT")]
    pub(crate) chats: Vec<Chat>,
    /// Send so many decoys an hour, to hide private envelopes among [default: 0]
    #[arg(long, value_name = "N-PER-HOUR", value_parser = clap::value_parser!(u32).range(..=i64::from(MAX_PER_HOUR)))]
    pub(crate) decoys: Option<u32>,
    /// The least proof of work to take [default: 0.001]
    #[arg(long, value_name = "POW")]
    pub(crate) min_pow: Option<f64>,
    /// Count for Prometheus at http://ADDR:PORT/metrics, on an address of this machine alone
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) metrics: Option<LoopbackAddr>,
}

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The bytes in hex or base64, the name of a file that holds them as they are or as text, or - for
    /// standard input; or a public key, an enode URL, a node record
    // Base64 may begin with a hyphen.
    #[arg(value_name = "HEX|BASE64|FILE|-", allow_hyphen_values = true)]
    pub(crate) input: Option<String>,
    /// Explain the envelope of this hash that the node which runs on the data folder holds
    #[arg(long, value_name = "HASH", conflicts_with = "input", value_parser = envelope_hash)]
    pub(crate) envelope: Option<status_whisper::Hash>,
    /// List every sentence that says why something is refused or dropped, whose fault that is, and where it is
    /// counted; with a word or a counter's name instead of bytes those in which it occurs
    #[arg(long, conflicts_with_all = ["envelope", "account", "kind", "chats", "keys", "key_files"])]
    pub(crate) reasons: bool,
    /// Open with the account of the data folder (--data-dir) and its sessions, which stay as they are
    #[arg(long)]
    pub(crate) account: bool,
    /// A symmetric or private key to open with, in hex; may be repeated. Other users of this machine can see
    /// it in the list of processes: --key-file hides it
    #[arg(long = "key", value_name = "HEX")]
    pub(crate) keys: Vec<String>,
    /// A file of such keys, one a line; may be repeated
    #[arg(long = "key-file", value_name = "FILE")]
    pub(crate) key_files: Vec<PathBuf>,
    /// A chat whose key to open envelopes with, or a person whose contact code; may be repeated
    #[arg(long = "chat", value_name = "CHAT")]
    pub(crate) chats: Vec<Chat>,
    /// Judge time as of this Unix time in seconds [default: now]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
    /// The least proof of work to let pass [default: 0.001]
    #[arg(long, value_name = "POW")]
    pub(crate) min_pow: Option<f64>,
    /// Take the bytes for this instead of a guess: handshake, frame, packet, envelope, plaintext, security, bundle, mvds,
    /// metadata, transit, mailserver-request, key, enode, record, or a type of message such as chat
    #[arg(long = "as", value_name = "KIND")]
    pub(crate) kind: Option<Kind>,
}

/// The hash of an envelope, 0x-hex.
fn envelope_hash(text: &str) -> Result<status_whisper::Hash, String> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash)
        .map_err(|_| format!("{text:?} is no envelope's hash: 0x and 64 hex digits"))?;
    Ok(status_whisper::Hash(hash))
}
