//! One-to-one chat: the first words of strangers, and the ratchet turning.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Account, Chat, Kind, Messenger, PAIRS, Side, cast, until};
use anyhow::{Result, bail, ensure};

/// Messages of one turn, by turns: strict alternation at first, which turns the ratchet with each
/// message, then longer turns, which leave several messages in one chain. More than 100 together.
const TURNS: [usize; 24] = [
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 5, 2, 7, 1, 12, 4, 20, 1, 1, 16, 24,
];

/// Data sync on the first and on the second side.
const DATA_SYNC: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for sides in PAIRS {
        let cast = cast(&sides);
        for both in [false, true] {
            let sync = on(both);
            cells.push(Cell::new(
                format!("private/{cast}/ratchet/{sync}"),
                move |lab| ratchet(lab, sides, both),
            ));
        }
        for (first, second) in DATA_SYNC {
            let sync = format!("{}-{}", on(first), on(second));
            cells.push(Cell::new(
                format!("private/{cast}/first-words/{sync}"),
                move |lab| {
                    let [alice, bob] = accounts(lab, sides, [first, second])?;
                    first_words(lab, &alice, &bob, [first, second])
                },
            ));
        }
    }
    for sides in PAIRS {
        let name = format!("private/{}/answers", cast(&sides));
        cells.push(Cell::new(name, move |lab| answers(lab, sides)));
    }
    for side in [Side::Theirs, Side::Ours] {
        let sides = [Side::Theirs, side];
        let name = format!("private/{}/kinds", cast(&sides));
        cells.push(Cell::new(name, move |lab| kinds(lab, sides)));
    }
    for (name, lights) in [("ours", [true, false]), ("theirs", [false, true])] {
        cells.push(Cell::new(
            format!("private/ours-theirs/light/{name}"),
            move |lab| {
                let sides = [Side::Ours, Side::Theirs];
                let [alice, bob] = accounts(lab, sides, [true, true])?;
                let [alice_light, bob_light] = lights;
                let (alice, bob) = (alice.light(alice_light), bob.light(bob_light));
                first_words(lab, &alice, &bob, [true, true])
            },
        ));
    }
    cells
}

fn on(data_sync: bool) -> &'static str {
    if data_sync { "synced" } else { "unsynced" }
}

/// Two accounts that run and are connected to each other.
pub(super) fn pair(
    lab: &Lab,
    sides: [Side; 2],
    data_sync: [bool; 2],
) -> Result<(Box<dyn Messenger>, Box<dyn Messenger>)> {
    let [first, second] = accounts(lab, sides, data_sync)?;
    let first = first.run(lab, &[])?;
    let second = second.run(lab, &[first.enode()])?;
    Ok((first, second))
}

/// Two accounts by the names of `alice` and `bob`.
pub(super) fn accounts(lab: &Lab, sides: [Side; 2], data_sync: [bool; 2]) -> Result<[Account; 2]> {
    let [alice, bob] = sides;
    let [alice_syncs, bob_syncs] = data_sync;
    Ok([
        Account::new(lab, alice, "alice")?.data_sync(alice_syncs),
        Account::new(lab, bob, "bob")?.data_sync(bob_syncs),
    ])
}

/// Says something in the chat of the two, checks how it is shown, and gives the message's id.
pub(super) fn tell(from: &dyn Messenger, to: &dyn Messenger, said: &str) -> Result<String> {
    let id = from.say(Chat::Person(to.key()), said)?;
    let heard = to.hear(said)?;
    ensure!(heard.id == id, "sent as {id}, shown as {}", heard.id);
    ensure!(heard.from == from.key(), "shown as from {}", heard.from);
    ensure!(heard.chat == from.key(), "shown in {}", heard.chat);
    Ok(id)
}

/// Everything that was said stands once in the chat of the receiver.
pub(super) fn stands_once(at: &dyn Messenger, from: &dyn Messenger, said: &[String]) -> Result<()> {
    let stored = at.stored(Chat::Person(from.key()))?;
    for text in said {
        let times = stored.iter().filter(|heard| &heard.text == text).count();
        if times != 1 {
            bail!("{text:?} stands {times} times in the chat");
        }
    }
    Ok(())
}

/// Nobody waits for an acknowledgement any more. A side without data sync never does.
pub(super) fn settled(side: &dyn Messenger) -> Result<()> {
    until("nothing waits for an acknowledgement", || {
        let owed = side.owed()?;
        Ok((owed == 0, format!("{owed} waiting")))
    })
}

