//! A field in which text is written, with the keys that shells have.

use super::text;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// Bytes that a field holds: a private message has room for some more, with its envelope.
pub(crate) const MAX_TEXT: usize = 40_000;

/// A field of one line or of several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Editor {
    text: String,
    /// In bytes; always between two characters as the user sees them.
    cursor: usize,
    /// What was cut last.
    cut: String,
    is_long: bool,
}

/// Which way, seen from the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Back,
    On,
}

impl Editor {
    /// A field of several lines.
    pub(crate) fn of_lines() -> Self {
        Self {
            is_long: true,
            ..Self::default()
        }
    }

    /// What is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes what is written out of the field.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Puts another text in its place, with the cursor at its end.
    pub(crate) fn set(&mut self, text: &str) {
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
    }

    /// Writes at the cursor what was typed or pasted. What controls terminals is left out, what does not
    /// fit as well: so many bytes at its end.
    pub(crate) fn insert(&mut self, text: &str) -> usize {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text
            .chars()
            .filter_map(|c| match c {
                '\n' if self.is_long => Some('\n'),
                '\n' | '\t' => Some(' '),
                c => (!c.is_control()).then_some(c),
            })
            .collect();
        let room = MAX_TEXT.saturating_sub(self.text.len());
        let fits = text
            .get(..text.floor_char_boundary(room))
            .unwrap_or_default();
        self.text.insert_str(self.cursor, fits);
        self.cursor += fits.len();
        // What was written may have joined what stood there before.
        self.cursor = self.boundary_from(self.cursor);
        text.len() - fits.len()
    }

