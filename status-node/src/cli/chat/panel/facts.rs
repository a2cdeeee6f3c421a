//! What is known of the account and its node when a panel is drawn.

use super::super::event::Link;
use super::super::text;
use secp256k1::PublicKey;
use serde_json::Value;
use status_conversational_security::trust::ThreeWordName;
use status_node::rpc::Text;
use status_node::rpc::records::{
    ChatKindName, ChatRecord, ContactRecord, DeviceRecord, GroupRecord, NodeRecord,
};
use status_node::{Chat, hex_key};
use std::collections::HashMap;

/// What is known. The event loop fills it as answers come, so each part may be older than the node's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The node; none until it answered once.
    pub(crate) node: Option<NodeRecord>,
    /// What it counted, as the method `stats` answers.
    pub(crate) stats: Option<Value>,
    /// Everybody who is known.
    pub(crate) contacts: Vec<ContactRecord>,
    /// The devices of the account.
    pub(crate) devices: Vec<DeviceRecord>,
    /// The group that is shown, if it is one.
    pub(crate) group: Option<GroupRecord>,
    /// The chats.
    pub(crate) chats: Vec<ChatRecord>,
    /// Whose account it is.
    pub(crate) own_key: Option<PublicKey>,
    /// The time in ms since 1970.
    pub(crate) now_ms: u64,
    /// For how many ms the oldest call has had no answer.
    pub(crate) waiting_ms: Option<u64>,
    /// How this process stands to the node.
    pub(crate) link: Link,
}

impl Facts {
    /// What somebody is called here: by the user, else by the three words of the key.
    pub(super) fn name_of(&self, key: &str) -> String {
        if self.own_key.is_some_and(|own| hex_key(&own) == key) {
            return "you".into();
        }
        match self.contact(key) {
            Some(contact) => title(contact),
            None => PublicKey::read(key).map_or_else(
                |_| text::line(key),
                |key| ThreeWordName::of(&key).to_string(),
            ),
        }
    }

    /// What is known of somebody.
    pub(super) fn contact(&self, key: &str) -> Option<&ContactRecord> {
        self.contacts.iter().find(|known| known.public_key == key)
    }

    /// Strangers: those who ask to be a contact, and those who only wrote.
    ///
    /// Strangers make as many of themselves as there is room for, thousands, so each is looked at once.
    pub(super) fn strangers(&self) -> Vec<Stranger<'_>> {
        let people = |chat: &&ChatRecord| chat.kind == ChatKindName::Person;
        let chats = self.chats.iter().filter(people);
        let unread: HashMap<&str, u64> = chats
            .clone()
            .map(|chat| (&chat.chat[..], chat.unread))
            .collect();
        let known: HashMap<&str, &ContactRecord> = self
            .contacts
            .iter()
            .map(|known| (&known.public_key[..], known))
            .collect();
        let own = self.own_key.map(|own| hex_key(&own));
        let asked = self.contacts.iter().filter(|contact| contact.request);
        let mut strangers: Vec<Stranger<'_>> = asked
            .map(|contact| Stranger {
                public_key: &contact.public_key,
                known: Some(contact),
                unread: unread.get(&contact.public_key[..]).copied().unwrap_or(0),
            })
            .collect();
        strangers.extend(chats.filter_map(|chat| {
            let known = known.get(&chat.chat[..]).copied();
            let is_stranger = chat.active
                && chat.last_message.is_some()
                && own.as_ref() != Some(&chat.chat)
                && known.is_none_or(|known| !(known.added || known.request || known.blocked));
            is_stranger.then_some(Stranger {
                public_key: &chat.chat,
                known,
                unread: chat.unread,
            })
        }));
        strangers
    }

    /// The person whom a text means: by key, or by the start of the name of exactly one contact.
    pub(super) fn person(&self, text: &str) -> Result<PublicKey, String> {
        let text = text.trim();
        if let Ok(key) = PublicKey::read(text) {
            return Ok(key);
        }
        if let Ok(Chat::Public(_) | Chat::Group(_)) = text.parse::<Chat>() {
            return Err(format!("{} is no person", text::line(text)));
        }
        let start = text.to_lowercase();
        let named = |known: &&ContactRecord| {
            known.added
                && !start.is_empty()
                && (known.alias.to_lowercase().starts_with(&start)
                    || known.name.to_lowercase().starts_with(&start))
        };
        let mut found = self.contacts.iter().filter(named);
        match (found.next(), found.next()) {
            (Some(one), None) => PublicKey::read(&one.public_key),
            (Some(_), Some(_)) => Err(format!("several contacts are called {}", text::line(text))),
            (None, _) => Err(format!(
                "{} is neither a key nor the name of a contact",
                text::line(text)
            )),
        }
    }
}

/// Somebody who is no contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stranger<'a> {
    pub(super) public_key: &'a str,
    /// What is known of them, if anything is.
    pub(super) known: Option<&'a ContactRecord>,
    /// What they wrote and nobody read.
    pub(super) unread: u64,
}

/// What a contact is called here.
pub(super) fn title(contact: &ContactRecord) -> String {
    match contact.alias.is_empty() {
        true => text::line(&contact.name),
        false => text::line(&contact.alias),
    }
}

/// A duration for people, such as `3 min`.
pub(super) fn duration(ms: u64) -> String {
    match ms / 1000 {
        0 => format!("{ms} ms"),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
