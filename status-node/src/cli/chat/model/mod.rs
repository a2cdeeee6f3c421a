//! What the screen shows, as a pure state: [`Model::update`] takes what happened and says what is to be
//! done. It knows no terminal, no socket and no clock, so that all of it is tested without them.

mod composer;
mod conversation;
mod delivery;
mod detail;
mod keys;
mod list;
mod names;
mod news;
mod refresh;
mod rows;

pub(super) use composer::Composer;
pub(super) use conversation::{Conversation, PAGE};
pub(super) use detail::Detail;
pub(super) use list::List;
pub(super) use names::Names;
pub(super) use rows::{MARGIN, Part, Row, clock, span};

use super::event::{Call, Effect, Event, Link};
use super::layout::Layout;
use super::panel::{Facts, Outcome, Panel, Request};
use super::text;
use refresh::{Refresh, Wanted};
use status_node::Chat;
use status_node::rpc::Text;
use status_payload::GroupId;
use std::collections::VecDeque;

/// How long a notice stays, in ms: long enough to be read twice.
const NOTICE_MS: u64 = 8_000;

/// What the keys go to if no panel is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Focus {
    /// The list of chats.
    #[default]
    List,
    /// The messages of the open chat.
    Messages,
    /// Where one writes.
    Composer,
}

/// A sentence at the bottom of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// The sentence, fit for a screen.
    pub(super) text: String,
    /// Whether something went wrong.
    pub(super) is_bad: bool,
    until_ms: u64,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// What is known of the node and its account.
    pub(super) facts: Facts,
    /// What people are called.
    pub(super) names: Names,
    /// The chats.
    pub(super) list: List,
    /// The open one.
    pub(super) open: Option<Conversation>,
    /// What is being written there.
    pub(super) composer: Composer,
    /// Whether the chats are known.
    pub(super) is_listed: bool,
    /// Why not, if the node says so.
    pub(super) list_refused: Option<String>,
    /// Whether the contacts are known, without whom nobody can be told to be none.
    knows_contacts: bool,
    /// The chat of the command line, which is joined once the node answers.
    join: Option<Chat>,
    /// Where the keys go.
    pub(super) focus: Focus,
    /// What lies over the chats.
    pub(super) panel: Option<Panel>,
    /// What is known of one message, over all that.
    pub(super) detail: Option<Detail>,
    /// What there is to say.
    pub(super) notice: Option<Notice>,
    /// Columns and rows of the screen.
    pub(super) size: (u16, u16),
    refresh: Refresh,
    /// The group that was looked at last.
    group: Option<GroupId>,
    /// When each call was made that has no answer yet, in their order; the queue of the source bounds it.
    calls: VecDeque<u64>,
    /// Whether a call is under way that marks the open chat as read.
    is_reading: bool,
    /// The chat that is left if the user says so once more until then.
    leaving: Option<(Chat, u64)>,
    effects: Vec<Effect>,
    is_changed: bool,
}

impl Model {
    /// A screen of so many columns and rows. `chat` is opened at once.
    pub(super) fn new(size: (u16, u16), chat: Option<Chat>) -> Self {
        let mut model = Self {
            size,
            ..Self::default()
        };
        if let Some(chat) = chat {
            // A group is joined by accepting an invitation, which is no small thing.
            let joins = !matches!(chat, Chat::Group(_));
            model.join = joins.then(|| chat.clone());
            model.show_chat(chat);
            // Nobody can be asked yet: all is asked for once the node answers.
            model.effects.clear();
            model.calls.clear();
        }
        model
    }

    /// Takes an event at `now_ms`, in ms since 1970, and gives what is to be done.
    pub(super) fn update(&mut self, event: Event, now_ms: u64) -> Vec<Effect> {
        self.facts.now_ms = now_ms;
        self.refresh.pass(now_ms);
        self.is_changed |= !matches!(event, Event::Tick);
        match event {
            Event::Key(key) => self.handle_key(key),
            Event::Paste(text) => self.handle_paste(&text),
            Event::Resized(columns, rows) => self.size = (columns, rows),
            Event::Report(report) => self.handle_report(*report),
            Event::Answered(answered) => self.handle_answer(*answered),
            Event::Link(link) => self.handle_link(link),
            Event::Tick => self.handle_tick(),
        }
        self.ask_what_is_missing();
        self.note_waiting();
        std::mem::take(&mut self.effects)
    }

    /// Says something to begin with.
    pub(super) fn greet(&mut self, sentence: &str, now_ms: u64) {
        self.facts.now_ms = now_ms;
        self.say(sentence, false);
    }

    /// Whether anything on the screen may be another since this was asked last.
    pub(super) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// What is said by the list of the open chat.
    pub(super) fn open_record(&self) -> Option<&status_node::rpc::records::ChatRecord> {
        let open = self.open.as_ref()?;
        self.list.get(&open.chat.to_string())
    }

    /// Columns and rows of the messages.
    pub(super) fn messages_size(&self) -> (usize, usize) {
        let area = Layout::of(self).messages;
        (area.width.into(), area.height.into())
    }

