//! What a dialog is for: its fields, what is written in them, and what that asks of the node.

use super::super::{Facts, Request};
use crate::cli::chat::text;
use secp256k1::PublicKey;
use status_node::Chat;
use status_node::rpc::Text;
use status_payload::GroupId;

/// What this device is, if nobody says another thing.
const DEVICE_TYPE: &str = "desktop";

/// What a dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To join a public chat, or to write to a person.
    Join,
    /// To make a group.
    NewGroup,
    /// To add somebody by key.
    AddContact,
    /// To call somebody by a name.
    Name {
        /// Whom.
        key: PublicKey,
        /// What they are called now.
        present: String,
    },
    /// To invite people into a group.
    Invite(GroupId),
    /// To name this device.
    DeviceName,
}

impl Purpose {
    /// What stands above the dialog.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Join => "Join a chat".into(),
            Self::NewGroup => "New group".into(),
            Self::AddContact => "Add a contact".into(),
            Self::Name { present, .. } => format!("Name {}", text::line(present)),
            Self::Invite(_) => "Invite into the group".into(),
            Self::DeviceName => "Name this device".into(),
        }
    }

    /// Its fields.
    pub(super) fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Join => &["Chat"],
            Self::NewGroup => &["Name", "Members"],
            Self::AddContact => &["Key"],
            Self::Name { .. } => &["Name"],
            Self::Invite(_) => &["People"],
            Self::DeviceName => &["Name", "What it is"],
        }
    }

    /// What a field's text means so far, or how to write it.
    pub(super) fn meaning(&self, field: usize, written: &str, facts: &Facts) -> String {
        let written = written.trim();
        match (self, field) {
            (Self::Join, _) if written.is_empty() => {
                "#name, a person's key, or the name of a contact".into()
            }
            (Self::Join, _) => match chat(written, facts) {
                Ok(Chat::Public(_)) => "a public chat: whoever knows its name can read it".into(),
                Ok(Chat::Person(person)) => is(person.public_key(), facts),
                Ok(Chat::Group(_)) => "a group".into(),
                Err(why) => why,
            },
            (Self::NewGroup, 1) | (Self::Invite(_), _) if written.is_empty() => {
                "keys or names of contacts, with commas between".into()
            }
            (Self::NewGroup, 1) | (Self::Invite(_), _) => match people(written, facts) {
                Ok(people) => {
                    let names: Vec<String> = people.iter().map(|key| is(key, facts)).collect();
                    names.join(", ")
                }
                Err(why) => why,
            },
            (Self::NewGroup, _) => "all members see it".into(),
            (Self::AddContact, _) if written.is_empty() => {
                "0x04…, compressed or zQ3…; they are told that you added them".into()
            }
            (Self::AddContact, _) => match PublicKey::read(written) {
                Ok(key) => is(&key, facts),
                Err(_) => "this is no key yet".into(),
            },
            (Self::Name { .. }, _) => "only you see it; empty for none".into(),
            (Self::DeviceName, 0) => "what your other devices call this one".into(),
            (Self::DeviceName, _) => format!("such as desktop or android; {DEVICE_TYPE} if empty"),
        }
    }

    /// What is asked of the node; or which field is wrong, and why.
    pub(super) fn request(
        &self,
        written: &[&str],
        facts: &Facts,
    ) -> Result<Request, (usize, String)> {
        let field = |at: usize| written.get(at).map_or("", |text| text.trim());
        let first = |why: String| (0, why);
        match self {
            Self::Join => match chat(field(0), facts).map_err(first)? {
                chat @ Chat::Group(_) => {
                    let known = chat.to_string();
                    match facts.chats.iter().any(|record| record.chat == known) {
                        true => Ok(Request::OpenChat(chat)),
                        false => Err((0, "a group is joined by invitation".into())),
                    }
                }
                chat => Ok(Request::Join(chat)),
            },
            Self::NewGroup => {
                if field(0).is_empty() {
                    return Err((0, "a group needs a name".into()));
                }
                let members = people(field(1), facts).map_err(|why| (1, why))?;
                Ok(Request::CreateGroup {
                    name: field(0).into(),
                    members,
                })
            }
            Self::AddContact => match PublicKey::read(field(0)) {
                Ok(key) if Some(key) == facts.own_key => Err((0, "this is your own key".into())),
                Ok(key) => Ok(Request::AddContact(key)),
                Err(why) => Err((0, why)),
            },
            Self::Name { key, .. } => Ok(Request::NameContact {
                key: *key,
                name: field(0).into(),
            }),
            Self::Invite(group) => {
                let members = people(field(0), facts).map_err(first)?;
                if members.is_empty() {
                    return Err((0, "nobody is named".into()));
                }
                Ok(Request::GroupAdd {
                    group: group.clone(),
                    members,
                })
            }
            Self::DeviceName => {
                if field(0).is_empty() {
                    return Err((0, "a device needs a name".into()));
                }
                let device_type = match field(1) {
                    "" => DEVICE_TYPE,
                    device_type => device_type,
                };
                Ok(Request::DeviceName {
                    name: field(0).into(),
                    device_type: device_type.into(),
                })
            }
        }
    }
}

/// A chat as people write it; a contact may be called by name.
fn chat(written: &str, facts: &Facts) -> Result<Chat, String> {
    match written.parse::<Chat>() {
        Ok(chat) => Ok(chat),
        Err(_) if written.starts_with('#') => Err("this is no name of a chat".into()),
        Err(_) => facts.person(written).map(|key| Chat::person(&key)),
    }
}

/// People with commas between them.
fn people(written: &str, facts: &Facts) -> Result<Vec<PublicKey>, String> {
    let mut people = Vec::new();
    let names = written.split([',', ';']).map(str::trim);
    for name in names.filter(|name| !name.is_empty()) {
        let key = facts.person(name)?;
        if Some(key) == facts.own_key {
            return Err("you are a member anyway".into());
        }
        if !people.contains(&key) {
            people.push(key);
        }
    }
    Ok(people)
}

/// Who somebody is.
fn is(key: &PublicKey, facts: &Facts) -> String {
    facts.name_of(&key.write())
}
