use super::*;
use crate::messenger::columns::tests::{database, person};

fn message(chat: &Chat, clock: u64, byte: u8) -> StoredMessage {
    StoredMessage {
        message: Message {
            chat: chat.clone(),
            from: person(1),
            text: format!("text {byte}"),
            id: [byte; 32].into(),
            clock,
            timestamp: clock + 1,
            envelope: Some(Hash([byte; 32])),
            received: clock + 2,
            outgoing: false,
            response_to: None,
            ens_name: String::new(),
            content: Content::Text,
            fault: None,
        },
        unread: true,
        wrapped: vec![byte; 5].into(),
    }
}

fn unread(transaction: &Transaction<'_>, chat: &Chat) -> u64 {
    chats::get(transaction, chat).unwrap().unwrap().unread
}

fn clocks(page: &[StoredMessage]) -> Vec<u64> {
    page.iter().map(|stored| stored.message.clock).collect()
}

#[test]
fn a_message_reads_back_whole() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::person(&person(2));
    let mut one = message(&chat, 5, 1);
    one.message.outgoing = true;
    one.message.response_to = Some([9; 32].into());
    one.message.ens_name = "ann.stateofus.eth".into();
    one.message.content = Content::Sticker {
        hash: "e3".into(),
        pack: 4,
    };
    one.message.fault = Some(ClockFault::Behind { by_ms: 3 });
    let mut other = message(&chat, 6, 2);
    other.message.envelope = None;
    other.message.content = Content::Other(77);
    other.message.fault = Some(ClockFault::Ahead { by_ms: 3 });
    for stored in [&one, &other] {
        assert_eq!(insert(&transaction, stored).unwrap(), Inserted::New);
        assert_eq!(
            by_id(&transaction, &stored.message.id).unwrap().as_ref(),
            Some(stored)
        );
    }
    assert_eq!(by_id(&transaction, &[8; 32].into()).unwrap(), None);
    for content in [
        Content::Text,
        Content::Status,
        Content::Emoji,
        Content::SystemMessage,
    ] {
        let (number, hash, pack) = content_columns(&content);
        assert_eq!(
            super::content(number, hash.map(str::to_owned), pack),
            content
        );
    }
}

#[test]
fn a_message_is_kept_once_and_nothing_takes_its_place() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::public("status").unwrap();
    let one = message(&chat, 5, 1);
    assert_eq!(insert(&transaction, &one).unwrap(), Inserted::New);
    assert_eq!(insert(&transaction, &one).unwrap(), Inserted::Duplicate);
    assert_eq!(unread(&transaction, &chat), 1);
    let mut forged = one.clone();
    forged.wrapped = vec![7].into();
    assert_eq!(insert(&transaction, &forged).unwrap(), Inserted::Conflict);
    let mut elsewhere = one.clone();
    elsewhere.message.chat = Chat::public("other").unwrap();
    assert_eq!(
        insert(&transaction, &elsewhere).unwrap(),
        Inserted::Conflict
    );
    let mut others = one.clone();
    others.message.from = person(3);
    assert_eq!(insert(&transaction, &others).unwrap(), Inserted::Conflict);
    assert_eq!(by_id(&transaction, &one.message.id).unwrap(), Some(one));
}

#[test]
fn pages_follow_the_one_order_whatever_came_first() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::public("status").unwrap();
    let other = Chat::public("other").unwrap();
    for (clock, byte) in [(30, 3), (10, 1), (20, 2), (20, 9), (20, 4)] {
        insert(&transaction, &message(&chat, clock, byte)).unwrap();
    }
    insert(&transaction, &message(&other, 25, 100)).unwrap();
    let all = page(&transaction, &chat, None, 100).unwrap();
    let order: Vec<_> = all
        .iter()
        .map(|stored| (stored.message.clock, stored.message.id.as_bytes()[0]))
        .collect();
    assert_eq!(order, [(10, 1), (20, 2), (20, 4), (20, 9), (30, 3)]);
    let last = page(&transaction, &chat, None, 2).unwrap();
    assert_eq!(last, all[3..]);
    let before = position(&transaction, &last[0].message.id)
        .unwrap()
        .unwrap();
    let earlier = page(&transaction, &chat, Some(&before), 2).unwrap();
    assert_eq!(earlier, all[1..3]);
    let nobody = Chat::public("nobody").unwrap();
    assert_eq!(page(&transaction, &nobody, None, 9).unwrap(), []);
    assert_eq!(
        chats::get(&transaction, &chat)
            .unwrap()
            .unwrap()
            .last_message,
        Some([3; 32].into())
    );
}

