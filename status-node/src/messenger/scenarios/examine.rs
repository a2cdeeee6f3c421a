//! What an account makes of an envelope is shown, and nothing has happened to it afterwards.

use super::*;
use crate::explain::{Explainer, Layer};
use crate::pipeline::encrypt_envelope;
use serde_json::Value;

/// Everything in a device's database.
fn dump(net: &mut Net, place: usize) -> Vec<String> {
    net.ask(place, |_, turn| {
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
        let mut tables = turn.transaction.prepare(names).unwrap();
        let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let mut rows = Vec::new();
        for table in tables.map(Result::unwrap) {
            let mut all = turn
                .transaction
                .prepare(&format!("SELECT * FROM \"{table}\""))
                .unwrap();
            let columns = all.column_count();
            let mut found = all.query([]).unwrap();
            while let Some(row) = found.next().unwrap() {
                let values: Vec<_> = (0..columns).map(|c| row.get_ref(c).unwrap()).collect();
                rows.push(format!("{table} {values:?}"));
            }
        }
        Ok(rows)
    })
}

/// The envelopes of what flies, in the order in which it was sent.
fn envelopes(net: &mut Net, author: u8) -> Vec<Bytes> {
    let now_ms = net.now_ms;
    let flying = net.flying.iter();
    let envelopes = flying.map(|flying| {
        let route = &flying.route;
        let unsealed = encrypt_envelope(
            &flying.payload,
            &secret(author),
            route,
            now_ms,
            &mut rand::rng(),
        );
        unsealed.unwrap().with_nonce(0).rlp().clone()
    });
    envelopes.collect()
}

fn explain(net: &mut Net, place: usize, bytes: &Bytes) -> Layer {
    let bytes = bytes.clone();
    net.run(place, |messenger, turn| {
        let explainer = Explainer::new(turn.now_ms).min_pow(0.0);
        messenger.examine(turn, |account| {
            explainer.clone().account(account).explain(bytes, None)
        })
    })
    .unwrap()
}

/// The layer of this name, wherever it stands.
fn find<'a>(layer: &'a Layer, name: &str) -> Option<&'a Layer> {
    match layer.name == name {
        true => Some(layer),
        false => layer.inner.iter().find_map(|inner| find(inner, name)),
    }
}

fn field<'a>(layer: &'a Layer, of: &str, name: &str) -> &'a Value {
    let of = find(layer, of).unwrap_or_else(|| panic!("no {of} in {layer}"));
    let mut fields = of.fields.iter();
    let found = fields.find(|field| field.name == name);
    &found
        .unwrap_or_else(|| panic!("no {name} in {layer}"))
        .value
}

/// Two people who have written to each other.
fn acquainted() -> Net {
    let mut net = Net::new(&[1, 2]);
    for (from, to) in [(0, 1), (1, 0), (0, 1)] {
        let chat = Chat::person(&net.person(to));
        net.command(from, |messenger, turn| {
            messenger.send_text(turn, &chat, "hello")
        });
        net.settle();
    }
    net
}

#[test]
fn messages_of_a_session_are_read_and_the_session_stays_as_it_was() {
    let mut net = acquainted();
    let chat = Chat::person(&net.person(1));
    for text in ["one", "two", "three"] {
        net.now_ms += 1_000;
        net.run(0, |messenger, turn| messenger.send_text(turn, &chat, text))
            .unwrap();
    }
    let envelopes = envelopes(&mut net, 1);
    assert_eq!(envelopes.len(), 3, "each text in an envelope of its own");
    let before = dump(&mut net, 1);
    let ann = hex::encode(net.person(0).serialize_uncompressed());
    for (missing, text) in [(2, "three"), (0, "one"), (1, "two"), (2, "three")] {
        let number = ["one", "two", "three"].iter().position(|one| *one == text);
        let layer = explain(&mut net, 1, &envelopes[number.unwrap()]);
        assert_eq!(layer.refusals(), [], "{layer}");
        assert_eq!(field(&layer, "ChatMessage", "text"), text);
        let opened = field(&layer, "Whisper envelope", "opened_with");
        let opened = opened.as_str().unwrap();
        assert!(
            opened.starts_with("the topic that the account shares with"),
            "{opened}"
        );
        assert_eq!(field(&layer, "session", "state"), "established");
        let place = field(&layer, "session", "this_message").as_str().unwrap();
        match missing {
            0 => assert_eq!(place, "message 0, the first of a new chain"),
            n => assert!(
                place.ends_with(&format!("{n} missing before it")),
                "{place}"
            ),
        }
        let belongs = field(&layer, "ApplicationMetadataMessage", "belongs_to");
        assert_eq!(belongs, &format!("0x{ann}"));
    }
    assert_eq!(dump(&mut net, 1), before);
    net.settle();
    assert!(net.texts(1, &Chat::person(&net.person(0))).ends_with(&[
        "one".to_owned(),
        "two".into(),
        "three".into()
    ]));
    // Now the key is gone.
    let layer = explain(&mut net, 1, &envelopes[0]);
    let refusals = layer.refusals();
    assert!(
        refusals.iter().any(|(layer, reason)| {
            layer.starts_with("ProtocolMessage") && reason.contains("was read already")
        }),
        "{refusals:?}"
    );
}

