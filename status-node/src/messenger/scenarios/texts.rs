use super::*;
use crate::messenger::{ClockFault, chats, contacts};
use crate::pipeline::Outgoing;
use status_payload::{ChatMessage, Decoded, KnownType, MAX_AHEAD_MS, MessageType, wire};

fn public(name: &str) -> Chat {
    Chat::public(name).unwrap()
}

/// Gives a device a message in a public chat, from somebody, in an envelope of a time.
fn hear(net: &mut Net, from: u8, kind: MessageType, encoded: Bytes, envelope_ms: u64) {
    let signed = Outgoing::wrap(&secret(from), kind, encoded, 0, START);
    let incoming = Incoming::new(signed.bytes, person(from), envelope_ms, Hash([from; 32]));
    let channel = Channel::Public("status".into());
    net.run(0, |messenger, turn| {
        messenger.handle_envelope(turn, &channel, incoming)
    })
    .unwrap();
}

fn text(text: &str, clock: u64) -> Bytes {
    let message = ChatMessage::builder().public_chat("status").text(text);
    message.clock(clock, clock).build().unwrap().encode()
}

#[test]
fn everybody_sees_the_same_order_whatever_came_first() {
    let mut net = Net::new(&[1, 2, 3]);
    let chat = public("status");
    for place in 0..3 {
        net.command(place, |messenger, turn| messenger.join(turn, &chat));
    }
    for round in 0..5 {
        for place in 0..3 {
            // All at the same time, and delivered in any order.
            net.run(place, |messenger, turn| {
                messenger.send_text(turn, &chat, format!("{round} of {place}"))
            })
            .unwrap();
        }
        net.deliver();
    }
    let first = net.texts(0, &chat);
    assert_eq!(first.len(), 15);
    for place in 1..3 {
        assert_eq!(net.texts(place, &chat), first);
    }
    let unread = net.ask(0, |_, turn| Ok(chats::get(turn.transaction, &chat)?));
    assert_eq!(unread.unwrap().unread, 10);
}

#[test]
fn an_implausible_clock_is_flagged_and_not_followed() {
    let mut net = Net::new(&[1]);
    let chat = public("status");
    net.command(0, |messenger, turn| messenger.join(turn, &chat));
    let now = net.now_ms;
    // The envelope's time is wrong as well, or the message would be refused.
    let ahead = now + 1_000_000;
    hear(
        &mut net,
        2,
        MessageType::CHAT_MESSAGE,
        text("from the future", ahead),
        ahead,
    );
    hear(
        &mut net,
        3,
        MessageType::CHAT_MESSAGE,
        text("from the past", now - 500_000),
        now,
    );
    hear(
        &mut net,
        4,
        MessageType::CHAT_MESSAGE,
        text("now", now),
        now,
    );
    let page = net.page(0, &chat);
    let faults: Vec<_> = page
        .iter()
        .map(|one| (one.text.as_str(), one.fault))
        .collect();
    assert_eq!(
        faults,
        [
            (
                "from the past",
                Some(ClockFault::Behind {
                    by_ms: 500_000 - MAX_AHEAD_MS
                })
            ),
            ("now", None),
            (
                "from the future",
                Some(ClockFault::Ahead {
                    by_ms: 1_000_000 - MAX_AHEAD_MS
                })
            ),
        ]
    );
    let own = net.command(0, |messenger, turn| {
        messenger.send_text(turn, &chat, "mine")
    });
    assert!(own.message.clock <= net.now_ms + MAX_AHEAD_MS);
    hear(
        &mut net,
        5,
        MessageType::CHAT_MESSAGE,
        text("refused", ahead),
        now,
    );
    assert_eq!(net.refused(0, "rule"), 1);
}

