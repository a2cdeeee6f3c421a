//! A hundred messages, one commit: the store over a transaction of SQLite. Needs feature `sqlite`.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use rusqlite::Connection;
use secp256k1::{Secp256k1, SecretKey};
use status_conversational_security::{Endpoint, Settings, SqliteStore};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (now_ns, mut rng) = (1_590_232_902_104_000_000, rand::rng());
    let bob = SecretKey::from_byte_array([2; 32])?.public_key(&Secp256k1::new());
    let alice = SecretKey::from_byte_array([1; 32])?;
    let alice = Endpoint::new(&alice, "phone".into(), Settings::default())?;
    let mut database = Connection::open_in_memory()?;
    let batch = database.transaction()?;
    SqliteStore::migrate(&batch)?; // Once after opening.
    let mut store = SqliteStore::new(&batch);
    let mut outbox = Vec::new();
    for text in (0..100).map(|number| format!("message {number}")) {
        let sent = alice.encrypt(&mut store, &bob, text.as_bytes(), now_ns, &mut rng)?;
        outbox.push(sent.message);
    }
    batch.commit()?; // Only now may they leave: no key encrypts twice, whatever crashes.
    println!("{} messages may leave", outbox.len());
    Ok(())
}
