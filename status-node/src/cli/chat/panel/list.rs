//! A list in which one item is chosen.

use super::look::{CHOSEN, Row, STRONG};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

/// Which item of a list is chosen. The list may change at any time: the choice keeps to it when it is
/// looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Choice(usize);

impl Choice {
    /// Moves through a list of `count` items; whether the key was one for that.
    pub(super) fn handle_key(&mut self, key: &KeyEvent, count: usize) -> bool {
        let last = count.saturating_sub(1);
        let at = self.0.min(last);
        self.0 = match key.code {
            KeyCode::Up => at.saturating_sub(1),
            KeyCode::Down => (at + 1).min(last),
            KeyCode::PageUp => at.saturating_sub(PAGE),
            KeyCode::PageDown => (at + PAGE).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => return false,
        };
        true
    }

    /// The chosen one of these items.
    pub(super) fn of<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.0.min(items.len().checked_sub(1)?))
    }

    /// Draws items of several lines each, the chosen one among those that are seen, marked.
    pub(super) fn draw(&self, items: &[Vec<Row>], area: Rect, buf: &mut Buffer) {
        let chosen = self.0.min(items.len().saturating_sub(1));
        let mut first = 0;
        let height = |from: usize, to: usize| -> usize {
            items
                .iter()
                .skip(from)
                .take(to.saturating_sub(from))
                .map(Vec::len)
                .sum()
        };
        while first < chosen && height(first, chosen + 1) > usize::from(area.height) {
            first += 1;
        }
        let mut line = 0_u16;
        for (number, item) in items.iter().enumerate().skip(first) {
            for (part, row) in item.iter().enumerate() {
                if line >= area.height {
                    return;
                }
                let body = Rect {
                    x: area.x.saturating_add(2),
                    width: area.width.saturating_sub(2),
                    ..area
                };
                row.draw(body, line, buf);
                if number == chosen && part == 0 {
                    buf.set_stringn(area.x, area.y + line, ">", usize::from(area.width), STRONG);
                    let title = Rect {
                        y: area.y + line,
                        height: 1,
                        ..body
                    };
                    buf.set_style(title, CHOSEN);
                }
                line += 1;
            }
        }
    }
}

/// How far a page goes: less than most windows show.
pub(super) const PAGE: usize = 8;
