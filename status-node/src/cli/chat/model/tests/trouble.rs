//! What goes wrong: refusals, a node that does not answer, answers that come late, and an end with
//! something unsent.

use super::*;

fn not_made(call: Call) -> Event {
    Event::NotMade(Box::new(Answered {
        call,
        result: Err("too much waits for it".into()),
    }))
}

fn pressed(model: &mut Model, keys: &[KeyCode]) -> Vec<Effect> {
    let keys = keys.iter();
    keys.flat_map(|key| model.update(press(*key), NOW))
        .collect()
}

#[test]
fn what_is_refused_is_not_asked_for_again_at_once() {
    for refuse in [not_made as fn(Call) -> Event, |call| refused(call, "no")] {
        let mut model = with_chats(vec![chat("#a", 2)]);
        let mut waiting = calls(model.update(press(KeyCode::Enter), NOW));
        assert_eq!(waiting.len(), 2, "a page, and that it is read");
        let mut made = 0;
        while let Some(call) = waiting.pop() {
            waiting.extend(calls(model.update(refuse(call), NOW)));
            made += 1;
            assert!(made < 10, "it is asked for without end");
        }
        let later = calls(model.update(Event::Tick, NOW + READ_AGAIN_MS));
        assert!(later.iter().any(|call| matches!(call, Call::Page { .. })));
        assert!(later.iter().any(|call| matches!(call, Call::Read(_))));
    }
}

#[test]
fn what_could_not_even_be_asked_does_not_count_as_answered() {
    let mut model = with_chats(vec![chat("#a", 0)]);
    let page = calls(model.update(press(KeyCode::Enter), NOW)).remove(0);
    model.update(Event::Tick, NOW + 5_000);
    model.update(not_made(Call::Node), NOW + 5_000);
    assert_eq!(model.facts.waiting_ms, Some(5_000), "{page:?}");
    // The screen says already that the node does not answer.
    assert_eq!(model.notice, None);
}

#[test]
fn nothing_unsent_is_lost_at_the_end_without_a_word() {
    let mut model = with_open(1..=1);
    type_text(&mut model, "draft");
    assert_eq!(model.update(control('c'), NOW), []);
    let notice = model.notice.clone().unwrap();
    assert!(notice.text.contains("not kept"), "{}", notice.text);
    assert_eq!(model.update(control('c'), NOW + 1), [Effect::Quit]);
    // Once it is forgotten that it was said, it is asked about again.
    model.update(Event::Tick, NOW + 2 * NOTICE_MS);
    assert_eq!(model.update(control('q'), NOW + 2 * NOTICE_MS), []);

    let mut model = with_open(1..=1);
    type_text(&mut model, "said");
    let send = calls(pressed(&mut model, &[KeyCode::Enter])).remove(0);
    assert_eq!(model.update(control('q'), NOW), []);
    let notice = model.notice.clone().unwrap();
    assert!(notice.text.contains("has not reached"), "{}", notice.text);
    model.update(Event::Tick, NOW + NOTICE_MS);
    let mut own = message(2);
    own.outgoing = true;
    model.update(answered(send, Answer::Sent(Box::new(own))), NOW);
    assert_eq!(model.update(control('q'), NOW), [Effect::Quit]);
}

#[test]
fn a_text_that_is_refused_after_its_chat_was_left_is_its_draft() {
    let mut model = with_open(1..=1);
    type_text(&mut model, "for a");
    let send = calls(pressed(&mut model, &[KeyCode::Enter])).remove(0);
    pressed(&mut model, &[KeyCode::Esc, KeyCode::Down, KeyCode::Enter]);
    assert_eq!(model.open.as_ref().unwrap().chat.to_string(), "#b");
    model.update(refused(send, "no"), NOW);
    assert_eq!(model.composer.editor.text(), "");
    pressed(&mut model, &[KeyCode::Esc, KeyCode::Up, KeyCode::Enter]);
    assert_eq!(model.composer.editor.text(), "for a");
}

#[test]
fn a_refused_answer_is_an_answer_when_it_comes_back() {
    let mut model = with_open(1..=3);
    pressed(&mut model, &[KeyCode::BackTab, KeyCode::Char('r')]);
    type_text(&mut model, "yes");
    let send = calls(pressed(&mut model, &[KeyCode::Enter])).remove(0);
    model.update(refused(send, "no"), NOW);
    let answers = model.composer.answers.clone().unwrap();
    assert_eq!(answers.id.to_string(), message(3).id);
}

