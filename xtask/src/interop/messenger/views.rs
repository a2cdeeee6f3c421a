//! What a messenger shows, in words that both sides share.

use std::collections::BTreeMap;

/// A chat to speak in or to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Chat<'a> {
    /// A public chat by its name.
    Room(&'a str),
    /// A person by public key.
    Person(&'a str),
    /// A group by id.
    Group(&'a str),
}

/// A message that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The message's id.
    pub(crate) id: String,
    /// Its author's public key.
    pub(crate) from: String,
    /// The chat it stands in, as the id or name that belongs to [`Chat`].
    pub(crate) chat: String,
    /// What was said.
    pub(crate) text: String,
    /// The id of the message that it answers, or empty.
    pub(crate) response_to: String,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a message is, as far as both sides tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What people type.
    #[default]
    Text,
    /// A sticker of a pack.
    Sticker,
    /// Emoji alone, shown large.
    Emoji,
    /// Anything else.
    Other,
}

/// A group as one side sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// Who belongs to it, by public key.
    pub(crate) members: BTreeMap<String, Member>,
}

/// A member of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    /// May change the group.
    pub(crate) admin: bool,
    /// Has accepted the invitation.
    pub(crate) joined: bool,
}

impl Group {
    /// Whether somebody is a member.
    pub(crate) fn has(&self, person: &str) -> bool {
        self.members.contains_key(person)
    }

    /// Whether somebody has accepted the invitation.
    pub(crate) fn joined(&self, person: &str) -> bool {
        self.members.get(person).is_some_and(|member| member.joined)
    }

    /// Whether somebody is an administrator.
    pub(crate) fn admin(&self, person: &str) -> bool {
        self.members.get(person).is_some_and(|member| member.admin)
    }
}

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contact {
    /// The name the person goes by.
    pub(crate) name: String,
    /// The person's picture, as a data URL or anything else.
    pub(crate) picture: String,
    /// We added the person.
    pub(crate) added: bool,
    /// The person added us.
    pub(crate) added_us: bool,
    /// We want to hear nothing of the person.
    pub(crate) blocked: bool,
}

/// A device of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Device {
    /// Its installation id.
    pub(crate) installation: String,
    /// Its name, once it was announced.
    pub(crate) name: String,
    /// Messages go to it.
    pub(crate) enabled: bool,
}
