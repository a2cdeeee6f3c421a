//! Our messenger as people use it: `status-node run`, and the socket in its data folder.

use super::control::{Control, Reports};
use super::views::Member;
use super::{Account, Chat, Contact, Device, End, Group, Heard, Kind, Messenger};
use crate::interop::lab::{Lab, Running};
use crate::interop::peer::text;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The name of the socket in the data folder.
const SOCKET: &str = "control";

/// A running `status-node`.
pub(super) struct Ours {
    running: Running,
    control: Control,
    reports: Reports,
    key: String,
    installation: String,
    data_sync: bool,
    /// Messages said here that are to be acknowledged.
    said: Mutex<Vec<String>>,
}

impl Ours {
    /// Starts the process, or starts it again on what an earlier one stored.
    pub(super) fn start(
        lab: &Lab,
        process: &str,
        account: &Account,
        peers: &[&str],
    ) -> Result<Self> {
        let folder = account.folder();
        if !folder.exists() {
            lab.import_account(folder, account.identity())?;
        }
        let config = folder.join("interop.toml");
        std::fs::write(
            &config,
            format!("data_sync = {}\n", account.wants_data_sync()),
        )?;
        let config = config.to_string_lossy();
        let mut arguments = vec!["run", "--listen", "127.0.0.1:0", "--nat", "none"];
        arguments.extend(["--config", &config]);
        if account.is_light() {
            arguments.push("--light");
        }
        for peer in peers {
            arguments.extend(["--peer", peer]);
        }
        let running = lab.node_on(process, folder, &arguments)?;
        let socket = folder.join(SOCKET);
        let control = Control::connect(&socket, &lab.log(&format!("{process}.calls")))?;
        let reports = Reports::subscribe(&socket, &lab.log(&format!("{process}.reports")))?;
        let node = control.call("node", json!({}))?;
        let ours = Self {
            running,
            control,
            reports,
            key: text(&node, "public_key")?.to_owned(),
            installation: text(&node, "installation")?.to_owned(),
            data_sync: account.wants_data_sync(),
            said: Mutex::default(),
        };
        ours.catch_up()?;
        Ok(ours)
    }

    /// What came after the node started and before the subscription was there.
    fn catch_up(&self) -> Result<()> {
        for chat in self.list("chats", json!({}))? {
            let params = json!({"chat": text(&chat, "chat")?, "limit": 1000});
            for message in self.list("messages", params)? {
                if !flag(&message, "outgoing") {
                    self.reports.add(message);
                }
            }
        }
        Ok(())
    }

    fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.control.call(method, params)
    }

    fn act(&self, method: &str, params: Value) -> Result<()> {
        self.call(method, params).map(|_| ())
    }

    fn list(&self, method: &str, params: Value) -> Result<Vec<Value>> {
        match self.call(method, params)? {
            Value::Array(items) => Ok(items),
            other => bail!("{method} gave no list: {other}"),
        }
    }

    fn send(&self, chat: Chat<'_>, params: Value) -> Result<String> {
        let sent = self.call("send", params)?;
        let id = text(&sent, "id")?.to_owned();
        if self.data_sync && matches!(chat, Chat::Person(_)) {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push(id.clone());
        }
        Ok(id)
    }

    /// Whether nobody is owed this message any more.
    fn is_settled(&self, message: &str) -> Result<bool> {
        let entries = self.list("ledger", json!({ "message": message }))?;
        Ok(entries
            .iter()
            .any(|entry| entry.get("remaining").and_then(Value::as_u64) == Some(0)))
    }
}

impl Messenger for Ours {
    fn key(&self) -> &str {
        &self.key
    }

    fn installation(&self) -> &str {
        &self.installation
    }

    fn enode(&self) -> &str {
        &self.running.enode
    }

    fn dial(&self, _: &str) -> Result<()> {
        bail!("a running status-node is not told of further peers")
    }

    fn join(&self, room: &str) -> Result<()> {
        self.act("chats_join", json!({ "chat": format!("#{room}") }))
    }

    fn leave(&self, room: &str) -> Result<()> {
        self.act("chats_leave", json!({ "chat": format!("#{room}") }))
    }

    fn open(&self, person: &str) -> Result<()> {
        self.act("chats_join", json!({ "chat": person }))
    }

    fn say(&self, chat: Chat<'_>, said: &str) -> Result<String> {
        self.send(chat, json!({"chat": id_of(chat), "text": said}))
    }

    fn answer(&self, chat: Chat<'_>, to: &str, said: &str) -> Result<String> {
        let params = json!({"chat": id_of(chat), "text": said, "response_to": to});
        self.send(chat, params)
    }

    fn show(&self, _: Chat<'_>, kind: Kind, _: &str) -> Result<()> {
        bail!("status-node says texts only, no {kind:?}")
    }

    fn hear_within(&self, wanted: &str, patience: Duration) -> Result<Heard> {
        let record = self.reports.wait_for(wanted, patience, |record| {
            record.get("text").and_then(Value::as_str) == Some(wanted)
        })?;
        heard(&record)
    }

    fn stored(&self, chat: Chat<'_>) -> Result<Vec<Heard>> {
        self.list("messages", json!({"chat": id_of(chat), "limit": 1000}))?
            .iter()
            .map(heard)
            .collect()
    }

    fn create_group(&self, name: &str, people: &[&str]) -> Result<String> {
        let group = self.call("group_create", json!({"name": name, "members": people}))?;
        Ok(text(&group, "chat")?.to_owned())
    }

    fn add_members(&self, group: &str, people: &[&str]) -> Result<()> {
        self.act("group_add", json!({"group": group, "members": people}))
    }

    fn join_group(&self, group: &str) -> Result<()> {
        self.act("group_join", json!({ "group": group }))
    }

