//! The model as a screen. Pure: it draws into a buffer, which the tests compare.

mod chats;
mod messages;
mod status;

use super::layout::{Layout, composer_columns};
use super::model::{Focus, Model};
use super::text;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

/// What is not to be seen first.
const FAINT: Style = Style::new().add_modifier(Modifier::DIM);

/// What is to be seen first.
const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);

/// What the cursor is on.
const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// What went wrong.
const BAD: Style = Style::new().fg(ratatui::style::Color::Red);

/// Draws the screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>) {
    let layout = Layout::of(model);
    let area = frame.area();
    let cursor = paint(model, &layout, area, frame.buffer_mut());
    if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws the screen into a buffer, and says where the cursor is.
fn paint(model: &Model, layout: &Layout, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    chats::title(model, layout, buffer);
    chats::list(model, layout.list, buffer);
    for row in layout.line.rows() {
        put(buffer, row, "│", FAINT);
    }
    messages::messages(model, layout.messages, buffer);
    messages::quote(model, layout.quote, buffer);
    let cursor = composer(model, layout.composer, buffer);
    status::status(model, layout.status, buffer);
    status::hints(model, layout.hints, buffer);
    let over = layout.over.intersection(area);
    if let Some(panel) = &model.panel {
        panel.draw(&model.facts, over, buffer);
    }
    if let Some(detail) = &model.detail {
        messages::detail(model, detail, over, buffer);
    }
    let is_covered = model.panel.is_some() || model.detail.is_some();
    cursor.filter(|_| !is_covered && model.focus == Focus::Composer)
}

/// Draws what is written, and says where the cursor is.
fn composer(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let (lines, row, column) = model.composer.editor.lines(composer_columns(area.width));
    let height = usize::from(area.height);
    let first = (row + 1).saturating_sub(height);
    let mark = match model.focus {
        Focus::Composer => STRONG,
        Focus::List | Focus::Messages => FAINT,
    };
    for (place, line) in area.rows().zip(lines.iter().skip(first)) {
        put(buffer, place, "> ", mark);
        put(buffer, right_of(place, 2), line, Style::new());
    }
    let x = area
        .x
        .saturating_add(2)
        .saturating_add(u16::try_from(column).ok()?);
    let y = area.y.saturating_add(u16::try_from(row - first).ok()?);
    Some(Position::new(x, y))
}

/// A row without its first columns.
fn right_of(row: Rect, columns: u16) -> Rect {
    let columns = columns.min(row.width);
    Rect::new(row.x + columns, row.y, row.width - columns, row.height)
}

/// Puts a text at the start of a row, as much of it as there is room for. How many columns it took.
fn put(buffer: &mut Buffer, row: Rect, text: &str, style: Style) -> u16 {
    let row = row.intersection(buffer.area);
    if row.is_empty() {
        return 0;
    }
    let (end, _) = buffer.set_stringn(row.x, row.y, text, row.width.into(), style);
    end.saturating_sub(row.x)
}

/// Puts a text at the end of a row.
fn put_right(buffer: &mut Buffer, row: Rect, text: &str, style: Style) {
    let columns = u16::try_from(text::width(text)).unwrap_or(u16::MAX);
    put(
        buffer,
        right_of(row, row.width.saturating_sub(columns)),
        text,
        style,
    );
}

#[cfg(test)]
mod tests;
