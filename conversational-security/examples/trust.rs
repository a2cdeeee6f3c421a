//! Two people meet on first use, compare their safety number, and one of them changes his key.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use status_conversational_security::trust::{
    Identicon, MemoryStore, SafetyNumber, Scan, ThreeWordName, Trust, parse_public_key,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = parse_public_key("zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB")?;
    let bob = parse_public_key("zQ3shRmCSKfnVRvqxWtTq8J9RRNEmtKwdnoKCgP3qronWRGLm")?;
    let mut trust = Trust::new(MemoryStore::new());
    println!("{:?}", trust.handle_identity(&bob, Some("phone"), 1_000)?);
    println!("{}", ThreeWordName::of(&bob));
    println!("{}", Identicon::of(&bob).to_blocks());
    trust.handle_label("Bob", &bob, 2_000)?;

    let number = SafetyNumber::of(&own, &bob);
    println!("{number}");
    let on_his_phone = SafetyNumber::of(&bob, &own).scannable();
    if number.compare(&on_his_phone)? == Scan::Match {
        trust.verify(&bob, 3_000)?;
    }

    let other = parse_public_key("zQ3shhP7Lx2GeDAS8c7SBvKfTJLd5BhQuWKqVFio4rZ37DQ8z")?;
    println!("{:?}", trust.handle_label("Bob", &other, 4_000)?);
    Ok(())
}
