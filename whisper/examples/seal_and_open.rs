//! Seals a signed message for whoever knows a password, and opens it as one of them.

use status_whisper::{Key, MessageBuilder, Recipient, SymmetricKey, Topic, Work, open};
use std::sync::atomic::AtomicBool;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = rand::rng();
    let signer = status_ecies::random_secret_key(&mut rng);
    let key = SymmetricKey::from_password("a room");
    let now = 1_600_000_000; // Unix time in seconds

    let envelope = MessageBuilder::new(Topic(*b"room"), b"hello")
        .sign(&signer)
        .ttl(15)
        .work(Work::Target(0.002))
        .encrypt(Recipient::Symmetric(&key), now, &mut rng)?
        .seal(&AtomicBool::new(false))?;

    let opened = open(&envelope, &Key::from(key))?;
    assert_eq!(opened.payload(), "hello");
    assert!(opened.signer().is_some());
    Ok(())
}
