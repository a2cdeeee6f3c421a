use super::*;
use crate::messenger::{PairingNews, chats, contacts};
use status_conversational_security::noise::pairing::{AccountSecrets, PairingState};

fn news(net: &mut Net, place: usize) -> Vec<PairingNews> {
    let events = net.devices[place].events.iter();
    let news = events.filter_map(|event| match event {
        MessengerEvent::Pairing(news) => Some(news.clone()),
        _ => None,
    });
    news.collect()
}

/// Carries the messages of the pairing between two devices, until there are none.
fn carry(net: &mut Net, one: usize, other: usize) {
    loop {
        let mut carried = false;
        for (from, to) in [(one, other), (other, one)] {
            while let Some(message) = net.devices[from].messenger.poll_pairing_message() {
                carried = true;
                net.run(to, |messenger, turn| {
                    messenger.handle_pairing_message(turn, message)
                })
                .unwrap();
            }
        }
        if !carried {
            return;
        }
    }
}

/// Two devices, the first of which shows a code and passes an account, up to the confirmation.
fn meet(net: &mut Net, account: Option<AccountSecrets>) {
    let code = net.command(0, |messenger, turn| {
        messenger.show_pairing_code(turn, 60_000, account)
    });
    let code = code.to_text().parse().unwrap();
    net.command(1, |messenger, turn| {
        messenger.take_pairing_code(turn, &code, None)
    });
    carry(net, 0, 1);
    let (ours, theirs) = (news(net, 0), news(net, 1));
    assert!(matches!(ours[..], [PairingNews::Compare(_)]));
    assert_eq!(ours, theirs);
    for place in 0..2 {
        net.run(place, |messenger, turn| messenger.confirm_pairing(turn))
            .unwrap();
    }
    carry(net, 0, 1);
}

fn both_enabled(net: &mut Net) {
    for place in 0..2 {
        let devices = net.ask(place, |messenger, turn| messenger.devices(turn));
        assert_eq!(devices.len(), 2, "{place}");
        assert!(devices.iter().all(|device| device.enabled), "{place}");
    }
}

#[test]
fn two_devices_of_an_account_end_enabled_and_synchronised() {
    let mut net = Net::new(&[1, 1, 2]);
    let bob = net.person(2);
    let chat = Chat::public("status").unwrap();
    net.command(0, |messenger, turn| messenger.join(turn, &chat));
    net.command(1, |messenger, turn| messenger.add_contact(turn, &bob));
    net.command(1, |messenger, turn| messenger.set_alias(turn, &bob, "Bob"));
    meet(&mut net, None);
    net.settle();
    both_enabled(&mut net);
    let contact = net
        .ask(0, |_, turn| Ok(contacts::get(turn.transaction, &bob)?))
        .unwrap();
    assert!(contact.added);
    assert_eq!(contact.alias, "Bob");
    let joined = net.ask(1, |_, turn| Ok(chats::get(turn.transaction, &chat)?));
    assert!(joined.unwrap().active);
    for place in 0..2 {
        let news = news(&mut net, place);
        assert!(
            news.iter()
                .any(|news| matches!(news, PairingNews::Accepted { .. }))
        );
        assert!(news.contains(&PairingNews::Delivered));
    }
    let hers = Chat::person(&bob);
    net.command(0, |messenger, turn| {
        messenger.send_text(turn, &hers, "to bob")
    });
    net.settle();
    assert_eq!(net.texts(1, &hers), ["to bob"]);
}

#[test]
fn a_new_device_gets_the_account() {
    let mut net = Net::new(&[1]);
    net.add(None);
    net.add(Some(2));
    let bob = net.person(2);
    net.command(0, |messenger, turn| messenger.add_contact(turn, &bob));
    meet(&mut net, Some(AccountSecrets::new(&secret(1), None)));
    let received = news(&mut net, 1).into_iter().find_map(|news| match news {
        PairingNews::Received {
            bundle,
            installation,
        } => Some((bundle, installation)),
        _ => None,
    });
    let (bundle, installation) = received.unwrap();
    let account = bundle.account.as_ref().unwrap().identity().unwrap();
    assert_eq!(account, secret(1));
    net.replace(1, 1, |turn| {
        Messenger::adopt(turn, &bundle, &installation).unwrap()
    });
    assert_eq!(net.devices[1].messenger.installation(), Some(&installation));
    net.command(1, |messenger, turn| {
        messenger.set_device(turn, "phone", "ios")?;
        messenger.announce_device(turn)
    });
    net.command(0, |messenger, turn| messenger.announce_device(turn));
    net.settle();
    both_enabled(&mut net);
    let contact = net.ask(1, |_, turn| Ok(contacts::get(turn.transaction, &bob)?));
    assert!(contact.unwrap().added);
}

#[test]
fn devices_of_two_accounts_part_before_anything_is_taken() {
    let mut net = Net::new(&[1, 2, 3]);
    let carol = net.person(2);
    net.command(1, |messenger, turn| messenger.add_contact(turn, &carol));
    meet(&mut net, None);
    net.settle();
    for place in 0..2 {
        assert!(news(&mut net, place).contains(&PairingNews::OtherAccount));
        let devices = net.ask(place, |messenger, turn| messenger.devices(turn));
        assert_eq!(devices.len(), 1);
    }
    assert_eq!(
        net.ask(0, |_, turn| Ok(contacts::get(turn.transaction, &carol)?)),
        None
    );
}

#[test]
fn digits_that_differ_end_it_on_both_devices() {
    let mut net = Net::new(&[1, 1]);
    let none = net.run(0, |messenger, turn| messenger.confirm_pairing(turn));
    assert!(matches!(none, Err(MessengerError::NoPairing)));
    let code = net.command(0, |messenger, turn| {
        messenger.show_pairing_code(turn, 60_000, None)
    });
    net.command(1, |messenger, turn| {
        messenger.take_pairing_code(turn, &code, None)
    });
    carry(&mut net, 0, 1);
    net.command(1, |messenger, turn| messenger.reject_pairing(turn));
    carry(&mut net, 0, 1);
    for place in 0..2 {
        let state = net.devices[place].messenger.pairing_state();
        assert!(matches!(state, Some(PairingState::Over(_))));
    }
}
