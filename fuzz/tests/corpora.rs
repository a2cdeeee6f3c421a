//! Replays every corpus: what a fuzzer once found stays found.
#![cfg(test)]

use std::path::Path;

/// Runs `target` on every file of the corpus `name`, which must not be empty.
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        target(&std::fs::read(entry.unwrap().path()).unwrap());
        files += 1;
    }
    assert!(files > 0, "{} holds no seeds", folder.display());
}

#[test]
fn application_metadata() {
    replay(
        "application_metadata",
        status_fuzz::application_metadata::run,
    );
}

#[test]
fn chat_message() {
    replay("chat_message", status_fuzz::chat_message::run);
}

#[test]
fn protocol_message() {
    replay("protocol_message", status_fuzz::protocol_message::run);
}

#[test]
fn mvds_payload() {
    replay("mvds_payload", status_fuzz::mvds_payload::run);
}

#[test]
fn whisper_envelope() {
    replay("whisper_envelope", status_fuzz::whisper_envelope::run);
}

#[test]
fn whisper_packet() {
    replay("whisper_packet", status_fuzz::whisper_packet::run);
}

#[test]
fn whisper_plaintext() {
    replay("whisper_plaintext", status_fuzz::whisper_plaintext::run);
}
