//! Groups of three, with everything that can be done in one.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Account, Chat, End, Messenger, PAIRS, Side, cast};
use super::private::{accounts, settled, tell};
use anyhow::{Result, ensure};
use std::time::Duration;

/// How long nothing must come where nothing is to come.
const QUIET: Duration = Duration::from_secs(5);

/// Who creates the group, who is invited and later an administrator, who comes later; and whether
/// data sync is on.
const CASTS: [([Side; 3], bool); 7] = [
    ([Side::Theirs, Side::Theirs, Side::Theirs], false),
    ([Side::Theirs, Side::Theirs, Side::Theirs], true),
    ([Side::Ours, Side::Theirs, Side::Theirs], false),
    ([Side::Ours, Side::Theirs, Side::Theirs], true),
    ([Side::Theirs, Side::Ours, Side::Theirs], true),
    ([Side::Ours, Side::Ours, Side::Theirs], true),
    ([Side::Theirs, Side::Ours, Side::Ours], true),
];

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = CASTS
        .into_iter()
        .map(|(sides, synced)| {
            let sync = if synced { "synced" } else { "unsynced" };
            let name = format!("group/{}/{sync}", cast(&sides));
            Cell::new(name, move |lab| life_of_a_group(lab, sides, synced))
        })
        .collect();
    for sides in PAIRS {
        let name = format!("group/{}/kept-by-others", cast(&sides));
        cells.push(Cell::new(name, move |lab| kept_by_others(lab, sides)));
    }
    cells
}

/// Says something in a group; all others hear it.
fn tell_all(from: &dyn Messenger, to: &[&dyn Messenger], group: &str, said: &str) -> Result<()> {
    let id = from.say(Chat::Group(group), said)?;
    for listener in to {
        let heard = listener.hear(said)?;
        ensure!(heard.id == id, "sent as {id}, shown as {}", heard.id);
        ensure!(heard.from == from.key(), "shown as from {}", heard.from);
        ensure!(heard.chat == group, "shown in {}", heard.chat);
    }
    Ok(())
}

/// Waits until all see that somebody has accepted the invitation.
fn all_see_joined(all: &[&dyn Messenger], group: &str, person: &str) -> Result<()> {
    all.iter().try_for_each(|one| {
        one.until_group(group, "the member has joined", &|group| {
            group.joined(person)
        })
    })
}

/// Create, join, add, rename, promote, what a new administrator does, remove, leave; with words between.
fn life_of_a_group(lab: &Lab, sides: [Side; 3], synced: bool) -> Result<()> {
    let [creator, bob, carol] = sides;
    let start = |side, name, peers: &[&str]| -> Result<Box<dyn Messenger>> {
        Account::new(lab, side, name)?
            .data_sync(synced)
            .run(lab, peers)
    };
    let alice = start(creator, "alice", &[])?;
    let bob = start(bob, "bob", &[alice.enode()])?;
    let carol = start(carol, "carol", &[alice.enode()])?;
    let (alice, bob, carol) = (alice.as_ref(), bob.as_ref(), carol.as_ref());

    let group = alice.create_group("the three", &[bob.key()])?;
    let group = group.as_str();
    bob.until_group(group, "bob is invited by alice", &|seen| {
        seen.name == "the three"
            && seen.has(bob.key())
            && !seen.joined(bob.key())
            && seen.admin(alice.key())
            && seen.joined(alice.key())
    })?;
    bob.join_group(group)?;
    all_see_joined(&[alice, bob], group, bob.key())?;
    tell_all(alice, &[bob], group, "welcome")?;
    tell_all(bob, &[alice], group, "thank you")?;

    alice.add_members(group, &[carol.key()])?;
    for one in [bob, carol] {
        one.until_group(group, "carol is invited", &|seen| seen.has(carol.key()))?;
    }
    carol.join_group(group)?;
    all_see_joined(&[alice, bob, carol], group, carol.key())?;
    tell_all(carol, &[alice, bob], group, "I am here too")?;
    tell_all(bob, &[alice, carol], group, "the more the merrier")?;

    if creator == Side::Ours {
        alice.rename_group(group, "we three")?;
        for one in [alice, bob, carol] {
            one.until_group(group, "the group is renamed", &|seen| {
                seen.name == "we three"
            })?;
        }
    }

    alice.promote(group, &[bob.key()])?;
    for one in [alice, bob, carol] {
        one.until_group(group, "bob may change the group", &|seen| {
            seen.admin(bob.key())
        })?;
    }
    bob.remove_member(group, carol.key())?;
    for one in [alice, bob] {
        one.until_group(group, "carol is removed", &|seen| !seen.has(carol.key()))?;
    }
    tell_all(alice, &[bob], group, "where is carol?")?;
    carol.hears_not("where is carol?", QUIET)?;

    bob.leave_group(group)?;
    alice.until_group(group, "bob has left", &|seen| !seen.has(bob.key()))?;
    alice.say(Chat::Group(group), "alone again")?;
    bob.hears_not("alone again", QUIET)
}

/// Who lost everything finds the group again in the first text of it: that brings all events, their
/// own joining among them. A restart before that loses nothing of it.
fn kept_by_others(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    let group = alice.create_group("the two", &[bob.key()])?;
    bob.until_group(&group, "bob is invited", &|seen| seen.has(bob.key()))?;
    bob.join_group(&group)?;
    all_see_joined(&[alice.as_ref(), bob.as_ref()], &group, bob.key())?;
    tell_all(alice.as_ref(), &[bob.as_ref()], &group, "welcome")?;
    settled(alice.as_ref())?;

    bob.end(End::Closed)?;
    let bob = bob_account.run(lab, &[alice.enode()])?;
    tell_all(bob.as_ref(), &[alice.as_ref()], &group, "back again")?;
    tell_all(alice.as_ref(), &[bob.as_ref()], &group, "I see")?;

    bob.end(End::Killed)?;
    let bob = bob_account
        .without_state(lab, "bob-anew", None)
        .run(lab, &[alice.enode()])?;
    bob.open(alice.key())?;
    tell(bob.as_ref(), alice.as_ref(), "which group was that?")?;
    tell_all(alice.as_ref(), &[bob.as_ref()], &group, "this one")?;
    tell_all(bob.as_ref(), &[alice.as_ref()], &group, "thank you")
}
