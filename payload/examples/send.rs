//! Makes and signs a message for a public chat, and prints what would go into an envelope.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use secp256k1::{Secp256k1, SecretKey};
use status_payload::{ApplicationMetadataMessage, ChatMessage, MessageType, next_clock};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let author = SecretKey::from_byte_array([7; 32])?;
    let now_ms = 1_590_232_902_104;
    let highest_clock_in_the_chat = 1_590_232_905_000;
    let message = ChatMessage::builder()
        .public_chat("status")
        .text("hello")
        .clock(next_clock(highest_clock_in_the_chat, now_ms), now_ms)
        .build()?;
    let payload = message.encode();
    let wrapped = ApplicationMetadataMessage::sign(&author, MessageType::CHAT_MESSAGE, payload);
    println!("{:02x}", wrapped.as_bytes());
    let sent = wrapped.recover()?;
    assert_eq!(sent.author(), Some(&author.public_key(&Secp256k1::new())));
    println!("id {}", sent.id());
    Ok(())
}