#[test]
fn an_answer_that_comes_late_does_not_take_the_user_to_another_chat() {
    let mut model = with_open(1..=1);
    pressed(&mut model, &[KeyCode::F(7)]);
    model.update(Event::Paste("#late".into()), NOW);
    let join = calls(pressed(&mut model, &[KeyCode::Enter])).remove(0);
    // It takes long, and the user goes on elsewhere.
    pressed(&mut model, &[KeyCode::Esc]);
    type_text(&mut model, "a secret");
    model.update(answered(join, Answer::Done), NOW + 5_000);
    assert_eq!(model.open.as_ref().unwrap().chat.to_string(), "#a");
    assert_eq!(model.composer.editor.text(), "a secret");
    assert_eq!(model.notice.as_ref().unwrap().text, "joined");
}

#[test]
fn what_was_sent_elsewhere_does_not_scroll_what_is_read() {
    let mut model = with_open(1..=40);
    type_text(&mut model, "x");
    let send = calls(pressed(&mut model, &[KeyCode::Enter])).remove(0);
    pressed(&mut model, &[KeyCode::Esc, KeyCode::Down, KeyCode::Enter]);
    let page = Call::Page {
        chat: "#b".parse().unwrap(),
        before: None,
    };
    model.update(answered(page, Answer::Page(pages(1..=40))), NOW);
    pressed(&mut model, &[KeyCode::PageUp]);
    assert!(!model.open.as_ref().unwrap().is_at_end());
    model.update(answered(send, Answer::Sent(Box::new(message(41)))), NOW);
    assert!(!model.open.as_ref().unwrap().is_at_end());
}

#[test]
fn what_is_said_by_another_program_meanwhile_is_loaded_afterwards() {
    let queued = |clock: u64| {
        let mut entry = delivery::tests::entry(status_node::rpc::records::State::Queued, None);
        entry.message = message(clock).id;
        Event::Report(Box::new(Report::Ledger(entry)))
    };
    let said = |clock: u64| {
        let mut own = message(clock);
        own.outgoing = true;
        Answer::Sent(Box::new(own))
    };
    let is_page = |call: &Call| matches!(call, Call::Page { .. });
    let mut model = with_open(1..=1);
    for (elsewhere, wanted) in [(None, false), (Some(7), true)] {
        type_text(&mut model, "x");
        let send = calls(pressed(&mut model, &[KeyCode::Enter])).remove(0);
        let mut made = calls(model.update(queued(5), NOW));
        made.extend(elsewhere.map_or(Vec::new(), |clock| calls(model.update(queued(clock), NOW))));
        assert!(!made.iter().any(is_page), "{made:?}");
        let made = calls(model.update(answered(send, said(5)), NOW));
        assert_eq!(made.iter().any(is_page), wanted, "{made:?}");
    }
}

#[test]
fn what_is_covered_is_not_marked_as_read() {
    let mut model = with_open(1..=1);
    pressed(&mut model, &[KeyCode::F(1)]);
    let unread = || answered(Call::Chats, Answer::Chats(vec![chat("#a", 1)]));
    assert_eq!(calls(model.update(unread(), NOW)), []);
    let made = calls(pressed(&mut model, &[KeyCode::Esc]));
    assert_eq!(made, [Call::Read("#a".parse().unwrap())]);
}

#[test]
fn a_chat_with_somebody_who_is_blocked_is_closed() {
    let mut person = chat(KEY, 0);
    person.kind = ChatKindName::Person;
    let mut model = with_chats(vec![person, chat("#a", 0)]);
    pressed(&mut model, &[KeyCode::Enter]);
    assert!(model.open.is_some());
    let key = status_conversational_security::trust::parse_public_key(KEY).unwrap();
    let block = Call::Panel(Request::BlockContact(key));
    model.update(answered(block, Answer::Done), NOW);
    assert!(model.open.is_none());
    assert_eq!(model.focus, Focus::List);
}

#[test]
fn a_pasted_text_that_has_no_room_says_how_much_of_it() {
    let mut model = with_open(1..=1);
    model.update(Event::Paste("x".repeat(40_010)), NOW);
    let notice = model.notice.clone().unwrap();
    assert!(notice.text.starts_with("the last 10 bytes"), "{notice:?}");
}

#[test]
fn a_panel_is_changed_for_another_by_its_key_but_a_dialog_stays() {
    let mut model = with_open(1..=1);
    pressed(&mut model, &[KeyCode::F(1), KeyCode::F(6)]);
    assert_eq!(model.panel, Some(Panel::network()));
    pressed(&mut model, &[KeyCode::F(7), KeyCode::F(1)]);
    assert_eq!(model.panel, Some(Panel::join()));
}

#[test]
fn a_group_cannot_name_itself_into_a_command() {
    let id = format!("x'; rm -rf ~ #-{KEY}");
    let mut said = message(1);
    said.chat.clone_from(&id);
    let lines = Detail::of_message(said).lines(&Names::default(), 999);
    let command = lines.last().unwrap();
    assert!(command.contains(r"--chat 'x'\''; rm"), "{command}");
    assert!(command.ends_with('\''), "{command}");
}
