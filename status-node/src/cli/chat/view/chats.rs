//! The list of chats, and the line above it and the chat.

use super::super::layout::Layout;
use super::super::model::{Focus, Model};
use super::super::text;
use super::{CHOSEN, FAINT, STRONG, put, put_right, right_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use status_node::rpc::records::{ChatRecord, Membership};

/// The line above those who are no contacts.
const STRANGERS: &str = "── not contacts (F3) ──";

/// What the list is called, and what is open.
pub(super) fn title(model: &Model, layout: &Layout, buffer: &mut Buffer) {
    let row = layout.title;
    if row.is_empty() {
        return;
    }
    buffer.set_style(row, CHOSEN);
    if layout.list.width > 0 {
        let place = Rect::new(row.x, row.y, layout.list.width, 1);
        let unread = match model.list.unread() {
            0 => " Chats".into(),
            unread => format!(" Chats ({unread} unread)"),
        };
        put(
            buffer,
            place,
            &text::fit(&unread, place.width.into()),
            CHOSEN,
        );
    }
    if layout.shows_chat() {
        let left = layout.messages.x;
        // Where there is no list, the edge of the screen is no place to begin.
        let left = left.max(row.x + 1);
        let place = right_of(row, left - row.x);
        let said = match &model.open {
            Some(_) => open_name(model),
            None => "Status".into(),
        };
        put(buffer, place, &text::fit(&said, place.width.into()), CHOSEN);
    }
}

/// What the open chat is called, with what is known of it.
fn open_name(model: &Model) -> String {
    let Some(open) = &model.open else {
        return String::new();
    };
    let id = open.chat.to_string();
    let name = match model.list.get(&id) {
        Some(record) => model.names.of_chat(record),
        None if open.chat.public_name().is_some() => text::line(&id),
        None => model.names.of(&id),
    };
    let known = model.list.known();
    let strangers = model.list.chats().iter().skip(known);
    if strangers.into_iter().any(|stranger| stranger.chat == id) {
        return format!("{name} (not a contact)");
    }
    let group = model.facts.group.as_ref();
    match group.filter(|group| group.chat == id) {
        Some(group) => match group.members.len() {
            1 => format!("{name} (1 member)"),
            members => format!("{name} ({members} members)"),
        },
        None => name,
    }
}

/// The list, with the chat under the cursor in sight.
pub(super) fn list(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let chats = model.list.chats();
    if chats.is_empty() {
        let said = match (&model.list_refused, model.is_listed) {
            (Some(sentence), _) => sentence,
            (None, true) => "No chats yet. j joins one, k shows the key that others write to.",
            (None, false) => "…",
        };
        for (row, line) in area.rows().zip(text::wrap(said, area.width.into())) {
            put(buffer, row, &line, FAINT);
        }
        return;
    }
    let at = model.list.at().unwrap_or_default();
    let known = model.list.known();
    // A line stands above the strangers, if there are any.
    let heading = (known < chats.len()).then_some(known);
    let entries = chats.iter().enumerate().flat_map(|(number, chat)| {
        let above = (heading == Some(number)).then_some(None);
        above.into_iter().chain([Some((number, chat))])
    });
    let line = at + usize::from(heading.is_some_and(|heading| heading <= at));
    let first = (line + 1).saturating_sub(area.height.into());
    for (row, shown) in area.rows().zip(entries.skip(first)) {
        match shown {
            Some((number, chat)) => entry(model, chat, number == at, row, buffer),
            None => drop(put(buffer, row, STRANGERS, FAINT)),
        }
    }
}

fn entry(model: &Model, chat: &ChatRecord, is_chosen: bool, row: Rect, buffer: &mut Buffer) {
    let is_open = model
        .open
        .as_ref()
        .is_some_and(|open| open.chat.to_string() == chat.chat);
    let mark = match (chat.membership, is_open) {
        (Some(Membership::Invited), _) => "+ ",
        (Some(Membership::NotMember), _) => "- ",
        (_, true) => "▸ ",
        (_, false) => "  ",
    };
    let unread = match chat.unread {
        0 => String::new(),
        1..1000 => format!(" {}", chat.unread),
        _ => " 999+".into(),
    };
    let mut style = match chat.unread {
        0 => Style::new(),
        _ => STRONG,
    };
    if is_chosen && model.focus == Focus::List {
        style = style.patch(CHOSEN);
    }
    let columns = usize::from(row.width).saturating_sub(text::width(&unread));
    let line = text::fit(&format!("{mark}{}", model.names.of_chat(chat)), columns);
    put(buffer, row, &line, style);
    put_right(buffer, row, &unread, style.fg(Color::Yellow));
}
