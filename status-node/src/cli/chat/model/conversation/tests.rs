use super::super::tests::{NOW, message, pages};
use super::*;

const SIZE: (usize, usize) = (40, 10);

fn texts(conversation: &Conversation) -> Vec<&str> {
    conversation
        .items()
        .iter()
        .map(|item| item.record.text.as_str())
        .collect()
}

/// What is on the screen, a row each; heads and days by what they are.
fn shown(conversation: &Conversation, size: (usize, usize)) -> Vec<String> {
    let row = |row: &Row<'_>| match &row.part {
        rows::Part::Day(day) => format!("[{day}]"),
        rows::Part::Head => "[head]".into(),
        rows::Part::Quote { text, .. } => format!("[{text}]"),
        rows::Part::Text(text) | rows::Part::Note(text) => text.clone(),
    };
    conversation.rows(size).iter().map(row).collect()
}

/// A chat whose last page was just asked for.
fn opened() -> Conversation {
    let mut conversation = Conversation::new("#a".parse().unwrap());
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(None));
    conversation
}

fn with(count: u64) -> Conversation {
    let mut conversation = opened();
    conversation.take_page(None, pages(1..=count));
    conversation
}

#[test]
fn messages_stand_in_their_order_once_each_however_they_come() {
    let mut conversation = Conversation::new("#a".parse().unwrap());
    for clock in [3, 1, 2, 3, 1] {
        conversation.take(message(clock));
    }
    conversation.take_page(None, pages(2..=4));
    assert_eq!(texts(&conversation), ["1", "2", "3", "4"]);
}

#[test]
fn what_comes_does_not_move_what_is_read() {
    let mut conversation = with(40);
    conversation.scroll(15, SIZE);
    let before = shown(&conversation, SIZE);
    assert!(!conversation.is_at_end());
    conversation.take(message(41));
    assert_eq!(shown(&conversation, SIZE), before);
    conversation.take_page(Some(&id(1)), pages(0..=0));
    assert_eq!(shown(&conversation, SIZE), before);
    conversation.go_to_end();
    assert_eq!(shown(&conversation, SIZE).last().unwrap(), "41");
}

fn id(clock: u64) -> MessageId {
    MessageId::read(&message(clock).id).unwrap()
}

#[test]
fn the_oldest_message_asks_for_those_before_it_until_there_are_none() {
    let mut conversation = with(PAGE as u64);
    assert_eq!(conversation.missing_page(SIZE, NOW), None, "at the end");
    conversation.scroll(isize::MAX, SIZE);
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(Some(id(1))));
    assert_eq!(
        conversation.missing_page(SIZE, NOW),
        None,
        "it was asked for"
    );
    conversation.take_page(Some(&id(1)), Vec::new());
    assert_eq!(conversation.missing_page(SIZE, NOW), None, "there are none");
    assert!(conversation.is_whole());
}

#[test]
fn a_page_that_did_not_come_is_asked_for_again_after_a_while() {
    let mut conversation = with(PAGE as u64);
    conversation.scroll(isize::MAX, SIZE);
    assert!(conversation.missing_page(SIZE, NOW).is_some());
    conversation.miss_page(Some(&id(1)), NOW);
    assert_eq!(conversation.missing_page(SIZE, NOW), None);
    let later = NOW + RETRY_MS;
    assert!(conversation.missing_page(SIZE, later).is_some());
}

#[test]
fn only_an_empty_page_says_that_there_is_nothing_before_it() {
    // One with very large messages is short as well.
    let mut conversation = with(3);
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(Some(id(1))));
    conversation.take_page(Some(&id(1)), Vec::new());
    assert!(conversation.is_whole());
    let mut empty = opened();
    empty.take_page(None, Vec::new());
    assert!(empty.is_whole());
    assert_eq!(empty.missing_page(SIZE, NOW), None);
}

#[test]
fn a_node_that_comes_back_does_not_move_what_is_read() {
    let mut conversation = with(60);
    conversation.scroll(30, SIZE);
    let before = shown(&conversation, SIZE);
    conversation.reload();
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(None));
    // So much was said meanwhile that nothing of it is next to what is loaded.
    conversation.take_page(None, pages(200..=249));
    assert_eq!(shown(&conversation, SIZE), before);
    assert!(!conversation.is_at_end());
    conversation.go_to_end();
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(None));
    conversation.take_page(None, pages(200..=249));
    assert_eq!(texts(&conversation).first(), Some(&"200"));
    assert!(conversation.is_at_end());
}

