use super::super::event::{Answer, Call, Event};
use super::super::model::tests::{
    KEY, NOW, answered, chat, message, pages, press, with_chats, with_open,
};
use super::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::KeyCode;
use status_node::rpc::records::ContactRecord;

/// The screen as text, without blanks at the ends of lines.
fn screen(model: &Model) -> Vec<String> {
    let (columns, rows) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(model, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let rows = (0..rows).map(|y| {
        let mut skip = 0;
        let mut line = String::new();
        for x in 0..columns {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
                skip = text::width(symbol).max(1);
            }
            skip -= 1;
        }
        line.trim_end().to_owned()
    });
    rows.collect()
}

fn contact(alias: &str) -> ContactRecord {
    serde_json::from_value(serde_json::json!({
        "public_key": KEY, "name": "", "alias": alias, "ens_name": "", "added": true,
        "has_added_us": false, "request": false, "blocked": false, "updated": 0,
    }))
    .unwrap()
}

#[test]
fn the_chats_and_the_open_one_are_beside_each_other() {
    let model = with_open(1..=2);
    let screen = screen(&model);
    assert_eq!(screen[0], " Chats (3 unread)         #a");
    assert_eq!(screen[1], "▸ #a                    │");
    assert_eq!(screen[2], "  #b                   3│");
    let messages: Vec<&str> = screen[17..21].iter().map(|row| &row[..]).collect();
    let dashes = "─".repeat(36);
    assert_eq!(
        messages,
        [
            &format!("                        │ ── 2020-05-20 UTC {dashes}")[..],
            "                        │ Experienced Splendid Gibbon 18:40",
            "                        │   1",
            "                        │   2",
        ]
    );
    assert_eq!(screen[21], "                        │ >");
    assert_eq!(screen[22], "2 peers");
    assert!(
        screen[23].starts_with("F1 help  Enter send"),
        "{}",
        screen[23]
    );
}

#[test]
fn the_names_are_those_that_the_user_gave() {
    let mut model = with_open(1..=1);
    let ann = contact("Ann\u{202e}\u{1b}[31m\n");
    model.update(answered(Call::Contacts, Answer::Contacts(vec![ann])), NOW);
    let screen = screen(&model);
    assert!(
        screen.iter().any(|row| row.ends_with("│ Ann [31m  18:40")),
        "{screen:#?}"
    );
}

#[test]
fn hostile_text_stays_in_its_place() {
    let mut model = with_open(1..=1);
    let evil = [
        "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m",
        &"\u{301}".repeat(2_000),
        "\u{202e}\u{2066}evil",
        &"日本語".repeat(60),
        &"x".repeat(5_000),
        "a\u{0}b\rc\u{85}d",
        "👩\u{200d}👩\u{200d}👧\u{fe0f}",
    ];
    for (number, text) in (2..).zip(evil) {
        let mut said = message(number);
        said.text = text.into();
        said.ens_name = text.into();
        model.update(
            Event::Report(Box::new(status_node::rpc::Report::Message(said))),
            NOW,
        );
    }
    for size in [(80, 24), (40, 12), (20, 5), (3, 3), (1, 1), (200, 60)] {
        model.update(Event::Resized(size.0, size.1), NOW);
        for row in screen(&model) {
            assert!(!row.contains(char::is_control), "{row:?}");
            assert!(
                !row.contains(['\u{202e}', '\u{2066}', '\u{200d}']),
                "{row:?}"
            );
            assert!(text::width(&row) <= size.0.into(), "{size:?}: {row:?}");
            let marks = row.chars().filter(|c| *c == '\u{301}').count();
            assert!(marks <= 6, "{marks} marks");
        }
    }
}

#[test]
fn a_narrow_screen_shows_the_list_or_the_chat() {
    let mut model = with_open(1..=1);
    model.update(Event::Resized(40, 12), NOW);
    let chat = screen(&model);
    assert_eq!(chat[0], " #a");
    assert!(chat[8].starts_with("  1"), "{chat:#?}");
    model.update(press(KeyCode::Esc), NOW);
    let list = screen(&model);
    assert_eq!(list[0], " Chats (3 unread)");
    assert_eq!(list[1], "▸ #a");
}

#[test]
fn any_size_and_any_state_can_be_drawn() {
    let mut states = vec![
        Model::new((80, 24), None),
        with_chats(Vec::new()),
        with_chats(
            (0..99)
                .map(|number| chat(&format!("#{number}"), number))
                .collect(),
        ),
        with_open(1..=200),
    ];
    let mut writing = with_open(1..=3);
    writing.update(press(KeyCode::BackTab), NOW);
    writing.update(press(KeyCode::Char('r')), NOW);
    writing.update(Event::Paste("long text\n".repeat(30)), NOW);
    states.push(writing);
    let mut detail = with_open(1..=3);
    detail.update(press(KeyCode::BackTab), NOW);
    detail.update(press(KeyCode::Char('i')), NOW);
    assert!(detail.detail.is_some());
    states.push(detail);
    let mut lint = with_open(1..=3);
    lint.update(Event::Paste("hello".into()), NOW);
    lint.update(press(KeyCode::F(9)), NOW);
    assert!(lint.detail.is_some());
    states.push(lint);
    for key in 1..=8 {
        let mut model = with_open(1..=3);
        model.update(press(KeyCode::F(key)), NOW);
        assert!(model.panel.is_some(), "F{key}");
        states.push(model);
    }
    for model in &mut states {
        for width in (0..90).step_by(13) {
            for height in (0..30).step_by(4) {
                model.update(Event::Resized(width, height), NOW);
                screen(model);
            }
        }
    }
}

