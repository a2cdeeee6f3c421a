//! All keys, from the same table that decides what they do.

use super::super::keymap::{BINDINGS, Place};
use super::look::{FAINT, Row, STRONG, draw_rows, page};
use super::{Hints, Outcome};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

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
        let last = rows().len().saturating_sub(1);
        match key.code {
            KeyCode::Up => self.first = self.first.saturating_sub(1),
            KeyCode::Down => self.first = (self.first + 1).min(last),
            KeyCode::PageUp => self.first = self.first.saturating_sub(8),
            KeyCode::PageDown => self.first = (self.first + 8).min(last),
            _ => return Outcome::Close,
        }
        Outcome::Stay
    }

    pub(super) fn draw(self, area: Rect, buf: &mut Buffer) {
        let inner = page("Help", area, buf);
        let rows = rows();
        let most = rows.len().saturating_sub(usize::from(inner.height));
        draw_rows(&rows, self.first.min(most), inner, buf);
    }
}

fn rows() -> Vec<Row> {
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
        let keys = format!("  {:<KEYS$}", binding.keys);
        rows.push(Row::of(keys, FAINT).then(binding.says, ratatui::style::Style::new()));
    }
    rows
}
