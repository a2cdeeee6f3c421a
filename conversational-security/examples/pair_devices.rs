//! A phone shows a code, a desktop takes it, and the account passes once the digits agree.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]
use secp256k1::SecretKey as Identity;
use status_conversational_security::noise::SecretKey;
use status_conversational_security::noise::pairing::{AccountSecrets, Bundle, Pairing};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (rng, now_ms) = (&mut rand::rng(), 1_600_000_000_000);
    let mut phone = Pairing::display(&SecretKey::random(rng), 60_000, now_ms, rng)?;
    println!("{}", *phone.code().to_qr().to_blocks());
    let code = phone.code().to_text().parse()?;
    let mut desktop = Pairing::scan(&code, &SecretKey::random(rng), now_ms, rng)?;
    let identity = Identity::from_byte_array([7; 32])?;
    let bundle = Bundle::of_account(AccountSecrets::new(&identity, None));
    for step in 0..8 {
        let sent: Vec<_> = std::iter::from_fn(|| desktop.poll_transmit()).collect();
        sent.into_iter()
            .try_for_each(|message| phone.handle_message(message, now_ms))?;
        let sent: Vec<_> = std::iter::from_fn(|| phone.poll_transmit()).collect();
        sent.into_iter()
            .try_for_each(|message| desktop.handle_message(message, now_ms))?;
        match step {
            2 => (phone.confirm(now_ms)?, desktop.confirm(now_ms)?).0, // the user compared
            5 => phone.send(&bundle, now_ms)?,
            _ => std::iter::from_fn(|| desktop.poll_event()).for_each(|e| println!("{e:?}")),
        }
    }
    Ok(())
}