#[test]
fn a_gap_of_too_many_messages_is_said_with_both_numbers() {
    let mut net = acquainted();
    let chat = Chat::person(&net.person(1));
    // The first opens a new chain: 1,204 are missing before the last.
    for _ in 0..1_204 {
        net.run(0, |messenger, turn| {
            messenger.send_text(turn, &chat, "lost")
        })
        .unwrap();
        net.flying.clear();
    }
    net.run(0, |messenger, turn| {
        messenger.send_text(turn, &chat, "last")
    })
    .unwrap();
    let envelope = envelopes(&mut net, 1).remove(0);
    let before = dump(&mut net, 1);
    let layer = explain(&mut net, 1, &envelope);
    let wanted = "its session refuses the message: gap of 1,204 over 1,000: more messages are missing before \
                  this one than may be";
    let refusals = layer.refusals();
    assert!(
        refusals.iter().any(|(_, reason)| *reason == wanted),
        "{layer}"
    );
    let place = field(&layer, "session", "this_message");
    assert_eq!(place, "message 1204 of a new chain, 1204 missing before it");
    assert_eq!(dump(&mut net, 1), before);
}

#[test]
fn a_message_that_is_for_somebody_else_is_said_to_be() {
    let mut net = acquainted();
    net.add(Some(3));
    let chat = Chat::person(&net.person(1));
    net.run(0, |messenger, turn| {
        messenger.send_text(turn, &chat, "secret")
    })
    .unwrap();
    let envelope = envelopes(&mut net, 1).remove(0);
    let stranger = explain(&mut net, 2, &envelope).to_string();
    assert!(stranger.contains("it is for nobody and no chat that the account listens to"));
    assert!(!stranger.contains("secret"));
    // Its sender sees it come back.
    let own = explain(&mut net, 0, &envelope);
    let wanted = "the message is this device's own, and came back";
    assert!(
        own.refusals().iter().any(|(_, reason)| *reason == wanted),
        "{own}"
    );
}

#[test]
fn a_device_that_the_sender_does_not_know_reads_that_it_was_left_out() {
    let mut net = acquainted();
    // Bob's second device, which ann has not heard of.
    net.add(Some(2));
    let chat = Chat::person(&net.person(1));
    net.run(0, |messenger, turn| {
        messenger.send_text(turn, &chat, "hello")
    })
    .unwrap();
    let envelope = envelopes(&mut net, 1).remove(0);
    let before = dump(&mut net, 2);
    let layer = net.run(2, |messenger, turn| {
        // It does not listen to what ann and bob share either.
        let bob = hex::encode(secret(2).secret_bytes());
        let bob: [u8; 32] = hex::decode(bob).unwrap().try_into().unwrap();
        let ann = Chat::person(&person(1));
        let explainer = Explainer::new(turn.now_ms).min_pow(0.0).key(bob).chat(&ann);
        messenger.examine(turn, |account| {
            explainer
                .clone()
                .account(account)
                .explain(envelope.clone(), None)
        })
    });
    let layer = layer.unwrap();
    let wanted = "not for this device";
    let refusals = layer.refusals();
    assert!(
        refusals.iter().any(|(_, reason)| reason.contains(wanted)),
        "{layer}"
    );
    let direct = find(&layer, "direct message").unwrap();
    let note = direct.fields[0].note.as_deref();
    assert_eq!(note, Some("another device"), "{layer}");
    assert_eq!(dump(&mut net, 2), before);
}

/// As a running node carries it out: in a transaction that it commits.
#[test]
fn the_call_of_a_client_changes_nothing_either() {
    let mut net = acquainted();
    let chat = Chat::person(&net.person(1));
    net.now_ms += 1_000;
    net.run(0, |messenger, turn| {
        messenger.send_text(turn, &chat, "hello")
    })
    .unwrap();
    let envelope = envelopes(&mut net, 1).remove(0);
    let before = dump(&mut net, 1);
    for _ in 0..2 {
        let question = crate::rpc::methods::Explain {
            bytes: Some(hex::encode(&envelope)),
            min_pow: Some(0.0),
            ..Default::default()
        };
        let explained = net.run(1, |messenger, turn| {
            let explained = crate::rpc::Operation::run(question, messenger, turn);
            Ok(explained.unwrap_or_else(|_| panic!("refused")))
        });
        let explained = explained.unwrap();
        assert!(
            explained.text.ends_with("nothing is refused"),
            "{}",
            explained.text
        );
        assert_eq!(dump(&mut net, 1), before);
    }
    net.settle();
    let ann = Chat::person(&net.person(0));
    assert_eq!(net.texts(1, &ann).last().map(String::as_str), Some("hello"));
}

#[test]
fn without_an_account_nothing_is_examined() {
    let mut net = Net::new(&[]);
    net.add(None);
    let nothing = net.run(0, |messenger, turn| messenger.examine(turn, |_| ()));
    assert!(matches!(nothing, Err(MessengerError::NoIdentity)));
}
