//! Dialogs with fields: to join a chat, make a group, add and name people, invite, name this device.

mod purpose;

use super::super::editor::Editor;
use super::super::text;
use super::look::{CHOSEN, FAINT, Row, STRONG, WRONG, draw_rows, frame, middle, paragraph, width};
use super::{Facts, Hints, Outcome, Panel, Request};
use purpose::Purpose;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use secp256k1::PublicKey;
use status_payload::GroupId;

/// Columns of the box, so that a key in short stands in one line.
const COLUMNS: u16 = 64;

/// Lines of a field: what it is, what is written, and what that means or how to write it.
const FIELD: u16 = 3;

/// A dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    purpose: Purpose,
    fields: Vec<Editor>,
    /// In which field the cursor is.
    at: usize,
    state: State,
    /// The panel that opened it, and that comes back; none over the chats.
    back: Option<Box<Panel>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// It is filled in.
    Open,
    /// The node was asked.
    Asked(Request),
    /// It is wrong, or the node said no.
    Wrong(String),
}

impl Form {
    /// To join a public chat, or to write to a person.
    pub(super) fn join() -> Self {
        Self::new(Purpose::Join, None)
    }

    /// To make a group.
    pub(super) fn new_group() -> Self {
        Self::new(Purpose::NewGroup, None)
    }

    /// To add somebody by key.
    pub(super) fn add_contact(back: Panel) -> Self {
        Self::new(Purpose::AddContact, Some(back))
    }

    /// To call somebody by a name.
    pub(super) fn name(key: PublicKey, present: &str, back: Panel) -> Self {
        let purpose = Purpose::Name {
            key,
            present: present.to_owned(),
        };
        Self::new(purpose, Some(back))
    }

    /// To invite people into a group.
    pub(super) fn invite(group: GroupId, back: Panel) -> Self {
        Self::new(Purpose::Invite(group), Some(back))
    }

    /// To name this device.
    pub(super) fn device_name(back: Panel) -> Self {
        Self::new(Purpose::DeviceName, Some(back))
    }

    fn new(purpose: Purpose, back: Option<Panel>) -> Self {
        let fields = purpose.fields().iter().map(|_| Editor::default()).collect();
        Self {
            purpose,
            fields,
            at: 0,
            state: State::Open,
            back: back.map(Box::new),
        }
    }

    pub(super) fn hints(&self) -> Hints {
        match self.fields.len() {
            0 | 1 => &[("Enter", "do it"), ("Esc", "cancel")],
            _ => &[("Tab", "next field"), ("Enter", "do it"), ("Esc", "cancel")],
        }
    }

    pub(super) fn handle_key(&mut self, key: KeyEvent, facts: &Facts) -> Outcome {
        let last = self.fields.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => self.leave(None),
            KeyCode::Enter if self.at < last && self.text(self.at + 1).is_empty() => {
                self.at += 1;
                Outcome::Stay
            }
            KeyCode::Enter => self.submit(facts),
            KeyCode::Tab | KeyCode::Down => {
                self.at = if self.at < last { self.at + 1 } else { 0 };
                Outcome::Stay
            }
            KeyCode::BackTab | KeyCode::Up => {
                self.at = self.at.checked_sub(1).unwrap_or(last);
                Outcome::Stay
            }
            _ => {
                if let Some(field) = self.fields.get_mut(self.at)
                    && field.handle_key(key)
                    && matches!(self.state, State::Wrong(_))
                {
                    self.state = State::Open;
                }
                Outcome::Stay
            }
        }
    }

    pub(super) fn handle_paste(&mut self, pasted: &str) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.insert(pasted);
        }
    }

    fn submit(&mut self, facts: &Facts) -> Outcome {
        if matches!(self.state, State::Asked(_)) {
            return Outcome::Stay;
        }
        let texts: Vec<&str> = self.fields.iter().map(Editor::text).collect();
        match self.purpose.request(&texts, facts) {
            Ok(request) => {
                self.state = State::Asked(request.clone());
                Outcome::Ask(request)
            }
            Err((field, why)) => {
                self.at = field;
                self.state = State::Wrong(why);
                Outcome::Stay
            }
        }
    }

    pub(super) fn answered(&mut self, request: &Request, answer: Result<(), &str>) -> Outcome {
        if !matches!(&self.state, State::Asked(asked) if asked == request) {
            return Outcome::Stay;
        }
        match answer {
            Ok(()) => self.leave(Some(request.done())),
            Err(why) => {
                self.state = State::Wrong(why.to_owned());
                Outcome::Stay
            }
        }
    }

    fn leave(&self, done: Option<&str>) -> Outcome {
        match (&self.back, done) {
            (None, _) => Outcome::Close,
            (Some(back), None) => Outcome::Open((**back).clone()),
            (Some(back), Some(done)) => Outcome::Open(back.with_notice(done)),
        }
    }

    fn text(&self, field: usize) -> &str {
        self.fields.get(field).map_or("", Editor::text)
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        if let Some(back) = &self.back {
            back.draw(facts, area, buf);
        }
        let room = width(middle(area, COLUMNS, 1)).saturating_sub(4);
        let state = match &self.state {
            State::Open => Vec::new(),
            State::Asked(_) => paragraph("asked; no answer yet", room, FAINT),
            State::Wrong(why) => paragraph(why, room, WRONG),
        };
        let names = self.purpose.fields();
        let fields = u16::try_from(names.len()).unwrap_or(u16::MAX);
        let said = u16::try_from(state.len()).unwrap_or(u16::MAX);
        let rows = FIELD
            .saturating_mul(fields)
            .saturating_add(said)
            .saturating_add(2);
        let inner = frame(&self.purpose.title(), middle(area, COLUMNS, rows), buf);
        // Where there is no room for all, what went wrong counts more than the last field.
        let (inner, below) = super::look::split_bottom(inner, said);
        let first = u16::try_from(self.at).unwrap_or(0);
        let shown = (inner.height / FIELD).max(1);
        let first = (first + 1).saturating_sub(shown);
        for (place, name) in (0..fields).zip(names).skip(usize::from(first)) {
            let y = (place - first).saturating_mul(FIELD);
            if y >= inner.height {
                break;
            }
            let field = Rect {
                y: inner.y + y,
                height: (inner.height - y).min(FIELD),
                ..inner
            };
            self.draw_field(usize::from(place), name, facts, field, buf);
        }
        draw_rows(&state, 0, below, buf);
    }

    fn draw_field(&self, place: usize, name: &str, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let is_here = place == self.at;
        // In the least of windows there is only room for what is written.
        let line = u16::from(area.height > 1);
        if line > 0 {
            Row::of(name, if is_here { STRONG } else { FAINT }).draw(area, 0, buf);
        }
        let Some(editor) = self.fields.get(place) else {
            return;
        };
        let room = width(area).saturating_sub(2);
        let (shown, column) = editor.view(room);
        let written = text::fit(&shown, room);
        Row::of("> ", FAINT)
            .then(written, Style::new().add_modifier(Modifier::UNDERLINED))
            .draw(area, line, buf);
        let cursor = u16::try_from(column + 2).ok().filter(|x| *x < area.width);
        if let Some(x) = cursor.filter(|_| is_here && area.height > 0) {
            buf.set_style(Rect::new(area.x + x, area.y + line, 1, 1), CHOSEN);
        }
        if is_here && matches!(self.state, State::Wrong(_)) {
            // What is wrong stands below.
            return;
        }
        let meaning = self.purpose.meaning(place, editor.text(), facts);
        Row::of(format!("  {meaning}"), FAINT).draw(area, 2, buf);
    }
}
