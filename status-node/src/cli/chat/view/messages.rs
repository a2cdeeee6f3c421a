//! The messages of the open chat, what is being answered, and what is known of one message.

use super::super::model::{Detail, MARGIN, Model, Part, Row, clock};
use super::super::text;
use super::{BAD, CHOSEN, FAINT, STRONG, put, put_right, right_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::widgets::{Clear, Widget};
use status_node::rpc::records::Membership;

/// Colours of those who speak, so that they are told apart; none that a background swallows.
const COLOURS: [Color; 4] = [Color::Cyan, Color::Green, Color::Magenta, Color::Yellow];

/// The messages, the newest at the bottom.
pub(super) fn messages(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let Some(open) = &model.open else {
        let said = "Choose a chat with Up and Down and open it with Enter. ? shows all keys.";
        return paragraph(said, area, buffer);
    };
    if open.items().is_empty() {
        let membership = model.open_record().and_then(|record| record.membership);
        let said = match (open.is_loading(), membership) {
            (true, _) => "…",
            (false, Some(Membership::Invited)) => {
                "You are invited to this group. Esc and then a accepts, L twice declines."
            }
            (false, _) => "Nothing was said here yet.",
        };
        return paragraph(said, area, buffer);
    }
    let rows = open.rows((area.width.into(), area.height.into()));
    let empty = usize::from(area.height).saturating_sub(rows.len());
    let places = area.rows().skip(empty);
    for (place, row) in places.zip(&rows) {
        draw(model, row, place, buffer);
    }
    if !open.is_at_end() {
        let unread = model.open_record().map_or(0, |record| record.unread);
        let (said, style) = match unread {
            0 => (" ↓ PgDn ".into(), FAINT),
            unread => (format!(" ↓ {unread} new "), CHOSEN),
        };
        let last = area.rows().next_back().unwrap_or(area);
        put_right(buffer, last, &said, style);
    }
    if open.is_loading() && rows.len() == usize::from(area.height) {
        put_right(buffer, area, " loading… ", FAINT);
    }
}

fn paragraph(said: &str, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width).saturating_sub(1);
    for (row, line) in area.rows().zip(text::wrap(said, width)) {
        put(buffer, right_of(row, 1), &line, FAINT);
    }
}

fn draw(model: &Model, row: &Row<'_>, place: Rect, buffer: &mut Buffer) {
    let inner = right_of(place, u16::try_from(MARGIN).unwrap_or_default());
    match &row.part {
        Part::Day(day) => {
            let line = format!("── {day} UTC ");
            let missing = usize::from(place.width).saturating_sub(text::width(&line));
            put(buffer, place, &(line + &"─".repeat(missing)), FAINT);
        }
        Part::Head => head(model, row, place, buffer),
        Part::Quote { from, text: said } => {
            let who = from.as_deref().map(|from| who(model, from) + ": ");
            let line = format!("┆ {}{said}", who.unwrap_or_default());
            let line = text::cut(&line, inner.width.into());
            put(buffer, inner, &line, FAINT);
        }
        Part::Text(line) => drop(put(buffer, inner, line, Style::new())),
        Part::Note(note) => drop(put(buffer, inner, note, FAINT)),
    }
    if row.is_selected && !matches!(row.part, Part::Day(_)) {
        buffer.set_style(place.intersection(buffer.area), CHOSEN);
    }
}

/// Who speaks and when, and what became of it if it is one's own.
fn head(model: &Model, row: &Row<'_>, place: Rect, buffer: &mut Buffer) {
    let record = &row.item.record;
    let time = format!(" {}", clock(record.timestamp));
    let state = row.item.delivery.as_ref();
    let said = state.map(|state| text::line(&state.says()));
    let width = usize::from(place.width);
    // At least half of the row is the name's.
    let said = said.map(|said| text::cut(&said, (width / 2).saturating_sub(2)));
    let taken = said.as_deref().map_or(0, |said| text::width(said) + 2);
    let room = width.saturating_sub(taken + time.len());
    let name = text::cut(&who(model, &record.from), room);
    let style = STRONG.patch(colour(model, &record.from));
    let columns = put(buffer, place, &name, style);
    put(buffer, right_of(place, columns), &time, FAINT);
    if let (Some(said), Some(state)) = (said, state) {
        let style = match (state.is_bad(), state.is_done()) {
            (true, _) => BAD,
            (_, true) => Style::new().fg(Color::Green),
            _ => FAINT,
        };
        put_right(buffer, place, &said, style);
    }
}

/// What somebody is called; the user is `me`.
fn who(model: &Model, key: &str) -> String {
    let own = model.facts.node.as_ref();
    match own.and_then(|node| node.public_key.as_deref()) == Some(key) {
        true => "me".into(),
        false => model.names.of(key),
    }
}

fn colour(model: &Model, key: &str) -> Style {
    if who(model, key) == "me" {
        return Style::new();
    }
    let sum: usize = key.bytes().map(usize::from).sum();
    let colour = COLOURS.get(sum % COLOURS.len());
    Style::new().fg(colour.copied().unwrap_or(Color::Cyan))
}

/// What is being answered.
pub(super) fn quote(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(answers) = &model.composer.answers else {
        return;
    };
    let line = format!(
        "┆ answer to {}: {}",
        who(model, &answers.from),
        answers.text
    );
    let line = text::cut(&line, area.width.into());
    put(buffer, area, &line, FAINT);
}

/// What is known of one message, over all else.
pub(super) fn detail(model: &Model, detail: &Detail, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    Clear.render(area, buffer);
    let title = Rect { height: 1, ..area };
    put(
        buffer,
        title,
        &text::fit(&format!(" {}", detail.title()), title.width.into()),
        CHOSEN,
    );
    let below = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
    let lines = detail.lines(&model.names, usize::from(area.width).saturating_sub(2));
    let first = detail.scroll.first(lines.len(), below.height);
    let shown = lines.iter().skip(first);
    for (row, line) in below.rows().zip(shown) {
        put(buffer, right_of(row, 1), line, Style::new());
    }
}
