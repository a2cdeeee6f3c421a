//! Where the user writes: a draft for each chat, and what was sent before.

use super::super::editor::Editor;
use super::conversation::Item;
use status_node::rpc::Text;
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

impl Answers {
    /// The answer to a message that is loaded.
    pub(crate) fn to(item: &Item) -> Option<Self> {
        Some(Self {
            id: MessageId::read(&item.record.id).ok()?,
            from: item.record.from.clone(),
            text: item.record.text.clone(),
        })
    }
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
    /// How many texts are written and not sent, with the one of the open chat if there is one.
    pub(crate) fn unsent(&self, is_open: bool) -> usize {
        let is_text = |editor: &Editor| !editor.text().trim().is_empty();
        let drafts = self.drafts.values().filter(|(draft, _)| is_text(draft));
        drafts.count() + usize::from(is_open && is_text(&self.editor))
    }

    /// Leaves a chat that there is no more, and what was written for it.
    pub(crate) fn clear(&mut self) {
        self.editor = Editor::of_lines();
        (self.answers, self.recalled) = (None, None);
    }

    /// Goes from the chat `from` to the chat `to`.
    pub(crate) fn go(&mut self, from: Option<&str>, to: &str) {
        // What was being written before an older text was looked at counts as the draft.
        if let Some((at, written)) = self.recalled.take()
            && self.history.get(at).map(String::as_str) == Some(self.editor.text())
        {
            self.editor.set(&written);
        }
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

    /// Puts a text back that could not be sent, unless another one is being written: then it is among
    /// those that were sent before. Whether it is back.
    pub(crate) fn restore(&mut self, text: &str, answers: Option<Answers>) -> bool {
        let has_room = self.editor.is_empty();
        if has_room {
            self.editor.set(text);
            self.answers = answers;
        }
        has_room
    }

    /// The same in a chat that is not open.
    pub(crate) fn restore_draft(&mut self, chat: &str, text: &str) -> bool {
        let has_room = self.drafts.len() < MAX_DRAFTS && !self.drafts.contains_key(chat);
        if has_room {
            let mut draft = Editor::of_lines();
            draft.set(text);
            self.drafts.insert(chat.to_owned(), (draft, None));
        }
        has_room
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
    fn a_text_that_was_only_looked_at_again_takes_no_drafts_place() {
        let mut composer = Composer::default();
        sent(&mut composer, "one");
        composer.editor.set("draft");
        composer.go_line(true);
        composer.go(Some("#a"), "#b");
        composer.go(Some("#b"), "#a");
        assert_eq!(composer.editor.text(), "draft");
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
        assert!(composer.restore("hello", None));
        assert_eq!(composer.editor.text(), "hello");
        assert!(!composer.restore("other", None));
        assert_eq!(composer.editor.text(), "hello");
        assert!(composer.restore_draft("#b", "for b"));
        assert!(!composer.restore_draft("#b", "again"));
        assert_eq!(composer.unsent(true), 2);
        assert_eq!(composer.unsent(false), 1);
        composer.go(Some("#a"), "#b");
        assert_eq!(composer.editor.text(), "for b");
    }
}