#[test]
fn what_nobody_understands_is_kept_and_reported() {
    let mut net = Net::new(&[1]);
    let chat = public("status");
    net.command(0, |messenger, turn| messenger.join(turn, &chat));
    let now = net.now_ms;
    hear(
        &mut net,
        2,
        MessageType::from(77),
        "of tomorrow".into(),
        now,
    );
    let request = Decoded::RequestTransaction(wire::RequestTransaction {
        clock: now,
        value: "1.5".into(),
        address: "0x01".into(),
        ..Default::default()
    });
    // About money, and in public: no place for it.
    let kind = KnownType::RequestTransaction.into();
    hear(&mut net, 2, kind, request.encode(), now);
    let others: Vec<_> = net.devices[0]
        .events
        .iter()
        .filter_map(|event| match event {
            MessengerEvent::Other(other) => Some((**other).clone()),
            _ => None,
        })
        .collect();
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].message_type, MessageType::from(77));
    assert_eq!(others[0].payload, "of tomorrow");
    let kept = net.ask(0, |_, turn| {
        Ok(crate::messenger::others::all(turn.transaction)?)
    });
    assert_eq!(kept, others);
    assert_eq!(net.refused(0, "misplaced"), 1);
}

#[test]
fn blocked_people_are_stored_nowhere() {
    let mut net = Net::new(&[1, 2]);
    let (alice, bob) = (net.person(0), net.person(1));
    let (hers, his) = (Chat::person(&bob), Chat::person(&alice));
    let everybody = public("status");
    for place in 0..2 {
        net.command(place, |messenger, turn| messenger.join(turn, &everybody));
    }
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &his, "hello")
    });
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &everybody, "hello all")
    });
    assert_eq!(net.texts(0, &hers), ["hello"]);
    net.command(0, |messenger, turn| messenger.block(turn, &bob));
    assert_eq!(net.texts(0, &hers), [""; 0]);
    assert_eq!(net.texts(0, &everybody), [""; 0]);
    let rows = |net: &mut Net| {
        net.ask(0, |_, turn| {
            let mut total = 0;
            for table in [
                "node_message",
                "node_chat",
                "node_contact",
                "node_other",
                "trust_identity",
            ] {
                let sql = format!("SELECT count(*) FROM {table}");
                let count: i64 = turn
                    .transaction
                    .query_row(&sql, [], |row| row.get(0))
                    .unwrap();
                total += count;
            }
            Ok(total)
        })
    };
    let before = rows(&mut net);
    net.devices[0].events.clear();
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &his, "are you there?")
    });
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &everybody, "again")
    });
    net.command(1, |messenger, turn| messenger.add_contact(turn, &alice));
    net.command(1, |messenger, turn| {
        messenger.create_group(turn, "trap", &[alice])
    });
    assert_eq!(rows(&mut net), before);
    let chat = net
        .ask(0, |_, turn| Ok(chats::get(turn.transaction, &hers)?))
        .unwrap();
    assert_eq!((chat.active, chat.unread), (false, 0));
    let shown = net.devices[0].events.iter().any(|event| {
        matches!(
            event,
            MessengerEvent::Message(_) | MessengerEvent::Contact(_)
        )
    });
    assert!(!shown);
    net.command(0, |messenger, turn| messenger.unblock(turn, &bob));
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &everybody, "friends?")
    });
    assert_eq!(net.texts(0, &everybody), ["friends?"]);
    assert!(!net.ask(0, |_, turn| Ok(contacts::is_blocked(
        turn.transaction,
        &bob
    )?)));
}

#[test]
fn the_user_is_told_of_a_wrong_clock() {
    for skew in [-9_000_i64, 0, 9_000] {
        let mut net = Net::new(&[1]);
        let chat = public("status");
        net.command(0, |messenger, turn| messenger.join(turn, &chat));
        let now = net.now_ms;
        let theirs = now.saturating_add_signed(skew);
        for from in 2..9 {
            let encoded = text(&format!("from {from}"), theirs);
            hear(&mut net, from, MessageType::CHAT_MESSAGE, encoded, theirs);
        }
        assert_eq!(net.texts(0, &chat).len(), 7);
        let told = net.devices[0].events.iter().find_map(|event| match event {
            MessengerEvent::Skew(estimate) => Some(estimate.others_ahead_ms),
            _ => None,
        });
        assert_eq!(told, Some(skew).filter(|skew| *skew != 0));
        let estimate = net.ask(0, |messenger, turn| Ok(messenger.skew(turn.now_ms)));
        assert_eq!(estimate.unwrap().others_ahead_ms, skew);
    }
}
