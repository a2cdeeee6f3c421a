//! A question before something that is not undone by a key.

use super::look::{FAINT, STRONG, WRONG, draw_rows, frame, middle, paragraph, width};
use super::{Facts, Hints, Outcome, Panel, Request};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

/// Columns of the box.
const COLUMNS: u16 = 60;

/// A question, and what is asked of the node if the answer is yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Confirm {
    question: String,
    request: Request,
    /// Where the answer no leads back to.
    back: Box<Panel>,
    failure: Option<String>,
    is_asked: bool,
}

impl Confirm {
    pub(super) fn new(question: String, request: Request, back: Panel) -> Self {
        Self {
            question,
            request,
            back: Box::new(back),
            failure: None,
            is_asked: false,
        }
    }

    pub(super) fn hints(&self) -> Hints {
        &[("y", "yes"), ("n", "no")]
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent) -> Outcome {
        match key.code {
            KeyCode::Char('y' | 'Y') if !self.is_asked => {
                self.is_asked = true;
                self.failure = None;
                Outcome::Ask(self.request.clone())
            }
            KeyCode::Char('n' | 'N') | KeyCode::Esc => Outcome::Open((*self.back).clone()),
            _ => Outcome::Stay,
        }
    }

    pub(super) fn answered(&mut self, request: &Request, answer: Result<(), &str>) -> Outcome {
        if *request != self.request {
            return Outcome::Stay;
        }
        self.is_asked = false;
        match answer {
            Ok(()) => Outcome::Open(self.back.with_notice(request.done())),
            Err(why) => {
                self.failure = Some(why.to_owned());
                Outcome::Stay
            }
        }
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        self.back.draw(facts, area, buf);
        let room = width(middle(area, COLUMNS, 1)).saturating_sub(4);
        let mut rows = paragraph(&self.question, room, STRONG);
        match (&self.failure, self.is_asked) {
            (Some(why), _) => rows.extend(paragraph(why, room, WRONG)),
            (None, true) => rows.extend(paragraph("asked; no answer yet", room, FAINT)),
            (None, false) => rows.extend(paragraph("y: yes   n: no", room, FAINT)),
        }
        let height = u16::try_from(rows.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        let inner = frame("Are you sure?", middle(area, COLUMNS, height), buf);
        draw_rows(&rows, 0, inner, buf);
    }
}
