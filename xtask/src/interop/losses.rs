//! One-to-one chat when something goes: the connection for a while, the process, all of its state.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Account, Chat, End, Messenger, PAIRS, Side, cast};
use super::private::{accounts, settled, stands_once, tell};
use anyhow::Result;
use std::thread;
use std::time::Duration;

/// Longer than an envelope lives: 15 s, and 10 s that a receiver forgives.
const AWAY: Duration = Duration::from_secs(27);

/// Retransmissions come 6, 12, 18… s after one another.
const RETRANSMISSION: Duration = Duration::from_secs(60);

/// How long nothing must come where nothing is to come.
const QUIET: Duration = Duration::from_secs(6);

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for sides in PAIRS {
        let cast = cast(&sides);
        cells.push(Cell::new(format!("losses/{cast}/away"), move |lab| {
            away(lab, sides)
        }));
        cells.push(Cell::new(
            format!("losses/{cast}/state/new-installation"),
            move |lab| new_installation(lab, sides),
        ));
        for end in End::BOTH {
            cells.push(Cell::new(
                format!("losses/{cast}/process/{}", end.name()),
                move |lab| restart(lab, sides, end),
            ));
        }
    }
    for sides in [[Side::Theirs, Side::Theirs], [Side::Ours, Side::Theirs]] {
        cells.push(Cell::new(
            format!("losses/{}/after-leaving-a-group", cast(&sides)),
            move |lab| after_leaving_a_group(lab, sides),
        ));
    }
    // What is lost with the id kept. Our side never keeps it: a folder without state has a new one.
    cells.push(Cell::new(
        "losses/theirs-theirs/state/same-installation",
        |lab| same_installation(lab, [Side::Theirs; 2]),
    ));
    cells.push(Cell::new(
        "losses/ours-theirs/state/same-installation",
        |lab| same_installation(lab, [Side::Ours, Side::Theirs]),
    ));
    cells
}

/// Makes the two know each other's devices, with a session in use.
fn acquaint(alice: &dyn Messenger, bob: &dyn Messenger) -> Result<()> {
    alice.open(bob.key())?;
    bob.open(alice.key())?;
    for round in 1..=2 {
        tell(alice, bob, &format!("hello {round}"))?;
        tell(bob, alice, &format!("hello to you {round}"))?;
    }
    Ok(())
}

/// The second side is away until every envelope is dead; data sync delivers what it missed.
fn away(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    acquaint(alice.as_ref(), bob.as_ref())?;
    let bob_key = bob.key().to_owned();
    bob.end(End::Closed)?;
    let missed: Vec<String> = (1..=3).map(|number| format!("missed {number}")).collect();
    for text in &missed {
        alice.say(Chat::Person(&bob_key), text)?;
    }
    thread::sleep(AWAY);
    let bob = bob_account.run(lab, &[alice.enode()])?;
    for text in &missed {
        bob.hear_within(text, RETRANSMISSION)?;
    }
    tell(bob.as_ref(), alice.as_ref(), "back again")?;
    settled(alice.as_ref())?;
    stands_once(bob.as_ref(), alice.as_ref(), &missed)
}

/// The second side's process ends in the middle and starts again.
fn restart(lab: &Lab, sides: [Side; 2], end: End) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    acquaint(alice.as_ref(), bob.as_ref())?;
    // The last words may not be acknowledged yet; they must not come twice.
    bob.end(end)?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    tell(alice.as_ref(), bob.as_ref(), "still there?")?;
    tell(bob.as_ref(), alice.as_ref(), "as before")?;
    tell(alice.as_ref(), bob.as_ref(), "good")?;
    settled(alice.as_ref())?;
    settled(bob.as_ref())?;
    let said = ["hello 1", "hello 2", "still there?", "good"].map(str::to_owned);
    stands_once(bob.as_ref(), alice.as_ref(), &said)
}

/// The second side loses everything and takes a new installation id.
fn new_installation(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    acquaint(alice.as_ref(), bob.as_ref())?;
    bob.end(End::Killed)?;
    let bob = bob_account
        .without_state(lab, "bob-anew", None)
        .run(lab, &[alice.enode()])?;
    bob.open(alice.key())?;
    tell(bob.as_ref(), alice.as_ref(), "I lost everything")?;
    tell(alice.as_ref(), bob.as_ref(), "I can tell")?;
    tell(bob.as_ref(), alice.as_ref(), "but we can talk")?;
    tell(alice.as_ref(), bob.as_ref(), "as ever")?;
    settled(bob.as_ref())
}

/// The second side loses everything but its installation id. It can speak, since a message for
/// whichever device there is needs no session; what the first side says from then on goes to the
/// session that is lost.
fn same_installation(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [false, false])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    acquaint(alice.as_ref(), bob.as_ref())?;
    let installation = bob.installation().to_owned();
    bob.end(End::Killed)?;
    let bob = bob_account
        .without_state(lab, "bob-anew", Some(&installation))
        .run(lab, &[alice.enode()])?;
    bob.open(alice.key())?;
    tell(bob.as_ref(), alice.as_ref(), "I lost everything")?;
    alice.say(Chat::Person(bob.key()), "I cannot tell")?;
    bob.hears_not("I cannot tell", QUIET)
}

/// status-go's messenger that leaves a group also stops listening for its own account: until it
/// starts again no stranger reaches it.
fn after_leaving_a_group(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    let [side, _] = sides;
    let stranger = Account::new(lab, side, "stranger")?.data_sync(true);
    let stranger = stranger.run(lab, &[alice.enode()])?;
    let group = alice.create_group("soon over", &[bob.key()])?;
    bob.until_group(&group, "bob is invited", &|seen| seen.has(bob.key()))?;
    bob.join_group(&group)?;
    alice.until_group(&group, "bob has joined", &|seen| seen.joined(bob.key()))?;
    bob.leave_group(&group)?;
    alice.until_group(&group, "bob has left", &|seen| !seen.has(bob.key()))?;
    stranger.open(bob.key())?;
    stranger.say(Chat::Person(bob.key()), "do you hear me?")?;
    bob.hears_not("do you hear me?", QUIET)?;
    bob.end(End::Closed)?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    bob.hear_within("do you hear me?", RETRANSMISSION)?;
    settled(stranger.as_ref())
}
