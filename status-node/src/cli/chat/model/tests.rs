use super::super::event::{Answer, Answered};
use super::*;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use status_node::rpc::Report;
use status_node::rpc::records::{
    ChatKindName, ChatRecord, LedgerRecord, MessageRecord, NodeRecord,
};
use std::ops::RangeInclusive;

mod trouble;

/// Somebody's key, whose three words are `Experienced Splendid Gibbon`.
pub(in crate::cli::chat) const KEY: &str = "0x04261c55675e55ff25edb50b345cfb3a3f35f60712d251cbaaab97bd50054c6ebc3cd4e2220\
    0c68daf7493e1f8da6a190a68a671e2d3977809612424c7c3888bc6";

/// 2020-05-20 18:40:00 UTC.
pub(in crate::cli::chat) const NOW: u64 = 1_590_000_000_000;

pub(in crate::cli::chat) fn chat(name: &str, unread: u64) -> ChatRecord {
    ChatRecord {
        chat: name.into(),
        kind: ChatKindName::Public,
        name: name.trim_start_matches('#').into(),
        active: true,
        muted: false,
        unread,
        last_message: None,
        membership: None,
    }
}

/// A message of somebody else in `#a`, whose text is its clock.
pub(in crate::cli::chat) fn message(clock: u64) -> MessageRecord {
    MessageRecord {
        chat: "#a".into(),
        from: KEY.into(),
        text: clock.to_string(),
        id: format!("0x{clock:064x}"),
        clock,
        timestamp: NOW + clock,
        envelope: None,
        received: NOW + clock,
        outgoing: false,
        response_to: None,
        ens_name: String::new(),
        content: "text".into(),
        clock_ahead_ms: 0,
        clock_behind_ms: 0,
    }
}

pub(in crate::cli::chat) fn pages(
    clocks: RangeInclusive<u64>,
) -> Vec<(MessageRecord, Vec<LedgerRecord>)> {
    clocks.map(|clock| (message(clock), Vec::new())).collect()
}

