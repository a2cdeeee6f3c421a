//! What is laid over the chats when it is asked for: help, one's own key, strangers and contacts, members,
//! devices, the network, and dialogs. Pure: keys come in, outcomes go out, and it is drawn into a buffer
//! from what is known of the node. So nothing here waits for anybody.

mod confirm;
mod devices;
mod facts;
mod form;
mod help;
mod list;
mod look;
mod members;
mod network;
mod own_key;
mod people;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use facts::Facts;
pub(crate) use list::Scroll;
pub(crate) use request::Request;

use confirm::Confirm;
use devices::Devices;
use form::Form;
use help::Help;
use look::{FAINT, WRONG, draw_rows, paragraph, width};
use members::Members;
use network::NetworkState;
use own_key::OwnKey;
use people::People;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use status_node::Chat;

/// Keys and what they do, for the last line of the screen.
pub(crate) type Hints = &'static [(&'static str, &'static str)];

/// A panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panel(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Help(Help),
    OwnKey(OwnKey),
    People(People),
    Members(Members),
    Devices(Devices),
    Network(NetworkState),
    Form(Form),
    Confirm(Confirm),
}

/// What a panel makes of a key or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It stays.
    Stay,
    /// It is done with.
    Close,
    /// Another one takes its place.
    Open(Panel),
    /// It wants something done, and stays.
    Ask(Request),
}

macro_rules! from {
    ($($type:ident => $kind:ident),*) => {
        $(impl From<$type> for Panel {
            fn from(panel: $type) -> Self {
                Self(Kind::$kind(panel))
            }
        })*
    };
}
from!(People => People, Members => Members, Devices => Devices, Form => Form, Confirm => Confirm);

impl Panel {
    /// All keys.
    pub(crate) fn help() -> Self {
        Self(Kind::Help(Help::default()))
    }

    /// One's own key.
    pub(crate) fn own_key() -> Self {
        Self(Kind::OwnKey(OwnKey::default()))
    }

    /// Strangers who ask or wrote, contacts, and who is blocked.
    pub(crate) fn requests() -> Self {
        People::default().into()
    }

    /// Who is in a chat.
    pub(crate) fn members(chat: Chat) -> Self {
        Members::of(chat).into()
    }

    /// The devices of the account.
    pub(crate) fn devices() -> Self {
        Devices::default().into()
    }

    /// How the node stands to the network.
    pub(crate) fn network() -> Self {
        Self(Kind::Network(NetworkState::default()))
    }

    /// The dialog to join a public chat, or to write to a person.
    pub(crate) fn join() -> Self {
        Form::join().into()
    }

    /// The dialog to make a group.
    pub(crate) fn new_group() -> Self {
        Form::new_group().into()
    }

    /// What it makes of a key.
    pub(crate) fn handle_key(&mut self, key: KeyEvent, facts: &Facts) -> Outcome {
        match &mut self.0 {
            Kind::Help(panel) => panel.handle_key(&key),
            Kind::OwnKey(panel) => panel.handle_key(&key),
            Kind::People(panel) => panel.handle_key(&key, facts),
            Kind::Members(panel) => panel.handle_key(&key, facts),
            Kind::Devices(panel) => panel.handle_key(&key, facts),
            Kind::Network(panel) => panel.handle_key(&key),
            Kind::Form(panel) => panel.handle_key(key, facts),
            Kind::Confirm(panel) => panel.handle_key(&key),
        }
    }

    /// What it makes of a pasted text.
    pub(crate) fn handle_paste(&mut self, pasted: &str) {
        if let Kind::Form(form) = &mut self.0 {
            form.handle_paste(pasted);
        }
    }

    /// What it makes of the answer to what it asked for.
    pub(crate) fn answered(
        &mut self,
        request: &Request,
        answer: Result<(), &str>,
        _facts: &Facts,
    ) -> Outcome {
        match &mut self.0 {
            Kind::Form(form) => return form.answered(request, answer),
            Kind::Confirm(confirm) => return confirm.answered(request, answer),
            _ => {}
        }
        if matches!((request, answer), (Request::OpenChat(_), Ok(()))) {
            return Outcome::Close;
        }
        let said = answer.map(|()| request.done().to_owned());
        self.notice(said.map_err(str::to_owned));
        Outcome::Stay
    }

    /// Whether it needs the line above the keys as well: a QR code has no room otherwise.
    pub(crate) fn is_tall(&self) -> bool {
        matches!(self.0, Kind::OwnKey(_))
    }

    /// Whether something is being written or asked in it, which another panel would end.
    pub(crate) fn is_dialog(&self) -> bool {
        matches!(self.0, Kind::Form(_) | Kind::Confirm(_))
    }

    /// Its keys, for the last line.
    pub(crate) fn hints(&self) -> Hints {
        match &self.0 {
            Kind::Help(panel) => panel.hints(),
            Kind::OwnKey(panel) => panel.hints(),
            Kind::People(panel) => panel.hints(),
            Kind::Members(panel) => panel.hints(),
            Kind::Devices(panel) => panel.hints(),
            Kind::Network(panel) => panel.hints(),
            Kind::Form(panel) => panel.hints(),
            Kind::Confirm(panel) => panel.hints(),
        }
    }

    /// Draws it over what is there.
    pub(crate) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        match &self.0 {
            Kind::Help(panel) => panel.draw(area, buf),
            Kind::OwnKey(panel) => panel.draw(facts, area, buf),
            Kind::People(panel) => panel.draw(facts, area, buf),
            Kind::Members(panel) => panel.draw(facts, area, buf),
            Kind::Devices(panel) => panel.draw(facts, area, buf),
            Kind::Network(panel) => panel.draw(facts, area, buf),
            Kind::Form(panel) => panel.draw(facts, area, buf),
            Kind::Confirm(panel) => panel.draw(facts, area, buf),
        }
    }

    /// The same panel, in which it is said that something is done.
    fn with_notice(&self, done: &str) -> Self {
        let mut panel = self.clone();
        panel.notice(Ok(done.to_owned()));
        panel
    }

    fn notice(&mut self, said: Result<String, String>) {
        match &mut self.0 {
            Kind::People(panel) => panel.notice = Some(said),
            Kind::Members(panel) => panel.notice = Some(said),
            Kind::Devices(panel) => panel.notice = Some(said),
            Kind::Help(_) | Kind::OwnKey(_) | Kind::Network(_) => {}
            Kind::Form(_) | Kind::Confirm(_) => {}
        }
    }
}

/// Draws at the bottom of an area what came of the last request, and gives the area above.
fn draw_notice(notice: Option<&Result<String, String>>, area: Rect, buf: &mut Buffer) -> Rect {
    let rows = match notice {
        None => return area,
        Some(Ok(done)) => paragraph(done, width(area), FAINT),
        Some(Err(why)) => paragraph(why, width(area), WRONG),
    };
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let (above, below) = look::split_bottom(area, height);
    draw_rows(&rows, 0, below, buf);
    above
}
