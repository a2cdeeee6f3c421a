//! Rebuilds a group from updates in the wrong order, and shows who belongs to it.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use rand::SeedableRng as _;
use secp256k1::{Secp256k1, SecretKey};
use status_payload::{Action, Group, MembershipUpdate, Person, Rules};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now_ms = 1_590_232_902_104;
    let [ann, bob] = [[7; 32], [8; 32]].map(SecretKey::from_byte_array);
    let (ann, bob) = (ann?, bob?);
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let mut group = Group::create(&ann, "readers", now_ms, &mut rng)?;
    let invited = Person::from(bob.public_key(&Secp256k1::new()));
    group.act(&ann, Action::Invite(vec![invited]), now_ms, 0)?;
    group.act(&bob, Action::Join, now_ms, 0)?;
    let mut update = group.update(None);
    update.events.reverse();

    let read = MembershipUpdate::read(update, now_ms)?;
    let id = read.chat_id().parse()?;
    let theirs = Group::rebuild(id, read.into_events(), Rules::Deployed)?;
    assert_eq!(theirs, group);
    println!("{}: {:?}", theirs.name(), theirs.joined());
    Ok(())
}
