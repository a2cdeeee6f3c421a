//! What must not be shown, and why; and that nothing comes twice, also after a restart.

use crate::world::{START_MS, World, secret};
use bytes::Bytes;
use rand::{SeedableRng, rngs::StdRng};
use secp256k1::SecretKey;
use status_node::Chat;
use status_node::account::public_key;
use status_node::coupling::Route;
use status_node::messenger::{
    LedgerState, MAX_CHATS, MAX_STRANGERS_HEARD, MessengerError, MessengerEvent,
};
use status_node::pipeline::{Outgoing, encrypt_envelope};
use status_whisper::Envelope;
use std::cell::RefCell;
use std::rc::Rc;

/// An envelope of `signer` on the route of private messages to `to`, with these bytes in it.
fn private(signer: u8, to: u8, payload: &[u8]) -> Envelope {
    let route = Route::private(&public_key(&secret(to)), None);
    let mut rng = StdRng::seed_from_u64(5);
    let unsealed = encrypt_envelope(payload, &secret(signer), &route, START_MS, &mut rng);
    unsealed.unwrap().with_nonce(0)
}

fn said(author: u8, to: u8, text: &str) -> Bytes {
    let chat = Chat::person(&public_key(&secret(to)));
    let signed = Outgoing::sign(&secret(author), &chat, text, START_MS, START_MS);
    signed.unwrap().bytes
}

#[test]
fn a_private_message_cannot_be_sent_on_to_a_third_person() {
    let mut world = World::quiet();
    let bob = world.add(2);
    let anns = said(1, 3, "for Cleo");
    // Cleo sends on what Ann wrote to her, first under her own name and then, had she Ann's key, as it is.
    world.deliver(bob, &private(3, 2, &anns));
    world.deliver(bob, &private(1, 2, &anns));
    assert_eq!(world.shown(bob), [""; 0]);
    assert_eq!(world.messenger(bob).counters().refused("misplaced"), 2);
    let conflicts = world.parties[bob].events.iter();
    let conflicts = conflicts.filter(|event| matches!(event, MessengerEvent::Conflict { .. }));
    assert_eq!(conflicts.count(), 2);
    // That did not make the genuine one a duplicate.
    let genuine = said(1, 2, "for Bob");
    world.deliver(bob, &private(3, 2, &genuine));
    world.deliver(bob, &private(1, 2, &genuine));
    assert_eq!(
        world.shown(bob),
        ["for Bob"],
        "also when it is not encrypted twice"
    );
}

#[test]
fn nothing_comes_twice_not_even_after_a_restart() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let chat = Chat::public("status").unwrap();
    world.act(bob, |messenger, turn| messenger.join(turn, &chat));
    let envelopes: Rc<RefCell<Vec<Envelope>>> = Rc::default();
    let kept = Rc::clone(&envelopes);
    world.censor = Box::new(move |_, envelope| {
        kept.borrow_mut().push(envelope.clone());
        true
    });
    world.write(ann, &chat, "public");
    world.acquaint(ann, bob);
    let before = world.shown(bob);
    assert_eq!(before, ["public", "hello"]);
    for restart in [false, true] {
        if restart {
            world.load(bob);
        }
        let again = envelopes.borrow().clone();
        for envelope in &again {
            world.deliver(bob, envelope);
        }
        world.run(20_000);
        assert_eq!(world.shown(bob), before);
        assert_eq!(world.stored(bob), before);
    }
}

#[test]
fn a_fault_anywhere_in_an_envelope_changes_nothing_and_is_counted() {
    let mut world = World::quiet();
    let bob = world.add(2);
    let payloads: [&[u8]; 4] = [b"", b"\xff\xff", b"{}", &[0x0a; 700]];
    for payload in payloads {
        world.deliver(bob, &private(1, 2, payload));
    }
    let counters = world.messenger(bob).counters();
    assert_eq!(counters.envelopes_in, 4);
    assert_eq!(counters.messages_in, 0, "{counters:?}");
    let refused: u64 = counters.refused.values().sum();
    assert_eq!(refused, 4, "{counters:?}");
}

