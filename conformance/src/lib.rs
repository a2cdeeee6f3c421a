//! Runs the golden vectors of the Status protocol (2020) against this workspace's crates.
//!
//! One module a vector file; each gives a function from a case to an [`Outcome`]. The vectors and
//! their schema lie in `vectors/`, with the README that says who produced them.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "printing the report is the program's purpose"
)]

pub mod case;
pub mod report;

mod account;
mod account_keys;
mod end_to_end;
mod keystore;
mod mvds;
mod payload;
mod rlpx;
mod security;
mod transit;
mod whisper_envelopes;
mod whisper_packets;
mod whisper_topics;

pub use case::{Case, Mismatch, Outcome};
pub use report::{FileReport, run_directory};

/// The function that judges a case of the file `name` (without `.json`), or none if the file is
/// not one of those this runner knows.
fn judge(name: &str) -> Option<fn(&Case<'_>) -> Outcome> {
    Some(match name {
        "account" => account::run,
        "end_to_end" => end_to_end::run,
        "keystore" => keystore::run,
        "mvds" => mvds::run,
        "payload" => payload::run,
        "rlpx" => rlpx::run,
        "security" => security::run,
        "transit" => transit::run,
        "whisper_envelopes" => whisper_envelopes::run,
        "whisper_packets" => whisper_packets::run,
        "whisper_topics" => whisper_topics::run,
        _ => return None,
    })
}