    fn remove_member(&self, group: &str, person: &str) -> Result<()> {
        self.act("group_remove", json!({"group": group, "members": [person]}))
    }

    fn rename_group(&self, group: &str, name: &str) -> Result<()> {
        self.act("group_rename", json!({"group": group, "name": name}))
    }

    fn promote(&self, group: &str, people: &[&str]) -> Result<()> {
        self.act("group_promote", json!({"group": group, "members": people}))
    }

    fn leave_group(&self, group: &str) -> Result<()> {
        self.act("group_leave", json!({ "group": group }))
    }

    fn group(&self, group: &str) -> Result<Option<Group>> {
        let chats = self.list("chats", json!({}))?;
        if !chats.iter().any(|chat| word(chat, "chat") == group) {
            return Ok(None);
        }
        let shown = self.call("group_show", json!({ "group": group }))?;
        let members = shown.get("members").and_then(Value::as_array);
        Ok(Some(Group {
            name: word(&shown, "name"),
            members: members
                .into_iter()
                .flatten()
                .map(|member| {
                    let is = Member {
                        admin: flag(member, "admin"),
                        joined: flag(member, "joined"),
                    };
                    (word(member, "public_key"), is)
                })
                .collect(),
        }))
    }

    fn add_contact(&self, person: &str, name: &str, picture: &str) -> Result<()> {
        self.set_profile(name, picture)?;
        self.act("contact_add", json!({ "key": person }))
    }

    fn set_profile(&self, name: &str, picture: &str) -> Result<()> {
        self.act("contact_profile", json!({"name": name, "picture": picture}))
    }

    fn block(&self, person: &str) -> Result<()> {
        self.act("contact_block", json!({ "key": person }))
    }

    fn contact(&self, person: &str) -> Result<Option<Contact>> {
        let contacts = self.list("contact_list", json!({}))?;
        if !contacts
            .iter()
            .any(|contact| word(contact, "public_key") == person)
        {
            return Ok(None);
        }
        let contact = self.call("contact_show", json!({ "key": person }))?;
        Ok(Some(Contact {
            name: word(&contact, "ens_name"),
            picture: word(&contact, "picture"),
            added: flag(&contact, "added"),
            added_us: flag(&contact, "has_added_us"),
            blocked: flag(&contact, "blocked"),
        }))
    }

    fn name_device(&self, name: &str) -> Result<()> {
        self.act(
            "device_name",
            json!({"name": name, "device_type": "desktop"}),
        )
    }

    fn announce_device(&self) -> Result<()> {
        self.act("device_announce", json!({}))
    }

    fn enable_device(&self, installation: &str) -> Result<()> {
        self.act("device_enable", json!({ "installation": installation }))
    }

    fn sync_devices(&self) -> Result<()> {
        self.act("device_sync", json!({}))
    }

    fn devices(&self) -> Result<Vec<Device>> {
        let devices = self.list("device_list", json!({}))?;
        Ok(devices.iter().map(device).collect())
    }

    fn devices_of(&self, person: &str) -> Result<Vec<Device>> {
        let told = self.reports.devices();
        Ok(told
            .iter()
            .filter(|told| word(told, "public_key") == person)
            .map(device)
            .collect())
    }

    fn owed(&self) -> Result<u64> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut owed = 0;
        for message in said.iter() {
            if !self.is_settled(message)? {
                owed += 1;
            }
        }
        Ok(owed)
    }

    fn fate(&self, message: &str) -> Result<Option<Vec<String>>> {
        let entries = self.list("ledger", json!({ "message": message }))?;
        let states = entries.iter().map(|entry| word(entry, "state"));
        Ok(Some(states.collect()))
    }

    fn rooms(&self) -> Result<Vec<String>> {
        let chats = self.list("chats", json!({}))?;
        Ok(chats
            .iter()
            .filter(|chat| word(chat, "kind") == "public" && flag(chat, "active"))
            .map(|chat| word(chat, "chat").trim_start_matches('#').to_owned())
            .collect())
    }

    fn end(self: Box<Self>, how: End) -> Result<()> {
        if how == End::Killed {
            // Dropping it does that.
            return Ok(());
        }
        let mut running = self.running;
        let id = running.peer.process().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status();
        if !status.context("cannot start kill")?.success() {
            bail!("cannot end our node");
        }
        if !running.peer.end()? {
            bail!("our node ended with a failure");
        }
        Ok(())
    }
}

/// How commands write a chat.
fn id_of(chat: Chat<'_>) -> String {
    match chat {
        Chat::Room(name) => format!("#{name}"),
        Chat::Person(id) | Chat::Group(id) => id.to_owned(),
    }
}

fn heard(record: &Value) -> Result<Heard> {
    Ok(Heard {
        id: text(record, "id")?.to_owned(),
        from: text(record, "from")?.to_owned(),
        chat: text(record, "chat")?.trim_start_matches('#').to_owned(),
        text: text(record, "text")?.to_owned(),
        response_to: word(record, "response_to"),
        kind: match word(record, "content").as_str() {
            "text" => Kind::Text,
            "sticker" => Kind::Sticker,
            "emoji" => Kind::Emoji,
            _ => Kind::Other,
        },
    })
}

fn device(record: &Value) -> Device {
    Device {
        installation: word(record, "installation"),
        name: word(record, "name"),
        enabled: flag(record, "enabled"),
    }
}

fn word(record: &Value, field: &str) -> String {
    let word = record.get(field).and_then(Value::as_str);
    word.unwrap_or_default().to_owned()
}

fn flag(record: &Value, field: &str) -> bool {
    record.get(field).and_then(Value::as_bool) == Some(true)
}
