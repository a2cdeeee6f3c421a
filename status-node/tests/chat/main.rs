//! `status-node chat` in a pseudo-terminal: keys go in, and whole screens are compared. One behaviour a
//! file.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod people;
#[allow(
    dead_code,
    reason = "some is only there to be complete, some for other tests"
)]
mod terminal;

mod by_itself;
mod conversation;
mod leaving;
mod never_blocked;
mod panels;
mod resizing;
mod the_harness;
