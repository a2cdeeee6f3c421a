//! Messages and invitations as people read them: with the time, and with the name of who speaks.

use super::backend::Backend;
use super::output::Output;
use super::show::{self, plain, short};
use serde_json::Value;
use status_conversational_security::trust::{ThreeWordName, parse_public_key};
use status_node::Chat;
use status_node::rpc::methods::{ContactList, ContactShow, GroupShow};
use status_node::rpc::records::{ContactRecord, MessageRecord};
use status_node::rpc::{Report, ReportKind, Text};
use std::collections::{HashMap, HashSet};

/// Names that are remembered at most: as many as people can be known.
const MAX_NAMES: usize = 11_000;

/// Invitations that are remembered as told at most. Beyond it all may be told once more.
const MAX_TOLD: usize = 1_000;

/// Prints messages, and for people also that somebody invited the account to a group. Programs get
/// messages only.
pub(crate) struct Reader {
    output: Output,
    names: Names,
    told: HashSet<String>,
}

impl Reader {
    /// Asks what people are called here.
    pub(crate) async fn new(backend: &mut Backend, output: Output) -> Self {
        let mut names = Names::default();
        if !output.is_json() {
            // Where there is no account, or it is locked, nobody has a name.
            let known = backend.call(ContactList {}).await.unwrap_or_default();
            known.iter().for_each(|contact| names.learn(contact));
        }
        Self {
            output,
            names,
            told: HashSet::new(),
        }
    }

    /// What is to be reported.
    pub(crate) fn kinds(output: Output) -> Vec<ReportKind> {
        match output.is_json() {
            true => vec![ReportKind::Message],
            false => vec![ReportKind::Message, ReportKind::Chat, ReportKind::Contact],
        }
    }

    /// Prints a message that came.
    pub(crate) fn message(&self, message: &MessageRecord) -> anyhow::Result<()> {
        let chat = match message.chat.starts_with('#') {
            true => plain(&message.chat),
            false => short(&message.chat),
        };
        let place = format!("{} {chat}", short(&message.id));
        self.print(message, &place)
    }

    /// Prints a message of a chat that was asked for, with the whole id: commands take it.
    pub(crate) fn stored(&self, message: &MessageRecord) -> anyhow::Result<()> {
        self.print(message, &message.id)
    }

    fn print(&self, message: &MessageRecord, place: &str) -> anyhow::Result<()> {
        let json = match self.output.is_json() {
            true => serde_json::to_value(message)?,
            false => Value::Null,
        };
        self.output.line(&json, self.names.line(message, place))
    }

    /// Follows what else happens: an invitation is told, and a name that changed is learnt.
    pub(crate) async fn follow(
        &mut self,
        backend: &mut Backend,
        report: &Report,
    ) -> anyhow::Result<()> {
        if self.output.is_json() {
            return Ok(());
        }
        match report {
            Report::Contact { public_key } => {
                if let Ok(key) = parse_public_key(public_key)
                    && let Ok(contact) = backend.call(ContactShow { key }).await
                {
                    self.names.learn(&contact);
                }
                Ok(())
            }
            Report::Chat { chat } => match Chat::read(chat) {
                Ok(Chat::Group(group)) => match backend.call(GroupShow { group }).await {
                    Ok(group) if group.member && !group.joined => self.invited(chat, &group.name),
                    _ => {
                        self.told.remove(chat);
                        Ok(())
                    }
                },
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Tells of an invitation, once.
    fn invited(&mut self, chat: &str, name: &str) -> anyhow::Result<()> {
        if self.told.len() >= MAX_TOLD {
            self.told.clear();
        }
        if !self.told.insert(chat.to_owned()) {
            return Ok(());
        }
        let (name, chat) = (plain(name), plain(chat));
        let line = format!("invited to the group {name:?}: status-node group join {chat}");
        self.output.line(&Value::Null, line)
    }
}

/// What people are called.
#[derive(Debug, Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn learn(&mut self, contact: &ContactRecord) {
        if contact.alias.is_empty() {
            self.0.remove(&contact.public_key);
        } else if self.0.len() < MAX_NAMES || self.0.contains_key(&contact.public_key) {
            let alias = contact.alias.clone();
            self.0.insert(contact.public_key.clone(), alias);
        }
    }

    /// What somebody is called here, else the three words of their key.
    fn of(&self, key: &str) -> String {
        match self.0.get(key) {
            Some(alias) => plain(alias),
            None => match parse_public_key(key) {
                Ok(parsed) => ThreeWordName::of(&parsed).to_string(),
                Err(_) => short(key),
            },
        }
    }

    /// A line for a message: when it was written as its author says, `place`, who, what.
    fn line(&self, message: &MessageRecord, place: &str) -> String {
        let who = match message.outgoing {
            true => "me".into(),
            false => self.of(&message.from),
        };
        let time = show::time(message.timestamp);
        format!("{time} {place} {who}: {}", plain(&message.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0x04261c55675e55ff25edb50b345cfb3a3f35f60712d251cbaaab97bd50054c6ebc3cd4e2220\
        0c68daf7493e1f8da6a190a68a671e2d3977809612424c7c3888bc6";

    fn contact(alias: &str) -> ContactRecord {
        serde_json::from_value(serde_json::json!({
            "public_key": KEY, "name": "", "alias": alias, "ens_name": "", "added": false,
            "has_added_us": false, "request": false, "blocked": false, "updated": 0,
        }))
        .unwrap()
    }

    #[test]
    fn a_message_is_shown_with_its_time_its_id_and_who_wrote_it() {
        let mut message: MessageRecord = serde_json::from_value(serde_json::json!({
            "chat": "#a", "from": KEY, "text": "one\ntwo", "id": "0x5f5f5f5f5f5f5f5f", "clock": 1,
            "timestamp": 1_589_999_999_999_u64, "envelope": null, "received": 2, "outgoing": false,
            "response_to": null, "ens_name": "", "content": "text", "clock_ahead_ms": 0,
            "clock_behind_ms": 0,
        }))
        .unwrap();
        let mut names = Names::default();
        let words = names.line(&message, &message.id);
        assert_eq!(
            words,
            "2020-05-20 18:39:59.999 0x5f5f5f5f5f5f5f5f Experienced Splendid Gibbon: one two"
        );
        names.learn(&contact("Ann\u{1b}"));
        assert!(names.line(&message, "#a").ends_with(" #a Ann : one two"));
        names.learn(&contact(""));
        assert_eq!(names.line(&message, &message.id), words);
        message.outgoing = true;
        assert!(names.line(&message, "#a").ends_with(" #a me: one two"));
    }
}
