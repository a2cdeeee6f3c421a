//! status-go's messenger, driven by the lines of its peer program.

use super::views::Member;
use super::{Account, Chat, Contact, Device, End, Group, Heard, Kind, Messenger};
use crate::interop::lab::{Lab, Program, Running};
use crate::interop::peer::{is_event, text};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;

/// How status-go numbers public chats.
const PUBLIC: u64 = 2;

/// How the protocol numbers stickers and emoji.
const STICKER: u64 = 2;
const EMOJI: u64 = 4;

/// A running messenger of status-go.
pub(super) struct Theirs {
    running: Running,
    key: String,
    installation: String,
}

impl Theirs {
    /// Starts the process, or starts it again on what an earlier one stored.
    pub(super) fn start(
        lab: &Lab,
        process: &str,
        account: &Account,
        peers: &[&str],
    ) -> Result<Self> {
        // status-go keeps its installation id elsewhere than the messenger's data.
        let kept = account.folder().join("installation");
        let installation = account
            .wanted_installation()
            .map(str::to_owned)
            .or_else(|| std::fs::read_to_string(&kept).ok())
            .unwrap_or_default();
        let params = json!({
            "messenger": true,
            "directory": account.folder(),
            "identity": account.identity(),
            "installation": installation,
            "data_sync": account.wants_data_sync(),
            "light": account.is_light(),
        });
        let running = lab.start(Program::StatusGo, process, params)?;
        let key = text(&running.told, "public_key")?.to_owned();
        let installation = text(&running.told, "installation")?.to_owned();
        std::fs::write(kept, &installation)?;
        let theirs = Self {
            running,
            key,
            installation,
        };
        for peer in peers {
            theirs.dial(peer)?;
        }
        Ok(theirs)
    }

    fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.running.peer.call(method, params)
    }

    fn act(&self, method: &str, params: Value) -> Result<()> {
        self.call(method, params).map(|_| ())
    }

    fn list(&self, method: &str, params: Value) -> Result<Vec<Value>> {
        match self.call(method, params)? {
            Value::Array(items) => Ok(items),
            other => anyhow::bail!("{method} gave no list: {other}"),
        }
    }
}

impl Messenger for Theirs {
    fn key(&self) -> &str {
        &self.key
    }

    fn installation(&self) -> &str {
        &self.installation
    }

    fn enode(&self) -> &str {
        &self.running.enode
    }

    fn dial(&self, enode: &str) -> Result<()> {
        self.running.dial_enode(enode)?;
        self.running.peer.event("peer_connected").map(|_| ())
    }

    fn join(&self, room: &str) -> Result<()> {
        self.act("chat_join", json!({ "name": room }))
    }

    fn leave(&self, room: &str) -> Result<()> {
        self.act("chat_leave", json!({ "chat": room }))
    }

    fn open(&self, person: &str) -> Result<()> {
        self.act("chat_open", json!({ "person": person }))
    }

    fn say(&self, chat: Chat<'_>, said: &str) -> Result<String> {
        let sent = self.call("chat_send", json!({"chat": id_of(chat), "text": said}))?;
        Ok(text(&sent, "message")?.to_owned())
    }

    fn answer(&self, chat: Chat<'_>, to: &str, said: &str) -> Result<String> {
        let params = json!({"chat": id_of(chat), "text": said, "response_to": to});
        let sent = self.call("chat_send", params)?;
        Ok(text(&sent, "message")?.to_owned())
    }

    fn show(&self, chat: Chat<'_>, kind: Kind, shown: &str) -> Result<()> {
        let number = match kind {
            Kind::Text => 1,
            Kind::Sticker => STICKER,
            Kind::Emoji => EMOJI,
            Kind::Other => anyhow::bail!("nothing in particular cannot be shown"),
        };
        let sticker = (kind == Kind::Sticker).then(|| json!({"hash": "e3010170", "pack": 1}));
        let params = json!({
            "chat": id_of(chat), "text": shown, "content_type": number, "sticker": sticker,
        });
        self.act("chat_send", params)
    }

    fn hear_within(&self, wanted: &str, patience: Duration) -> Result<Heard> {
        let line = self.running.peer.wait_for(wanted, patience, |line| {
            is_event(line, "chat_message")
                && line.get("text").and_then(Value::as_str) == Some(wanted)
        })?;
        heard(&line)
    }

    fn stored(&self, chat: Chat<'_>) -> Result<Vec<Heard>> {
        self.list("chat_messages", json!({"chat": id_of(chat), "limit": 1000}))?
            .iter()
            .map(heard)
            .collect()
    }

    fn create_group(&self, name: &str, people: &[&str]) -> Result<String> {
        let group = self.call("group_create", json!({"name": name, "people": people}))?;
        Ok(text(&group, "chat")?.to_owned())
    }

    fn add_members(&self, group: &str, people: &[&str]) -> Result<()> {
        self.act("group_add", json!({"chat": group, "people": people}))
    }

    fn join_group(&self, group: &str) -> Result<()> {
        self.act("group_join", json!({ "chat": group }))
    }

    fn remove_member(&self, group: &str, person: &str) -> Result<()> {
        self.act("group_remove", json!({"chat": group, "person": person}))
    }

