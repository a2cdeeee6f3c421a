//! Two devices talk: the first message goes to an identity key, then sessions take over.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use secp256k1::SecretKey;
use status_conversational_security::{Endpoint, MemoryStore, Settings};

fn device(secret: u8, id: &str) -> Result<(Endpoint, MemoryStore), Box<dyn std::error::Error>> {
    let secret = SecretKey::from_byte_array([secret; 32])?;
    let endpoint = Endpoint::new(&secret, id.into(), Settings::default())?;
    Ok((endpoint, MemoryStore::new()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (now, id, mut rng) = (1_590_232_902_104_000_000, [0; 32], rand::rng());
    let (mut alice, mut bob) = (device(1, "phone")?, device(2, "laptop")?);
    for text in ["I know only your key", "now your bundle too"] {
        let ((from, store), (to, theirs)) = (&mut alice, &mut bob);
        let sent = from.encrypt(store, to.identity(), text.as_bytes(), now, &mut rng)?;
        // Here the store is committed, then the message leaves; `id` would be its envelope's hash.
        let read = to.handle_message(theirs, from.identity(), sent.message, &id, now, &mut rng)?;
        println!("{} reads {:?}", to.installation(), read.result?);
        to.confirm(theirs, &id)?; // Now that it is safe here, its key can go.
        std::mem::swap(&mut alice, &mut bob);
    }
    Ok(())
}
