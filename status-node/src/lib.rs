//! The Status node: the protocol's layers stacked, with accounts and a command line.
#![forbid(unsafe_code)]

pub mod account;
mod chat;
pub mod coupling;
pub mod data_folder;
pub mod files;

pub use chat::{Chat, ChatError};
