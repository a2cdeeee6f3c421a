//! What was accepted is sent, also by who crashed before sending it: the state is in SQLite.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use status_mvds::{Config, GroupSettings, Node, SqliteStore};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (group, bob) = ("the two".into(), "bob".into());
    for life in 1..=2 {
        let mut database = rusqlite::Connection::open(folder.path().join("node.db"))?;
        let batch = database.transaction()?;
        SqliteStore::migrate(&batch)?;
        let mut store = SqliteStore::new(&batch);
        let mut node = Node::load(Config::default(), &mut store, &mut rand::rng(), 0)?;
        if life == 1 {
            node.add_group(&mut store, &group, GroupSettings::default())?;
            node.add_peer(&mut store, &group, &bob)?;
            node.append(&mut store, &group, "hello", 0)?;
        } else {
            let now = node.poll_timeout().ok_or("nothing is owed")?;
            node.handle_timeout(&mut store, now)?;
            let sent = node.poll_transmit(&mut store, now)?;
            println!("in life {life}: {:?}", sent.ok_or("nothing is sent")?);
        }
        batch.commit()?;
    }
    Ok(())
}