    fn handle_tick(&mut self) {
        let now_ms = self.facts.now_ms;
        if self
            .notice
            .as_ref()
            .is_some_and(|notice| notice.until_ms <= now_ms)
        {
            self.notice = None;
            self.is_changed = true;
        }
        if self
            .leaving
            .as_ref()
            .is_some_and(|(_, until)| *until <= now_ms)
        {
            self.leaving = None;
        }
        if self.facts.link == Link::Connected {
            for call in self.refresh.due(self.group.as_ref()) {
                self.call(call);
            }
        }
    }

    fn handle_link(&mut self, link: Link) {
        match &link {
            Link::Connected => {
                if let Link::Lost(_) = self.facts.link {
                    self.say("the node is there again", false);
                }
                if let Some(chat) = self.join.take() {
                    self.call(Call::Panel(Request::Join(chat)));
                }
                self.refresh.want_all();
                self.load_last_page();
                for call in self.refresh.due(self.group.as_ref()) {
                    self.call(call);
                }
            }
            Link::Lost(reason) => {
                self.refresh = Refresh::default();
                self.refresh.pass(self.facts.now_ms);
                let reason = reason.clone();
                self.say(&reason, true);
            }
            Link::Connecting => {}
        }
        self.facts.link = link;
    }

    fn handle_paste(&mut self, text: &str) {
        match &mut self.panel {
            Some(panel) => panel.handle_paste(text),
            None if self.open.is_some() => {
                self.focus = Focus::Composer;
                self.composer.editor.insert(text);
            }
            None => {}
        }
    }

    /// Does what a panel makes of something.
    fn handle_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Stay => {}
            Outcome::Close => self.panel = None,
            Outcome::Open(panel) => self.panel = Some(panel),
            Outcome::Ask(Request::OpenChat(chat)) => {
                self.panel = None;
                self.show_chat(chat);
            }
            Outcome::Ask(request) => self.call(Call::Panel(request)),
        }
    }

    fn open_panel(&mut self, panel: Panel) {
        // What it shows may have changed without a report.
        self.refresh.want_all();
        self.panel = Some(panel);
    }

    /// Opens a chat and lets the user write.
    fn show_chat(&mut self, chat: Chat) {
        self.focus = Focus::Composer;
        self.list.choose(&chat.to_string());
        if self.open.as_ref().is_some_and(|open| open.chat == chat) {
            return;
        }
        let left = self.open.take().map(|open| open.chat.to_string());
        self.composer.go(left.as_deref(), &chat.to_string());
        self.look_at(&chat);
        self.call(Call::Page {
            chat: chat.clone(),
            before: None,
        });
        self.open = Some(Conversation::new(chat));
    }

    /// Asks who is in a group.
    fn look_at(&mut self, chat: &Chat) {
        let Chat::Group(group) = chat else { return };
        if self.group.as_ref() != Some(group) {
            self.facts.group = None;
            self.group = Some(group.clone());
        }
        self.refresh.want(Wanted::Group);
    }

    fn load_last_page(&mut self) {
        if let Some(open) = &mut self.open {
            open.reload();
            let chat = open.chat.clone();
            self.call(Call::Page { chat, before: None });
        }
    }

    /// Asks for the page that the user has scrolled to, and marks as read what they see.
    fn ask_what_is_missing(&mut self) {
        if self.facts.link != Link::Connected {
            return;
        }
        let size = self.messages_size();
        let Some(open) = &mut self.open else { return };
        let chat = open.chat.clone();
        if let Some(before) = open.missing_page(size) {
            self.call(Call::Page {
                chat: chat.clone(),
                before,
            });
        }
        let sees_all = self.open.as_ref().is_some_and(|open| open.is_at_end());
        let unread = self.open_record().is_some_and(|record| record.unread > 0);
        if sees_all && unread && !self.is_reading && Layout::of(self).shows_chat() {
            self.is_reading = true;
            self.call(Call::Read(chat));
        }
    }

    fn call(&mut self, call: Call) {
        self.calls.push_back(self.facts.now_ms);
        self.effects.push(Effect::Call(Box::new(call)));
    }

    /// How long the oldest call has waited; said once it is worth saying.
    fn note_waiting(&mut self) {
        let now_ms = self.facts.now_ms;
        let since = self.calls.front().copied();
        let waiting = since.map(|since| now_ms.saturating_sub(since));
        let is_news = waiting.map(|ms| ms / 1000) != self.facts.waiting_ms.map(|ms| ms / 1000);
        self.is_changed |= is_news;
        self.facts.waiting_ms = waiting;
    }

    /// Says something at the bottom of the screen.
    fn say(&mut self, sentence: &str, is_bad: bool) {
        self.is_changed = true;
        self.notice = Some(Notice {
            text: text::line(sentence),
            is_bad,
            until_ms: self.facts.now_ms.saturating_add(NOTICE_MS),
        });
    }
}

/// A chat as the records write it.
fn read_chat(chat: &str) -> Option<Chat> {
    Chat::read(chat).ok()
}

#[cfg(test)]
pub(super) mod tests;
