//! A call on the messenger that fails undoes what it did, and nothing that others did.
#![cfg(test)]

mod bare;

use bare::patiently;
use status_node::account::Identity;
use status_node::messenger::MessengerError;
use status_node::node::{CallError, SendError};
use status_node::storage::Settings;
use status_node::{Chat, Node};

async fn node() -> Node {
    let key = status_ecies::random_secret_key(&mut rand::rng());
    let builder = Node::builder().identity(Identity::from_secret_key(key));
    builder.start().await.unwrap().0
}

async fn value(node: &Node, name: &'static str) -> Option<Vec<u8>> {
    let value = node.with_messenger(move |_, turn| Ok(Settings::new(turn.transaction).get(name)?));
    patiently(value).await.unwrap()
}

async fn chats(node: &Node) -> Vec<Chat> {
    let chats = node.with_messenger(|messenger, turn| messenger.chats(turn));
    let chats = patiently(chats).await.unwrap().into_iter();
    chats
        .filter(|record| record.active)
        .map(|record| record.chat)
        .collect()
}

#[tokio::test]
async fn its_part_of_a_shared_transaction_is_undone_alone() {
    let node = node().await;
    let (before, after): (Chat, Chat) = ("#before".parse().unwrap(), "#after".parse().unwrap());
    let lost: Chat = "#lost".parse().unwrap();
    // The three come in one go: nothing is answered before all were queued.
    let failing = node.with_messenger(move |messenger, turn| {
        messenger.join(turn, &lost)?;
        Settings::new(turn.transaction).set("lost", b"1")?;
        Err::<(), _>(MessengerError::NoIdentity)
    });
    let all = async { tokio::join!(node.join(&before), failing, node.join(&after)) };
    let (first, failed, last) = patiently(all).await;
    assert!(first.unwrap() && last.unwrap());
    let failed = failed.unwrap_err();
    assert!(matches!(
        failed,
        CallError::Messenger(MessengerError::NoIdentity)
    ));
    assert_eq!(value(&node, "lost").await, None);
    assert_eq!(chats(&node).await, [before, after]);
    node.shutdown().await;
}

#[tokio::test]
async fn a_failing_database_spoils_one_call_and_the_messenger_goes_on() {
    let node = node().await;
    let chat: Chat = "#chat".parse().unwrap();
    node.join(&chat).await.unwrap();
    let broken = node.with_messenger(|_, turn| {
        Settings::new(turn.transaction).set("half", b"1")?;
        turn.transaction
            .execute("INSERT INTO nowhere VALUES (1)", [])?;
        Ok(())
    });
    let broken = patiently(broken).await.unwrap_err();
    let CallError::Messenger(error) = broken else {
        panic!("{broken}");
    };
    assert!(error.spoils());
    assert_eq!(value(&node, "half").await, None);
    assert_eq!(chats(&node).await, [chat]);
    let listened = node.with_messenger(|messenger, _| Ok(messenger.subscriptions().count()));
    assert!(
        patiently(listened).await.unwrap() > 1,
        "it listens as before"
    );
    node.shutdown().await;
}

#[tokio::test]
async fn a_message_that_others_would_refuse_is_refused_here_and_leaves_nothing() {
    let node = node().await;
    let chat: Chat = "#chat".parse().unwrap();
    let refused = patiently(node.send(&chat, " ")).await.unwrap_err();
    assert!(matches!(
        refused,
        SendError::Call(CallError::Messenger(MessengerError::Message(_)))
    ));
    assert_eq!(chats(&node).await, []);
    node.shutdown().await;
    let late = patiently(node.send(&chat, "late")).await.unwrap_err();
    assert!(matches!(late, SendError::Call(CallError::Stopped)));
}
