//! A message over a channel that loses the first packet; on virtual time, so that it takes none.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use status_mvds::{Config, GroupSettings, MemoryStore, Node, Numbering, Payload};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (group, alice, bob) = ("the two".into(), "alice".into(), "bob".into());
    let (mut near, mut far) = (MemoryStore::new(), MemoryStore::new());
    let mut ours = Node::load(Config::default(), &mut near, &mut rand::rng(), 0)?;
    let mut theirs = Node::load(Config::default(), &mut far, &mut rand::rng(), 0)?;
    ours.add_group(&mut near, &group, GroupSettings::default())?;
    ours.add_peer(&mut near, &group, &bob)?;
    ours.append(&mut near, &group, "hello", 0)?;
    println!("lost: {:?}", ours.poll_transmit(&mut near, 0)?);
    let now = ours.poll_timeout().unwrap_or_default();
    ours.handle_timeout(&mut near, now)?;
    let (wire, end) = std::sync::mpsc::channel();
    while let Some(out) = ours.poll_transmit(&mut near, now)? {
        wire.send(Payload::decode(out.payload, Numbering::Deployed)?.0)?;
    }
    theirs.handle_payload(&mut far, &alice, end.recv()?, now)?;
    while let Some(out) = theirs.poll_transmit(&mut far, now)? {
        let (acks, _) = Payload::decode(out.payload, Numbering::Deployed)?;
        ours.handle_payload(&mut near, &bob, acks, now)?;
    }
    std::iter::from_fn(|| theirs.poll_event().or_else(|| ours.poll_event()))
        .for_each(|event| println!("{event:?}"));
    Ok(())
}
