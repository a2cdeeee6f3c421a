//! The Status node: the protocol's layers stacked, with accounts and a command line.
#![forbid(unsafe_code)]

pub mod account;
pub mod files;