    /// Does what a key says; false if it says nothing to a field.
    pub(crate) fn handle_key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match (key.code, control, alt) {
            (KeyCode::Char('j'), true, false) | (KeyCode::Enter, false, true) if self.is_long => {
                self.insert("\n");
            }
            (KeyCode::Char('a'), true, _) | (KeyCode::Home, ..) => self.cursor = self.line_start(),
            (KeyCode::Char('e'), true, _) | (KeyCode::End, ..) => self.cursor = self.line_end(),
            (KeyCode::Char('b'), true, _) => self.cursor = self.grapheme(Way::Back),
            (KeyCode::Char('f'), true, _) => self.cursor = self.grapheme(Way::On),
            (KeyCode::Char('b'), _, true) | (KeyCode::Left, true, _) | (KeyCode::Left, _, true) => {
                self.cursor = self.word(Way::Back);
            }
            (KeyCode::Char('f'), _, true)
            | (KeyCode::Right, true, _)
            | (KeyCode::Right, _, true) => self.cursor = self.word(Way::On),
            (KeyCode::Left, ..) => self.cursor = self.grapheme(Way::Back),
            (KeyCode::Right, ..) => self.cursor = self.grapheme(Way::On),
            (KeyCode::Char('w'), true, _) | (KeyCode::Backspace, _, true) => {
                self.cut_to(self.word(Way::Back));
            }
            (KeyCode::Char('d'), _, true) => self.cut_to(self.word(Way::On)),
            (KeyCode::Char('k'), true, _) => self.cut_to(self.line_end()),
            (KeyCode::Char('u'), true, _) => self.cut_to(self.line_start()),
            (KeyCode::Char('y'), true, _) => {
                let cut = self.cut.clone();
                self.insert(&cut);
            }
            (KeyCode::Char('h'), true, _) | (KeyCode::Backspace, ..) => {
                self.remove_to(self.grapheme(Way::Back));
            }
            (KeyCode::Char('d'), true, _) | (KeyCode::Delete, ..) => {
                self.remove_to(self.grapheme(Way::On));
            }
            (KeyCode::Char(c), false, false) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
            }
            _ => return false,
        }
        true
    }

    /// Moves the cursor a line up or down in the text; false if there is none.
    pub(crate) fn move_line(&mut self, up: bool) -> bool {
        let start = self.line_start();
        let before = self.text.get(start..self.cursor).unwrap_or_default();
        let column = text::width(&text::line(before));
        let target = match up {
            true if start == 0 => return false,
            true => {
                self.cursor = start - 1;
                self.line_start()
            }
            false => match self.line_end() {
                end if end == self.text.len() => return false,
                end => end + 1,
            },
        };
        self.cursor = target;
        let line = self
            .text
            .get(target..self.line_end())
            .unwrap_or_default()
            .to_owned();
        let mut taken = 0;
        for grapheme in line.graphemes(true) {
            taken += text::width(&text::shown(grapheme));
            if taken > column {
                break;
            }
            self.cursor += grapheme.len();
        }
        true
    }

    /// The part of a field of one line that fits into `columns`, and in which column the cursor is.
    pub(crate) fn view(&self, columns: usize) -> (String, usize) {
        let columns = columns.max(1);
        let before = self.text.get(..self.cursor).unwrap_or_default();
        let mut shown = String::new();
        let mut taken = 0;
        // What stands before the cursor counts more than what follows.
        for grapheme in before.graphemes(true).rev().map(text::shown) {
            let width = text::width(&grapheme);
            if taken + width >= columns {
                break;
            }
            taken += width;
            shown.insert_str(0, &grapheme);
        }
        let column = taken;
        let after = self.text.get(self.cursor..).unwrap_or_default();
        for grapheme in after.graphemes(true).map(text::shown) {
            let width = text::width(&grapheme);
            if taken + width > columns {
                break;
            }
            taken += width;
            shown.push_str(&grapheme);
        }
        (shown.replace('\n', " "), column)
    }

    /// How many lines [`lines`](Self::lines) gives, or `most` if they are more: what comes after those is
    /// not looked at, since it is asked for at each event.
    pub(crate) fn height(&self, columns: usize, most: usize) -> usize {
        let columns = columns.max(3) - 1;
        let (mut height, mut taken) = (1, 0);
        for grapheme in self.text.graphemes(true) {
            if height >= most {
                break;
            }
            let width = text::width(&text::shown(grapheme));
            match grapheme == "\n" {
                true => (height, taken) = (height + 1, 0),
                false if taken + width > columns => (height, taken) = (height + 1, width),
                false => taken += width,
            }
        }
        height
    }

    /// The text in lines of at most `columns`, and in which line and column the cursor is.
    pub(crate) fn lines(&self, columns: usize) -> (Vec<String>, usize, usize) {
        // One column is left for the cursor behind the last character.
        let columns = columns.max(3) - 1;
        let (mut lines, mut line, mut taken) = (Vec::new(), String::new(), 0);
        let mut place = (0, 0);
        for (at, grapheme) in self.text.grapheme_indices(true) {
            if at == self.cursor {
                place = (lines.len(), taken);
            }
            let shown = text::shown(grapheme);
            let width = text::width(&shown);
            if grapheme == "\n" {
                lines.push(std::mem::take(&mut line));
                taken = 0;
                continue;
            }
            if taken + width > columns {
                lines.push(std::mem::take(&mut line));
                taken = 0;
                if at == self.cursor {
                    place = (lines.len(), 0);
                }
            }
            line.push_str(&shown);
            taken += width;
        }
        if self.cursor == self.text.len() {
            place = (lines.len(), taken);
        }
        lines.push(line);
        (lines, place.0, place.1)
    }

    fn cut_to(&mut self, to: usize) {
        let cut = self.remove_to(to);
        if !cut.is_empty() {
            self.cut = cut;
        }
    }

    fn remove_to(&mut self, to: usize) -> String {
        let (start, end) = (self.cursor.min(to), self.cursor.max(to));
        let removed = self.text.drain(start..end).collect();
        self.cursor = self.boundary_from(start);
        removed
    }

    fn line_start(&self) -> usize {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        before.rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        let after = self.text.get(self.cursor..).unwrap_or_default();
        after
            .find('\n')
            .map_or(self.text.len(), |at| self.cursor + at)
    }

    fn grapheme(&self, way: Way) -> usize {
        match way {
            Way::Back => {
                let before = self.text.get(..self.cursor).unwrap_or_default();
                before
                    .grapheme_indices(true)
                    .next_back()
                    .map_or(0, |(at, _)| at)
            }
            Way::On => {
                let after = self.text.get(self.cursor..).unwrap_or_default();
                self.cursor + after.graphemes(true).next().map_or(0, str::len)
            }
        }
    }

    /// Past the blanks and then the word on that side.
    fn word(&self, way: Way) -> usize {
        let is_blank = |grapheme: &str| grapheme.trim().is_empty();
        let mut is_in_word = false;
        let mut ends = |grapheme: &str| {
            is_in_word |= !is_blank(grapheme);
            is_in_word && is_blank(grapheme)
        };
        match way {
            Way::Back => {
                let before = self.text.get(..self.cursor).unwrap_or_default();
                let mut graphemes = before.grapheme_indices(true).rev();
                let end = graphemes.find(|(_, grapheme)| ends(grapheme));
                end.map_or(0, |(at, grapheme)| at + grapheme.len())
            }
            Way::On => {
                let after = self.text.get(self.cursor..).unwrap_or_default();
                let mut graphemes = after.grapheme_indices(true);
                let end = graphemes.find(|(_, grapheme)| ends(grapheme));
                end.map_or(self.text.len(), |(at, _)| self.cursor + at)
            }
        }
    }

    /// The first place between two characters from `at` on.
    fn boundary_from(&self, at: usize) -> usize {
        let places = self.text.grapheme_indices(true).map(|(place, _)| place);
        places
            .chain([self.text.len()])
            .find(|place| *place >= at)
            .unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests;
