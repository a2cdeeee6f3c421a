//! A database with many messages, and a node that starts on it.

use crate::pair::{builder, chat_with, database, identity};
use status_node::messenger::{Messenger, Settings, Turn};
use std::path::Path;
use std::time::{Duration, Instant};

/// Chats among which the messages are.
const CHATS: usize = 100;

/// Fills the database of person 1. The first message of each chat is written as a user does; the others
/// are copies of its row under other ids, since signing them all would take longer than all that is
/// measured. What data sync and the ledger remember of them is copied as well.
pub(crate) fn write(folder: &Path, messages: usize) {
    let mut database = database(folder, 1);
    let transaction = database.transaction().unwrap();
    let mut rng = rand::rng();
    let mut turn = Turn {
        transaction: &transaction,
        now_ms: 1_700_000_000_000,
        rng: &mut rng,
    };
    let identity = identity(1);
    let mut messenger = Messenger::load(&mut turn, Some(&identity), Settings::default()).unwrap();
    for number in 0..CHATS {
        let chat = chat_with(number as u8 + 2);
        messenger
            .send_text(
                &mut turn,
                &chat,
                "a message of some length, as people write them",
            )
            .unwrap();
        turn.now_ms += 1;
    }
    messenger.finish(&mut turn).unwrap();
    let copies = messages / CHATS - 1;
    copy(&transaction, "node_message", "number", &["id"], copies);
    copy(&transaction, "node_ledger", "number", &["message"], copies);
    copy(&transaction, "mvds_remembered", "place", &["id"], copies);
    let known: i64 = transaction
        .query_row("SELECT count(*) FROM node_message", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(known).unwrap(), messages);
    transaction.commit().unwrap();
}

/// Copies each row of a table so often, with new numbers and random ids.
fn copy(
    transaction: &rusqlite::Transaction<'_>,
    table: &str,
    number: &str,
    ids: &[&str],
    copies: usize,
) {
    let mut statement = transaction
        .prepare(&format!("PRAGMA table_info({table})"))
        .unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(1))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let values: Vec<String> = names
        .iter()
        .map(|name| match name.as_str() {
            name if name == number => {
                format!("(SELECT max({number}) FROM {table}) + row_number() OVER ()")
            }
            name if ids.contains(&name) => "randomblob(32)".into(),
            name => name.into(),
        })
        .collect();
    let sql = format!(
        "WITH RECURSIVE copies(copy) AS
            (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < {copies})
         INSERT INTO {table} ({}) SELECT {} FROM {table}, copies",
        names.join(", "),
        values.join(", "),
    );
    transaction.execute(&sql, []).unwrap();
}

/// From opening the database until the node listens and can be asked.
pub(crate) async fn start(folder: &Path) -> Duration {
    let begun = Instant::now();
    let (node, _events) = builder(folder, 1).start().await.unwrap();
    let unread = node.with_messenger(|messenger, turn| messenger.chats(turn));
    assert!(unread.await.unwrap().len() >= CHATS);
    let took = begun.elapsed();
    node.shutdown().await;
    took
}
