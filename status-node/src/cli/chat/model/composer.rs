//! Where the user writes: a draft for each chat, and what was sent before.

use super::super::editor::Editor;
use status_payload::MessageId;
use std::collections::HashMap;

/// Texts that are remembered.
const MAX_HISTORY: usize = 100;

/// Drafts that are kept: of those chats that were left with something unsent.
const MAX_DRAFTS: usize = 100;

/// The field, the drafts and the history.
#[derive(Debug, Clone)]
pub(crate) struct Composer {
    /// What is being written.
    pub(crate) editor: Editor,
    /// The message that it answers, with its author's key.
    pub(crate) answers: Option<Answers>,
    drafts: HashMap<String, (Editor, Option<Answers>)>,
    history: Vec<String>,
    /// Which text of the history is shown, and what was being written before.
    recalled: Option<(usize, String)>,
}

/// A message that is being answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answers {
    /// Which.
    pub(crate) id: MessageId,
    /// Its author's key.
    pub(crate) from: String,
    /// What it says.
    pub(crate) text: String,
}

impl Default for Composer {
    fn default() -> Self {
        Self {
            editor: Editor::of_lines(),
            answers: None,
            drafts: HashMap::new(),
            history: Vec::new(),
            recalled: None,
        }
    }
}

impl Composer {
    /// Goes from the chat `from` to the chat `to`.
    pub(crate) fn go(&mut self, from: Option<&str>, to: &str) {
        let draft = std::mem::replace(&mut self.editor, Editor::of_lines());
        let answers = self.answers.take();
        if let Some(from) = from {
            let has_room = self.drafts.len() < MAX_DRAFTS || self.drafts.contains_key(from);
            match draft.is_empty() && answers.is_none() {
                true => drop(self.drafts.remove(from)),
                false if has_room => drop(self.drafts.insert(from.to_owned(), (draft, answers))),
                false => {}
            }
        }
        if let Some((draft, answers)) = self.drafts.remove(to) {
            (self.editor, self.answers) = (draft, answers);
        }
        self.recalled = None;
    }

    /// Takes what was written, to be sent; none if that is nothing.
    pub(crate) fn send(&mut self) -> Option<(String, Option<MessageId>)> {
        if self.editor.text().trim().is_empty() {
            return None;
        }
        let text = self.editor.take();
        if self.history.last() != Some(&text) {
            self.history.push(text.clone());
        }
        let excess = self.history.len().saturating_sub(MAX_HISTORY);
        self.history.drain(..excess);
        self.recalled = None;
        Some((text, self.answers.take().map(|answers| answers.id)))
    }

    /// Puts a text back that could not be sent, unless another one is being written.
    pub(crate) fn restore(&mut self, text: &str) {
        if self.editor.is_empty() {
            self.editor.set(text);
        }
    }

    /// A line up or down, and beyond the first line and the last one through what was sent before.
    pub(crate) fn go_line(&mut self, up: bool) {
        if self.editor.move_line(up) {
            return;
        }
        let target = match (&self.recalled, up) {
            (None, true) => self.history.len().checked_sub(1),
            (None, false) => return,
            (Some((at, _)), true) => at.checked_sub(1),
            (Some((at, _)), false) => Some(at + 1),
        };
        let Some(target) = target else { return };
        let written = match self.recalled.take() {
            Some((_, written)) => written,
            None => self.editor.text().to_owned(),
        };
        match self.history.get(target) {
            Some(text) => {
                self.editor.set(text);
                self.recalled = Some((target, written));
            }
            None => self.editor.set(&written),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(composer: &mut Composer, text: &str) {
        composer.editor.set(text);
        assert_eq!(composer.send(), Some((text.to_owned(), None)));
    }

    #[test]
    fn what_was_sent_comes_back_and_so_does_what_was_being_written() {
        let mut composer = Composer::default();
        sent(&mut composer, "one");
        sent(&mut composer, "two");
        sent(&mut composer, "two");
        composer.editor.set("draft");
        for (up, wanted) in [
            (false, "draft"),
            (true, "two"),
            (true, "one"),
            (true, "one"),
            (false, "two"),
            (false, "draft"),
            (false, "draft"),
        ] {
            composer.go_line(up);
            assert_eq!(composer.editor.text(), wanted);
        }
    }

    #[test]
    fn each_chat_keeps_its_draft() {
        let mut composer = Composer::default();
        composer.go(None, "#a");
        composer.editor.insert("for a");
        composer.go(Some("#a"), "#b");
        assert!(composer.editor.is_empty());
        composer.go(Some("#b"), "#a");
        assert_eq!(composer.editor.text(), "for a");
        assert!(composer.drafts.is_empty());
    }

    #[test]
    fn drafts_and_history_are_bounded() {
        let mut composer = Composer::default();
        for number in 0..=MAX_DRAFTS {
            composer.editor.set("x");
            composer.go(Some(&number.to_string()), "none");
            sent(&mut composer, &number.to_string());
        }
        assert_eq!(composer.drafts.len(), MAX_DRAFTS);
        assert_eq!(composer.history.len(), MAX_HISTORY);
    }

    #[test]
    fn blank_text_is_not_sent_and_failed_text_comes_back() {
        let mut composer = Composer::default();
        composer.editor.set(" \n ");
        assert_eq!(composer.send(), None);
        composer.editor.set("hello");
        composer.send();
        composer.restore("hello");
        assert_eq!(composer.editor.text(), "hello");
        composer.restore("other");
        assert_eq!(composer.editor.text(), "hello");
    }
}
