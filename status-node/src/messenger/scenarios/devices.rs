use super::*;
use crate::messenger::{chats, contacts, devices::Device as Known};
use status_conversational_security::InstallationId;

fn installation(net: &Net, place: usize) -> InstallationId {
    net.devices[place].messenger.installation().unwrap().clone()
}

/// Both devices introduce themselves, and the user enables each on the other.
fn pair(net: &mut Net, one: usize, other: usize) {
    for (place, name) in [(one, "laptop"), (other, "phone")] {
        net.command(place, |messenger, turn| {
            messenger.set_device(turn, name, "desktop")?;
            messenger.announce_device(turn)
        });
        net.settle();
    }
    // The first introduced itself when the second knew it not.
    net.command(one, |messenger, turn| messenger.announce_device(turn));
    net.settle();
    let (first, second) = (installation(net, one), installation(net, other));
    net.command(one, |messenger, turn| {
        messenger.enable_device(turn, &second)
    });
    net.command(other, |messenger, turn| {
        messenger.enable_device(turn, &first)
    });
    net.settle();
}

fn known(net: &mut Net, place: usize) -> Vec<Known> {
    net.ask(place, |messenger, turn| messenger.devices(turn))
}

#[test]
fn devices_introduce_themselves_and_wait_to_be_enabled() {
    let mut net = Net::new(&[1, 1]);
    let unnamed = net.run(0, |messenger, turn| messenger.announce_device(turn));
    assert!(matches!(unnamed, Err(MessengerError::NoDeviceName)));
    let blank = net.run(0, |messenger, turn| messenger.set_device(turn, " ", "ios"));
    assert!(matches!(blank, Err(MessengerError::NoDeviceName)));
    let second = installation(&net, 1);
    let early = net.run(0, |messenger, turn| messenger.enable_device(turn, &second));
    assert!(matches!(early, Err(MessengerError::UnknownDevice)));
    net.command(1, |messenger, turn| {
        messenger.set_device(turn, "phone", "ios")?;
        messenger.announce_device(turn)
    });
    let devices = known(&mut net, 0);
    assert_eq!(devices.len(), 2);
    assert!(devices[0].this && devices[0].enabled);
    assert_eq!(devices[1].installation, second);
    assert_eq!(
        (devices[1].metadata.name.as_str(), devices[1].enabled),
        ("phone", false)
    );
    net.command(0, |messenger, turn| messenger.enable_device(turn, &second));
    assert!(known(&mut net, 0)[1].enabled);
    net.command(0, |messenger, turn| messenger.disable_device(turn, &second));
    assert!(!known(&mut net, 0)[1].enabled);
}

#[test]
fn paired_devices_know_the_same_contacts_and_public_chats() {
    let mut net = Net::new(&[1, 1, 2]);
    let bob = net.person(2);
    let chat = Chat::public("status").unwrap();
    net.command(0, |messenger, turn| messenger.add_contact(turn, &bob));
    net.command(0, |messenger, turn| messenger.join(turn, &chat));
    net.command(0, |messenger, turn| {
        messenger.set_profile(turn, "alice.eth", "data:a")
    });
    pair(&mut net, 0, 1);
    net.command(0, |messenger, turn| messenger.sync_devices(turn));
    net.settle();
    let contact = net.ask(1, |_, turn| Ok(contacts::get(turn.transaction, &bob)?));
    assert!(contact.unwrap().added);
    let joined = net.ask(1, |_, turn| Ok(chats::get(turn.transaction, &chat)?));
    assert!(joined.unwrap().active);
    let profile = net.ask(1, |messenger, turn| messenger.profile(turn));
    assert_eq!(
        (profile.ens_name.as_str(), profile.picture.as_str()),
        ("alice.eth", "data:a")
    );
    // From now on at once.
    let later = Chat::public("later").unwrap();
    net.command(1, |messenger, turn| messenger.join(turn, &later));
    net.settle();
    let joined = net.ask(0, |_, turn| Ok(chats::get(turn.transaction, &later)?));
    assert!(joined.unwrap().active);
    // What was left here does not come back.
    net.command(0, |messenger, turn| messenger.leave(turn, &later));
    net.command(1, |messenger, turn| messenger.sync_devices(turn));
    net.settle();
    let left = net.ask(0, |_, turn| Ok(chats::get(turn.transaction, &later)?));
    assert!(!left.unwrap().active);
}

