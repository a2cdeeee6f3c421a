//! Two devices talk: the first message goes to an identity key, then sessions take over.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use secp256k1::SecretKey;
use status_conversational_security::{Endpoint, MemoryStore, Settings};
type Device = (Endpoint, MemoryStore);

fn device(secret: u8, id: &str) -> Result<Device, secp256k1::Error> {
    let secret = SecretKey::from_byte_array([secret; 32])?;
    let endpoint = Endpoint::new(&secret, id.into(), Settings::default());
    Ok((endpoint, MemoryStore::new()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (now_ns, id, mut rng) = (1_590_232_902_104_000_000, [0; 32], rand::rng());
    let (mut alice, mut bob) = (device(1, "phone")?, device(2, "laptop")?);
    for text in [
        "I know only your key",
        "your bundle came with it",
        "so did yours",
    ] {
        let ((from, store), (to, their_store)) = (&mut alice, &mut bob);
        let sent = from.encrypt(store, to.identity(), text.as_bytes(), now_ns, &mut rng)?;
        // Here the store is committed, then the message leaves; `id` would be its envelope's hash.
        let author = from.identity();
        let read = to.handle_message(their_store, author, sent.message, &id, now_ns, &mut rng)?;
        println!("{:?} reads {:?}", to.installation(), read.result?);
        to.confirm(their_store, &id)?; // Now that it is safe here, its key can go.
        std::mem::swap(&mut alice, &mut bob);
    }
    Ok(())
}
