use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Action {
    Insert {
        peer: u32,
        message: u8,
        epoch: u64,
        request: bool,
        outbox: bool,
    },
    Remove(usize),
    Change {
        which: usize,
        epoch: u64,
        request: bool,
        outbox: bool,
    },
    TakeDue(u64),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0..3u32, 0..6u8, 0..8u64, any::<bool>(), any::<bool>()).prop_map(
            |(peer, message, epoch, request, outbox)| Action::Insert {
                peer, message, epoch, request, outbox
            }
        ),
        2 => any::<usize>().prop_map(Action::Remove),
        2 => (any::<usize>(), 0..8u64, any::<bool>(), any::<bool>()).prop_map(
            |(which, epoch, request, outbox)| Action::Change { which, epoch, request, outbox }
        ),
        1 => (0..8u64).prop_map(Action::TakeDue),
    ]
}

fn kind(request: bool) -> RecordKind {
    if request {
        RecordKind::Request
    } else {
        RecordKind::Message
    }
}

fn place(outbox: bool) -> Place {
    if outbox { Place::Outbox } else { Place::Due }
}

/// What the table ought to hold, kept in the plainest way: in the order of queueing.
#[derive(Debug, Default)]
struct Model {
    rows: Vec<(u64, Record, Place)>,
}

fn check(table: &Table, model: &Model) {
    assert_eq!(table.len(), model.rows.len());
    let requests = |row: &&(u64, Record, Place)| row.1.kind == RecordKind::Request;
    let messages = model.rows.len() - model.rows.iter().filter(requests).count();
    assert_eq!(table.unacknowledged(), messages);
    let mut rows: Vec<_> = model.rows.iter().map(|row| row.0).collect();
    rows.sort_unstable();
    let mut all: Vec<_> = table.iter().map(|entry| entry.number).collect();
    all.sort_unstable();
    assert_eq!(all, rows);
    let due = model.rows.iter().filter(|row| row.2 == Place::Due);
    assert_eq!(table.next_due(), due.map(|row| row.1.epoch).min());
    for peer in 0..3 {
        let of = |row: &&(u64, Record, Place)| row.1.peer == peer;
        let first = model
            .rows
            .iter()
            .filter(of)
            .find(|row| row.2 == Place::Outbox);
        let next = table.next_out(peer).map(|(_, entry)| entry.number);
        assert_eq!(next, first.map(|row| row.0));
        let mut expected: Vec<_> = model.rows.iter().filter(of).map(|row| row.0).collect();
        expected.sort_unstable();
        let owned: Vec<_> = table.of_peer(peer).map(|(_, entry)| entry.number).collect();
        assert_eq!(owned, expected, "oldest first");
        assert_eq!(table.has_records(peer), !owned.is_empty());
        let requested = model.rows.iter().filter(of).filter(requests).count();
        assert_eq!(table.requests_to(peer), requested);
    }
    for message in 0..6 {
        let id = MessageId([message; 32]);
        let mut chained: Vec<_> = table.of_message(&id).map(|(_, e)| e.number).collect();
        chained.sort_unstable();
        let of = model.rows.iter().filter(|row| row.1.message == id);
        let mut expected: Vec<_> = of.map(|row| row.0).collect();
        expected.sort_unstable();
        assert_eq!(chained, expected);
    }
}

proptest! {
    #[test]
    fn the_indices_agree_with_a_plain_list(actions in proptest::collection::vec(action(), 0..80)) {
        let mut table = Table::default();
        let mut model = Model::default();
        let slot_of = |table: &Table, number: u64| {
            (0..table.entries.len() as Slot)
                .find(|slot| table.entry(*slot).is_some_and(|entry| entry.number == number))
                .unwrap()
        };
        for (number, action) in actions.into_iter().enumerate() {
            match action {
                Action::Insert { peer, message, epoch, request, outbox } => {
                    let record = Record {
                        peer,
                        group: None,
                        message: MessageId([message; 32]),
                        kind: kind(request),
                        count: 0,
                        attempt: 0,
                        epoch,
                        last_sent: 0,
                    };
                    let slot = table.insert(number as u64, record, place(outbox));
                    prop_assert_eq!(table.entry(slot).unwrap().number, number as u64);
                    model.rows.push((number as u64, record, place(outbox)));
                }
                Action::Remove(which) if !model.rows.is_empty() => {
                    let (number, record, _) = model.rows.remove(which % model.rows.len());
                    let removed = table.remove(slot_of(&table, number)).unwrap();
                    prop_assert_eq!(removed.record, record);
                }
                Action::Change { which, epoch, request, outbox } if !model.rows.is_empty() => {
                    let mut row = model.rows.remove(which % model.rows.len());
                    row.1 = Record { epoch, kind: kind(request), ..row.1 };
                    row.2 = place(outbox);
                    table.change(slot_of(&table, row.0), row.1, row.2);
                    model.rows.push(row);
                }
                Action::TakeDue(epoch) => {
                    let mut peers = Vec::new();
                    table.take_due(epoch, |peer| peers.push(peer));
                    let is_due =
                        |row: &(u64, Record, Place)| row.2 == Place::Due && row.1.epoch <= epoch;
                    let (mut due, rest): (Vec<_>, Vec<_>) = model.rows.drain(..).partition(is_due);
                    due.sort_by_key(|row| row.1.epoch);
                    prop_assert_eq!(peers, due.iter().map(|row| row.1.peer).collect::<Vec<_>>());
                    model.rows = rest;
                    model.rows.extend(due.into_iter().map(|row| (row.0, row.1, Place::Outbox)));
                }
                Action::Remove(_) | Action::Change { .. } => {}
            }
            check(&table, &model);
        }
    }
}
