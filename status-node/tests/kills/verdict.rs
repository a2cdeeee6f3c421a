//! What the databases say in the end, against what the processes said.

use super::harness::Heard;
use super::party::{is_settled, said_by_me};
use super::people::{PEOPLE, database, identity, key};
use secp256k1::PublicKey;
use status_node::messenger::{Messenger, Settings, Turn};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::path::Path;

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Found {
    private: usize,
    group: usize,
    public: usize,
    /// Places where a public message could have arrived and did.
    heard_in_public: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} messages to one and {} to the group, each everywhere once; {} in public, of which {} \
             of {} copies arrived",
            self.private,
            self.group,
            self.public,
            self.heard_in_public,
            self.public * (PEOPLE - 1)
        )
    }
}

/// What one of them has in the end.
struct Memory {
    /// What they said: id and text.
    said: BTreeMap<String, String>,
    /// What they heard: id, author and text.
    heard: Vec<(String, PublicKey, String)>,
    /// Ids of what they said and everybody acknowledged.
    settled: HashSet<String>,
}

/// Compares everybody's database with everybody's.
pub(crate) fn judge(root: &Path, spoken: &[Heard]) -> Found {
    let memories: Vec<_> = (0..PEOPLE).map(|person| memory(root, person)).collect();
    let mut found = Found::default();
    for (person, memory) in memories.iter().enumerate() {
        let texts: BTreeSet<_> = memory.said.values().collect();
        assert_eq!(texts.len(), memory.said.len(), "{person} said it twice");
        for id in &spoken[person].accepted {
            assert!(memory.said.contains_key(id), "{person} forgot {id}");
        }
        let mut copies: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, _, text) in &memory.heard {
            *copies.entry(text).or_default() += 1;
        }
        let twice: Vec<_> = copies.iter().filter(|(_, copies)| **copies > 1).collect();
        assert!(twice.is_empty(), "{person} has {twice:?}");
        let shown = &spoken[person].shown;
        let twice: Vec<_> = shown.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{person} was shown {twice:?}");
        let known: HashSet<_> = memory.heard.iter().map(|(id, _, _)| id).collect();
        for id in shown.keys() {
            assert!(known.contains(id), "{person} was shown {id} and lost it");
        }
    }
    for (person, memory) in memories.iter().enumerate() {
        for (id, text) in &memory.said {
            let reached = |other: &usize| {
                let wanted = (id, &key(person), text);
                let mut heard = memories[*other].heard.iter();
                heard.any(|(id, author, text)| (id, author, text) == wanted)
            };
            let others: Vec<_> = super::people::others(person).collect();
            let reached: Vec<_> = others.iter().copied().filter(|it| reached(it)).collect();
            let (_, rest) = text.split_once(" to ").unwrap();
            let wanted = match rest.split_once(':').unwrap().0 {
                "whom it may concern" => {
                    found.public += 1;
                    found.heard_in_public += reached.len();
                    continue;
                }
                "all" => {
                    found.group += 1;
                    others
                }
                one => {
                    found.private += 1;
                    vec![one.parse().unwrap()]
                }
            };
            assert_eq!(reached, wanted, "{text:?} ({id})");
            assert!(
                memory.settled.contains(id),
                "{text:?} ({id}) is not settled"
            );
        }
    }
    assert!(found.private > 0 && found.group > 0 && found.public > 0);
    found
}

fn memory(root: &Path, person: usize) -> Memory {
    let mut database = database(root, person);
    let transaction = database.transaction().unwrap();
    let mut turn = Turn {
        transaction: &transaction,
        now_ms: super::bare::now_ms(),
        rng: &mut rand::rng(),
    };
    let identity = identity(person);
    let messenger = Messenger::load(&mut turn, Some(&identity), Settings::default()).unwrap();
    let (mut said, mut settled) = (BTreeMap::new(), HashSet::new());
    for (id, text) in said_by_me(&turn).unwrap() {
        if is_settled(&messenger, &turn, &id).unwrap() {
            settled.insert(id.to_string());
        }
        said.insert(id.to_string(), text);
    }
    let mut heard = Vec::new();
    for record in messenger.chats(&turn).unwrap() {
        let mut before = None;
        loop {
            let page = messenger.messages(&turn, &record.chat, before.as_ref(), 500);
            let page = page.unwrap();
            let Some(first) = page.first() else {
                break;
            };
            before = Some(first.message.id);
            let incoming = page.iter().filter(|stored| !stored.message.outgoing);
            heard.extend(incoming.map(|stored| {
                let message = &stored.message;
                (message.id.to_string(), message.from, message.text.clone())
            }));
        }
    }
    Memory {
        said,
        heard,
        settled,
    }
}
