//! Several devices of one account: pairing, copies of what one says oneself, and what one's other
//! devices are told.

use super::Cell;
use super::lab::Lab;
use super::messenger::{Account, Chat, Messenger, Side, cast, until};
use super::private::settled;
use anyhow::Result;
use std::time::Duration;

/// How long nothing must come where nothing is to come.
const QUIET: Duration = Duration::from_secs(4);

/// The phones and desks of two accounts, and whether data sync is on.
const HOUSEHOLDS: [([Side; 2], [Side; 2], bool); 5] = [
    (
        [Side::Theirs, Side::Theirs],
        [Side::Theirs, Side::Theirs],
        false,
    ),
    (
        [Side::Theirs, Side::Theirs],
        [Side::Theirs, Side::Theirs],
        true,
    ),
    (
        [Side::Ours, Side::Ours],
        [Side::Theirs, Side::Theirs],
        false,
    ),
    ([Side::Ours, Side::Ours], [Side::Theirs, Side::Theirs], true),
    ([Side::Ours, Side::Theirs], [Side::Theirs, Side::Ours], true),
];

/// The devices of one account.
const ACCOUNTS: [[Side; 2]; 4] = [
    [Side::Theirs, Side::Theirs],
    [Side::Ours, Side::Theirs],
    [Side::Theirs, Side::Ours],
    [Side::Ours, Side::Ours],
];

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (alices, bobs, data_sync) in HOUSEHOLDS {
        let sync = if data_sync { "synced" } else { "unsynced" };
        cells.push(Cell::new(
            format!(
                "devices/two-and-two/{}-{}/{sync}",
                cast(&alices),
                cast(&bobs)
            ),
            move |lab| two_and_two(lab, alices, bobs, data_sync),
        ));
    }
    for sides in [[Side::Theirs, Side::Theirs], [Side::Ours, Side::Theirs]] {
        cells.push(Cell::new(
            format!("devices/too-many/{}", cast(&sides)),
            move |lab| too_many(lab, sides),
        ));
    }
    for sides in ACCOUNTS {
        cells.push(Cell::new(
            format!("devices/told/{}", cast(&sides)),
            move |lab| told(lab, sides),
        ));
    }
    cells
}

/// Pairs two devices of one account, as their users do on both screens.
fn pair_devices(one: &dyn Messenger, other: &dyn Messenger) -> Result<()> {
    one.name_device("phone")?;
    other.name_device("desk")?;
    for (from, to, name) in [(one, other, "phone"), (other, one, "desk")] {
        from.announce_device()?;
        until("the device is announced", || {
            let devices = to.devices()?;
            let known = devices
                .iter()
                .any(|device| device.installation == from.installation() && device.name == name);
            Ok((known, format!("{devices:?}")))
        })?;
    }
    one.enable_device(other.installation())?;
    other.enable_device(one.installation())
}

/// Every device hears what is said to its account, and what another of its account says.
fn two_and_two(lab: &Lab, alices: [Side; 2], bobs: [Side; 2], data_sync: bool) -> Result<()> {
    let [phone, desk] = alices;
    let alice_phone = Account::new(lab, phone, "alice-phone")?.data_sync(data_sync);
    let alice_desk = alice_phone.another_device(lab, desk, "alice-desk");
    let [phone, desk] = bobs;
    let bob_phone = Account::new(lab, phone, "bob-phone")?.data_sync(data_sync);
    let bob_desk = bob_phone.another_device(lab, desk, "bob-desk");

    let alice_phone = alice_phone.run(lab, &[])?;
    let meeting = [alice_phone.enode()];
    let alice_desk = alice_desk.run(lab, &meeting)?;
    let bob_phone = bob_phone.run(lab, &meeting)?;
    let bob_desk = bob_desk.run(lab, &meeting)?;
    let (alice_phone, alice_desk) = (alice_phone.as_ref(), alice_desk.as_ref());
    let (bob_phone, bob_desk) = (bob_phone.as_ref(), bob_desk.as_ref());
    pair_devices(alice_phone, alice_desk)?;
    pair_devices(bob_phone, bob_desk)?;

    for (from, copy, to) in [
        (alice_phone, alice_desk, [bob_phone, bob_desk]),
        (bob_phone, bob_desk, [alice_phone, alice_desk]),
        (alice_desk, alice_phone, [bob_phone, bob_desk]),
        (bob_desk, bob_phone, [alice_phone, alice_desk]),
    ] {
        let said = format!("from {}", from.installation());
        let [first, _] = to;
        from.open(first.key())?;
        let id = from.say(Chat::Person(first.key()), &said)?;
        for (at, chat) in [
            (to[0], from.key()),
            (to[1], from.key()),
            (copy, first.key()),
        ] {
            let heard = at.hear(&said)?;
            anyhow::ensure!(heard.id == id, "sent as {id}, shown as {}", heard.id);
            anyhow::ensure!(heard.from == from.key(), "shown as from {}", heard.from);
            anyhow::ensure!(heard.chat == chat, "shown in {}", heard.chat);
        }
    }
    if data_sync {
        for device in [alice_phone, alice_desk, bob_phone, bob_desk] {
            settled(device)?;
        }
    }
    Ok(())
}

/// Of four devices the three get a message whose keys are the newest.
fn too_many(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [alice, bob] = sides;
    let alice = Account::new(lab, alice, "alice")?.run(lab, &[])?;
    let first = Account::new(lab, bob, "bob-1")?;
    let mut devices = vec![first.run(lab, &[alice.enode()])?];
    for name in ["bob-2", "bob-3", "bob-4"] {
        let device = first.another_device(lab, bob, name);
        devices.push(device.run(lab, &[alice.enode()])?);
    }
    for device in &devices {
        device.open(alice.key())?;
        let said = format!("from {}", device.installation());
        device.say(Chat::Person(alice.key()), &said)?;
        alice.hear(&said)?;
    }
    let Some((oldest, others)) = devices.split_first() else {
        return Ok(());
    };
    alice.open(oldest.key())?;
    alice.say(Chat::Person(oldest.key()), "to three of you")?;
    for device in others {
        device.hear("to three of you")?;
    }
    oldest.hears_not("to three of you", QUIET)
}

/// A paired device learns the public chats and contacts that there are, and those to come.
fn told(lab: &Lab, sides: [Side; 2]) -> Result<()> {
    let [phone, desk] = sides;
    let phone_account = Account::new(lab, phone, "phone")?;
    let desk_account = phone_account.another_device(lab, desk, "desk");
    let phone = phone_account.run(lab, &[])?;
    let desk = desk_account.run(lab, &[phone.enode()])?;
    let friend = Account::new(lab, Side::Theirs, "friend")?.run(lab, &[phone.enode()])?;
    let (phone, desk) = (phone.as_ref(), desk.as_ref());

    phone.join("before-pairing")?;
    phone.add_contact(friend.key(), "", "")?;
    pair_devices(phone, desk)?;
    phone.sync_devices()?;
    until_room(desk, "before-pairing")?;
    until("the contact is known", || {
        let contact = desk.contact(friend.key())?;
        Ok((
            contact.as_ref().is_some_and(|one| one.added),
            format!("{contact:?}"),
        ))
    })?;
    phone.join("after-pairing")?;
    until_room(desk, "after-pairing")?;
    desk.join("the-other-way")?;
    until_room(phone, "the-other-way")
}

fn until_room(at: &dyn Messenger, room: &str) -> Result<()> {
    until("the public chat is known", || {
        let rooms = at.rooms()?;
        Ok((
            rooms.iter().any(|known| known == room),
            format!("{rooms:?}"),
        ))
    })
}
