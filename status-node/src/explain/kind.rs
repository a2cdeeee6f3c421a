//! What bytes can be.

use status_payload::{MessageType, later, wire};
use status_protobuf_wire::{Described, Schema};
use std::fmt;
use std::str::FromStr;

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A packet of the RLPx handshake, encrypted to a node's key.
    Handshake,
    /// The payload of a devp2p frame: a message code and a body, which is compressed or not.
    Frame,
    /// A Whisper packet without its code.
    Packet,
    /// A Whisper envelope.
    Envelope,
    /// What a Whisper envelope holds, decrypted.
    Plaintext,
    /// A ProtocolMessage of conversational security.
    Security,
    /// A bundle of prekeys.
    Bundle,
    /// A payload of data sync.
    DataSync,
    /// An ApplicationMetadataMessage, or a message of 2019 in its wrapper.
    Metadata,
    /// A message of 2019 without a wrapper, Transit JSON.
    Transit,
    /// A request to a mailserver, as it stands in its envelope.
    MailserverRequest,
    /// The message in an ApplicationMetadataMessage, of this type.
    Message(MessageType),
    /// A public key, compressed or not, with the number of its kind in front or not.
    PublicKey,
    /// The text of an enode URL.
    Enode,
    /// A node record, as `enr:` text or as RLP.
    NodeRecord,
}

const CHAT: Kind = Kind::Message(MessageType::CHAT_MESSAGE);

/// All kinds but messages, which go by the names of their types.
const NAMED: [(Kind, &str); 15] = [
    (Kind::Handshake, "handshake"),
    (Kind::Frame, "frame"),
    (Kind::Packet, "packet"),
    (Kind::Envelope, "envelope"),
    (Kind::Plaintext, "plaintext"),
    (Kind::Security, "security"),
    (Kind::Bundle, "bundle"),
    (Kind::DataSync, "mvds"),
    (Kind::Metadata, "metadata"),
    (CHAT, "chat"),
    (Kind::Transit, "transit"),
    (Kind::MailserverRequest, "mailserver-request"),
    (Kind::PublicKey, "key"),
    (Kind::Enode, "enode"),
    (Kind::NodeRecord, "record"),
];

/// Types of messages, those of later clients included, and the schema of each.
fn schemas() -> [(i32, &'static Schema); 20] {
    fn of<M: Described>() -> &'static Schema {
        M::SCHEMA
    }
    [
        (1, of::<wire::ChatMessage>()),
        (2, of::<wire::ContactUpdate>()),
        (3, of::<wire::MembershipUpdateMessage>()),
        (4, of::<wire::PairInstallation>()),
        (5, of::<wire::SyncInstallation>()),
        (6, of::<wire::RequestAddressForTransaction>()),
        (7, of::<wire::AcceptRequestAddressForTransaction>()),
        (8, of::<wire::DeclineRequestAddressForTransaction>()),
        (9, of::<wire::RequestTransaction>()),
        (10, of::<wire::SendTransaction>()),
        (11, of::<wire::DeclineRequestTransaction>()),
        (12, of::<wire::SyncInstallationContact>()),
        (13, of::<wire::SyncInstallationAccount>()),
        (14, of::<wire::SyncInstallationPublicChat>()),
        (22, of::<wire::EmojiReaction>()),
        (23, of::<wire::GroupChatInvitation>()),
        (28, of::<wire::PinMessage>()),
        (29, of::<wire::EditMessage>()),
        (30, of::<wire::StatusUpdate>()),
        (31, of::<wire::DeleteMessage>()),
    ]
}

/// The schema of the messages of a type; none if it is not known here.
pub(super) fn schema(message_type: MessageType) -> Option<&'static Schema> {
    let number = message_type.number();
    let mut schemas = schemas().into_iter();
    schemas
        .find(|(known, _)| *known == number)
        .map(|(_, schema)| schema)
}

/// All types of messages, those of later clients last.
pub(super) fn types() -> impl Iterator<Item = (MessageType, &'static Schema)> {
    let schemas = schemas().into_iter();
    schemas.map(|(number, schema)| (MessageType::from(number), schema))
}

/// The name of a type as it is written on the command line.
fn type_name(number: i32) -> String {
    let name = match MessageType::from(number) {
        known @ MessageType::Known(_) => known.to_string(),
        other => later::later_type_name(number).map_or_else(|| other.to_string(), str::to_owned),
    };
    name.to_lowercase().replace('_', "-")
}

impl Kind {
    /// All kinds, each with the name by which it is chosen.
    pub fn all() -> impl Iterator<Item = (Self, String)> {
        let named = NAMED
            .into_iter()
            .map(|(kind, name)| (kind, name.to_owned()));
        let messages = schemas().into_iter().map(|(number, _)| {
            let kind = Self::Message(MessageType::from(number));
            (kind, type_name(number))
        });
        named.chain(messages)
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::all();
        let found = all.find(|(_, name)| name == text).map(|(kind, _)| kind);
        found.ok_or_else(|| {
            let names: Vec<_> = Self::all().map(|(_, name)| name).collect();
            format!("{text:?} is no kind of bytes: {}", names.join(", "))
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::all().find(|(kind, _)| kind == self) {
            Some((_, name)) => f.write_str(&name),
            None => f.write_str("message"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_chosen_by_its_name() {
        for (kind, name) in Kind::all() {
            assert_eq!(name.parse(), Ok(kind), "{name}");
            assert!(!kind.to_string().is_empty());
        }
        let chat = Kind::Message(MessageType::CHAT_MESSAGE);
        assert_eq!("chat-message".parse(), Ok(chat));
        assert_eq!(chat.to_string(), "chat");
        let group = Kind::Message(MessageType::from(3));
        assert_eq!("membership-update-message".parse(), Ok(group));
        let refused = "soup".parse::<Kind>().unwrap_err();
        assert!(refused.contains("\"soup\"") && refused.contains("emoji-reaction"));
    }
}
