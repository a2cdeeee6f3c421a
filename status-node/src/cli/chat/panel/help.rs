//! All keys, from the same table that decides what they do.

use super::super::keymap::{BINDINGS, Place};
use super::super::text;
use super::list::Scroll;
use super::look::{FAINT, Row, STRONG, draw_rows, page, width};
use super::{Hints, Outcome};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of the names of keys, with the space behind them.
const KEYS: usize = 17;

/// The help.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Help {
    scroll: Scroll,
}

impl Help {
    pub(super) fn hints(&self) -> Hints {
        &[("Up/Down", "scroll"), ("Esc", "close")]
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent) -> Outcome {
        match self.scroll.handle_key(key) {
            true => Outcome::Stay,
            false => Outcome::Close,
        }
    }

    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer) {
        let inner = page("Help", area, buf);
        let rows = rows(width(inner));
        draw_rows(
            &rows,
            self.scroll.first(rows.len(), inner.height),
            inner,
            buf,
        );
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
