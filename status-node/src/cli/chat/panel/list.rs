//! A list in which one item is chosen.

use super::look::{CHOSEN, Row, STRONG};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use std::cell::{Cell, RefCell};

/// How far a page goes: less than most windows show.
pub(super) const PAGE: usize = 8;

/// Which item of a list is chosen. The list may change at any time, also between what the user sees and
/// the key that they press for it. So an item is known by its id, and the one that was drawn as chosen is
/// the one that keys mean; only if it is gone, what stands in its place is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    at: Cell<usize>,
    id: RefCell<Option<String>>,
}

impl Choice {
    /// Moves through a list; whether the key was one for that.
    pub(super) fn handle_key<T>(
        &mut self,
        key: &KeyEvent,
        items: &[T],
        id: impl Fn(&T) -> &str,
    ) -> bool {
        let last = items.len().saturating_sub(1);
        let at = self.place(items, &id).unwrap_or_default();
        let at = match key.code {
            KeyCode::Up => at.saturating_sub(1),
            KeyCode::Down => (at + 1).min(last),
            KeyCode::PageUp => at.saturating_sub(PAGE),
            KeyCode::PageDown => (at + PAGE).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => return false,
        };
        self.note(at, items, &id);
        true
    }

    /// The chosen one of these items.
    pub(super) fn of<'a, T>(&self, items: &'a [T], id: impl Fn(&T) -> &str) -> Option<&'a T> {
        items.get(self.place(items, &id)?)
    }

    /// Draws items of so many lines each, the chosen one among those that are seen, marked. Only of what
    /// is seen lines are made.
    pub(super) fn draw<T>(
        &self,
        items: &[T],
        id: impl Fn(&T) -> &str,
        lines: (usize, impl Fn(&T) -> Vec<Row>),
        area: Rect,
        buf: &mut Buffer,
    ) {
        let Some(chosen) = self.place(items, &id) else {
            return;
        };
        self.note(chosen, items, &id);
        let (height, lines) = lines;
        let room = (usize::from(area.height) / height.max(1)).max(1);
        let first = (chosen + 1).saturating_sub(room);
        let body = Rect {
            x: area.x.saturating_add(2),
            width: area.width.saturating_sub(2),
            ..area
        };
        let seen = items.iter().enumerate().skip(first);
        let rows = seen.flat_map(|(number, item)| {
            let rows = lines(item).into_iter().take(height).enumerate();
            rows.map(move |(part, row)| (number == chosen && part == 0, row))
        });
        for (line, (is_chosen, row)) in (0..area.height).zip(rows) {
            row.draw(body, line, buf);
            if is_chosen {
                buf.set_stringn(area.x, area.y + line, ">", usize::from(area.width), STRONG);
                let title = Rect {
                    y: area.y + line,
                    height: 1,
                    ..body
                };
                buf.set_style(title, CHOSEN);
            }
        }
    }

    /// Where the chosen item is now.
    fn place<T>(&self, items: &[T], id: impl Fn(&T) -> &str) -> Option<usize> {
        let last = items.len().checked_sub(1)?;
        let known = self.id.borrow();
        let is_there = |known: &str| items.iter().position(|item| id(item) == known);
        let place = known.as_deref().and_then(is_there);
        Some(place.unwrap_or(self.at.get()).min(last))
    }

    fn note<T>(&self, at: usize, items: &[T], id: impl Fn(&T) -> &str) {
        self.at.set(at);
        *self.id.borrow_mut() = items.get(at).map(|item| id(item).to_owned());
    }
}

/// How far a text is scrolled that may be longer than the screen. Drawing says how far that goes, so that
/// a key back is one back from what is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scroll {
    first: Cell<usize>,
}

impl Scroll {
    /// Scrolls; whether the key was one for that.
    pub(crate) fn handle_key(&mut self, key: &KeyEvent) -> bool {
        let first = self.first.get();
        self.first.set(match key.code {
            KeyCode::Up => first.saturating_sub(1),
            KeyCode::Down => first.saturating_add(1),
            KeyCode::PageUp => first.saturating_sub(PAGE),
            KeyCode::PageDown => first.saturating_add(PAGE),
            KeyCode::Home => 0,
            KeyCode::End => usize::MAX,
            _ => return false,
        });
        true
    }

    /// The first of so many rows that is seen where so many have room.
    pub(crate) fn first(&self, rows: usize, room: u16) -> usize {
        let most = rows.saturating_sub(usize::from(room));
        self.first.set(self.first.get().min(most));
        self.first.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(choice: &mut Choice, code: KeyCode, items: &[&str]) {
        assert!(choice.handle_key(&KeyEvent::from(code), items, |item| item));
    }

    fn draw(choice: &Choice, items: &[&str], rows: u16) -> Vec<String> {
        let area = Rect::new(0, 0, 10, rows);
        let mut buf = Buffer::empty(area);
        let lines = |item: &&str| vec![Row::of(*item, STRONG), Row::of("-", STRONG)];
        choice.draw(items, |item| item, (2, lines), area, &mut buf);
        super::super::tests::lines(&buf)
    }

    #[test]
    fn keys_mean_what_was_seen_to_be_chosen_whoever_comes_meanwhile() {
        let mut choice = Choice::default();
        draw(&choice, &["b", "c"], 4);
        // Somebody comes before the one who is seen as chosen, and then a key is pressed.
        assert_eq!(choice.of(&["a", "b", "c"], |item| item), Some(&"b"));
        press(&mut choice, KeyCode::Down, &["a", "b", "c"]);
        assert_eq!(choice.of(&["c", "a"], |item| item), Some(&"c"));
        // Who is gone is followed by who stands in the place.
        assert_eq!(choice.of(&["a", "b", "x"], |item| item), Some(&"x"));
        assert_eq!(choice.of(&["a"], |item| item), Some(&"a"));
        assert_eq!(choice.of(&[] as &[&str], |item| item), None);
    }

    #[test]
    fn the_chosen_one_is_seen() {
        let mut choice = Choice::default();
        let items = ["a", "b", "c", "d"];
        press(&mut choice, KeyCode::End, &items);
        assert_eq!(draw(&choice, &items, 4), ["  c", "  -", "> d", "  -"]);
        assert_eq!(draw(&choice, &items, 1), ["> d"]);
        press(&mut choice, KeyCode::Home, &items);
        assert_eq!(draw(&choice, &items, 3), ["> a", "  -", "  b"]);
    }

    #[test]
    fn one_back_from_the_end_is_one_back() {
        let mut scroll = Scroll::default();
        for code in [KeyCode::End, KeyCode::Down, KeyCode::PageDown] {
            scroll.handle_key(&KeyEvent::from(code));
            assert_eq!(scroll.first(30, 10), 20);
        }
        scroll.handle_key(&KeyEvent::from(KeyCode::Up));
        assert_eq!(scroll.first(30, 10), 19);
        assert_eq!(scroll.first(5, 10), 0);
    }
}
