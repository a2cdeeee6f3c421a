//! The keys of the screen, in one table that the help shows.

use super::model::Focus;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Everywhere, unless a panel is open.
    Everywhere,
    /// In the list of chats.
    List,
    /// Among the messages.
    Messages,
    /// Where one writes.
    Composer,
}

impl Place {
    /// As a heading.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::List => "In the list of chats",
            Self::Messages => "Among the messages",
            Self::Composer => "Where you write",
        }
    }
}

/// A line of the help.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    /// The keys.
    pub(crate) keys: &'static str,
    /// What they do.
    pub(crate) says: &'static str,
    /// Where.
    pub(crate) place: Place,
}

const fn key(place: Place, keys: &'static str, says: &'static str) -> Binding {
    Binding { keys, says, place }
}

/// All keys, as the help shows them.
pub(crate) const BINDINGS: &[Binding] = &[
    key(
        Place::Everywhere,
        "Tab",
        "go on: chats, messages, where you write",
    ),
    key(Place::Everywhere, "Esc", "go back to the list of chats"),
    key(Place::Everywhere, "PgUp PgDn", "scroll the messages"),
    key(
        Place::Everywhere,
        "F1",
        "this help; ? too, unless you write",
    ),
    key(
        Place::Everywhere,
        "F2",
        "your key, as text and as a QR code",
    ),
    key(
        Place::Everywhere,
        "F3",
        "strangers who want to be contacts, people",
    ),
    key(Place::Everywhere, "F4", "who is in this chat"),
    key(Place::Everywhere, "F5", "the devices of your account"),
    key(Place::Everywhere, "F6", "the network"),
    key(
        Place::Everywhere,
        "F7",
        "join a public chat, write to a person",
    ),
    key(Place::Everywhere, "F8", "make a group"),
    key(Place::Everywhere, "Ctrl-L", "draw the screen anew"),
    key(
        Place::Everywhere,
        "Ctrl-Z",
        "leave for a while; fg comes back",
    ),
    key(Place::Everywhere, "Ctrl-Q Ctrl-C", "end"),
    key(Place::List, "Up Down", "choose a chat"),
    key(Place::List, "Enter", "open it, and write"),
    key(Place::List, "Home End", "the first chat, the last one"),
    key(Place::List, "n", "the next chat with something unread"),
    key(Place::List, "a", "accept an invitation to a group"),
    key(Place::List, "L L", "leave the chat, decline an invitation"),
    key(Place::List, "? k r m d s j g", "as F1 to F8"),
    key(Place::List, "q", "end"),
    key(Place::Messages, "Up Down", "choose a message"),
    key(
        Place::Messages,
        "Home End",
        "the oldest that is loaded, the newest",
    ),
    key(Place::Messages, "r Enter", "answer it"),
    key(
        Place::Messages,
        "i",
        "what is known of it, and what became of it",
    ),
    key(Place::Composer, "Enter", "send"),
    key(Place::Composer, "Alt-Enter Ctrl-J", "a new line"),
    key(Place::Composer, "Up Down", "what was sent before"),
    key(Place::Composer, "F9", "what this message would give away"),
    key(
        Place::Composer,
        "Ctrl-A Ctrl-E",
        "start and end of the line",
    ),
    key(Place::Composer, "Alt-B Alt-F", "a word back, a word on"),
    key(
        Place::Composer,
        "Ctrl-W Alt-D",
        "cut the word before, the word after",
    ),
    key(
        Place::Composer,
        "Ctrl-U Ctrl-K",
        "cut the line up to here, from here",
    ),
    key(Place::Composer, "Ctrl-Y", "put back what was cut last"),
];

/// What can be opened over the chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    /// The help.
    Help,
    /// One's own key.
    OwnKey,
    /// Requests of strangers.
    Requests,
    /// Who is in the chat.
    Members,
    /// The devices.
    Devices,
    /// The network.
    Network,
    /// The dialog to join.
    Join,
    /// The dialog to make a group.
    NewGroup,
}

/// What a key opens in a place.
pub(super) fn opens(key: KeyEvent, focus: Focus) -> Option<Opens> {
    let plain = !key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    Some(match key.code {
        KeyCode::F(1) => Opens::Help,
        KeyCode::F(2) => Opens::OwnKey,
        KeyCode::F(3) => Opens::Requests,
        KeyCode::F(4) => Opens::Members,
        KeyCode::F(5) => Opens::Devices,
        KeyCode::F(6) => Opens::Network,
        KeyCode::F(7) => Opens::Join,
        KeyCode::F(8) => Opens::NewGroup,
        KeyCode::Char('?') if focus == Focus::Messages && plain => Opens::Help,
        KeyCode::Char(c) if focus == Focus::List && plain => match c {
            '?' => Opens::Help,
            'k' => Opens::OwnKey,
            'r' => Opens::Requests,
            'm' => Opens::Members,
            'd' => Opens::Devices,
            's' => Opens::Network,
            'j' => Opens::Join,
            'g' => Opens::NewGroup,
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_open_panels_only_where_nobody_writes() {
        let letter = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::NONE);
        assert_eq!(opens(letter, Focus::List), Some(Opens::Help));
        assert_eq!(opens(letter, Focus::Messages), Some(Opens::Help));
        assert_eq!(opens(letter, Focus::Composer), None);
        let function = KeyEvent::new(KeyCode::F(1), KeyModifiers::NONE);
        assert_eq!(opens(function, Focus::Composer), Some(Opens::Help));
        let control = KeyEvent::new(KeyCode::Char('k'), KeyModifiers::CONTROL);
        assert_eq!(opens(control, Focus::List), None);
    }

    #[test]
    fn the_help_fits_a_narrow_screen() {
        for binding in BINDINGS {
            assert!(binding.keys.len() <= 16, "{}", binding.keys);
            assert!(binding.says.len() <= 42, "{}", binding.says);
        }
    }
}
