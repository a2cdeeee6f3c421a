//! Where things are on the screen. The model asks too: how far a key scrolls depends on it.

use super::model::{Focus, Model};
use super::panel::Panel;
use ratatui::layout::Rect;

/// Columns below which the list and the chat are not shown beside each other.
const NARROW: u16 = 60;

/// Rows that a text takes at most while it is written.
const MAX_COMPOSER: u16 = 6;

/// The places of things. What has no room has no rows or no columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Layout {
    /// What the list and the chat are called.
    pub(super) title: Rect,
    /// The list of chats.
    pub(super) list: Rect,
    /// The line between the list and the chat.
    pub(super) line: Rect,
    /// The messages of the open chat.
    pub(super) messages: Rect,
    /// What is being answered.
    pub(super) quote: Rect,
    /// Where one writes.
    pub(super) composer: Rect,
    /// How it stands with the node, and notices.
    pub(super) status: Rect,
    /// Keys.
    pub(super) hints: Rect,
    /// All but the last line or two, for what is laid over it.
    pub(super) over: Rect,
}

impl Layout {
    /// Of a screen.
    pub(super) fn of(model: &Model) -> Self {
        let (width, height) = model.size;
        let row = |y: u16, rows: u16| Rect::new(0, y.min(height), width, rows);
        let hints = row(height.saturating_sub(1), height.min(1));
        let title = row(0, u16::from(height >= 5));
        let lines = model
            .notice
            .as_ref()
            .map_or(1, |notice| notice.lines(width));
        let lines = lines
            .min(height.saturating_sub(1 + title.height) / 2)
            .max(1);
        let lines = if height >= 2 { lines } else { 0 };
        let status = row(height.saturating_sub(1 + lines), lines);
        let body = height.saturating_sub(1 + lines + title.height);
        let columns = match (width < NARROW, model.focus) {
            (true, Focus::List) => width,
            (true, _) => 0,
            (false, _) => (width * 3 / 10).clamp(20, 32),
        };
        let list = Rect::new(0, title.height, columns, body);
        let line = Rect::new(
            columns.min(width),
            title.height,
            u16::from(columns > 0 && columns < width),
            body,
        );
        // The text does not touch the line.
        let left = columns.saturating_add(line.width * 2).min(width);
        let chat = width.saturating_sub(left);
        let wanted = match model.open {
            Some(_) => {
                let columns = composer_columns(chat);
                let height = model.composer.editor.height(columns, MAX_COMPOSER.into());
                u16::try_from(height).unwrap_or(MAX_COMPOSER)
            }
            None => 0,
        };
        let composer = wanted.min(MAX_COMPOSER).min((body / 2).max(1)).min(body);
        let is_answer = model.composer.answers.is_some() && body > composer + 1;
        let quote = u16::from(is_answer);
        let messages = body.saturating_sub(composer + quote);
        let is_tall = model.panel.as_ref().is_some_and(Panel::is_tall);
        let below = if is_tall { 1 } else { 1 + lines };
        let part = |y: u16, rows: u16| Rect::new(left, y, chat, rows);
        Self {
            title,
            list,
            line,
            messages: part(title.height, messages),
            quote: part(title.height + messages, quote),
            composer: part(title.height + messages + quote, composer),
            status,
            hints,
            over: Rect::new(0, 0, width, height.saturating_sub(below)),
        }
    }

    /// Whether the open chat is seen.
    pub(super) fn shows_chat(&self) -> bool {
        self.messages.width > 0 && self.messages.height > 0
    }
}

/// Columns of the text that is written on so many, behind the mark.
pub(super) fn composer_columns(width: u16) -> usize {
    usize::from(width).saturating_sub(2)
}
