//! All keys, from the same table that decides what they do.

use super::super::keymap::{BINDINGS, Place};
use super::super::text;
use super::list::PAGE;
use super::look::{FAINT, Row, STRONG, draw_rows, page, width};
use super::{Hints, Outcome};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of the names of keys.
const KEYS: usize = 16;

/// The help, from a line on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Help {
    first: usize,
}

impl Help {
    pub(super) fn hints(self) -> Hints {
        &[("Up/Down", "scroll"), ("Esc", "close")]
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent) -> Outcome {
        // How many lines there are depends on the width; drawing keeps to it.
        let last = BINDINGS.len() * 3;
        self.first = match key.code {
            KeyCode::Up => self.first.saturating_sub(1),
            KeyCode::Down => (self.first + 1).min(last),
            KeyCode::PageUp => self.first.saturating_sub(PAGE),
            KeyCode::PageDown => (self.first + PAGE).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => return Outcome::Close,
        };
        Outcome::Stay
    }

    pub(super) fn draw(self, area: Rect, buf: &mut Buffer) {
        let inner = page("Help", area, buf);
        let rows = rows(width(inner));
        let most = rows.len().saturating_sub(usize::from(inner.height));
        draw_rows(&rows, self.first.min(most), inner, buf);
    }
}

fn rows(width: usize) -> Vec<Row> {
    let plain = Style::new();
    let mut rows = Vec::new();
    let mut place: Option<Place> = None;
    for binding in BINDINGS {
        if place != Some(binding.place) {
            if place.is_some() {
                rows.push(Row::new());
            }
            rows.push(Row::of(binding.place.name(), STRONG));
            place = Some(binding.place);
        }
        let mut keys = format!("  {:<KEYS$}", binding.keys);
        for line in text::wrap(binding.says, width.saturating_sub(KEYS + 2)) {
            rows.push(Row::of(keys, FAINT).then(line, plain));
            keys = " ".repeat(KEYS + 2);
        }
    }
    rows
}
