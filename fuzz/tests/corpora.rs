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
fn bundle() {
    replay("bundle", status_fuzz::bundle::run);
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
fn mvds_node() {
    replay("mvds_node", status_fuzz::mvds_node::run);
}

#[test]
fn public_key_text() {
    replay("public_key_text", status_fuzz::public_key_text::run);
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

#[test]
fn rlpx_auth() {
    replay("rlpx_auth", status_fuzz::rlpx_auth::run);
}

#[test]
fn rlpx_ack() {
    replay("rlpx_ack", status_fuzz::rlpx_ack::run);
}

#[test]
fn rlpx_frame() {
    replay("rlpx_frame", status_fuzz::rlpx_frame::run);
}

#[test]
fn hello() {
    replay("hello", status_fuzz::hello::run);
}

#[test]
fn devp2p_session() {
    replay("devp2p_session", status_fuzz::devp2p_session::run);
}

#[test]
fn whisper_protocol() {
    replay("whisper_protocol", status_fuzz::whisper_protocol::run);
}

#[test]
fn message_types() {
    replay("message_types", status_fuzz::message_types::run);
}

#[test]
fn group_events() {
    replay("group_events", status_fuzz::group_events::run);
}

#[test]
fn transit() {
    replay("transit", status_fuzz::transit::run);
}

#[test]
fn status_protocol() {
    replay("status_protocol", status_fuzz::status_protocol::run);
}

#[test]
fn noise_payload() {
    replay("noise_payload", status_fuzz::noise_payload::run);
}

#[test]
fn noise_pairing() {
    replay("noise_pairing", status_fuzz::noise_pairing::run);
}

#[test]
fn security_sessions() {
    replay("security_sessions", status_fuzz::security_sessions::run);
}
