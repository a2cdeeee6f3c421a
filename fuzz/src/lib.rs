//! Fuzz targets as plain functions, so that cargo-fuzz and `cargo test` run the same code.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a fuzz target reports what it finds by panicking"
)]

pub mod application_metadata;
pub mod bundle;
pub mod chat_message;
pub mod devp2p_session;
pub mod group_events;
pub mod hello;
pub mod message_types;
pub mod mvds_node;
pub mod mvds_payload;
pub mod noise_pairing;
pub mod noise_payload;
pub mod protocol_message;
pub mod public_key_text;
pub mod rlpx_ack;
pub mod rlpx_auth;
pub mod rlpx_frame;
pub mod security_sessions;
pub mod status_protocol;
pub mod transit;
pub mod whisper_envelope;
pub mod whisper_packet;
pub mod whisper_plaintext;
pub mod whisper_protocol;
