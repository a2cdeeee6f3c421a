//! What the members of a group signed in 2019: their events as the deployed JSON writer prints them.

use super::membership::{Event, Update};
use crate::signature::{self, SignatureError, keccak};
use secp256k1::{PublicKey, SecretKey};
use std::fmt::Write as _;

/// Why the author of an update cannot be told. Its sender is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpdateSignatureError {
    /// The signature is not written in hex.
    #[error("the signature of an update of 2019 is not hex")]
    NotHex,
    /// It is, but it is no signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl Update {
    /// Events of a group, signed by `author`.
    pub fn sign(author: &SecretKey, chat_id: &str, events: Vec<Event>) -> Self {
        let mut update = Self {
            chat_id: chat_id.to_owned(),
            signature: String::new(),
            events,
            other: Vec::new(),
        };
        let digest = keccak(&[update.signed_text().as_bytes()]);
        for byte in signature::sign(author, digest) {
            // Writing to a string cannot fail.
            let _ = write!(update.signature, "{byte:02x}");
        }
        update
    }

    /// Who signed the update. A change to what was signed yields another author, not an error.
    ///
    /// # Errors
    ///
    /// If the signature is none; the update must then be dropped.
    pub fn author(&self) -> Result<PublicKey, UpdateSignatureError> {
        let signature = decode_hex(&self.signature).ok_or(UpdateSignatureError::NotHex)?;
        let digest = keccak(&[self.signed_text().as_bytes()]);
        Ok(signature::recover(&signature, digest)?)
    }

    /// What is hashed and signed: a JSON array of the events and the chat's id. Events stand in the
    /// order of their clocks, members in the order of their bytes, an event's fields in the order of
    /// their names, and fields that are empty or 0 are left out. Of events with equal clocks the one
    /// that came first stands first; the deployed sort promises no order for them.
    pub fn signed_text(&self) -> String {
        let mut text = String::from("[[");
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.clock);
        for (index, event) in events.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            push_event(&mut text, event);
        }
        text.push_str("],");
        push_string(&mut text, &self.chat_id);
        text.push(']');
        text
    }
}

fn push_event(text: &mut String, event: &Event) {
    text.push('[');
    let mut separator = "";
    let mut field = |text: &mut String, name: &str| {
        text.push_str(separator);
        separator = ",";
        let _ = write!(text, "[\"{name}\",");
    };
    if event.clock != 0 {
        field(text, "clock-value");
        let _ = write!(text, "{}]", event.clock);
    }
    if !event.member.is_empty() {
        field(text, "member");
        push_string(text, &event.member);
        text.push(']');
    }
    if let Some(members) = &event.members {
        field(text, "members");
        let mut members: Vec<&String> = members.iter().collect();
        members.sort();
        text.push('[');
        for (index, member) in members.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            push_string(text, member);
        }
        text.push_str("]]");
    }
    for (name, value) in [("name", event.name.as_str()), ("type", event.kind.name())] {
        if !value.is_empty() {
            field(text, name);
            push_string(text, value);
            text.push(']');
        }
    }
    text.push(']');
}

/// A string as the deployed JSON writer quotes it: made for pages of HTML, so `<`, `>`, `&` and two
/// ends of lines that JavaScript does not take in a string are escaped.
fn push_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

/// Hex of either case without a prefix.
fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut chunks = text.as_bytes().chunks_exact(2);
    let bytes = chunks
        .by_ref()
        .map(|pair| match pair {
            [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
            _ => None,
        })
        .collect::<Option<_>>();
    if chunks.remainder().is_empty() {
        bytes
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::membership::EventKind;
    use super::*;

    fn event(kind: EventKind, clock: i64) -> Event {
        Event::new(kind, clock)
    }

    #[test]
    fn the_text_is_sorted_three_times_and_leaves_out_what_is_empty() {
        let mut added = event(EventKind::MembersAdded, 11);
        added.members = Some(vec!["0x04b".into(), "0x04a".into()]);
        let mut created = event(EventKind::ChatCreated, 10);
        created.name = "my group".into();
        created.member = "0x04c".into();
        let mut nobody = event(EventKind::Other(String::new()), 0);
        nobody.members = Some(Vec::new());
        let update = Update {
            chat_id: "id".into(),
            events: vec![added, created, nobody],
            ..Update::default()
        };
        assert_eq!(
            update.signed_text(),
            concat!(
                r#"[[[["members",[]]],"#,
                r#"[["clock-value",10],["member","0x04c"],["name","my group"],["type","chat-created"]],"#,
                r#"[["clock-value",11],["members",["0x04a","0x04b"]],["type","members-added"]]],"id"]"#
            )
        );
        let nothing = Update::default();
        assert_eq!(nothing.signed_text(), r#"[[],""]"#);
    }

    #[test]
    fn strings_are_escaped_for_pages_of_html() {
        let mut text = String::new();
        push_string(
            &mut text,
            "<b>&\"\\/\u{2028}\u{2029}\u{8}\u{c}\n\r\t\u{1f}\u{7f}é",
        );
        assert_eq!(
            text,
            "\"\\u003cb\\u003e\\u0026\\\"\\\\/\\u2028\\u2029\\u0008\\u000c\\n\\r\\t\\u001f\u{7f}é\""
        );
    }

    #[test]
    fn an_update_says_who_signed_it() {
        let key = SecretKey::from_byte_array([7; 32]).unwrap();
        let mut update = Update::sign(&key, "id", vec![event(EventKind::NameChanged, 5)]);
        assert_eq!(update.author(), Ok(signature::public_key(&key)));
        update.signature = update.signature.to_uppercase();
        assert_eq!(update.author(), Ok(signature::public_key(&key)));

        let mut changed = update.clone();
        changed.chat_id = "another".into();
        assert_ne!(changed.author().ok(), Some(signature::public_key(&key)));

        update.signature.pop();
        assert_eq!(update.author(), Err(UpdateSignatureError::NotHex));
        update.signature.pop();
        let len = SignatureError::Length { len: 64 };
        assert_eq!(update.author(), Err(len.into()));
        update.signature = "0xzz".into();
        assert_eq!(update.author(), Err(UpdateSignatureError::NotHex));
    }
}
