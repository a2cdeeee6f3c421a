//! Decodes anything that an application gets to see, of any generation: the first argument if it is hex,
//! else a message that status-go v0.50.0 sent.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use status_payload::{Received, Said};

const SENT: &str = "0a416164f41b0eb1f2503801bc651aaae04e49afa351aaa35840d668f610c4c538af29d186bc7da8e0fcc103d134caec074d955d8cd984d6cf6205a05c3812dbe1430012210891d5918aa42e10d8d3918aa42e1a0568656c6c6f3206737461747573380240011801";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args().nth(1).map(hex::decode);
    let bytes = given
        .and_then(Result::ok)
        .map_or_else(|| hex::decode(SENT), Ok)?;
    let received = Received::decode(bytes.into(), None)?;
    println!("{:?}, {}", received.generation(), received.id());
    println!("by {:?}", received.author());
    let time_ms = 1_590_232_902_000;
    match received.validate(time_ms, time_ms)? {
        Said::Chat { message, .. } => println!("in {}: {:?}", message.chat_id(), message.text()),
        Said::Group { update, .. } => println!("a group: {update:?}"),
        Said::Other(unknown_or_rare) => println!("{unknown_or_rare:?}"),
        other => println!("{other:?}"),
    }
    Ok(())
}