#[test]
fn what_is_wanted_while_a_page_is_on_its_way_is_asked_for_after_it() {
    let mut conversation = opened();
    conversation.reload();
    assert_eq!(conversation.missing_page(SIZE, NOW), None);
    conversation.take_page(None, pages(1..=30));
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(None));
}

#[test]
fn what_somebody_said_who_is_blocked_goes() {
    let mut conversation = with(40);
    let mut other = message(41);
    other.from = "0x04".into();
    conversation.take(other);
    conversation.scroll(20, SIZE);
    conversation.forget(&message(1).from);
    assert_eq!(texts(&conversation), ["41"]);
    assert!(conversation.is_at_end());
}

#[test]
fn too_many_messages_leave_at_the_end_that_nobody_looks_at() {
    let most = MAX_MESSAGES as u64;
    let mut conversation = with(most);
    for clock in 1..=PAGE as u64 {
        conversation.take(message(most + clock));
    }
    assert_eq!(conversation.items().len(), MAX_MESSAGES);
    assert_eq!(texts(&conversation).last(), Some(&"2050"));
    assert!(!conversation.is_whole());

    let mut conversation = opened();
    conversation.take_page(None, pages(101..=most + 100));
    conversation.scroll(isize::MAX, SIZE);
    conversation.take_page(Some(&id(101)), pages(51..=100));
    assert_eq!(texts(&conversation).first(), Some(&"51"));
    assert_eq!(conversation.items().len(), MAX_MESSAGES);
    // What comes now is beyond what is loaded, and is loaded when the user comes back.
    conversation.take(message(most + 101));
    assert_eq!(conversation.items().len(), MAX_MESSAGES);
    conversation.go_to_end();
    assert!(!conversation.is_at_end());
    assert_eq!(conversation.missing_page(SIZE, NOW), Some(None));
    conversation.take_page(None, pages(most + 60..=most + 101));
    assert!(conversation.is_at_end());
    assert_eq!(
        texts(&conversation).first(),
        Some(&"2060"),
        "no gap is hidden"
    );
}

#[test]
fn the_chosen_message_is_on_the_screen_wherever_it_goes() {
    let mut conversation = with(60);
    conversation.select();
    for up in std::iter::repeat_n(true, 70).chain(std::iter::repeat_n(false, 70)) {
        conversation.select_next(up, SIZE);
        let selected = conversation.selected().unwrap().record.text.clone();
        assert!(shown(&conversation, SIZE).contains(&selected), "{selected}");
    }
    assert!(conversation.is_at_end());
}

#[test]
fn a_message_higher_than_the_screen_is_read_row_by_row() {
    let mut conversation = with(1);
    let mut long = message(2);
    long.text = (0..30).map(|row| format!("row {row}\n")).collect();
    conversation.take(long);
    for row in (0..20).rev() {
        conversation.scroll(1, SIZE);
        let shown = shown(&conversation, SIZE);
        assert_eq!(shown.len(), SIZE.1);
        assert_eq!(shown.last().unwrap(), &format!("row {}", row + 10), "{row}");
    }
}

#[test]
fn scrolling_stops_at_both_ends() {
    let mut conversation = with(20);
    conversation.scroll(isize::MAX, SIZE);
    let top = shown(&conversation, SIZE);
    assert_eq!(top.len(), SIZE.1);
    assert!(top[0].starts_with("[20"), "{top:?}");
    conversation.scroll(isize::MIN, SIZE);
    assert!(conversation.is_at_end());
    let mut short = with(2);
    short.scroll(5, SIZE);
    assert!(short.is_at_end());
}

#[test]
fn a_very_long_message_is_cut_and_says_so() {
    let mut conversation = with(1);
    let mut long = message(2);
    long.text = "é".repeat(MAX_SHOWN);
    conversation.take(long);
    let item = conversation.get(&message(2).id).unwrap();
    assert_eq!(item.cut, MAX_SHOWN);
    assert!(
        shown(&conversation, SIZE)
            .last()
            .unwrap()
            .contains("4096 bytes more")
    );
}

#[test]
fn what_became_of_a_message_is_known_whichever_comes_first() {
    use super::super::delivery::tests::entry;
    use status_node::rpc::records::State;
    let mut conversation = with(1);
    let mut own = message(2);
    own.outgoing = true;
    let mut handed = entry(State::Handed, None);
    handed.message = own.id.clone();
    assert!(!conversation.follow(&handed), "it is not known yet");
    conversation.take(own.clone());
    assert!(conversation.follow(&handed));
    // The call that stored it is answered after its report.
    conversation.take(own.clone());
    let delivery = conversation.get(&own.id).unwrap().delivery.clone().unwrap();
    assert_eq!(delivery.says(), "handed to a peer");
}
