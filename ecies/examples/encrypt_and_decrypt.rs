//! Encrypts a message to a public key and opens it again.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use secp256k1::Secp256k1;

fn main() -> Result<(), status_ecies::Error> {
    let mut rng = rand::rng();
    let secret = status_ecies::random_secret_key(&mut rng);
    let public = secret.public_key(&Secp256k1::new());

    let sealed = status_ecies::encrypt(&mut rng, &public, b"attack at dawn", b"");
    let opened = status_ecies::decrypt(&secret, &sealed, b"")?;

    println!(
        "{} bytes sealed, opened: {}",
        sealed.len(),
        String::from_utf8_lossy(&opened)
    );
    Ok(())
}
