//! People: strangers who ask or wrote, contacts, and who is blocked; each apart from the others.

use super::confirm::Confirm;
use super::facts::title;
use super::form::Form;
use super::list::Choice;
use super::look::{FAINT, Row, STRONG, draw_rows, page, paragraph, width};
use super::{Facts, Hints, Outcome, Panel, Request};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use secp256k1::PublicKey;
use status_conversational_security::trust::public_key_text;
use status_node::Chat;
use status_node::rpc::Text;
use status_node::rpc::records::ContactRecord;

/// What is shown of everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Strangers,
    Contacts,
    Blocked,
}

const TABS: [Tab; 3] = [Tab::Strangers, Tab::Contacts, Tab::Blocked];

/// The panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct People {
    tab: Tab,
    choice: Choice,
    pub(super) notice: Option<Result<String, String>>,
}

/// Somebody in the list.
struct Person<'a> {
    key: &'a str,
    known: Option<&'a ContactRecord>,
    /// What a stranger wrote and nobody read.
    unread: u64,
}

impl People {
    pub(super) fn hints(&self) -> Hints {
        match self.tab {
            Tab::Strangers => &[
                ("a", "add"),
                ("b", "block"),
                ("Enter", "read"),
                ("Tab", "contacts"),
                ("Esc", "close"),
            ],
            Tab::Contacts => &[
                ("+", "add by key"),
                ("n", "name"),
                ("d", "remove"),
                ("b", "block"),
                ("Enter", "write"),
                ("Tab", "blocked"),
            ],
            Tab::Blocked => &[("u", "unblock"), ("Tab", "strangers"), ("Esc", "close")],
        }
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent, facts: &Facts) -> Outcome {
        let people = Self::people(facts, self.tab);
        if self.choice.handle_key(key, &people, Person::key) {
            return Outcome::Stay;
        }
        self.notice = None;
        match key.code {
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Tab | KeyCode::Right => self.turn(1),
            KeyCode::BackTab | KeyCode::Left => self.turn(TABS.len() - 1),
            KeyCode::Char('+') => return Outcome::Open(Form::add_contact(self.panel()).into()),
            code => {
                let chosen = self.choice.of(&people, Person::key);
                if let Some(person) = chosen
                    && let Ok(key) = PublicKey::read(person.key)
                {
                    return self.act(code, &person.name(facts), key);
                }
            }
        }
        Outcome::Stay
    }

    fn act(&self, code: KeyCode, name: &str, key: PublicKey) -> Outcome {
        match (code, self.tab) {
            (KeyCode::Enter, Tab::Strangers | Tab::Contacts) => {
                Outcome::Ask(Request::OpenChat(Chat::person(&key)))
            }
            (KeyCode::Char('a'), Tab::Strangers) => Outcome::Ask(Request::AddContact(key)),
            (KeyCode::Char('n'), Tab::Strangers | Tab::Contacts) => {
                Outcome::Open(Form::name(key, name, self.panel()).into())
            }
            (KeyCode::Char('u'), Tab::Blocked) => Outcome::Ask(Request::UnblockContact(key)),
            (KeyCode::Char('d'), Tab::Contacts) => {
                let question = format!("Remove {name} from your contacts?");
                self.confirm(question, Request::RemoveContact(key))
            }
            (KeyCode::Char('b'), Tab::Strangers | Tab::Contacts) => {
                let question = format!(
                    "Block {name}? What they said is deleted here, and what they say is dropped."
                );
                self.confirm(question, Request::BlockContact(key))
            }
            _ => Outcome::Stay,
        }
    }

    fn confirm(&self, question: String, request: Request) -> Outcome {
        Outcome::Open(Confirm::new(question, request, self.panel()).into())
    }

    fn panel(&self) -> Panel {
        self.clone().into()
    }

    fn turn(&mut self, by: usize) {
        let from_here = TABS.iter().cycle().skip_while(|tab| **tab != self.tab);
        self.tab = from_here.copied().nth(by).unwrap_or_default();
        self.choice = Choice::default();
    }

