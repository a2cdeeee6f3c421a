//! One of those who talk: this program once more, as a process of its own. It says what it does in lines
//! that begin with `@`, and is told what to do by lines.

use super::people::{PEOPLE, PUBLIC, database, identity, key, others};
use serde_json::{Value, json};
use status_node::messenger::{Messenger, MessengerError, Turn};
use status_node::node::CallError;
use status_node::storage::Settings as Values;
use status_node::{Chat, Node};
use status_payload::{GroupId, MessageId};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// The variable that makes this program one of them.
pub(crate) const VARIABLE: &str = "STATUS_NODE_KILLS_PARTY";

/// Between two messages, in ms.
const PAUSE: std::ops::Range<u64> = 20..120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn party() {
    // In a run of all tests this is none of them.
    let Ok(text) = std::env::var(VARIABLE) else {
        return;
    };
    let wanted: Value = serde_json::from_str(&text).unwrap();
    let me = wanted["person"].as_u64().unwrap() as usize;
    let root = PathBuf::from(wanted["root"].as_str().unwrap());
    let relay = wanted["relay"].as_str().unwrap().parse().unwrap();
    let (node, mut events) = Node::builder()
        .identity(identity(me))
        .database(database(&root, me))
        .join(PUBLIC.parse().unwrap())
        .peer(relay)
        .start()
        .await
        .unwrap();
    let mut orders = orders();
    let mut talking = true;
    let mut next = Instant::now();
    loop {
        tokio::select! {
            biased;
            order = orders.recv() => match order.as_deref() {
                Some("quiet") => talking = false,
                Some("owed") => say("owed", &json!(owed(&node, me).await)),
                _ => break,
            },
            message = events.next_message() => {
                say("shown", &json!(message.unwrap().id.to_string()));
            }
            () = tokio::time::sleep_until(next), if talking => {
                talk(&node, me).await;
                next = Instant::now() + Duration::from_millis(rand::random_range(PAUSE));
            }
        }
    }
    node.shutdown().await;
}

/// The lines that this process is told.
fn orders() -> mpsc::Receiver<String> {
    let (order, orders) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if order.blocking_send(line.unwrap()).is_err() {
                break;
            }
        }
    });
    orders
}

#[allow(clippy::print_stdout, reason = "it is how a process is heard")]
fn say(what: &str, value: &Value) {
    println!("@{}", json!({ what: value }));
}

/// Says something in one of the chats. What it says is numbered in the same transaction.
async fn talk(node: &Node, me: usize) {
    let sent = node.with_messenger(move |messenger, turn| {
        let group = group(messenger, turn, me)?;
        let choice = rand::random_range(0..PEOPLE + 2);
        let (chat, name) = match choice {
            other if other < PEOPLE && other != me => {
                (Chat::person(&key(other)), format!("to {other}"))
            }
            _ => match group {
                Some(group) if choice > PEOPLE => (Chat::Group(group), "to all".into()),
                _ => (PUBLIC.parse().unwrap(), "to whom it may concern".into()),
            },
        };
        let values = Values::new(turn.transaction);
        let counter = format!("test: {name}");
        let last = values
            .get(&counter)?
            .map_or(0, |bytes| u64::from_be_bytes(bytes.try_into().unwrap()));
        values.set(&counter, &(last + 1).to_be_bytes())?;
        let text = format!("{me} {name}: {}", last + 1);
        let stored = messenger.send_text(turn, &chat, text)?;
        Ok(stored.message.id)
    });
    match sent.await {
        Ok(id) => say("accepted", &json!(id.to_string())),
        // Those who should acknowledge are dead more often than not.
        Err(CallError::Messenger(MessengerError::Full { .. })) => {}
        Err(error) => panic!("{error}"),
    }
}

/// The group, once all have joined it. The first person makes it, the others join.
fn group(
    messenger: &mut Messenger,
    turn: &mut Turn<'_>,
    me: usize,
) -> Result<Option<GroupId>, MessengerError> {
    let groups = messenger.chats(turn)?.into_iter();
    let mut groups = groups.filter_map(|record| match record.chat {
        Chat::Group(id) => Some(id),
        _ => None,
    });
    let Some(id) = groups.next() else {
        if me == 0 {
            let people: Vec<_> = others(me).map(key).collect();
            messenger.create_group(turn, "those who come back", &people)?;
        }
        return Ok(None);
    };
    assert!(groups.next().is_none(), "it is made once");
    let members = messenger.members(turn, &id)?;
    let joined = |person| {
        members
            .iter()
            .any(|member| member.person == person && member.joined)
    };
    if !joined(key(me)) {
        messenger.join_group(turn, &id)?;
        return Ok(None);
    }
    Ok((0..PEOPLE).all(|person| joined(key(person))).then_some(id))
}

/// How many private messages of one's own not everybody has acknowledged.
async fn owed(node: &Node, me: usize) -> usize {
    node.with_messenger(move |messenger, turn| {
        let mut owed = 0;
        for (id, text) in said_by_me(turn)? {
            if !text.starts_with(&format!("{me} to whom")) && !is_settled(messenger, turn, &id)? {
                owed += 1;
            }
        }
        Ok(owed)
    })
    .await
    .unwrap()
}

/// One's own messages and their texts.
pub(crate) fn said_by_me(turn: &Turn<'_>) -> Result<Vec<(MessageId, String)>, MessengerError> {
    let statement = "SELECT id, text FROM node_message WHERE outgoing = 1";
    let mut statement = turn.transaction.prepare(statement)?;
    let rows = statement.query_map([], |row| {
        let id: [u8; 32] = row.get(0)?;
        Ok((MessageId::from(id), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether every device that a message goes to acknowledged it.
pub(crate) fn is_settled(
    messenger: &Messenger,
    turn: &Turn<'_>,
    id: &MessageId,
) -> Result<bool, MessengerError> {
    use status_node::messenger::LedgerState;
    let entries = messenger.ledger(turn, id)?;
    Ok(entries
        .iter()
        .any(|entry| matches!(entry.state, LedgerState::Acknowledged { remaining: 0, .. })))
}
