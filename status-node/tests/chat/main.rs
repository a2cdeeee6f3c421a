//! `status-node chat` in a pseudo-terminal: keys go in, and whole screens are compared. One behaviour a
//! file.
#![cfg(test)]
#![cfg(unix)]
#![cfg(feature = "cli")]

#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "some keys are only there to be complete")]
mod terminal;

mod the_harness;