pub(in crate::cli::chat) fn press(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

pub(in crate::cli::chat) fn control(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

pub(in crate::cli::chat) fn answered(call: Call, answer: Answer) -> Event {
    Event::Answered(Box::new(Answered {
        call,
        result: Ok(answer),
    }))
}

fn refused(call: Call, sentence: &str) -> Event {
    Event::Answered(Box::new(Answered {
        call,
        result: Err(sentence.into()),
    }))
}

/// A screen of 80x24 that is connected and knows these chats.
pub(in crate::cli::chat) fn with_chats(chats: Vec<ChatRecord>) -> Model {
    let mut model = Model::new((80, 24), None);
    let effects = model.update(Event::Link(Link::Connected), NOW);
    assert!(effects.contains(&Effect::Call(Box::new(Call::Chats))));
    for effect in effects {
        let Effect::Call(call) = effect else { continue };
        let answer = match &*call {
            Call::Chats => Answer::Chats(chats.clone()),
            Call::Contacts => Answer::Contacts(Vec::new()),
            Call::Devices => Answer::Devices(Vec::new()),
            Call::Node => Answer::Node(Box::new(node()), serde_json::Value::Null),
            _ => Answer::Done,
        };
        model.update(answered(*call, answer), NOW);
    }
    model
}

pub(in crate::cli::chat) fn node() -> NodeRecord {
    serde_json::from_value(serde_json::json!({
        "enode": "enode://9a@127.0.0.1:30303", "public_key": "0x0400", "installation": "1",
        "version": "0.1.0", "ready_peers": 2, "others_ahead_ms": null, "peers": [], "sealing": 0,
        "unsent": 0,
    }))
    .unwrap()
}

fn calls(effects: Vec<Effect>) -> Vec<Call> {
    let call = |effect| match effect {
        Effect::Call(call) => Some(*call),
        _ => None,
    };
    effects.into_iter().filter_map(call).collect()
}

/// With `#a` open, and these messages in it.
pub(in crate::cli::chat) fn with_open(clocks: RangeInclusive<u64>) -> Model {
    let mut model = with_chats(vec![chat("#a", 0), chat("#b", 3)]);
    let page = calls(model.update(press(KeyCode::Enter), NOW)).remove(0);
    let made = calls(model.update(answered(page, Answer::Page(pages(clocks))), NOW));
    // There is nothing before them, if that is asked.
    for page in made {
        model.update(answered(page, Answer::Page(Vec::new())), NOW);
    }
    model
}

fn type_text(model: &mut Model, text: &str) {
    for c in text.chars() {
        model.update(press(KeyCode::Char(c)), NOW);
    }
}

#[test]
fn a_text_is_sent_and_shown_once() {
    let mut model = with_open(1..=2);
    type_text(&mut model, "hello?");
    let send = calls(model.update(press(KeyCode::Enter), NOW)).remove(0);
    let wanted = Call::Send {
        chat: "#a".parse().unwrap(),
        text: "hello?".into(),
        response_to: None,
    };
    assert_eq!(send, wanted);
    assert!(model.composer.editor.is_empty());
    let mut own = message(3);
    own.outgoing = true;
    model.update(answered(send, Answer::Sent(Box::new(own.clone()))), NOW);
    model.update(Event::Report(Box::new(Report::Message(own))), NOW);
    assert_eq!(model.open.as_ref().unwrap().items().len(), 3);
}

#[test]
fn a_line_feed_is_enter_but_where_one_writes() {
    let mut model = with_chats(vec![chat("#a", 0)]);
    model.update(control('j'), NOW);
    assert_eq!(model.focus, Focus::Composer);
    type_text(&mut model, "one");
    assert!(calls(model.update(control('j'), NOW)).is_empty());
    type_text(&mut model, "two");
    assert_eq!(model.composer.editor.text(), "one\ntwo");
}

#[test]
fn a_text_that_is_refused_comes_back_with_the_reason() {
    let mut model = with_open(1..=1);
    type_text(&mut model, "hello");
    let send = calls(model.update(press(KeyCode::Enter), NOW)).remove(0);
    model.update(refused(send, "it is \u{1b}[31mtoo large"), NOW);
    assert_eq!(model.composer.editor.text(), "hello");
    let notice = model.notice.clone().unwrap();
    assert_eq!(notice.text, "not sent: it is  [31mtoo large");
    assert!(notice.is_bad);
    model.update(Event::Tick, NOW + NOTICE_MS);
    assert_eq!(model.notice, None);
}

#[test]
fn what_is_seen_is_marked_as_read_once() {
    let mut model = with_chats(vec![chat("#a", 2)]);
    let made = calls(model.update(press(KeyCode::Enter), NOW));
    let read = Call::Read("#a".parse().unwrap());
    assert_eq!(made.iter().filter(|call| **call == read).count(), 1);
    assert!(calls(model.update(Event::Tick, NOW + 1)).is_empty());
    model.update(answered(read.clone(), Answer::Done), NOW + 2);
    let chats = calls(model.update(Event::Tick, NOW + 500));
    assert!(chats.contains(&Call::Chats), "{chats:?}");
    model.update(
        answered(Call::Chats, Answer::Chats(vec![chat("#a", 0)])),
        NOW + 600,
    );
    assert!(!calls(model.update(Event::Tick, NOW + 700)).contains(&read));
}

#[test]
fn what_is_scrolled_away_from_is_not_marked_as_read() {
    let mut model = with_open(1..=40);
    model.update(press(KeyCode::PageUp), NOW);
    let unread = answered(Call::Chats, Answer::Chats(vec![chat("#a", 1)]));
    assert!(calls(model.update(unread, NOW)).is_empty());
    let made = calls(model.update(press(KeyCode::PageDown), NOW));
    assert_eq!(made, [Call::Read("#a".parse().unwrap())]);
}

#[test]
fn a_reply_names_the_message_that_was_chosen() {
    let mut model = with_open(1..=3);
    model.update(press(KeyCode::BackTab), NOW);
    assert_eq!(model.focus, Focus::Messages);
    model.update(press(KeyCode::Up), NOW);
    model.update(press(KeyCode::Char('r')), NOW);
    type_text(&mut model, "yes");
    let send = calls(model.update(press(KeyCode::Enter), NOW)).remove(0);
    let Call::Send { response_to, .. } = send else {
        panic!("{send:?}");
    };
    assert_eq!(response_to.unwrap().to_string(), message(2).id);
    assert_eq!(model.composer.answers, None);
}

#[test]
fn what_is_said_by_another_program_is_loaded() {
    let mut model = with_open(1..=1);
    let mut entry = delivery::tests::entry(status_node::rpc::records::State::Queued, None);
    entry.message = message(7).id;
    let made = calls(model.update(Event::Report(Box::new(Report::Ledger(entry.clone()))), NOW));
    let page = Call::Page {
        chat: "#a".parse().unwrap(),
        before: None,
    };
    assert_eq!(made, [page]);
    let again = calls(model.update(Event::Report(Box::new(Report::Ledger(entry))), NOW));
    assert!(again.is_empty(), "it is on its way");
}

#[test]
fn a_node_that_does_not_answer_stops_no_key() {
    let mut model = with_open(1..=1);
    type_text(&mut model, "x");
    model.update(press(KeyCode::Enter), NOW);
    model.take_change();
    model.update(Event::Tick, NOW + 3_000);
    assert!(model.take_change());
    assert_eq!(model.facts.waiting_ms, Some(3_000));
    type_text(&mut model, "more");
    assert_eq!(model.composer.editor.text(), "more");
}

#[test]
fn a_node_that_comes_back_is_asked_for_everything() {
    let mut model = with_open(1..=1);
    model.update(Event::Link(Link::Lost("it is gone".into())), NOW);
    assert!(calls(model.update(Event::Tick, NOW + 2_000)).is_empty());
    let made = calls(model.update(Event::Link(Link::Connected), NOW + 3_000));
    assert!(made.contains(&Call::Chats));
    assert!(made.iter().any(|call| matches!(call, Call::Page { .. })));
}

#[test]
fn a_chat_is_left_only_if_that_is_said_twice() {
    let mut model = with_chats(vec![chat("#a", 0), chat("#b", 0)]);
    let leave = || press(KeyCode::Char('L'));
    assert!(calls(model.update(leave(), NOW)).is_empty());
    model.update(press(KeyCode::Down), NOW);
    assert!(calls(model.update(leave(), NOW)).is_empty(), "another chat");
    let made = calls(model.update(leave(), NOW));
    assert_eq!(made, [Call::Leave("#b".parse().unwrap())]);
    model.update(leave(), NOW);
    model.update(Event::Tick, NOW + NOTICE_MS);
    assert!(calls(model.update(leave(), NOW + NOTICE_MS)).is_empty());
}

#[test]
fn a_flood_of_reports_asks_for_little() {
    let mut model = with_chats(vec![chat("#a", 0)]);
    let mut made = 0;
    for number in 0..1_000 {
        let report = Report::Message(message(number));
        let effects = model.update(Event::Report(Box::new(report)), NOW + 1_000);
        made += effects.len();
        made += model.update(Event::Tick, NOW + 1_000).len();
    }
    assert!(made <= 2, "{made} calls");
}

#[test]
fn the_chat_of_the_command_line_is_opened_once_the_node_answers() {
    let mut model = Model::new((80, 24), Some("#x".parse().unwrap()));
    assert!(calls(model.update(Event::Tick, NOW)).is_empty());
    let made = calls(model.update(Event::Link(Link::Connected), NOW));
    let page = Call::Page {
        chat: "#x".parse().unwrap(),
        before: None,
    };
    assert!(made.contains(&page), "{made:?}");
    let join = Call::Panel(Request::Join("#x".parse().unwrap()));
    assert!(made.contains(&join), "{made:?}");
    assert_eq!(model.focus, Focus::Composer);
    // Once: it may have been left when the node comes back.
    model.update(Event::Link(Link::Lost("it is gone".into())), NOW);
    let again = calls(model.update(Event::Link(Link::Connected), NOW));
    assert!(!again.contains(&join), "{again:?}");
}

#[test]
fn a_pasted_text_is_written_and_not_sent() {
    let mut model = with_open(1..=1);
    let made = model.update(Event::Paste("one\r\ntwo\n".into()), NOW);
    assert!(calls(made).is_empty());
    assert_eq!(model.composer.editor.text(), "one\ntwo\n");
}

#[test]
fn what_a_message_would_give_away_is_asked_for_without_sending_it() {
    let mut model = with_open(1..=1);
    assert!(calls(model.update(press(KeyCode::F(9)), NOW)).is_empty());
    type_text(&mut model, "hello");
    let made = calls(model.update(press(KeyCode::F(9)), NOW)).remove(0);
    assert!(
        matches!(&made, Call::Lint { text, .. } if text == "hello"),
        "{made:?}"
    );
    let found = serde_json::json!([{
        "to": "peer", "exposure": "open", "what": "size", "sentence": "the \u{1b}size", "advice": null,
        "numbers": {},
    }]);
    let found = serde_json::from_value(found).unwrap();
    model.update(answered(made, Answer::Lint(found)), NOW);
    let lines = model.detail.as_ref().unwrap().lines(&model.names, 40);
    assert!(
        lines.iter().any(|line| line.contains("the  size")),
        "{lines:?}"
    );
    model.update(press(KeyCode::Esc), NOW);
    assert!(model.detail.is_none());
    assert_eq!(model.composer.editor.text(), "hello");
}

#[test]
fn an_invitation_is_accepted_from_the_list() {
    use status_node::rpc::records::Membership;
    let id = format!("ead682b5-17de-4716-a87f-53fffb6fd612-{KEY}");
    let mut group = chat(&id, 0);
    (group.kind, group.membership) = (ChatKindName::Group, Some(Membership::Invited));
    let mut model = with_chats(vec![group, chat("#a", 0)]);
    let made = calls(model.update(press(KeyCode::Char('a')), NOW)).remove(0);
    assert!(
        matches!(made, Call::Panel(Request::GroupJoin(_))),
        "{made:?}"
    );
    model.update(answered(made, Answer::Done), NOW);
    assert_eq!(model.open.as_ref().unwrap().chat.to_string(), id);
    model.update(press(KeyCode::Esc), NOW);
    model.update(press(KeyCode::Down), NOW);
    assert!(calls(model.update(press(KeyCode::Char('a')), NOW)).is_empty());
}