#[test]
fn an_addition_is_not_hidden_by_news_of_the_contact() {
    let mut net = Net::new(&[1, 1, 2]);
    let [alice, _, bob] = [0, 1, 2].map(|place| net.person(place));
    pair(&mut net, 0, 1);
    net.devices[1].offline = true;
    net.command(0, |messenger, turn| messenger.add_contact(turn, &bob));
    net.devices[1].offline = false;
    // The other device hears of a newer picture before it hears that he was added.
    net.devices[0].offline = true;
    net.command(2, |messenger, turn| {
        messenger.set_profile(turn, "", "data:new")
    });
    net.command(2, |messenger, turn| messenger.add_contact(turn, &alice));
    net.devices[0].offline = false;
    net.settle();
    let contact = net.ask(1, |_, turn| Ok(contacts::get(turn.transaction, &bob)?));
    let contact = contact.unwrap();
    assert!(contact.added && contact.has_added_us);
    assert_eq!(contact.picture, "data:new");
}

#[test]
fn what_one_device_says_the_other_shows_as_ones_own() {
    let mut net = Net::new(&[1, 1, 2]);
    let [alice, _, bob] = [0, 1, 2].map(|place| net.person(place));
    let (hers, his) = (Chat::person(&bob), Chat::person(&alice));
    pair(&mut net, 0, 1);
    net.command(0, |messenger, turn| {
        messenger.send_text(turn, &hers, "from the laptop")
    });
    net.settle();
    net.command(2, |messenger, turn| {
        messenger.send_text(turn, &his, "from bob")
    });
    net.settle();
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &hers, "from the phone")
    });
    net.settle();
    let all = ["from the laptop", "from bob", "from the phone"];
    for (place, chat) in [(0, &hers), (1, &hers), (2, &his)] {
        assert_eq!(net.texts(place, chat), all, "{place}");
    }
    let outgoing = |net: &mut Net, place, chat: &Chat| -> Vec<bool> {
        net.page(place, chat)
            .iter()
            .map(|message| message.outgoing)
            .collect()
    };
    assert_eq!(outgoing(&mut net, 0, &hers), [true, false, true]);
    assert_eq!(outgoing(&mut net, 1, &hers), [true, false, true]);
    assert_eq!(outgoing(&mut net, 2, &his), [false, true, false]);
    let unread = net.ask(1, |_, turn| Ok(chats::get(turn.transaction, &hers)?));
    assert_eq!(unread.unwrap().unread, 1);
}

#[test]
fn a_group_is_the_same_on_both_devices() {
    let mut net = Net::new(&[1, 1, 2]);
    let bob = net.person(2);
    pair(&mut net, 0, 1);
    let group = net.command(0, |messenger, turn| {
        messenger.create_group(turn, "two", &[bob])
    });
    net.settle();
    net.command(2, |messenger, turn| messenger.join_group(turn, &group));
    net.settle();
    let chat = Chat::Group(group.clone());
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &chat, "from the phone")
    });
    net.settle();
    net.command(2, |messenger, turn| {
        messenger.send_text(turn, &chat, "from bob")
    });
    net.settle();
    for place in 0..3 {
        assert_eq!(
            net.texts(place, &chat),
            ["from the phone", "from bob"],
            "{place}"
        );
    }
    net.command(1, |messenger, turn| messenger.leave_group(turn, &group));
    net.settle();
    let shown = net.ask(0, |_, turn| Ok(chats::get(turn.transaction, &chat)?));
    assert!(!shown.unwrap().active, "it was left on the other device");
}
