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

/// After a chat could not be marked as read that is not tried again so long, in ms.
const READ_AGAIN_MS: u64 = 2_000;

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

/// Lines that a notice takes at most.
const MAX_NOTICE: usize = 3;

impl Notice {
    /// The lines that it takes on so many columns: one if it has room in that.
    pub(super) fn lines(&self, columns: u16) -> u16 {
        let columns = usize::from(columns);
        if text::width(&self.text) <= columns {
            return 1;
        }
        let lines = text::wrap(&self.text, columns).len().min(MAX_NOTICE);
        u16::try_from(lines).unwrap_or(1)
    }
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
    /// Before then none is made, in ms since 1970.
    read_again_ms: u64,
    /// How many messages were said here that are not answered yet; the queue of the source bounds it.
    sending: usize,
    /// Messages that are said, here or by another program, while that is so.
    said_meanwhile: Vec<String>,
    /// The chat that is left if the user says so once more until then.
    leaving: Option<(Chat, u64)>,
    /// Until when the screen ends if the user says so once more, though something is unsent.
    ending_ms: Option<u64>,
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
            Event::NotMade(answered) => self.handle_not_made(*answered),
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

    /// How many messages were said here that are not answered yet.
    pub(super) fn sending(&self) -> usize {
        self.sending
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
        let is_over = |until: u64| until <= now_ms;
        self.leaving.take_if(|(_, until)| is_over(*until));
        self.ending_ms.take_if(|until| is_over(*until));
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
                if let Some(open) = &mut self.open {
                    open.reload();
                }
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
        if let Some(panel) = &mut self.panel {
            return panel.handle_paste(text);
        }
        let Some(open) = &mut self.open else { return };
        open.unselect();
        self.detail = None;
        self.focus = Focus::Composer;
        let left_out = self.composer.editor.insert(text);
        if left_out > 0 {
            let sentence = format!("the last {left_out} bytes of it have no room in a message");
            self.say(&sentence, true);
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

    /// Asks for the page that the user has scrolled to, and marks as read what they see.
    fn ask_what_is_missing(&mut self) {
        if self.facts.link != Link::Connected {
            return;
        }
        let (size, now_ms) = (self.messages_size(), self.facts.now_ms);
        let Some(open) = &mut self.open else { return };
        let chat = open.chat.clone();
        if let Some(before) = open.missing_page(size, now_ms) {
            self.call(Call::Page {
                chat: chat.clone(),
                before,
            });
        }
        let sees_all = self.open.as_ref().is_some_and(|open| open.is_at_end())
            && self.panel.is_none()
            && self.detail.is_none()
            && Layout::of(self).shows_chat();
        let is_time = !self.is_reading && now_ms >= self.read_again_ms;
        if sees_all && is_time && self.open_record().is_some_and(|record| record.unread > 0) {
            self.is_reading = true;
            self.call(Call::Read(chat));
        }
    }

    fn call(&mut self, call: Call) {
        self.calls.push_back(self.facts.now_ms);
        self.effects.push(Effect::Call(Box::new(call)));
    }

    /// Ends, if nothing is lost with that or the user said so twice.
    fn end(&mut self) {
        let is_sure = self.ending_ms.take().is_some();
        let lost = match (self.sending, self.composer.unsent(self.open.is_some())) {
            (0, 0) => None,
            (0, 1) => Some("what you were writing is not kept: press again to end".into()),
            (0, texts) => Some(format!(
                "{texts} unsent texts are not kept: press again to end"
            )),
            _ => Some("what you said has not reached the node: press again to end".into()),
        };
        match lost {
            Some(sentence) if !is_sure => {
                self.ending_ms = Some(self.facts.now_ms.saturating_add(NOTICE_MS));
                self.say(&sentence, true);
            }
            _ => self.effects.push(Effect::Quit),
        }
    }

    /// What is to be said after the end of the screen, if its node ends with it.
    pub(super) fn farewell(&self) -> Option<String> {
        match self.facts.node.as_ref()?.unsent {
            0 => None,
            1 => Some("1 payload waits for a peer; it goes out when a node runs here again".into()),
            unsent => Some(format!(
                "{unsent} payloads wait for a peer; they go out when a node runs here again"
            )),
        }
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
