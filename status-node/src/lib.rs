//! A node of the Status protocol, to be embedded: bots, bridges, watchers, other clients.
//!
//! It connects, receives and answers in a few lines:
//!
//! ```no_run
//! use status_node::{Chat, Node};
//!
//! # async fn bot(peer: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let builder = Node::builder().data_folder("bot", "its password")?;
//! let (node, mut events) = builder.peer(peer.parse()?).start().await?;
//! while let Some(message) = events.next_message().await {
//!     if matches!(message.chat, Chat::Person(_)) && !message.outgoing {
//!         node.reply(&message, "I am only a bot").await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Whole programs of this kind are among the examples: `echo_bot`, `bridge` (a chat on standard input and
//! output) and `watch` (a public chat, without an account).
//!
//! # Where to begin
//!
//! 1. [`Node::builder`] collects who one is and whom one knows. An account: [`NodeBuilder::data_folder`] keeps
//!    account and database in a folder, as the command line does; [`NodeBuilder::identity`] takes an
//!    [account] from anywhere, and without a [database](node::NodeBuilder::database) all is kept in memory.
//!    Without an account a node reads public chats and passes on. Peers: [`NodeBuilder::peer`]; a node looks for
//!    none by itself. A tokio runtime must run.
//! 2. [`NodeBuilder::start`] gives the handle [`Node`], which is cheap to clone, and [`NodeEvents`].
//! 3. [`NodeEvents::next_message`] waits for messages; [`NodeEvents::next`] also tells of contacts, groups, devices, what
//!    became of what was sent ([`messenger::MessengerEvent`]), and of peers.
//! 4. Something is said by [`Node::reply`], which returns when it is on disk, by [`Node::send`], when a peer has it,
//!    or by [`Node::send_acknowledged`], when all devices of the recipients have it.
//! 5. All else, such as contacts, groups and what is stored, is done with the [`Messenger`](messenger::Messenger) in
//!    [`Node::with_messenger`]: everything that one call does is on disk together or not at all.
//! 6. [`Node::shutdown`] ends it in order. A process that is killed loses nothing that was stored either.
//!
//! # What to rely on
//!
//! - A [`Chat`] is `#name`, somebody's public key or a group's id, as text and back. In a chat with a person
//!   [`Message::from`] is who wrote; the signature was checked. A name that somebody gives themselves was not.
//! - Each message comes once, and is in the database before. Events that wait are bounded (1,024): a program that
//!   does not fetch them in time loses the event and finds the message by
//!   [`messages`](messenger::Messenger::messages); [`NodeStats`](node::NodeStats) counts it.
//! - Nothing waits for ever but what is documented to: put a time limit on [`Node::send`].
//! - What others write can hold anything: [`plain`] and the `Display` of [`Message`] are fit for a terminal.
//! - [`Message::outgoing`] is true for what the account's other devices said: a bot that answers those talks to
//!   itself. Two bots that answer everything in a public chat talk for ever.
//! - Times are in ms since 1970, unless a name says otherwise.
//!
//! # Errors
//!
//! Each shows as one sentence for people, with its numbers and without secrets.
//!
//! | type | means |
//! |---|---|
//! | [`OpenError`](node::OpenError) | the folder, the account in it, its password or its database: nothing was changed |
//! | [`StartError`](node::StartError) | what the builder was given does not fit together, or the address is taken |
//! | [`CallError`](node::CallError) | nothing was done: the messenger refuses it ([`MessengerError`](messenger::MessengerError) says why), the database failed, or the node has stopped |
//! | [`SendError`](node::SendError) | as `CallError`, or the message was stored and cannot be sent, or its time was over |
//!
//! Only `Stopped` is for good. What was dropped or refused without anybody having asked for it is no error: it is
//! counted in [`NodeStats`](node::NodeStats), each reason apart ([`explain::reasons`] has a sentence for each).
//!
//! # What stays as it is
//!
//! Until version 1.0 an interface may change with each minor version; the changelog marks what breaks. Enumerations of
//! events and of the messenger's errors grow: match them with a wildcard. What is on disk does not change without a
//! migration, and what is said to other nodes is fixed by those of 2020.
//!
//! # Features
//!
//! `cli` (default) is the program `status-node` and brings what only a program needs; an application does without:
//!
//! ```toml
//! status-node = { path = "…/status-node", default-features = false, features = ["vendored-openssl"] }
//! tokio = { version = "1", features = ["full"] }
//! ```
//!
//! `vendored-openssl` (default) builds the OpenSSL under the encrypted database; without it the system's is used.
//!
//! # What is where
//!
//! | module | holds |
//! |---|---|
//! | [`node`] | the node: sockets, clock and threads around the layers |
//! | [`messenger`] | what people do in chats, without socket, clock or thread |
//! | [`account`], [`data_folder`], [`config`] | accounts, the files of a node, its configuration |
//! | [`storage`] | the encrypted database |
//! | [`rpc`] | JSON-RPC with a node that another process runs, as its server and as its client |
//! | [`pipeline`], [`coupling`] | the layers in order, and the one place where they depend on each other |
//! | [`explain`](mod@explain) | bytes of the protocol taken apart, for people |
//! | [`darkness`] | what a node gives away, and the decoys that hide it |
//! | [`simulation`] | networks of whole nodes on virtual time |
//! | [`files`] | small files of an application, read with a bound and replaced as a whole |
//!
//! [`NodeBuilder`]: node::NodeBuilder
//! [`NodeBuilder::data_folder`]: node::NodeBuilder::data_folder
//! [`NodeBuilder::identity`]: node::NodeBuilder::identity
//! [`NodeBuilder::peer`]: node::NodeBuilder::peer
//! [`NodeBuilder::start`]: node::NodeBuilder::start
#![forbid(unsafe_code)]

pub mod account;
mod chat;
pub mod config;
pub mod coupling;
pub mod darkness;
pub mod data_folder;
pub mod explain;
pub mod files;
mod loopback;
mod message;
pub mod messenger;
pub mod node;
pub mod pipeline;
mod plain;
pub mod rpc;
pub mod simulation;
pub mod storage;
mod utc;

pub use chat::{Chat, ChatError, PublicName};
pub use loopback::{LoopbackAddr, LoopbackError};
pub use message::{Message, OtherMessage, hex_key};
pub use node::{Node, NodeEvent, NodeEvents, Sent};
pub use plain::plain;
pub use utc::utc;

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