    /// Who is in a tab. There may be thousands: what is said of each is made when it is shown.
    fn people<'a>(facts: &'a Facts, tab: Tab) -> Vec<Person<'a>> {
        let contacts = facts.contacts.iter();
        let person = |known: &'a ContactRecord| Person {
            key: &known.public_key,
            known: Some(known),
            unread: 0,
        };
        match tab {
            Tab::Strangers => {
                let strangers = facts.strangers().into_iter();
                strangers
                    .map(|stranger| Person {
                        key: stranger.public_key,
                        known: stranger.known,
                        unread: stranger.unread,
                    })
                    .collect()
            }
            Tab::Contacts => contacts
                .filter(|known| known.added && !known.blocked)
                .map(person)
                .collect(),
            Tab::Blocked => contacts.filter(|known| known.blocked).map(person).collect(),
        }
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let inner = page("People", area, buf);
        let mut heads = Row::new();
        for tab in TABS {
            let count = Self::people(facts, tab).len();
            let name = match tab {
                Tab::Strangers => "strangers",
                Tab::Contacts => "contacts",
                Tab::Blocked => "blocked",
            };
            let (text, style) = match tab == self.tab {
                true => (format!("[{name} {count}] "), STRONG),
                false => (format!(" {name} {count}  "), FAINT),
            };
            heads = heads.then(text, style);
        }
        heads.draw(inner, 0, buf);
        let body = Rect {
            y: inner.y.saturating_add(2),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        let body = super::draw_notice(self.notice.as_ref(), body, buf);
        let people = Self::people(facts, self.tab);
        if people.is_empty() {
            let none = match self.tab {
                Tab::Strangers => "Nobody asks to be your contact, and no stranger wrote.",
                Tab::Contacts => "No contacts yet: press + to add somebody by key.",
                Tab::Blocked => "Nobody is blocked.",
            };
            draw_rows(&paragraph(none, width(body), FAINT), 0, body, buf);
            return;
        }
        let lines = |person: &Person<'_>| {
            let key = PublicKey::read(person.key).map_or_else(
                |_| person.key.to_owned(),
                |key| public_key_text(&key).to_string(),
            );
            vec![
                Row::of(person.name(facts), STRONG).then(format!("  {key}"), FAINT),
                Row::of(person.says(self.tab), Style::new()),
            ]
        };
        self.choice
            .draw(&people, Person::key, (2, lines), body, buf);
    }
}

impl Person<'_> {
    fn key(&self) -> &str {
        self.key
    }

    /// What they are called here.
    fn name(&self, facts: &Facts) -> String {
        self.known.map_or_else(|| facts.name_of(self.key), title)
    }

    /// What is said of them in a tab.
    fn says(&self, tab: Tab) -> String {
        let mut said = Vec::new();
        match (tab, self.known) {
            (Tab::Strangers, known) => {
                let asks = known.is_some_and(|known| known.request);
                if asks {
                    said.push("asks to be your contact".to_owned());
                }
                match self.unread {
                    0 if asks => {}
                    0 => said.push("wrote to you".into()),
                    1 => said.push("wrote 1 message".into()),
                    many => said.push(format!("wrote {many} messages")),
                }
            }
            (Tab::Contacts, Some(known)) => {
                if !known.alias.is_empty() {
                    said.push(known.name.clone());
                }
                said.push(match known.has_added_us {
                    true => "added you too".into(),
                    false => "has not added you".into(),
                });
            }
            (Tab::Contacts | Tab::Blocked, _) => {}
        }
        said.extend(self.known.and_then(claim));
        said.join(", ")
    }
}

/// What somebody says of themselves, which nobody verified.
fn claim(known: &ContactRecord) -> Option<String> {
    (!known.ens_name.is_empty()).then(|| format!("says to be {}", known.ens_name))
}
