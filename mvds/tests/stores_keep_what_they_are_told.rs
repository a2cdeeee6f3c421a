//! Every store gives back what it was given: the same suite runs against memory and SQLite, and the two agree
//! on whatever else they are asked to do.
#![cfg(test)]

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::Connection;
use status_mvds::{
    Dependencies, GroupId, GroupSettings, Held, MemoryStore, Message, MessageId, Metadata, Mode,
    PeerId, Record, RecordKind, Saved, SavedClock, SavedMessage, SqliteStore, Store,
};

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    SqliteStore::migrate(&transaction).unwrap();
    transaction.commit().unwrap();
    connection
}

/// Makes each test of the suite run against each store.
macro_rules! suite {
    ($($test:ident),* $(,)?) => {
        mod memory {
            $(#[test]
            fn $test() {
                super::$test(&mut status_mvds::MemoryStore::new());
            })*
        }

        mod sqlite {
            $(#[test]
            fn $test() {
                let mut connection = super::database();
                let transaction = connection.transaction().unwrap();
                super::$test(&mut status_mvds::SqliteStore::new(&transaction));
            })*
        }
    };
}

suite!(
    an_empty_store_loads_as_nothing,
    everything_comes_back_as_it_was,
    numbers_of_64_bits_keep_all_their_bits,
    a_message_is_replaced_and_removed,
    records_change_and_go,
    ids_are_remembered_once_and_the_oldest_forgotten_first,
    an_id_is_remembered_until_the_last_of_its_windows_forgets_it,
    a_group_goes_with_its_members_and_heads,
    what_is_absent_may_be_removed,
);

fn id(number: u8) -> MessageId {
    MessageId([number; 32])
}

fn record(number: u8) -> Record {
    Record {
        peer: 2,
        group: Some(1),
        message: id(number),
        kind: RecordKind::Offer,
        count: 1,
        attempt: 2,
        epoch: 3,
        last_sent: 4,
    }
}

fn message(metadata: Option<Metadata>) -> Message {
    Message {
        group_id: Bytes::from_static(b"group"),
        timestamp: -1,
        body: Bytes::from_static(b"\0body"),
        metadata,
    }
}

/// What is saved, in an order that both stores have.
fn saved(store: &mut impl Store) -> Saved {
    let mut saved = store.load().unwrap();
    saved.peers.sort();
    saved.groups.sort_by_key(|(number, ..)| *number);
    saved.members.sort_unstable();
    saved.records.sort_by_key(|(number, _)| *number);
    saved.messages.sort_by_key(|(id, _)| *id);
    saved.held.sort_by_key(|(id, _)| *id);
    saved.windows.retain(|(_, count)| *count > 0);
    saved.windows.sort_unstable();
    saved
}

fn an_empty_store_loads_as_nothing(store: &mut impl Store) {
    assert_eq!(saved(store), Saved::default());
    assert!(!store.is_remembered(&id(1)).unwrap());
    assert_eq!(store.message(&id(1)).unwrap(), None);
}

fn everything_comes_back_as_it_was(store: &mut impl Store) {
    let settings = GroupSettings {
        mode: Mode::Interactive,
        dependencies: Dependencies::Causal,
        relay: true,
    };
    let about = SavedMessage {
        number: 5,
        group: Some(1),
        deadline: Some(6),
        in_history: true,
    };
    let held = Held {
        from: PeerId::from("sender"),
        until: 7,
        parents: vec![id(8), id(9)],
    };
    let clock = SavedClock {
        epoch: 10,
        began: 11,
    };
    store.save_clock(SavedClock::default()).unwrap();
    store.save_clock(clock).unwrap();
    store.save_peer(2, &PeerId::from("peer")).unwrap();
    store
        .save_group(1, &GroupId::from("group"), settings)
        .unwrap();
    store.add_member(1, 2).unwrap();
    store.insert_record(3, &record(12)).unwrap();
    store.save_message(&id(12), &message(None), &about).unwrap();
    for head in [14, 13] {
        store.add_head(1, &id(head)).unwrap();
    }
    store.save_held(&id(15), &held).unwrap();
    store.remember(&id(16), 2).unwrap();
    let expected = Saved {
        clock: Some(clock),
        peers: vec![(2, PeerId::from("peer"))],
        groups: vec![(1, GroupId::from("group"), settings)],
        members: vec![(1, 2)],
        records: vec![(3, record(12))],
        messages: vec![(id(12), about)],
        heads: vec![(1, id(14)), (1, id(13))],
        held: vec![(id(15), held)],
        windows: vec![(2, 1)],
    };
    assert_eq!(saved(store), expected);
    assert_eq!(store.message(&id(12)).unwrap(), Some(message(None)));
}