    fn rename_group(&self, _: &str, _: &str) -> Result<()> {
        anyhow::bail!("status-go v0.50.0 has no call that renames a group")
    }

    fn promote(&self, group: &str, people: &[&str]) -> Result<()> {
        self.act("group_promote", json!({"chat": group, "people": people}))
    }

    fn leave_group(&self, group: &str) -> Result<()> {
        self.act("group_leave", json!({ "chat": group }))
    }

    fn group(&self, group: &str) -> Result<Option<Group>> {
        let chats = self.list("chats", json!({}))?;
        chats
            .iter()
            .find(|chat| chat.get("chat").and_then(Value::as_str) == Some(group))
            .map(group_of)
            .transpose()
    }

    fn add_contact(&self, person: &str, name: &str, picture: &str) -> Result<()> {
        let params = json!({"person": person, "name": name, "picture": picture});
        self.act("contact_add", params)
    }

    fn set_profile(&self, name: &str, picture: &str) -> Result<()> {
        self.act("profile", json!({"name": name, "picture": picture}))
    }

    fn block(&self, person: &str) -> Result<()> {
        self.act("contact_block", json!({ "person": person }))
    }

    fn contact(&self, person: &str) -> Result<Option<Contact>> {
        let contacts = self.list("contacts", json!({}))?;
        Ok(contacts
            .iter()
            .find(|contact| contact.get("person").and_then(Value::as_str) == Some(person))
            .map(|contact| Contact {
                name: word(contact, "name"),
                picture: word(contact, "picture"),
                added: flag(contact, "added"),
                added_us: flag(contact, "added_us"),
                blocked: flag(contact, "blocked"),
            }))
    }

    fn name_device(&self, name: &str) -> Result<()> {
        self.act("device_name", json!({"name": name, "type": "desktop"}))
    }

    fn announce_device(&self) -> Result<()> {
        self.act("device_announce", json!({}))
    }

    fn enable_device(&self, installation: &str) -> Result<()> {
        self.act("device_enable", json!({ "device": installation }))
    }

    fn sync_devices(&self) -> Result<()> {
        self.act("device_sync", json!({"name": "", "picture": ""}))
    }

    fn devices(&self) -> Result<Vec<Device>> {
        let devices = self.list("devices", json!({}))?;
        Ok(devices.iter().map(device).collect())
    }

    fn devices_of(&self, person: &str) -> Result<Vec<Device>> {
        let devices = self.list("devices_of", json!({ "person": person }))?;
        Ok(devices.iter().map(device).collect())
    }

    fn owed(&self) -> Result<u64> {
        let count = self.call("data_sync_owed", json!({}))?;
        count.as_u64().context("data_sync_owed gave no number")
    }

    fn fate(&self, _: &str) -> Result<Option<Vec<String>>> {
        Ok(None)
    }

    fn rooms(&self) -> Result<Vec<String>> {
        let chats = self.list("chats", json!({}))?;
        Ok(chats
            .iter()
            .filter(|chat| chat.get("type").and_then(Value::as_u64) == Some(PUBLIC))
            .filter(|chat| flag(chat, "active"))
            .map(|chat| word(chat, "chat"))
            .collect())
    }

    fn end(self: Box<Self>, how: End) -> Result<()> {
        match how {
            End::Closed => self.act("stop", json!({})),
            // Dropping it does that.
            End::Killed => Ok(()),
        }
    }
}

/// What status-go calls a chat.
fn id_of(chat: Chat<'_>) -> &str {
    match chat {
        Chat::Room(id) | Chat::Person(id) | Chat::Group(id) => id,
    }
}

fn heard(line: &Value) -> Result<Heard> {
    Ok(Heard {
        id: text(line, "message")?.to_owned(),
        from: text(line, "from")?.to_owned(),
        chat: text(line, "chat")?.to_owned(),
        text: text(line, "text")?.to_owned(),
        response_to: word(line, "response_to"),
        kind: match line.get("content_type").and_then(Value::as_u64) {
            Some(1) => Kind::Text,
            Some(STICKER) => Kind::Sticker,
            Some(EMOJI) => Kind::Emoji,
            _ => Kind::Other,
        },
    })
}

fn group_of(chat: &Value) -> Result<Group> {
    let members = chat.get("members").and_then(Value::as_array);
    Ok(Group {
        name: word(chat, "name"),
        members: members
            .into_iter()
            .flatten()
            .map(|member| {
                let person = text(member, "person")?.to_owned();
                let is = Member {
                    admin: flag(member, "admin"),
                    joined: flag(member, "joined"),
                };
                Ok((person, is))
            })
            .collect::<Result<_>>()?,
    })
}

fn device(line: &Value) -> Device {
    Device {
        installation: word(line, "installation"),
        name: word(line, "name"),
        enabled: flag(line, "enabled"),
    }
}

fn word(line: &Value, field: &str) -> String {
    let word = line.get(field).and_then(Value::as_str);
    word.unwrap_or_default().to_owned()
}

fn flag(line: &Value, field: &str) -> bool {
    line.get(field).and_then(Value::as_bool) == Some(true)
}