/// What became of a message is told as far as it is certain: acknowledged only if data sync is on on
/// both sides.
fn fate_is_known(from: &dyn Messenger, message: &str, acknowledged: bool) -> Result<()> {
    let mut wanted = vec!["queued", "sealed", "handed"];
    if acknowledged {
        wanted.push("acknowledged");
    }
    until("the ledger tells what happened", || {
        let Some(states) = from.fate(message)? else {
            return Ok((true, String::new()));
        };
        let told = |state: &str| states.iter().any(|told| told == state);
        let so = wanted.iter().all(|state| told(state))
            && told("acknowledged") == acknowledged
            && !["refused", "expired", "failed"].into_iter().any(told);
        Ok((so, format!("{states:?}")))
    })
}

/// Strangers: the first message is for whichever device there is, the answer starts a session, and
/// what follows uses it.
fn first_words(lab: &Lab, alice: &Account, bob: &Account, data_sync: [bool; 2]) -> Result<()> {
    let alice = alice.run(lab, &[])?;
    let bob = bob.run(lab, &[alice.enode()])?;
    let (alice, bob) = (alice.as_ref(), bob.as_ref());
    alice.open(bob.key())?;
    let mut by_alice = vec![tell(alice, bob, "are you there? grüße 🌅")?];
    let mut by_bob = Vec::new();
    bob.open(alice.key())?;
    for round in 1..=3 {
        by_bob.push(tell(bob, alice, &format!("answer {round}"))?);
        by_alice.push(tell(alice, bob, &format!("question {round}"))?);
    }
    let both = data_sync == [true, true];
    // A side with data sync waits for ever for a side that acknowledges nothing.
    if both {
        settled(alice)?;
        settled(bob)?;
    }
    for (from, messages) in [(alice, by_alice), (bob, by_bob)] {
        for message in messages {
            fate_is_known(from, &message, both)?;
        }
    }
    Ok(())
}

/// An answer says what it answers.
fn answers(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let (alice, bob) = pair(lab, sides, [true, true])?;
    alice.open(bob.key())?;
    let mut last = tell(alice.as_ref(), bob.as_ref(), "what do you think?")?;
    bob.open(alice.key())?;
    for (from, to, said) in [(&bob, &alice, "of what?"), (&alice, &bob, "of this")] {
        let id = from.answer(Chat::Person(to.key()), &last, said)?;
        let heard = to.hear(said)?;
        ensure!(heard.response_to == last, "answers {:?}", heard.response_to);
        last = id;
    }
    Ok(())
}

/// What is no text is known for what it is.
fn kinds(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let (alice, bob) = pair(lab, sides, [true, true])?;
    alice.open(bob.key())?;
    for (kind, text) in [
        (Kind::Emoji, ":smile:"),
        (
            Kind::Sticker,
            "Update to latest version to see a nice sticker here!",
        ),
        (Kind::Text, "enough of that"),
    ] {
        alice.show(Chat::Person(bob.key()), kind, text)?;
        let heard = bob.hear(text)?;
        ensure!(heard.kind == kind, "{kind:?} is shown as {:?}", heard.kind);
    }
    Ok(())
}

/// Both ways, in turns of different lengths.
fn ratchet(lab: &Lab, sides: [Side; 2], data_sync: bool) -> Result<()> {
    let (alice, bob) = pair(lab, sides, [data_sync; 2])?;
    alice.open(bob.key())?;
    bob.open(alice.key())?;
    let mut said = [Vec::new(), Vec::new()];
    for (turn, length) in TURNS.into_iter().enumerate() {
        let (from, to, texts) = match (turn % 2, &mut said) {
            (0, [by_alice, _]) => (&alice, &bob, by_alice),
            (_, [_, by_bob]) => (&bob, &alice, by_bob),
        };
        let spoken: Vec<String> = (0..length)
            .map(|part| format!("turn {turn}, part {part}"))
            .collect();
        for text in &spoken {
            from.say(Chat::Person(to.key()), text)?;
        }
        for text in &spoken {
            to.hear(text)?;
        }
        texts.extend(spoken);
    }
    let [by_alice, by_bob] = &said;
    stands_once(bob.as_ref(), alice.as_ref(), by_alice)?;
    stands_once(alice.as_ref(), bob.as_ref(), by_bob)?;
    if data_sync {
        settled(alice.as_ref())?;
        settled(bob.as_ref())?;
    }
    Ok(())
}
