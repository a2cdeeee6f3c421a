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
struct Person {
    key: String,
    name: String,
    says: String,
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
        let people = self.people(facts, self.tab);
        if self.choice.handle_key(key, people.len()) {
            return Outcome::Stay;
        }
        self.notice = None;
        match key.code {
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Tab | KeyCode::Right => self.turn(1),
            KeyCode::BackTab | KeyCode::Left => self.turn(TABS.len() - 1),
            KeyCode::Char('+') => return Outcome::Open(Form::add_contact(self.panel()).into()),
            code => {
                let chosen = self.choice.of(&people);
                if let Some(person) = chosen
                    && let Ok(key) = PublicKey::read(&person.key)
                {
                    return self.act(code, person, key);
                }
            }
        }
        Outcome::Stay
    }

    fn act(&self, code: KeyCode, person: &Person, key: PublicKey) -> Outcome {
        let name = &person.name;
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

    fn people(&self, facts: &Facts, tab: Tab) -> Vec<Person> {
        let contacts = facts.contacts.iter();
        match tab {
            Tab::Strangers => {
                let strangers = facts.strangers().into_iter();
                strangers
                    .map(|stranger| {
                        let mut said = Vec::new();
                        if stranger.asks {
                            said.push("asks to be your contact".to_owned());
                        }
                        match stranger.unread {
                            0 if stranger.asks => {}
                            0 => said.push("wrote to you".into()),
                            1 => said.push("wrote 1 message".into()),
                            many => said.push(format!("wrote {many} messages")),
                        }
                        if let Some(known) = facts.contact(&stranger.public_key) {
                            said.extend(claim(known));
                        }
                        Person {
                            name: facts.name_of(&stranger.public_key),
                            key: stranger.public_key,
                            says: said.join(", "),
                        }
                    })
                    .collect()
            }
            Tab::Contacts => contacts
                .filter(|known| known.added && !known.blocked)
                .map(|known| {
                    let mut said = Vec::new();
                    if !known.alias.is_empty() {
                        said.push(known.name.clone());
                    }
                    said.push(match known.has_added_us {
                        true => "added you too".into(),
                        false => "has not added you".into(),
                    });
                    said.extend(claim(known));
                    entry(known, said)
                })
                .collect(),
            Tab::Blocked => contacts
                .filter(|known| known.blocked)
                .map(|known| entry(known, claim(known).into_iter().collect()))
                .collect(),
        }
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let inner = page("People", area, buf);
        let mut heads = Row::new();
        for tab in TABS {
            let count = self.people(facts, tab).len();
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
        let people = self.people(facts, self.tab);
        if people.is_empty() {
            let none = match self.tab {
                Tab::Strangers => "Nobody asks to be your contact, and no stranger wrote.",
                Tab::Contacts => "No contacts yet: press + to add somebody by key.",
                Tab::Blocked => "Nobody is blocked.",
            };
            draw_rows(&paragraph(none, width(body), FAINT), 0, body, buf);
            return;
        }
        let items: Vec<Vec<Row>> = people
            .iter()
            .map(|person| {
                let key = PublicKey::read(&person.key).map_or_else(
                    |_| person.key.clone(),
                    |key| public_key_text(&key).to_string(),
                );
                vec![
                    Row::of(&*person.name, STRONG).then(format!("  {key}"), FAINT),
                    Row::of(&*person.says, Style::new()),
                ]
            })
            .collect();
        self.choice.draw(&items, body, buf);
    }
}

/// What somebody says of themselves, which nobody verified.
fn claim(known: &ContactRecord) -> Option<String> {
    (!known.ens_name.is_empty()).then(|| format!("says to be {}", known.ens_name))
}

fn entry(known: &ContactRecord, said: Vec<String>) -> Person {
    Person {
        key: known.public_key.clone(),
        name: title(known),
        says: said.join(", "),
    }
}
