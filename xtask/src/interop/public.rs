//! Public chat between messengers that run: joining, talking, leaving.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Chat, End, Messenger, PAIRS, Side, cast};
use super::private::accounts;
use anyhow::{Result, ensure};
use std::time::Duration;

const ROOM: &str = "the-square";

/// How long nothing must come where nothing is to come.
const QUIET: Duration = Duration::from_secs(4);

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    PAIRS
        .into_iter()
        .map(|sides| {
            Cell::new(format!("public/{}", cast(&sides)), move |lab| {
                square(lab, sides)
            })
        })
        .collect()
}

/// Says something in the room and checks how it is shown.
fn announce(from: &dyn Messenger, to: &dyn Messenger, said: &str) -> Result<()> {
    let id = from.say(Chat::Room(ROOM), said)?;
    let heard = to.hear(said)?;
    ensure!(heard.id == id, "sent as {id}, shown as {}", heard.id);
    ensure!(heard.from == from.key(), "shown as from {}", heard.from);
    ensure!(heard.chat == ROOM, "shown in {}", heard.chat);
    Ok(())
}

/// Both ways; a chat stays joined over a restart, and who has left hears nothing.
fn square(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [false, false])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    alice.join(ROOM)?;
    bob.join(ROOM)?;
    for round in 1..=3 {
        announce(alice.as_ref(), bob.as_ref(), &format!("hear, hear {round}"))?;
        announce(bob.as_ref(), alice.as_ref(), &format!("heard {round}"))?;
    }
    bob.end(End::Closed)?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    announce(alice.as_ref(), bob.as_ref(), "still here?")?;
    announce(bob.as_ref(), alice.as_ref(), "still here")?;
    bob.leave(ROOM)?;
    alice.say(Chat::Room(ROOM), "gone?")?;
    bob.hears_not("gone?", QUIET)
}