fn numbers_of_64_bits_keep_all_their_bits(store: &mut impl Store) {
    let most = Record {
        group: None,
        count: u32::MAX,
        attempt: u32::MAX,
        epoch: u64::MAX,
        last_sent: u64::MAX,
        ..record(1)
    };
    store.insert_record(u64::MAX, &most).unwrap();
    let clock = SavedClock {
        epoch: u64::MAX,
        began: u64::MAX,
    };
    store.save_clock(clock).unwrap();
    store.save_peer(u32::MAX, &PeerId::default()).unwrap();
    let saved = saved(store);
    assert_eq!(saved.records, [(u64::MAX, most)]);
    assert_eq!(saved.clock, Some(clock));
    assert_eq!(saved.peers, [(u32::MAX, PeerId::default())]);
}

fn a_message_is_replaced_and_removed(store: &mut impl Store) {
    let about = SavedMessage::default();
    let parents = vec![
        Bytes::new(),
        Bytes::from_static(&[7; 32]),
        Bytes::from_static(&[8]),
    ];
    let metadatas = [
        None,
        Some(Metadata::default()),
        Some(Metadata {
            parents,
            ephemeral: true,
        }),
    ];
    for metadata in metadatas {
        let message = message(metadata);
        store.save_message(&id(1), &message, &about).unwrap();
        assert_eq!(store.message(&id(1)).unwrap(), Some(message));
    }
    let later = SavedMessage {
        in_history: true,
        ..about
    };
    store.save_message(&id(1), &message(None), &later).unwrap();
    assert_eq!(saved(store).messages, [(id(1), later)]);
    store.remove_message(&id(1)).unwrap();
    assert_eq!(store.message(&id(1)).unwrap(), None);
    assert_eq!(saved(store), Saved::default());
}

fn records_change_and_go(store: &mut impl Store) {
    store.insert_record(1, &record(1)).unwrap();
    store.insert_record(2, &record(2)).unwrap();
    let changed = Record {
        kind: RecordKind::Message,
        count: 9,
        attempt: 0,
        epoch: 99,
        last_sent: 98,
        ..record(1)
    };
    store.update_record(1, &changed).unwrap();
    store.update_record(3, &record(3)).unwrap();
    assert_eq!(saved(store).records, [(1, changed), (2, record(2))]);
    store.remove_record(1).unwrap();
    assert_eq!(saved(store).records, [(2, record(2))]);
}

fn ids_are_remembered_once_and_the_oldest_forgotten_first(store: &mut impl Store) {
    for number in [5, 3, 4] {
        assert!(store.remember(&id(number), 2).unwrap());
    }
    assert!(store.remember(&id(1), 3).unwrap());
    // In another window already, where it stays.
    assert!(!store.remember(&id(5), 3).unwrap());
    assert!(!store.is_remembered_in(&id(5), 3).unwrap());
    store.forget_oldest(2, 2).unwrap();
    for (number, is_known) in [(5, false), (3, false), (4, true), (1, true)] {
        assert_eq!(store.is_remembered(&id(number)).unwrap(), is_known);
    }
    assert_eq!(saved(store).windows, [(2, 1), (3, 1)]);
    // What was forgotten is new again, and the youngest.
    assert!(store.remember(&id(5), 2).unwrap());
    store.forget_oldest(2, 1).unwrap();
    assert!(store.is_remembered(&id(5)).unwrap());
    store.forget_oldest(2, 100).unwrap();
    store.forget_oldest(9, 1).unwrap();
    assert_eq!(saved(store).windows, [(3, 1)]);
    // The last windows there can be stand beside each other.
    for (number, window) in [(6, u32::MAX), (7, u32::MAX - 1), (8, 1 << 31)] {
        assert!(store.remember(&id(number), window).unwrap());
    }
    store.forget_oldest(u32::MAX - 1, 5).unwrap();
    assert_eq!(saved(store).windows, [(3, 1), (1 << 31, 1), (u32::MAX, 1)]);
}

fn an_id_is_remembered_until_the_last_of_its_windows_forgets_it(store: &mut impl Store) {
    assert!(store.remember(&id(1), 2).unwrap());
    assert!(store.remember_too(&id(1), 3).unwrap());
    assert!(!store.remember_too(&id(1), 3).unwrap());
    assert!(!store.remember_too(&id(1), 2).unwrap());
    assert_eq!(saved(store).windows, [(2, 1), (3, 1)]);
    store.forget_oldest(2, 1).unwrap();
    assert!(store.is_remembered(&id(1)).unwrap());
    assert!(!store.is_remembered_in(&id(1), 2).unwrap());
    assert!(store.is_remembered_in(&id(1), 3).unwrap());
    assert!(!store.remember(&id(1), 2).unwrap());
    store.forget_oldest(3, 1).unwrap();
    assert!(store.remember(&id(1), 2).unwrap());
}

