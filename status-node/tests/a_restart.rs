//! What a node was told and what it owes outlives it.
#![cfg(test)]

mod bare;

use bare::{LOOPBACK, patiently};
use status_devp2p::Enode;
use status_node::account::Identity;
use status_node::messenger::{LedgerState, Messenger, Settings, Turn};
use status_node::storage::{Database, DatabaseKey};
use status_node::{Chat, Node, NodeEvents};
use std::path::Path;

fn identity(byte: u8) -> Identity {
    let key = secp256k1::SecretKey::from_byte_array([byte; 32]).unwrap();
    Identity::from_secret_key(key)
}

async fn start(folder: &Path, byte: u8, relay: Option<Enode>) -> (Node, NodeEvents) {
    let identity = identity(byte);
    let path = folder.join(byte.to_string());
    let database = Database::open(&path, &DatabaseKey::of(&identity)).unwrap();
    let builder = Node::builder().identity(identity).database(database);
    let builder = relay
        .into_iter()
        .fold(builder, |builder, relay| builder.peer(relay));
    builder.start().await.unwrap()
}

#[tokio::test]
async fn what_waited_for_a_peer_is_sent_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let chat: Chat = "#restart".parse().unwrap();
    let (ann, _events) = start(folder.path(), 1, None).await;
    let bob = Chat::person(identity(2).profile().public_key());
    let queued = ann.with_messenger({
        let chat = chat.clone();
        move |messenger, turn| {
            let public = messenger.send_text(turn, &chat, "to whom it may concern")?;
            let private = messenger.send_text(turn, &bob, "to you")?;
            Ok([public.message.id, private.message.id])
        }
    });
    let queued = patiently(queued).await.unwrap();
    patiently(ann.shutdown()).await;

    let (relay, _relay_events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let (bob, mut events) = start(folder.path(), 2, Some(relay.enode())).await;
    bob.join(&chat).await.unwrap();
    let (ann, _events) = start(folder.path(), 1, Some(relay.enode())).await;
    let mut arrived = Vec::new();
    while arrived.len() < 2 {
        arrived.push(patiently(events.next_message()).await.unwrap().id);
    }
    arrived.sort();
    let mut expected = queued.to_vec();
    expected.sort();
    assert_eq!(arrived, expected);
    for node in [&ann, &bob, &relay] {
        patiently(node.shutdown()).await;
    }
}

#[tokio::test]
async fn a_message_is_acknowledged_by_somebody_who_was_away() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, _relay_events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let (ann, _ann_events) = start(folder.path(), 1, Some(relay.enode())).await;
    let bob = Chat::person(identity(2).profile().public_key());
    let sent = patiently(ann.send(&bob, "are you there")).await.unwrap();
    // Both stop and start while the message waits.
    patiently(ann.shutdown()).await;
    let (bob, mut events) = start(folder.path(), 2, Some(relay.enode())).await;
    let (ann, _ann_events) = start(folder.path(), 1, Some(relay.enode())).await;
    let message = patiently(events.next_message()).await.unwrap();
    assert_eq!(message.id, sent.message.id);
    let id = sent.message.id;
    let wait = async {
        loop {
            let ledger = ann.with_messenger(move |messenger, turn| messenger.ledger(turn, &id));
            let ledger = ledger.await.unwrap();
            let states = ledger.into_iter().map(|entry| entry.state);
            let states: Vec<_> = states.collect();
            let settled = |state: &LedgerState| {
                matches!(state, LedgerState::Acknowledged { remaining: 0, .. })
            };
            if states.iter().any(settled) {
                break states;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let states = patiently(wait).await;
    assert_eq!(states.first(), Some(&LedgerState::Queued));
    // Started again, he is not shown it again.
    patiently(bob.shutdown()).await;
    let (bob, mut events) = start(folder.path(), 2, Some(relay.enode())).await;
    let chat = Chat::person(identity(1).profile().public_key());
    let stored =
        bob.with_messenger(move |messenger, turn| messenger.messages(turn, &chat, None, 9));
    assert_eq!(patiently(stored).await.unwrap().len(), 1);
    patiently(ann.send(&Chat::person(identity(2).profile().public_key()), "again"))
        .await
        .unwrap();
    assert_eq!(
        patiently(events.next_message()).await.unwrap().text,
        "again"
    );
    for node in [&ann, &bob, &relay] {
        patiently(node.shutdown()).await;
    }
}

#[tokio::test]
async fn a_chat_that_was_joined_is_still_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    let chat: Chat = "#restart".parse().unwrap();
    let (relay, _relay_events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let (ann, _events) = start(folder.path(), 1, None).await;
    assert!(patiently(ann.join(&chat)).await.unwrap());
    patiently(ann.shutdown()).await;
    let (ann, mut events) = start(folder.path(), 1, Some(relay.enode())).await;
    assert!(!patiently(ann.join(&chat)).await.unwrap(), "it is joined");
    let (bob, _bob_events) = start(folder.path(), 2, Some(relay.enode())).await;
    patiently(bob.send(&chat, "hello")).await.unwrap();
    assert_eq!(
        patiently(events.next_message()).await.unwrap().text,
        "hello"
    );
    assert!(patiently(ann.leave(&chat)).await.unwrap());
    for node in [&ann, &bob, &relay] {
        patiently(node.shutdown()).await;
    }
}

/// How many payloads a messenger has to send at this time, which it then forgets.
fn outbounds(database: &mut Database, messenger: &mut Option<Messenger>, now_ms: u64) -> usize {
    let transaction = database.transaction().unwrap();
    let mut turn = Turn {
        transaction: &transaction,
        now_ms,
        rng: &mut rand::rng(),
    };
    let messenger = messenger.get_or_insert_with(|| {
        Messenger::load(&mut turn, Some(&identity(1)), Settings::default()).unwrap()
    });
    messenger.handle_timeout(&mut turn).unwrap();
    messenger.finish(&mut turn).unwrap();
    transaction.commit().unwrap();
    std::iter::from_fn(|| messenger.poll_outbound()).count()
}

#[test]
fn what_nobody_acknowledged_does_not_wait_for_its_pause() {
    let mut database = Database::in_memory().unwrap();
    let mut now_ms = 1_590_000_000_000;
    let mut messenger = None;
    assert_eq!(outbounds(&mut database, &mut messenger, now_ms), 0);
    let transaction = database.transaction().unwrap();
    let mut turn = Turn {
        transaction: &transaction,
        now_ms,
        rng: &mut rand::rng(),
    };
    let bob = Chat::person(identity(2).profile().public_key());
    let sender = messenger.as_mut().unwrap();
    sender.send_text(&mut turn, &bob, "lost").unwrap();
    sender.finish(&mut turn).unwrap();
    transaction.commit().unwrap();
    // It is repeated after pauses that grow.
    for _ in 0..6 {
        outbounds(&mut database, &mut messenger, now_ms);
        now_ms = messenger.as_ref().unwrap().poll_timeout().unwrap();
    }
    assert!(outbounds(&mut database, &mut messenger, now_ms) > 0);
    now_ms += 5_000;
    assert_eq!(
        outbounds(&mut database, &mut messenger, now_ms),
        0,
        "it pauses"
    );
    let mut next = None;
    assert!(outbounds(&mut database, &mut next, now_ms) > 0);
}