#[test]
fn who_is_blocked_leaves_no_trace() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let anns = world.public(ann);
    world.act(bob, |messenger, turn| messenger.block(turn, &anns));
    let rows = |world: &mut World| -> i64 {
        world.look(bob, |_, turn| {
            let count = "SELECT (SELECT count(*) FROM security_installation)
                 + (SELECT count(*) FROM node_seen) + (SELECT count(*) FROM node_message)";
            Ok(turn.transaction.query_row(count, [], |row| row.get(0))?)
        })
    };
    let before = rows(&mut world);
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "hello");
    world.run(60_000);
    assert_eq!(world.shown(bob), [""; 0]);
    assert_eq!(rows(&mut world), before);
    assert!(world.messenger(bob).counters().refused("blocked") > 1);
    assert_eq!(world.remaining(ann, &id), None, "nor is it acknowledged");
    assert_eq!(world.parties[bob].posted.len(), 0);
}

#[test]
fn who_is_blocked_gets_nothing_more_of_what_was_owed() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.set_online(bob, false);
    let (bobs, to_bob) = (world.public(bob), world.chat(bob));
    let id = world.write(ann, &to_bob, "hello");
    world.act(ann, |messenger, turn| messenger.block(turn, &bobs));
    let before = world.parties[ann].posted.len();
    world.run(100_000);
    assert_eq!(world.parties[ann].posted.len(), before);
    let expired = LedgerState::Expired { person: Some(bobs) };
    assert_eq!(world.states(ann, &id).last(), Some(&expired));
}

#[test]
fn what_cannot_be_kept_is_not_sent() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let to_bob = world.chat(bob);
    world.act(ann, |_, turn| {
        let fill =
            "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ?1)
             INSERT INTO node_chat (chat, name, active, muted, clock, unread, cleared, chosen)
             SELECT '#c' || n, '', 0, 0, 0, 0, 0, 1 FROM many";
        Ok(turn.transaction.execute(fill, [MAX_CHATS as i64])?)
    });
    let refused = world.act(ann, |messenger, turn| {
        Ok(messenger.send_text(turn, &to_bob, "hello").is_err())
    });
    assert_eq!(refused, Some(true));
    world.run(10_000);
    assert_eq!(world.parties[ann].posted.len(), 0);
}

#[test]
fn strangers_do_not_push_friends_out_of_what_is_listened_to() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    let (to_ann, to_bob) = (world.chat(ann), world.chat(bob));
    let friends = world.listening(bob);
    for number in 0..600_u16 {
        let mut secret = [9; 32];
        secret[..2].copy_from_slice(&number.to_be_bytes());
        let stranger = SecretKey::from_byte_array(secret).unwrap();
        let signed = Outgoing::sign(&stranger, &to_bob, "psst", START_MS, START_MS).unwrap();
        let route = Route::private(&world.public(bob), None);
        let mut rng = StdRng::seed_from_u64(number.into());
        let envelope = encrypt_envelope(&signed.bytes, &stranger, &route, START_MS, &mut rng);
        world.deliver(bob, &envelope.unwrap().with_nonce(0));
    }
    world.run(20_000);
    let listening = world.listening(bob);
    assert!(friends.iter().all(|channel| listening.contains(channel)));
    assert_eq!(listening.len(), friends.len() + MAX_STRANGERS_HEARD);
    world.load(bob);
    world.write(ann, &to_bob, "still there?");
    world.run(10_000);
    world.write(bob, &to_ann, "yes");
    world.run(10_000);
    assert_eq!(world.shown(bob).last().unwrap(), "still there?");
    assert_eq!(world.shown(ann).last().unwrap(), "yes");
}

#[test]
fn what_is_too_large_is_refused_before_anything_is_sent() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let text = "x".repeat(60_000);
    let to_bob = world.chat(bob);
    let refused = world.act(ann, |messenger, turn| {
        Ok(messenger.send_text(turn, &to_bob, text.as_str()).err())
    });
    let limit = match refused.flatten() {
        Some(MessengerError::TooLarge { size, limit }) if size > 60_000 => limit,
        other => panic!("{other:?}"),
    };
    world.run(10_000);
    assert_eq!(world.parties[ann].posted.len(), 0);
    let fits = "x".repeat(limit - 1_000);
    world.write(ann, &to_bob, &fits);
    world.run(10_000);
    assert_eq!(world.shown(bob), [fits]);
}
