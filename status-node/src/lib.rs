//! The Status node: the protocol's layers stacked, with accounts and a command line.
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
pub mod storage;

pub use chat::{Chat, ChatError, PublicName};
pub use loopback::{LoopbackAddr, LoopbackError};
pub use message::{Message, OtherMessage, hex_key};
pub use node::{Node, NodeEvent, NodeEvents, Sent};
pub use plain::plain;

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
