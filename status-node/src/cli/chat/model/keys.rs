//! What keys do. The table that the help shows is [`keymap`].

use super::super::event::{Call, Effect};
use super::super::keymap::{self, Opens};
use super::super::panel::{Panel, Request};
use super::composer::Answers;
use super::detail::Detail;
use super::{Focus, Model, NOTICE_MS, read_chat};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use status_node::Chat;
use status_node::rpc::Text;
use status_node::rpc::records::Membership;
use status_payload::MessageId;

impl Model {
    pub(super) fn handle_key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        let writes = self.focus == Focus::Composer && self.panel.is_none() && self.detail.is_none();
        let key = match writes {
            true => key,
            false => enter_of_line_feed(key),
        };
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'q') if control => return self.end(),
            KeyCode::Char('z') if control => return self.effects.push(Effect::Suspend),
            KeyCode::Char('l') if control => return self.effects.push(Effect::Redraw),
            _ => {}
        }
        if self.detail.is_some() {
            return self.handle_detail_key(key);
        }
        if let Some(panel) = &mut self.panel {
            if let Some(opens) = keymap::opens(key, Focus::Composer)
                && !panel.is_dialog()
            {
                return self.open_from_key(opens);
            }
            let outcome = panel.handle_key(key, &self.facts);
            return self.handle_outcome(outcome);
        }
        if let Some(opens) = keymap::opens(key, self.focus) {
            return self.open_from_key(opens);
        }
        match key.code {
            KeyCode::Tab => self.go_focus(true),
            KeyCode::BackTab => self.go_focus(false),
            KeyCode::Esc => self.go_back(),
            KeyCode::PageUp => self.scroll(1),
            KeyCode::PageDown => self.scroll(-1),
            _ => match self.focus {
                Focus::List => self.handle_list_key(key),
                Focus::Messages => self.handle_messages_key(key),
                Focus::Composer => self.handle_composer_key(key),
            },
        }
    }

    fn open_from_key(&mut self, opens: Opens) {
        let panel = match opens {
            Opens::Help => Panel::help(),
            Opens::OwnKey => Panel::own_key(),
            Opens::Requests => Panel::requests(),
            Opens::Devices => Panel::devices(),
            Opens::Network => Panel::network(),
            Opens::Join => Panel::join(),
            Opens::NewGroup => Panel::new_group(),
            Opens::Members => match self.chat_at_hand() {
                Some(chat) => {
                    self.look_at(&chat);
                    Panel::members(chat)
                }
                None => return,
            },
        };
        self.open_panel(panel);
    }

    /// The chat that is open, else the one under the cursor.
    fn chat_at_hand(&self) -> Option<Chat> {
        match (&self.open, self.focus) {
            (Some(open), Focus::Messages | Focus::Composer) => Some(open.chat.clone()),
            _ => read_chat(&self.list.chosen()?.chat),
        }
    }

    fn go_focus(&mut self, on: bool) {
        let Some(open) = &mut self.open else {
            self.focus = Focus::List;
            return;
        };
        self.focus = match (self.focus, on) {
            (Focus::List, true) | (Focus::Composer, false) => Focus::Messages,
            (Focus::Messages, true) | (Focus::List, false) => Focus::Composer,
            (Focus::Composer, true) | (Focus::Messages, false) => Focus::List,
        };
        match self.focus {
            Focus::Messages => open.select(),
            Focus::List | Focus::Composer => open.unselect(),
        }
    }

    fn go_back(&mut self) {
        match self.focus {
            Focus::Composer if self.composer.answers.is_some() => self.composer.answers = None,
            _ => {
                self.focus = Focus::List;
                if let Some(open) = &mut self.open {
                    open.unselect();
                }
            }
        }
    }

    /// Scrolls by a screen, up or down, but for two rows by which the reader finds the place again.
    fn scroll(&mut self, up: isize) {
        let size = self.messages_size();
        let by = isize::try_from(size.1.saturating_sub(2).max(1)).unwrap_or(1);
        if let Some(open) = &mut self.open {
            open.scroll(by.saturating_mul(up), size);
            if self.focus == Focus::Messages {
                open.select();
            }
        }
    }

    fn handle_list_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Up => self.list.go(-1),
            KeyCode::Down => self.list.go(1),
            KeyCode::Home => self.list.go(isize::MIN),
            KeyCode::End => self.list.go(isize::MAX),
            KeyCode::Enter | KeyCode::Right => {
                if let Some(chat) = self.list.chosen().and_then(|chat| read_chat(&chat.chat)) {
                    self.show_chat(chat);
                }
            }
            KeyCode::Char('n') => self.list.go_unread(),
            KeyCode::Char('a') => self.accept_invitation(),
            KeyCode::Char('L') => self.leave(),
            KeyCode::Char('q') => self.end(),
            _ => {}
        }
    }

    /// Joins the group under the cursor, if the account is invited to it.
    fn accept_invitation(&mut self) {
        let chosen = self.list.chosen();
        let invited = chosen.filter(|chat| chat.membership == Some(Membership::Invited));
        if let Some(Chat::Group(group)) = invited.and_then(|chat| read_chat(&chat.chat)) {
            self.call(Call::Panel(Request::GroupJoin(group)));
        }
    }

    /// Leaves the chat under the cursor, once the user said so twice.
    fn leave(&mut self) {
        let Some(chosen) = self.list.chosen() else {
            return;
        };
        let Some(chat) = read_chat(&chosen.chat) else {
            return;
        };
        let is_sure = self.leaving.take().is_some_and(|(other, _)| other == chat);
        if !is_sure {
            let sentence = format!("L again leaves {}", self.names.of_chat(chosen));
            self.leaving = Some((chat, self.facts.now_ms.saturating_add(NOTICE_MS)));
            return self.say(&sentence, false);
        }
        self.notice = None;
        self.call(match chat {
            Chat::Group(group) => Call::Panel(Request::GroupLeave(group)),
            chat => Call::Leave(chat),
        });
    }

    fn handle_messages_key(&mut self, key: KeyEvent) {
        let size = self.messages_size();
        let Some(open) = &mut self.open else { return };
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => open.select_next(true, size),
            KeyCode::Down | KeyCode::Char('j') => open.select_next(false, size),
            KeyCode::Home => open.go_to_start(size),
            KeyCode::End => open.go_to_end(),
            KeyCode::Enter | KeyCode::Char('r') => self.answer_selected(),
            KeyCode::Char('i') => self.show_detail(),
            _ => {}
        }
    }

    fn answer_selected(&mut self) {
        let Some(open) = &mut self.open else { return };
        if let Some(answers) = open.selected().and_then(Answers::to) {
            self.composer.answers = Some(answers);
            open.unselect();
            self.focus = Focus::Composer;
        }
    }

    fn show_detail(&mut self) {
        let selected = self.open.as_ref().and_then(|open| open.selected());
        let Some(record) = selected.map(|item| item.record.clone()) else {
            return;
        };
        if record.outgoing
            && let Ok(id) = MessageId::read(&record.id)
        {
            self.call(Call::Ledger(id));
        }
        self.detail = Some(Detail::of_message(record));
    }

    fn handle_detail_key(&mut self, key: KeyEvent) {
        let Some(detail) = &mut self.detail else {
            return;
        };
        match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | 'i') => self.detail = None,
            _ => drop(detail.scroll.handle_key(&key)),
        }
    }

    fn handle_composer_key(&mut self, key: KeyEvent) {
        let plain = key.modifiers.is_empty();
        match key.code {
            KeyCode::Enter if plain => self.send(),
            KeyCode::F(9) => self.lint(),
            KeyCode::Up if plain => self.composer.go_line(true),
            KeyCode::Down if plain => self.composer.go_line(false),
            _ => drop(self.composer.editor.handle_key(key)),
        }
    }

    /// Asks what would be given away, and sends nothing.
    fn lint(&mut self) {
        let Some(open) = &self.open else { return };
        let (chat, text) = (open.chat.clone(), self.composer.editor.text());
        if text.trim().is_empty() {
            return self.say("write something first", false);
        }
        let text = text.to_owned();
        let response_to = self.composer.answers.as_ref().map(|answers| answers.id);
        self.detail = Some(Detail::of_lint());
        self.call(Call::Lint {
            chat,
            text,
            response_to,
        });
    }

    fn send(&mut self) {
        let Some(open) = &self.open else { return };
        let chat = open.chat.clone();
        if let Some((text, response_to)) = self.composer.send() {
            self.sending = self.sending.saturating_add(1);
            self.call(Call::Send {
                chat,
                text,
                response_to,
            });
        }
    }
}

/// What a terminal makes of Enter before it is the screen's, as after the program was stopped for a while,
/// is a line feed, which the library then reads as Ctrl-J. Where one writes that begins a new line.
fn enter_of_line_feed(key: KeyEvent) -> KeyEvent {
    match (key.code, key.modifiers) {
        (KeyCode::Char('j'), KeyModifiers::CONTROL) => KeyEvent {
            code: KeyCode::Enter,
            modifiers: KeyModifiers::NONE,
            ..key
        },
        _ => key,
    }
}
