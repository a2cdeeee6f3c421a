//! Who is in the chat that is shown.

use super::confirm::Confirm;
use super::form::Form;
use super::list::Choice;
use super::look::{FAINT, Row, STRONG, draw_rows, page, paragraph, width};
use super::{Facts, Hints, Outcome, Panel, Request};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use secp256k1::PublicKey;
use status_conversational_security::trust::{SafetyNumber, ThreeWordName, public_key_text};
use status_node::rpc::Text;
use status_node::rpc::records::{GroupRecord, MemberRecord, Membership};
use status_node::{Chat, hex_key};
use status_payload::GroupId;

/// The panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Members {
    chat: Chat,
    choice: Choice,
    pub(super) notice: Option<Result<String, String>>,
}

impl Members {
    pub(super) fn of(chat: Chat) -> Self {
        Self {
            chat,
            choice: Choice::default(),
            notice: None,
        }
    }

    pub(super) fn hints(&self) -> Hints {
        match self.chat {
            Chat::Public(_) => &[("Esc", "close")],
            Chat::Person(_) => &[
                ("a", "add"),
                ("n", "name"),
                ("b", "block"),
                ("Esc", "close"),
            ],
            Chat::Group(_) => &[
                ("+", "invite"),
                ("r", "remove"),
                ("p", "promote"),
                ("j", "join"),
                ("l", "leave"),
                ("a", "add contact"),
                ("Enter", "write"),
            ],
        }
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent, facts: &Facts) -> Outcome {
        if key.code == KeyCode::Esc {
            return Outcome::Close;
        }
        match self.chat.clone() {
            Chat::Public(_) => Outcome::Stay,
            Chat::Person(person) => {
                let person = *person.public_key();
                self.handle_person(key, person, &facts.name_of(&hex_key(&person)))
            }
            Chat::Group(group) => self.handle_group(key, &group, facts),
        }
    }

    fn handle_person(&mut self, key: &KeyEvent, person: PublicKey, name: &str) -> Outcome {
        self.notice = None;
        match key.code {
            KeyCode::Char('a') => Outcome::Ask(Request::AddContact(person)),
            KeyCode::Char('n') => Outcome::Open(Form::name(person, name, self.panel()).into()),
            KeyCode::Char('b') => {
                let question = format!(
                    "Block {name}? What they said is deleted here, and what they say is dropped."
                );
                self.confirm(question, Request::BlockContact(person))
            }
            _ => Outcome::Stay,
        }
    }