#[test]
fn what_is_unread_is_counted_also_when_it_comes_late() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::public("status").unwrap();
    for clock in [10, 20, 30] {
        let byte = u8::try_from(clock).unwrap();
        insert(&transaction, &message(&chat, clock, byte)).unwrap();
    }
    let mut own = message(&chat, 40, 40);
    own.unread = false;
    insert(&transaction, &own).unwrap();
    assert_eq!(unread(&transaction, &chat), 3);
    let second = Position::new(20, [20; 32].into());
    assert_eq!(mark_read(&transaction, &chat, Some(&second)).unwrap(), 2);
    assert_eq!(unread(&transaction, &chat), 1);
    insert(&transaction, &message(&chat, 5, 5)).unwrap();
    assert_eq!(unread(&transaction, &chat), 2, "it was never read");
    assert_eq!(mark_read(&transaction, &chat, None).unwrap(), 2);
    assert_eq!(mark_read(&transaction, &chat, None).unwrap(), 0);
    assert_eq!(unread(&transaction, &chat), 0);
}

#[test]
fn a_message_that_is_shown_brings_its_chat_and_its_clock() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::person(&person(2));
    let now = 1_590_000_000_000;
    let one = message(&chat, now, 1);
    assert_eq!(
        show(&transaction, &one, now).unwrap(),
        (Inserted::New, true)
    );
    assert_eq!(
        show(&transaction, &one, now).unwrap(),
        (Inserted::Duplicate, false)
    );
    let other = message(&chat, now * 2, 2);
    assert_eq!(
        show(&transaction, &other, now).unwrap(),
        (Inserted::New, false)
    );
    let record = chats::get(&transaction, &chat).unwrap().unwrap();
    assert!(record.active);
    assert_eq!(record.unread, 2);
    assert_eq!(record.clock, now + status_payload::MAX_AHEAD_MS - 1);
}

#[test]
fn what_was_cleared_does_not_come_back() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::public("status").unwrap();
    insert(&transaction, &message(&chat, 10, 1)).unwrap();
    chats::observe_clock(&transaction, &chat, 10, 1_000).unwrap();
    assert_eq!(clear(&transaction, &chat).unwrap(), 1);
    assert_eq!(unread(&transaction, &chat), 0);
    let old = message(&chat, 9, 2);
    assert_eq!(insert(&transaction, &old).unwrap(), Inserted::Cleared);
    assert_eq!(
        insert(&transaction, &message(&chat, 11, 3)).unwrap(),
        Inserted::New
    );
}

#[test]
fn an_author_is_removed_from_every_chat() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let (one, two) = (Chat::public("one").unwrap(), Chat::public("two").unwrap());
    insert(&transaction, &message(&one, 10, 1)).unwrap();
    insert(&transaction, &message(&two, 10, 2)).unwrap();
    let mut other = message(&one, 20, 3);
    other.message.from = person(2);
    insert(&transaction, &other).unwrap();
    assert_eq!(
        remove_author(&transaction, &person(1)).unwrap(),
        [one.clone(), two.clone()]
    );
    assert_eq!(clocks(&page(&transaction, &one, None, 9).unwrap()), [20]);
    assert_eq!(unread(&transaction, &one), 1);
    assert_eq!(unread(&transaction, &two), 0);
}

/// Nothing that a node does at its start or for its list of chats looks at all messages.
#[test]
fn lists_and_pages_go_by_an_index() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    for sql in [
        "SELECT id FROM node_message WHERE chat = 1 ORDER BY clock DESC, id DESC LIMIT 1",
        "SELECT text FROM node_message WHERE chat = 1 AND (clock, id) < (5, x'00')
         ORDER BY clock DESC, id DESC LIMIT 10",
        "UPDATE node_message SET unread = 0 WHERE chat = 1 AND unread = 1 AND (clock, id) <= (5, x'00')",
    ] {
        let plan: String = transaction
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap()
            .query_row([], |row| row.get(3))
            .unwrap();
        assert!(plan.starts_with("SEARCH"), "{plan}");
        assert!(plan.contains("node_message_"), "{plan}");
    }
}

#[test]
fn a_page_of_huge_messages_ends_early_but_is_never_empty() {
    let mut connection = database();
    let transaction = connection.transaction().unwrap();
    let chat = Chat::public("status").unwrap();
    for (clock, size) in [
        (1, 5),
        (2, MAX_PAGE_BYTES / 2),
        (3, MAX_PAGE_BYTES / 2),
        (4, MAX_PAGE_BYTES + 1),
    ] {
        let mut huge = message(&chat, clock, u8::try_from(clock).unwrap());
        huge.wrapped = vec![1; size].into();
        insert(&transaction, &huge).unwrap();
    }
    let mut before = None;
    let mut pages = Vec::new();
    loop {
        let page = page(&transaction, &chat, before.as_ref(), 100).unwrap();
        let Some(first) = page.first() else { break };
        before = Some(Position::new(first.message.clock, first.message.id));
        pages.push(clocks(&page));
    }
    assert_eq!(pages, [vec![4], vec![2, 3], vec![1]]);
}
