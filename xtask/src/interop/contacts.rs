//! Contacts: what they are told of each other's profiles, and the contact codes that let strangers
//! write to a device from the first word.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Chat, Contact, Messenger, PAIRS, Side, cast, until, until_within};
use super::private::{pair, tell};
use anyhow::Result;
use std::time::Duration;

/// The smallest picture there is, as the application sends pictures.
const PICTURE: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAI=";

/// A messenger publishes its contact code 120 s after its start.
const CONTACT_CODE: Duration = Duration::from_secs(150);

/// How long nothing must come where nothing is to come.
const QUIET: Duration = Duration::from_secs(5);

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for sides in PAIRS {
        let cast = cast(&sides);
        // Both publish, so that the order of the two makes no difference.
        if sides != [Side::Theirs, Side::Ours] {
            cells.push(Cell::new(format!("contacts/{cast}/code"), move |lab| {
                contact_code(lab, sides)
            }));
        }
        cells.push(Cell::new(format!("contacts/{cast}/profile"), move |lab| {
            profile(lab, sides)
        }));
        cells.push(Cell::new(format!("contacts/{cast}/blocked"), move |lab| {
            blocked(lab, sides)
        }));
    }
    cells
}

/// Waits until one side knows of another what is wanted.
fn until_known(
    at: &dyn Messenger,
    person: &str,
    what: &str,
    wanted: impl Fn(&Contact) -> bool,
) -> Result<()> {
    until(what, || {
        let contact = at.contact(person)?;
        Ok((
            contact.as_ref().is_some_and(&wanted),
            format!("{contact:?}"),
        ))
    })
}

/// Adding somebody tells that person; so does a change of the profile.
fn profile(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let (alice, bob) = pair(lab, sides, [true, true])?;
    alice.add_contact(bob.key(), "alice.stateofus.eth", PICTURE)?;
    until_known(bob.as_ref(), alice.key(), "the name is known", |contact| {
        contact.name == "alice.stateofus.eth" && contact.picture == PICTURE && contact.added_us
    })?;
    until_known(alice.as_ref(), bob.key(), "bob is added", |contact| {
        contact.added
    })?;
    bob.add_contact(alice.key(), "", "")?;
    until_known(
        alice.as_ref(),
        bob.key(),
        "each added the other",
        |contact| contact.added && contact.added_us,
    )?;
    bob.set_profile("bob.stateofus.eth", "")?;
    until_known(
        alice.as_ref(),
        bob.key(),
        "the name has changed",
        |contact| contact.name == "bob.stateofus.eth" && contact.picture.is_empty(),
    )?;
    alice.set_profile("", "")?;
    until_known(
        bob.as_ref(),
        alice.key(),
        "the profile is empty again",
        |contact| contact.name.is_empty() && contact.picture.is_empty(),
    )
}

/// Who is blocked is not heard, and is not told either.
fn blocked(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let (alice, bob) = pair(lab, sides, [false, false])?;
    alice.open(bob.key())?;
    bob.open(alice.key())?;
    tell(alice.as_ref(), bob.as_ref(), "hello")?;
    tell(bob.as_ref(), alice.as_ref(), "hello to you")?;
    alice.block(bob.key())?;
    bob.say(Chat::Person(alice.key()), "and another thing")?;
    alice.hears_not("and another thing", QUIET)
}

/// Each side learns the other's devices though neither has said a word.
fn contact_code(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let (alice, bob) = pair(lab, sides, [true, true])?;
    alice.open(bob.key())?;
    bob.open(alice.key())?;
    for (at, person) in [(&alice, &bob), (&bob, &alice)] {
        until_within("the contact code has come", CONTACT_CODE, || {
            let devices = at.devices_of(person.key())?;
            let known = devices
                .iter()
                .any(|device| device.installation == person.installation());
            Ok((known, format!("{devices:?}")))
        })?;
    }
    tell(alice.as_ref(), bob.as_ref(), "I know your device")?;
    tell(bob.as_ref(), alice.as_ref(), "and I yours").map(|_| ())
}