    fn handle_group(&mut self, key: &KeyEvent, group: &GroupId, facts: &Facts) -> Outcome {
        let members = self.group(facts).map_or(&[][..], |group| &group.members);
        if self.choice.handle_key(key, members, id) {
            return Outcome::Stay;
        }
        self.notice = None;
        let group = group.clone();
        match key.code {
            KeyCode::Char('+') => return Outcome::Open(Form::invite(group, self.panel()).into()),
            KeyCode::Char('j') => return Outcome::Ask(Request::GroupJoin(group)),
            KeyCode::Char('l') => {
                let question = "Leave this group? Nothing of it comes to you any more.".into();
                return self.confirm(question, Request::GroupLeave(group));
            }
            _ => {}
        }
        let Some(chosen) = self.choice.of(members, id) else {
            return Outcome::Stay;
        };
        let Ok(person) = PublicKey::read(&chosen.public_key) else {
            return Outcome::Stay;
        };
        let members = vec![person];
        match key.code {
            KeyCode::Enter if facts.own_key != Some(person) => {
                Outcome::Ask(Request::OpenChat(Chat::person(&person)))
            }
            KeyCode::Char('a') => Outcome::Ask(Request::AddContact(person)),
            KeyCode::Char('p') => Outcome::Ask(Request::GroupPromote { group, members }),
            KeyCode::Char('r') => {
                let name = facts.name_of(&chosen.public_key);
                let question = format!("Remove {name} from this group?");
                self.confirm(question, Request::GroupRemove { group, members })
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

    fn group<'a>(&self, facts: &'a Facts) -> Option<&'a GroupRecord> {
        let id = self.chat.to_string();
        facts.group.as_ref().filter(|group| group.chat == id)
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        match &self.chat {
            Chat::Public(_) => {
                let inner = page(&self.chat.to_string(), area, buf);
                let said = "A public chat has no members: whoever knows its name reads it and \
                            writes into it, and nobody can tell who reads.";
                draw_rows(&paragraph(said, width(inner), Style::new()), 0, inner, buf);
            }
            Chat::Person(person) => {
                let name = facts.name_of(&hex_key(person.public_key()));
                let inner = page(&name, area, buf);
                let inner = super::draw_notice(self.notice.as_ref(), inner, buf);
                let rows = of_person(person.public_key(), facts, width(inner));
                draw_rows(&rows, 0, inner, buf);
            }
            Chat::Group(_) => self.draw_group(facts, area, buf),
        }
    }

    fn draw_group(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let Some(group) = self.group(facts) else {
            let inner = page("Members", area, buf);
            Row::of("The node has not said yet who is in it.", FAINT).draw(inner, 0, buf);
            return;
        };
        let count = match group.members.len() {
            1 => "1 member".to_owned(),
            many => format!("{many} members"),
        };
        let inner = page(&format!("{}: {count}", group.name), area, buf);
        let here = match Membership::of(group.member, group.joined) {
            Membership::Joined if group.admin => "You may invite and remove others.",
            Membership::Joined => "You are a member.",
            Membership::Invited => "You are invited: press j to join, l to decline.",
            Membership::NotMember => "You are not a member.",
        };
        Row::of(here, FAINT).draw(inner, 0, buf);
        let body = Rect {
            y: inner.y.saturating_add(2),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        let body = super::draw_notice(self.notice.as_ref(), body, buf);
        let lines = |member: &MemberRecord| vec![of_member(member, facts)];
        self.choice.draw(&group.members, id, (1, lines), body, buf);
    }
}

fn id(member: &MemberRecord) -> &str {
    &member.public_key
}

fn of_member(member: &MemberRecord, facts: &Facts) -> Row {
    let name = facts.name_of(&member.public_key);
    let mut said = Vec::new();
    if member.admin {
        said.push("admin".to_owned());
    }
    if !member.joined {
        said.push("invited, has not joined".into());
    }
    if let Ok(key) = PublicKey::read(&member.public_key) {
        said.push(public_key_text(&key).to_string());
    }
    Row::of(name, STRONG).then(format!("  {}", said.join("  ")), FAINT)
}

/// What is known of somebody, and what to compare with them.
fn of_person(person: &PublicKey, facts: &Facts, width: usize) -> Vec<Row> {
    let plain = Style::new();
    let known = facts.contact(&hex_key(person));
    let mut rows = paragraph(&ThreeWordName::of(person).to_string(), width, STRONG);
    let is = match known {
        Some(known) if known.blocked => "Blocked.",
        Some(known) if known.added && known.has_added_us => "A contact, who added you too.",
        Some(known) if known.added => "A contact, who has not added you.",
        Some(known) if known.request => "Asks to be your contact: press a to add them.",
        _ => "Not a contact: press a to add them.",
    };
    rows.extend(paragraph(is, width, plain));
    if let Some(known) = known
        && !known.ens_name.is_empty()
    {
        let claim = format!("Says to be {}, which nobody verified.", known.ens_name);
        rows.extend(paragraph(&claim, width, plain));
    }
    rows.push(Row::new());
    rows.push(Row::of("key", FAINT));
    rows.extend(paragraph(
        &public_key_text(person).to_string(),
        width,
        plain,
    ));
    if let Some(own) = facts.own_key
        && own != *person
    {
        rows.push(Row::new());
        let why = "safety number: if they see the same, nobody stands between you";
        rows.extend(paragraph(why, width, FAINT));
        let number = SafetyNumber::of(&own, person).groups().join(" ");
        rows.extend(paragraph(&number, width, plain));
    }
    rows
}
