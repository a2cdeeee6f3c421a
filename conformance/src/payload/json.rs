//! Decoded payloads as the Go code prints them in JSON: empty fields left out, bytes in base64.

use serde_json::{Map, Value};
use status_payload::Decoded;
use status_payload::wire::{self, chat_message};

/// The message as Go's JSON; null for a type that neither side knows.
pub(super) fn go_json(decoded: &Decoded) -> Value {
    let object = match decoded {
        Decoded::ChatMessage(message) => return chat_message(message),
        Decoded::ContactUpdate(message) => Object::default()
            .number("clock", message.clock)
            .text("ens_name", &message.ens_name)
            .text("profile_image", &message.profile_image),
        Decoded::MembershipUpdate(message) => {
            let events = message.events.iter().map(|event| base64(event)).collect();
            let object = Object::default()
                .text("chat_id", &message.chat_id)
                .list("events", events);
            match &message.message {
                Some(message) => object.value("message", chat_message(message)),
                None => object,
            }
        }
        Decoded::PairInstallation(message) => Object::default()
            .number("clock", message.clock)
            .text("installation_id", &message.installation_id)
            .text("device_type", &message.device_type)
            .text("name", &message.name),
        Decoded::SyncInstallation(message) => sync_installation(message),
        Decoded::RequestAddressForTransaction(message) => Object::default()
            .number("clock", message.clock)
            .text("value", &message.value)
            .text("contract", &message.contract),
        Decoded::AcceptRequestAddressForTransaction(message) => Object::default()
            .number("clock", message.clock)
            .text("id", &message.id)
            .text("address", &message.address),
        Decoded::DeclineRequestAddressForTransaction(message) => Object::default()
            .number("clock", message.clock)
            .text("id", &message.id),
        Decoded::DeclineRequestTransaction(message) => Object::default()
            .number("clock", message.clock)
            .text("id", &message.id),
        Decoded::RequestTransaction(message) => Object::default()
            .number("clock", message.clock)
            .text("address", &message.address)
            .text("value", &message.value)
            .text("contract", &message.contract),
        Decoded::SendTransaction(message) => {
            let signature = message.signature.clone().unwrap_or_default();
            let object = Object::default()
                .number("clock", message.clock)
                .text("id", &message.id)
                .text("transaction_hash", &message.transaction_hash);
            if signature.is_empty() {
                object
            } else {
                object.value("signature", base64(&signature))
            }
        }
        Decoded::SyncInstallationContact(message) => sync_contact(message),
        Decoded::SyncInstallationAccount(message) => sync_account(message),
        Decoded::SyncInstallationPublicChat(message) => sync_public_chat(message),
        _ => return Value::Null,
    };
    object.into()
}

fn chat_message(message: &wire::ChatMessage) -> Value {
    let payload = match &message.payload {
        Some(chat_message::Payload::Sticker(sticker)) => {
            let sticker = Object::default()
                .text("hash", &sticker.hash)
                .signed("pack", sticker.pack);
            Object::default().value("Sticker", sticker.into()).into()
        }
        None => Value::Null,
    };
    Object::default()
        .number("clock", message.clock)
        .number("timestamp", message.timestamp)
        .text("text", &message.text)
        .text("response_to", &message.response_to)
        .text("ens_name", &message.ens_name)
        .text("chat_id", &message.chat_id)
        .signed("message_type", message.message_type)
        .signed("content_type", message.content_type)
        .value("Payload", payload)
        .into()
}

fn sync_installation(message: &wire::SyncInstallation) -> Object {
    let contacts = message.contacts.iter();
    let chats = message.public_chats.iter();
    let object = Object::default()
        .list(
            "contacts",
            contacts
                .map(|contact| sync_contact(contact).into())
                .collect(),
        )
        .list(
            "public_chats",
            chats.map(|chat| sync_public_chat(chat).into()).collect(),
        );
    match &message.account {
        Some(account) => object.value("account", sync_account(account).into()),
        None => object,
    }
}

fn sync_contact(message: &wire::SyncInstallationContact) -> Object {
    let tags = message.system_tags.iter().cloned();
    Object::default()
        .number("clock", message.clock)
        .text("id", &message.id)
        .text("profile_image", &message.profile_image)
        .text("ens_name", &message.ens_name)
        .number("last_updated", message.last_updated)
        .list("system_tags", tags.map(Value::from).collect())
}

fn sync_account(message: &wire::SyncInstallationAccount) -> Object {
    Object::default()
        .number("clock", message.clock)
        .text("profile_image", &message.profile_image)
        .number("last_updated", message.last_updated)
}

fn sync_public_chat(message: &wire::SyncInstallationPublicChat) -> Object {
    Object::default()
        .number("clock", message.clock)
        .text("id", &message.id)
}

/// An object without its empty fields.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn value(mut self, field: &str, value: Value) -> Self {
        self.0.insert(field.into(), value);
        self
    }

    fn number(self, field: &str, number: u64) -> Self {
        match number {
            0 => self,
            _ => self.value(field, number.into()),
        }
    }

    fn signed(self, field: &str, number: i32) -> Self {
        match number {
            0 => self,
            _ => self.value(field, number.into()),
        }
    }

    fn text(self, field: &str, text: &str) -> Self {
        match text {
            "" => self,
            _ => self.value(field, text.into()),
        }
    }

    fn list(self, field: &str, items: Vec<Value>) -> Self {
        match items.as_slice() {
            [] => self,
            _ => self.value(field, items.into()),
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> Value {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) as usize & 63;
            match LETTERS.get(index) {
                Some(letter) if place <= chunk.len() => text.push((*letter).into()),
                _ => text.push('='),
            }
        }
    }
    text.into()
}
