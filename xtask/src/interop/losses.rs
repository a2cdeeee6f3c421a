//! One-to-one chat when something goes: the connection for a while, the process, all of its state.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Account, Chat, End, Messenger, PAIRS, Side, cast, until_within};
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

/// How often a process is killed that has much to do.
const KILLS: u32 = 5;

/// What is said in each of its lives.
const WORDS: u32 = 8;

/// How much longer each life is than the one before: the end comes at different points of the work.
const AT_WORK: Duration = Duration::from_millis(250);

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
    // Two things that deployed messengers cannot do for anybody.
    cells.push(Cell::new("losses/ours-theirs/one-device-away", |lab| {
        one_device_away(lab, [Side::Ours, Side::Theirs])
    }));
    cells.push(Cell::new("losses/ours-theirs/no-peer", |lab| {
        no_peer(lab, [Side::Ours, Side::Theirs])
    }));
    cells.push(Cell::new(
        "losses/theirs-ours/killed-while-hearing",
        |lab| killed_while_hearing(lab, [Side::Theirs, Side::Ours]),
    ));
    cells.push(Cell::new(
        "losses/ours-theirs/killed-while-speaking",
        |lab| killed_while_speaking(lab, [Side::Ours, Side::Theirs]),
    ));
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
    // status-go never acknowledges again what it has stored, so none may be on its way when it ends.
    settled(alice)?;
    settled(bob)
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

/// One of the second side's two devices is away until every envelope is dead. What the first side
/// said reaches it though the other device acknowledged everything.
fn one_device_away(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, phone_account] = accounts(lab, sides, [true, true])?;
    let [_, side] = sides;
    let desk_account = phone_account.another_device(lab, side, "bob-desk");
    let alice = alice_account.run(lab, &[])?;
    let phone = phone_account.run(lab, &[alice.enode()])?;
    let desk = desk_account.run(lab, &[alice.enode()])?;
    alice.open(phone.key())?;
    for device in [&phone, &desk] {
        device.open(alice.key())?;
        let said = format!("from {}", device.installation());
        device.say(Chat::Person(alice.key()), &said)?;
        alice.hear(&said)?;
    }
    alice.say(Chat::Person(phone.key()), "both of you")?;
    phone.hear("both of you")?;
    desk.hear("both of you")?;
    settled(alice.as_ref())?;
    desk.end(End::Closed)?;
    alice.say(Chat::Person(phone.key()), "one of you")?;
    phone.hear("one of you")?;
    thread::sleep(AWAY);
    let desk = desk_account.run(lab, &[alice.enode()])?;
    desk.hear_within("one of you", RETRANSMISSION)?;
    settled(alice.as_ref())?;
    stands_once(phone.as_ref(), alice.as_ref(), &["one of you".to_owned()])
}

/// The first side speaks while it knows no other node, and no peer comes until every envelope made
/// then would be dead. Nobody acknowledges anything here.
fn no_peer(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [false, false])?;
    let alice = alice_account.run(lab, &[])?;
    let bob = bob_account.run(lab, &[])?;
    alice.open(bob.key())?;
    alice.say(Chat::Person(bob.key()), "is there anybody?")?;
    let address = alice.enode().to_owned();
    thread::sleep(AWAY);
    bob.dial(&address)?;
    bob.hear("is there anybody?").map(|_| ())
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

/// Waits until all that was said stands once at the receiver.
fn until_all_stand_once(at: &dyn Messenger, from: &str, said: &[String]) -> Result<()> {
    until_within("all stands once", RETRANSMISSION, || {
        let stored = at.stored(Chat::Person(from))?;
        let times = |text: &String| stored.iter().filter(|heard| heard.text == *text).count();
        let wrong: Vec<_> = said.iter().filter(|text| times(text) != 1).collect();
        Ok((wrong.is_empty(), format!("not so of {wrong:?}")))
    })
}

/// The second side is killed again and again while the first one speaks.
fn killed_while_hearing(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let alice = alice_account.run(lab, &[])?;
    let mut bob = bob_account.run(lab, &[alice.enode()])?;
    acquaint(alice.as_ref(), bob.as_ref())?;
    let bob_key = bob.key().to_owned();
    let mut said = Vec::new();
    for life in 0..KILLS {
        for part in 0..WORDS {
            let text = format!("life {life}, part {part}");
            alice.say(Chat::Person(&bob_key), &text)?;
            said.push(text);
        }
        thread::sleep(AT_WORK * life);
        bob.end(End::Killed)?;
        bob = bob_account.run(lab, &[alice.enode()])?;
    }
    until_all_stand_once(bob.as_ref(), alice.key(), &said)?;
    settled(alice.as_ref())
}

/// The first side is killed again and again while it speaks. What it took is said.
fn killed_while_speaking(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice_account, bob_account] = accounts(lab, sides, [true, true])?;
    let bob = bob_account.run(lab, &[])?;
    let mut alice = alice_account.run(lab, &[bob.enode()])?;
    acquaint(alice.as_ref(), bob.as_ref())?;
    let alice_key = alice.key().to_owned();
    let mut said = Vec::new();
    for life in 0..KILLS {
        for part in 0..WORDS {
            let text = format!("life {life}, part {part}");
            alice.say(Chat::Person(bob.key()), &text)?;
            said.push(text);
        }
        thread::sleep(AT_WORK * life);
        alice.end(End::Killed)?;
        alice = alice_account.run(lab, &[bob.enode()])?;
    }
    until_all_stand_once(bob.as_ref(), &alice_key, &said)
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