#[test]
fn the_cursor_is_where_the_next_character_comes() {
    let mut model = with_open(1..=1);
    model.update(Event::Paste("日本".into()), NOW);
    let layout = Layout::of(&model);
    let area = Rect::new(0, 0, 80, 24);
    let cursor = paint(&model, &layout, area, &mut Buffer::empty(area));
    assert_eq!(cursor, Some(Position::new(32, 21)));
    model.update(press(KeyCode::F(1)), NOW);
    let cursor = paint(&model, &layout, area, &mut Buffer::empty(area));
    assert_eq!(cursor, None);
}

#[test]
fn older_messages_are_scrolled_to() {
    let mut model = with_open(1..=40);
    for _ in 0..9 {
        model.update(press(KeyCode::PageUp), NOW);
    }
    let before = screen(&model);
    assert!(
        before[2].ends_with("Experienced Splendid Gibbon 18:40"),
        "{before:#?}"
    );
    let page = Call::Page {
        chat: "#a".parse().unwrap(),
        before: None,
    };
    model.update(answered(page, Answer::Page(pages(1..=40))), NOW);
    assert_eq!(screen(&model), before);
}

#[test]
fn what_comes_below_what_is_read_is_announced() {
    let mut model = with_open(1..=40);
    model.update(press(KeyCode::PageUp), NOW);
    assert!(screen(&model)[20].ends_with(" ↓ PgDn"));
    let unread = Answer::Chats(vec![chat("#a", 3)]);
    model.update(answered(Call::Chats, unread), NOW);
    assert!(screen(&model)[20].ends_with(" ↓ 3 new"));
    model.update(press(KeyCode::PageDown), NOW);
    assert!(!screen(&model)[20].contains('↓'));
}

#[test]
fn a_long_sentence_is_read_to_its_end() {
    let mut model = with_open(1..=40);
    let why = "the reason is said in so many words that they have no room in a line of the screen, at all";
    let refused = super::super::event::Answered {
        call: Call::Leave("#a".parse().unwrap()),
        result: Err(why.into()),
    };
    model.update(Event::Answered(Box::new(refused)), NOW);
    let shown = screen(&model);
    assert_eq!(format!("{} {}", shown[21], shown[22]), why);
    assert!(shown[20].ends_with("│ >"), "{shown:#?}");
    assert!(shown[23].starts_with("F1 help"), "{shown:#?}");
    for width in (0..90).step_by(13) {
        for height in 0..9 {
            model.update(Event::Resized(width, height), NOW);
            screen(&model);
        }
    }
}

#[test]
fn a_group_without_a_name_has_something_to_be_called() {
    let mut group = chat("x", 0);
    (group.kind, group.name) = (
        status_node::rpc::records::ChatKindName::Group,
        " \u{200b}\u{3000} ".into(),
    );
    let model = with_chats(vec![group]);
    assert!(screen(&model)[1].contains("(without a name)"));
}

#[test]
fn strangers_are_apart_from_those_whom_the_user_added() {
    let mut person = chat(KEY, 1);
    person.kind = status_node::rpc::records::ChatKindName::Person;
    person.name = "Experienced Splendid Gibbon".into();
    let mut model = with_chats(vec![person, chat("#a", 0)]);
    let list: Vec<String> = screen(&model).drain(1..4).collect();
    let list: Vec<&str> = list
        .iter()
        .map(|row| row.split('│').next().unwrap())
        .collect();
    assert_eq!(
        list,
        [
            "  #a                    ",
            "── not contacts (F3) ── ",
            "  Experienced Splendi… 1",
        ]
    );
    let contacts = Answer::Contacts(vec![contact("Ann")]);
    model.update(answered(Call::Contacts, contacts), NOW);
    let list = screen(&model);
    assert!(
        list[1].starts_with("  Ann                  1│"),
        "{list:#?}"
    );
    assert!(list[2].starts_with("  #a"), "{list:#?}");
}

#[test]
fn what_the_node_refuses_is_said_in_place_of_the_list() {
    let mut model = Model::new((80, 24), None);
    model.update(Event::Link(super::super::event::Link::Connected), NOW);
    let refused = super::super::event::Answered {
        call: Call::Chats,
        result: Err("the account of this node is locked".into()),
    };
    model.update(Event::Answered(Box::new(refused)), NOW);
    let screen = screen(&model);
    assert!(
        screen[1].starts_with("the account of this node"),
        "{screen:#?}"
    );
    assert!(screen[2].starts_with("is locked"), "{screen:#?}");
}
