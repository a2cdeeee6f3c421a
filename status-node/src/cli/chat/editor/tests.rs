use super::*;

fn control(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)
}

fn alt(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT)
}

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn with(text: &str) -> Editor {
    let mut editor = Editor::of_lines();
    editor.insert(text);
    editor
}

#[test]
fn words_and_lines_are_cut_and_put_back() {
    let mut editor = with("one two  three");
    assert!(editor.handle_key(control('w')));
    assert_eq!(editor.text(), "one two  ");
    assert!(editor.handle_key(control('w')));
    assert_eq!(editor.text(), "one ");
    assert!(editor.handle_key(control('y')));
    assert_eq!(editor.text(), "one two  ");
    assert!(editor.handle_key(control('a')) && editor.handle_key(alt('f')));
    assert!(editor.handle_key(control('k')));
    assert_eq!(editor.text(), "one");
    assert!(editor.handle_key(control('u')));
    assert_eq!(editor.text(), "");
    assert!(editor.handle_key(control('y')));
    assert_eq!(editor.text(), "one");
    assert!(editor.handle_key(alt('b')) && editor.handle_key(alt('d')));
    assert!(editor.is_empty());
}

#[test]
fn the_cursor_moves_over_characters_as_people_see_them() {
    let mut editor = with("ae\u{301}日");
    for wanted in [4, 1, 0, 0] {
        assert!(editor.handle_key(press(KeyCode::Left)));
        assert_eq!(editor.cursor, wanted);
    }
    for wanted in [1, 4, 7, 7] {
        assert!(editor.handle_key(control('f')));
        assert_eq!(editor.cursor, wanted);
    }
    assert!(editor.handle_key(control('b')) && editor.handle_key(press(KeyCode::Backspace)));
    assert_eq!(editor.text(), "a日");
    assert!(editor.handle_key(control('d')));
    assert_eq!(editor.text(), "a");
}

#[test]
fn a_mark_typed_after_a_character_joins_it() {
    let mut editor = with("e");
    editor.insert("\u{301}");
    assert!(editor.handle_key(press(KeyCode::Backspace)));
    assert!(editor.is_empty());
    let mut editor = with("e\u{301}");
    assert!(editor.handle_key(press(KeyCode::Home)) && editor.handle_key(press(KeyCode::Delete)));
    assert!(editor.is_empty());
}

#[test]
fn lines_are_walked_in_their_columns() {
    let mut editor = with("first line\nab\nthird");
    assert!(editor.move_line(true));
    assert_eq!(editor.lines(20).1, 1);
    assert_eq!(editor.cursor, 13);
    assert!(editor.move_line(true));
    assert_eq!(editor.cursor, 2);
    assert!(!editor.move_line(true));
    assert!(editor.move_line(false) && editor.move_line(false));
    assert!(!editor.move_line(false));
}

#[test]
fn one_line_stays_one_line_and_controls_are_left_out() {
    let mut editor = Editor::default();
    editor.insert("a\r\nb\tc\u{1b}[0m");
    assert_eq!(editor.text(), "a b c[0m");
    assert!(!editor.handle_key(control('j')));
    assert!(!editor.handle_key(press(KeyCode::Enter)));
    assert!(!editor.handle_key(press(KeyCode::Up)));
    let mut lines = Editor::of_lines();
    lines.insert("a\rb");
    assert!(lines.handle_key(control('j')));
    assert_eq!(lines.text(), "a\nb\n");
}

#[test]
fn a_field_is_bounded() {
    let mut editor = with(&"é".repeat(MAX_TEXT));
    assert_eq!(editor.text().len(), MAX_TEXT);
    editor.insert("x");
    assert_eq!(editor.text().len(), MAX_TEXT);
    assert_eq!(editor.take().len(), MAX_TEXT);
    assert!(editor.is_empty());
}

#[test]
fn a_short_view_follows_the_cursor() {
    let mut editor = with("0123456789");
    assert_eq!(editor.view(5), ("6789".into(), 4));
    assert!(editor.handle_key(press(KeyCode::Home)));
    assert_eq!(editor.view(5), ("01234".into(), 0));
    assert_eq!(editor.view(0), ("0".into(), 0));
}

#[test]
fn long_text_is_broken_into_lines_with_room_for_the_cursor() {
    let mut editor = with("abcd\nef");
    assert_eq!(
        editor.lines(4),
        (vec!["abc".into(), "d".into(), "ef".into()], 2, 2)
    );
    assert!(editor.move_line(true));
    assert_eq!(editor.lines(4).1, 0);
    assert!(editor.handle_key(press(KeyCode::Right)));
    // Behind the third character is the start of the next line.
    assert_eq!((editor.lines(4).1, editor.lines(4).2), (1, 0));
    let full = with("abc");
    assert_eq!(full.lines(4), (vec!["abc".into()], 0, 3));
}

#[test]
fn any_keys_leave_the_cursor_between_characters() {
    use proptest::prelude::*;
    let keys = "abdefhkuwyj";
    let key = prop_oneof![
        proptest::sample::select(keys.chars().collect::<Vec<_>>()).prop_map(control),
        proptest::sample::select(vec!['b', 'f', 'd']).prop_map(alt),
        proptest::sample::select(
            "a é日\u{301}\u{200d}👩🏽\u{1f1e6}"
                .chars()
                .collect::<Vec<_>>()
        )
        .prop_map(|c| press(KeyCode::Char(c))),
        proptest::sample::select(vec![KeyCode::Left, KeyCode::Backspace, KeyCode::Delete])
            .prop_map(press),
    ];
    let keys = proptest::collection::vec((key, any::<bool>()), 0..60);
    proptest!(ProptestConfig::with_cases(200), |(keys in keys)| {
        let mut editor = Editor::of_lines();
        for (key, up) in keys {
            editor.handle_key(key);
            if key.code == KeyCode::Left {
                editor.move_line(up);
            }
            prop_assert_eq!(editor.boundary_from(editor.cursor), editor.cursor);
            let (lines, row, column) = editor.lines(7);
            prop_assert!(row < lines.len() && column <= text::width(&lines[row]));
            prop_assert!(editor.view(7).1 < 7);
        }
    });
}
