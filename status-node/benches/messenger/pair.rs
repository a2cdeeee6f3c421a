//! Two people, each with a node and a database, who have exchanged their keys.

use secp256k1::SecretKey;
use status_node::account::Identity;
use status_node::messenger::{LedgerState, MessengerEvent};
use status_node::node::NodeBuilder;
use status_node::storage::{Database, DatabaseKey};
use status_node::{Chat, Node, NodeEvent, NodeEvents};
use std::path::Path;
use std::time::Duration;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Person {
    pub(crate) node: Node,
    pub(crate) events: NodeEvents,
    /// The chat with the other one.
    pub(crate) chat: Chat,
}

pub(crate) fn identity(number: u8) -> Identity {
    Identity::from_secret_key(SecretKey::from_byte_array([number; 32]).unwrap())
}

pub(crate) fn database(folder: &Path, number: u8) -> Database {
    let path = folder.join(format!("{number}.db"));
    Database::open(&path, &DatabaseKey::of(&identity(number))).unwrap()
}

pub(crate) fn builder(folder: &Path, number: u8) -> NodeBuilder {
    Node::builder()
        .identity(identity(number))
        .database(database(folder, number))
        .listen(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
}

pub(crate) fn chat_with(number: u8) -> Chat {
    Chat::Person((*identity(number).profile().public_key()).into())
}

/// Alice and Bob, each of whom has read the other.
pub(crate) async fn people(folder: &Path) -> [Person; 2] {
    let (node, events) = builder(folder, 1).join(chat_with(2)).start().await.unwrap();
    let mut alice = Person {
        node,
        events,
        chat: chat_with(2),
    };
    let bob = builder(folder, 2)
        .join(chat_with(1))
        .peer(alice.node.enode());
    let (node, events) = bob.start().await.unwrap();
    let mut bob = Person {
        node,
        events,
        chat: chat_with(1),
    };
    alice
        .until(|event| matches!(event, NodeEvent::PeerReady { .. }))
        .await;
    bob.until(|event| matches!(event, NodeEvent::PeerReady { .. }))
        .await;
    // To and fro, until all of it goes in sessions.
    for round in 0..4 {
        for (from, to) in [(0, 1), (1, 0)] {
            let both = [&mut alice, &mut bob];
            let text = format!("hello {round}");
            let chat = both[from].chat.clone();
            both[from]
                .node
                .with_messenger(move |messenger, turn| messenger.send_text(turn, &chat, text))
                .await
                .unwrap();
            both[to]
                .until(|event| matches!(event, NodeEvent::Message(_)))
                .await;
            both[from].until(is_acknowledged).await;
        }
    }
    [alice, bob]
}

/// Whether a message of one's own is with everybody.
pub(crate) fn is_acknowledged(event: &NodeEvent) -> bool {
    let NodeEvent::Messenger(MessengerEvent::Ledger { entry, .. }) = event else {
        return false;
    };
    matches!(entry.state, LedgerState::Acknowledged { remaining: 0, .. })
}

impl Person {
    pub(crate) async fn until(&mut self, wanted: impl Fn(&NodeEvent) -> bool) {
        let events = &mut self.events;
        let seen = async move {
            loop {
                if wanted(&events.next().await.unwrap()) {
                    break;
                }
            }
        };
        tokio::time::timeout(PATIENCE, seen)
            .await
            .expect("it does not come");
    }
}
