//! How panels look: frames, rows, and texts of others that keep to their room.

use super::super::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, Clear, Widget};

/// Headings and names.
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);

/// What is said beside.
pub(super) const FAINT: Style = Style::new().add_modifier(Modifier::DIM);

/// What is chosen.
pub(super) const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// What went wrong.
pub(super) const WRONG: Style = Style::new().fg(Color::Red);

/// Empties `area`, puts a title into its first row and gives the room below.
pub(super) fn page(title: &str, area: Rect, buf: &mut Buffer) -> Rect {
    Clear.render(area, buf);
    let title = text::fit(&format!(" {title}"), width(area));
    if area.height > 0 {
        buf.set_stringn(area.x, area.y, title, width(area), CHOSEN);
    }
    // A row of space below the title where there are enough, a column on each side.
    let taken = area.height.min(if area.height > 12 { 2 } else { 1 });
    Rect {
        x: area.x.saturating_add(1),
        y: area.y + taken,
        width: area.width.saturating_sub(2),
        height: area.height - taken,
    }
}

/// Empties `area`, draws a frame with a title around it and gives the room inside.
pub(super) fn frame(title: &str, area: Rect, buf: &mut Buffer) -> Rect {
    Clear.render(area, buf);
    let title = text::cut(&format!(" {title} "), width(area).saturating_sub(2));
    let block = Block::bordered().title(title);
    let inner = block.inner(area);
    block.render(area, buf);
    // A column of space on each side.
    Rect {
        x: inner.x.saturating_add(1),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// A box of at most so many columns and rows in the middle of `area`.
pub(super) fn middle(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    }
}

/// One line of a panel: parts that follow each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row(Vec<(String, Style)>);

impl Row {
    /// An empty line.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A line of one text.
    pub(super) fn of(text: impl Into<String>, style: Style) -> Self {
        Self::new().then(text, style)
    }

    /// And then this.
    pub(super) fn then(mut self, text: impl Into<String>, style: Style) -> Self {
        self.0.push((text.into(), style));
        self
    }

    /// Draws it at a line of `area`, cut where the room ends.
    pub(super) fn draw(&self, area: Rect, line: u16, buf: &mut Buffer) {
        if line >= area.height {
            return;
        }
        let mut left = width(area);
        let mut x = area.x;
        for (part, style) in &self.0 {
            let cut = text::cut(&text::line(part), left);
            let (end, _) = buf.set_stringn(x, area.y + line, cut, left, *style);
            left = left.saturating_sub(usize::from(end.saturating_sub(x)));
            x = end;
        }
    }
}

/// Draws rows from a first one on, as many as there is room for.
pub(super) fn draw_rows(rows: &[Row], first: usize, area: Rect, buf: &mut Buffer) {
    for (line, row) in (0..area.height).zip(rows.iter().skip(first)) {
        row.draw(area, line, buf);
    }
}

/// A text as rows of a width.
pub(super) fn paragraph(said: &str, width: usize, style: Style) -> Vec<Row> {
    let lines = text::wrap(said, width.max(1));
    lines.into_iter().map(|line| Row::of(line, style)).collect()
}

/// Columns of an area.
pub(super) fn width(area: Rect) -> usize {
    usize::from(area.width)
}

/// The last line of an area, and what is above it.
pub(super) fn split_bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let above = Rect {
        height: area.height - rows,
        ..area
    };
    let below = Rect {
        y: area.y + above.height,
        height: rows,
        ..area
    };
    (above, below)
}
