//! Records as people read them. What others wrote does not reach the terminal as it is.

use super::output::Output;
use serde::Serialize;
pub(crate) use status_node::plain;
use status_node::rpc::records::{
    ChatKindName, ChatRecord, ContactRecord, DeviceRecord, Done, GroupRecord, LedgerRecord,
    Membership, NodeRecord, Reach, ReachedDevice, State,
};
use std::fmt::Write;

pub(super) use status_node::utc as time;

/// A record that can be shown.
pub(crate) trait Show: Serialize {
    /// Some lines for people.
    fn text(&self) -> String;
}

/// Prints a record, as JSON or for people.
pub(crate) fn print(output: Output, record: &impl Show) -> anyhow::Result<()> {
    output.line(&serde_json::to_value(record)?, record.text())
}

/// The start of a key or an id, enough to tell it from others on a screen.
pub(crate) fn short(id: &str) -> String {
    let start: String = id.chars().take(12).collect();
    if start.len() < id.len() {
        format!("{start}…")
    } else {
        start
    }
}

impl Show for ChatRecord {
    fn text(&self) -> String {
        let name = match self.kind {
            ChatKindName::Public => String::new(),
            ChatKindName::Person | ChatKindName::Group => format!(" ({})", plain(&self.name)),
        };
        let unread = match self.unread {
            0 => String::new(),
            unread => format!(", {unread} unread"),
        };
        let membership = match self.membership {
            None | Some(Membership::Joined) => "",
            Some(Membership::Invited) => ", invited",
            Some(Membership::NotMember) => ", not a member",
        };
        format!("{}{name}{membership}{unread}", plain(&self.chat))
    }
}

impl Show for ContactRecord {
    fn text(&self) -> String {
        let mut said = vec![plain(&self.name)];
        if !self.alias.is_empty() {
            said.push(format!("called {}", plain(&self.alias)));
        }
        if !self.ens_name.is_empty() {
            said.push(format!("says to be {}", plain(&self.ens_name)));
        }
        for (is, what) in [
            (self.added, "added"),
            (self.request, "wants to be a contact"),
            (self.has_added_us && !self.request, "has added this account"),
            (self.blocked, "blocked"),
        ] {
            if is {
                said.push(what.into());
            }
        }
        format!("{} {}", self.public_key, said.join(", "))
    }
}

impl Show for GroupRecord {
    fn text(&self) -> String {
        let here = match Membership::of(self.member, self.joined) {
            Membership::Joined => "joined",
            Membership::Invited => "invited",
            Membership::NotMember => "not a member",
        };
        let mut text = format!("{}\n  {} ({here})", self.chat, plain(&self.name));
        for member in &self.members {
            let admin = if member.admin { ", admin" } else { "" };
            let joined = if member.joined { "" } else { ", invited" };
            let _ = write!(
                text,
                "\n  {} {}{admin}{joined}",
                member.public_key,
                plain(&member.name)
            );
        }
        text
    }
}

impl Show for DeviceRecord {
    fn text(&self) -> String {
        let mut said = Vec::new();
        if self.this {
            said.push("this device".to_owned());
        }
        said.push(if self.enabled { "enabled" } else { "disabled" }.into());
        let name = self.name.as_deref().map(plain).unwrap_or_default();
        let device_type = self.device_type.as_deref().map(plain).unwrap_or_default();
        if !name.is_empty() {
            said.push(name);
        }
        if !device_type.is_empty() {
            said.push(device_type);
        }
        format!("{} {}", plain(&self.installation), said.join(", "))
    }
}

impl Show for ReachedDevice {
    fn text(&self) -> String {
        let how = match self.reach {
            Reach::OpensSession => "opens a session with".into(),
            Reach::InSession => "in the session with".into(),
            Reach::ToIdentity => "to the identity key, without a session, for".into(),
            Reach::Skipped => format!(
                "not reached ({}):",
                self.reason.as_deref().unwrap_or("no reason given")
            ),
        };
        let device = match &self.installation {
            Some(installation) => format!("device {}", plain(installation)),
            None => "whatever devices there are".into(),
        };
        format!("{how} {device} of {}", short(&self.public_key))
    }
}

impl Show for LedgerRecord {
    fn text(&self) -> String {
        let peer = self.peer.as_deref().map(short).unwrap_or_default();
        let envelope = self.envelope.as_deref().map(short).unwrap_or_default();
        let person = self.person.as_deref().map(short).unwrap_or_default();
        let device = self.installation.as_deref().map(plain).unwrap_or_default();
        let reason = self.reason.as_deref().map(plain).unwrap_or_default();
        let what = match self.state {
            State::Queued => "queued: stored here".into(),
            State::Sealed => format!("sealed in envelope {envelope}"),
            State::Handed => format!("handed to peer {peer} in envelope {envelope}"),
            State::Confirmed => format!("confirmed by peer {peer}"),
            State::Refused => format!("refused by peer {peer}: {reason}"),
            State::Acknowledged => match self.remaining {
                Some(0) | None => format!("acknowledged by device {device} of {person}"),
                Some(left) => {
                    format!("acknowledged by device {device} of {person}, {left} to go")
                }
            },
            State::Expired if person.is_empty() => "expired: no peer took it".into(),
            State::Expired => format!("expired: {person} never acknowledged it"),
            State::Removed => format!("no longer for device {device} of {person}"),
            State::Failed => format!("failed: {reason}"),
        };
        format!("{} {what}", time(self.at))
    }
}

impl Show for NodeRecord {
    fn text(&self) -> String {
        self.enode.clone()
    }
}

impl Show for Done {
    fn text(&self) -> String {
        "done".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_controls_a_terminal_is_not_shown() {
        assert_eq!(
            plain("a\u{202e}b\u{2066}c\u{1b}d\u{200f}\u{5d0}"),
            "a b c d\u{200f}\u{5d0}"
        );
    }

    #[test]
    fn a_long_id_is_shown_by_its_start() {
        assert_eq!(short("0x0123456789abcdef"), "0x0123456789…");
        assert_eq!(short("0x01"), "0x01");
    }
}
