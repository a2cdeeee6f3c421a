//! What people are called.

use super::super::text;
use crate::cli::show::short;
use status_conversational_security::trust::{ThreeWordName, parse_public_key};
use status_node::rpc::records::{ChatKindName, ChatRecord, ContactRecord};
use std::collections::HashMap;

/// Names that are remembered at most: as many as people can be known.
const MAX_NAMES: usize = 11_000;

/// What people are called here, by their keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// Learns what everybody is called.
    pub(crate) fn learn(&mut self, contacts: &[ContactRecord]) {
        let named = contacts.iter().filter(|contact| !contact.alias.is_empty());
        self.0 = named
            .take(MAX_NAMES)
            .map(|contact| (contact.public_key.clone(), text::line(&contact.alias)))
            .collect();
    }

    /// What somebody is called here, if they are.
    pub(crate) fn alias(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// What a chat is called.
    pub(crate) fn of_chat(&self, chat: &ChatRecord) -> String {
        match (chat.kind, self.alias(&chat.chat)) {
            (ChatKindName::Public, _) => text::line(&chat.chat),
            (ChatKindName::Person, Some(alias)) => alias.to_owned(),
            _ => match text::line(&chat.name) {
                name if name.trim().is_empty() => "(without a name)".into(),
                name => name,
            },
        }
    }

    /// What somebody is called here, else the three words of their key.
    pub(crate) fn of(&self, key: &str) -> String {
        match self.alias(key) {
            Some(alias) => alias.to_owned(),
            None => match parse_public_key(key) {
                Ok(parsed) => ThreeWordName::of(&parsed).to_string(),
                Err(_) => text::line(&short(key)),
            },
        }
    }
}