fn a_group_goes_with_its_members_and_heads(store: &mut impl Store) {
    for group in [1, 2] {
        let name = GroupId::from(vec![0, 1]);
        store
            .save_group(group, &name, GroupSettings::default())
            .unwrap();
        for peer in [2, 3] {
            store.add_member(group, peer).unwrap();
        }
        store.add_head(group, &id(1)).unwrap();
        store.add_head(group, &id(2)).unwrap();
    }
    store.remove_group(1).unwrap();
    store.remove_member(2, 3).unwrap();
    store.remove_head(2, &id(1)).unwrap();
    let saved = saved(store);
    assert_eq!(saved.groups.len(), 1);
    assert_eq!(saved.members, [(2, 2)]);
    assert_eq!(saved.heads, [(2, id(2))]);
}

fn what_is_absent_may_be_removed(store: &mut impl Store) {
    store.remove_peer(2).unwrap();
    store.remove_group(1).unwrap();
    store.remove_member(1, 2).unwrap();
    store.remove_record(1).unwrap();
    store.remove_message(&id(1)).unwrap();
    store.remove_head(1, &id(1)).unwrap();
    store.remove_held(&id(1)).unwrap();
    assert_eq!(saved(store), Saved::default());
}

/// Something that a store is asked to do: what, a small number, another.
type Action = (u8, u8, u8);

/// Does it, and gives what the store answered.
fn act(store: &mut impl Store, (what, one, other): Action) -> Option<bool> {
    let (small, number) = (u32::from(one % 4), u64::from(one % 8));
    let record = Record {
        group: (number % 2 > 0).then_some(1),
        ..record(one % 8)
    };
    match what % 16 {
        0 => store.save_peer(small, &PeerId::from(vec![other])).unwrap(),
        1 => store.remove_peer(small).unwrap(),
        2 => {
            let settings = GroupSettings {
                relay: other % 2 == 0,
                ..GroupSettings::default()
            };
            store
                .save_group(small, &GroupId::from(vec![one]), settings)
                .unwrap();
        }
        3 => store.remove_group(small).unwrap(),
        4 => store.add_member(small, u32::from(other % 4)).unwrap(),
        5 => store.remove_member(small, u32::from(other % 4)).unwrap(),
        6 => store.insert_record(number, &record).unwrap(),
        7 => {
            let changed = Record {
                count: other.into(),
                ..record
            };
            store.update_record(number, &changed).unwrap();
        }
        8 => store.remove_record(number).unwrap(),
        9 => {
            let about = SavedMessage {
                number,
                ..SavedMessage::default()
            };
            store
                .save_message(&id(other % 8), &message(None), &about)
                .unwrap();
        }
        10 => store.remove_message(&id(other % 8)).unwrap(),
        11 => return Some(store.remember(&id(other % 32), small).unwrap()),
        13 => return Some(store.remember_too(&id(other % 32), small).unwrap()),
        14 => return Some(store.is_remembered_in(&id(other % 32), small).unwrap()),
        12 => store.forget_oldest(small, u64::from(other % 3)).unwrap(),
        _ => return Some(store.is_remembered(&id(other % 32)).unwrap()),
    }
    None
}

proptest! {
    /// What was done since the last commit is as if it never happened.
    #[test]
    fn memory_and_sqlite_agree_also_after_what_was_rolled_back(
        batches in vec((vec(any::<Action>(), 0..20), any::<bool>()), 0..6),
    ) {
        let mut committed = MemoryStore::new();
        let mut connection = database();
        for (actions, commits) in batches {
            let mut memory = committed.clone();
            let transaction = connection.transaction().unwrap();
            let mut sqlite = SqliteStore::new(&transaction);
            for action in actions {
                prop_assert_eq!(act(&mut memory, action), act(&mut sqlite, action));
            }
            prop_assert_eq!(saved(&mut memory), saved(&mut sqlite));
            if commits {
                transaction.commit().unwrap();
                committed = memory;
            } else {
                transaction.rollback().unwrap();
            }
        }
        let transaction = connection.transaction().unwrap();
        prop_assert_eq!(saved(&mut committed), saved(&mut SqliteStore::new(&transaction)));
    }
}
