//! What 6/PAYLOADS and 7/GROUP-CHAT ask for beyond what status-go v0.50.0 checks.

use crate::chat_message::ChatKind;
use crate::validation::Invalid;
use crate::wire::chat_message::{ContentType, Payload};
use crate::{Decoded, GroupId, Person, clock, wire};

/// The rule of a specification that a message breaks and that status-go v0.50.0 does not check. Its
/// author is at fault, or has an older client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unspecified {
    /// The chat id of a one-to-one message is not the recipient's key (6/PAYLOADS, Chats).
    #[error("the chat id of a one-to-one message is no public key")]
    Recipient,
    /// A group's id is not a UUID, `-` and its creator's key (7/GROUP-CHAT, Chat ID).
    #[error("the id of a group is not a UUID and its creator's key")]
    GroupId,
    /// What a message answers is not named by a message id (6/PAYLOADS, `response_to`).
    #[error("what the message answers is not named by a message's id")]
    ResponseTo,
    /// The content is one that a client makes only for itself (6/PAYLOADS: "only local").
    #[error("system content is not accepted from others")]
    SystemContent,
    /// A sticker without the number of its pack (6/PAYLOADS, Sticker content type).
    #[error("the sticker names no pack")]
    StickerPack,
    /// The kind of device is none of ios, android and desktop (6/PAYLOADS, PairInstallation).
    #[error("the kind of device is not ios, android or desktop")]
    DeviceType,
    /// A contact is not named by their key (6/PAYLOADS, SyncInstallationContact).
    #[error("a contact is named by no public key")]
    Contact,
    /// A public chat has no name (6/PAYLOADS, SyncInstallationPublicChat).
    #[error("a public chat has no name")]
    PublicChat,
}

/// The rules beyond those of [`Decoded::validate`], which must have passed.
pub(crate) fn check(message: &Decoded, reference_ms: u64) -> Result<(), Invalid> {
    match message {
        Decoded::ChatMessage(message) => Ok(chat_message(message)?),
        Decoded::ContactUpdate(update) => Ok(clock::check(update.clock, reference_ms)?),
        Decoded::MembershipUpdate(update) => {
            group_id(&update.chat_id)?;
            update.message.as_ref().map_or(Ok(()), chat_message)?;
            Ok(())
        }
        Decoded::PairInstallation(pairing) => {
            let known = matches!(pairing.device_type.as_str(), "ios" | "android" | "desktop");
            Ok(must(known, Unspecified::DeviceType)?)
        }
        Decoded::SyncInstallation(sync) => {
            for one in &sync.contacts {
                contact(one, reference_ms)?;
            }
            for chat in &sync.public_chats {
                public_chat(chat, reference_ms)?;
            }
            let account = sync.account.as_ref();
            account.map_or(Ok(()), |account| self::account(account, reference_ms))
        }
        Decoded::SyncInstallationContact(one) => contact(one, reference_ms),
        Decoded::SyncInstallationPublicChat(chat) => public_chat(chat, reference_ms),
        Decoded::SyncInstallationAccount(one) => account(one, reference_ms),
        Decoded::RequestAddressForTransaction(_)
        | Decoded::AcceptRequestAddressForTransaction(_)
        | Decoded::DeclineRequestAddressForTransaction(_)
        | Decoded::RequestTransaction(_)
        | Decoded::SendTransaction(_)
        | Decoded::DeclineRequestTransaction(_)
        | Decoded::Unknown { .. } => Ok(()),
    }
}

fn must(holds: bool, rule: Unspecified) -> Result<(), Unspecified> {
    if holds { Ok(()) } else { Err(rule) }
}

fn chat_message(message: &wire::ChatMessage) -> Result<(), Unspecified> {
    match ChatKind::from_number(message.message_type) {
        ChatKind::OneToOne => must(
            message.chat_id.parse::<Person>().is_ok(),
            Unspecified::Recipient,
        )?,
        ChatKind::PrivateGroup => group_id(&message.chat_id)?,
        ChatKind::Public | ChatKind::Other(_) => {}
    }
    must(
        message.response_to.is_empty() || is_message_id(&message.response_to),
        Unspecified::ResponseTo,
    )?;
    match (
        ContentType::try_from(message.content_type),
        &message.payload,
    ) {
        (Ok(ContentType::SystemMessageContentPrivateGroup), _) => Err(Unspecified::SystemContent),
        (Ok(ContentType::Sticker), Some(Payload::Sticker(sticker))) => {
            must(sticker.pack != 0, Unspecified::StickerPack)
        }
        _ => Ok(()),
    }
}

fn group_id(text: &str) -> Result<(), Unspecified> {
    let id = text.parse::<GroupId>();
    must(id.is_ok_and(|id| id.has_uuid()), Unspecified::GroupId)
}

/// `0x` and 64 hex digits.
fn is_message_id(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn contact(contact: &wire::SyncInstallationContact, reference_ms: u64) -> Result<(), Invalid> {
    clock::check(contact.clock, reference_ms)?;
    Ok(must(
        contact.id.parse::<Person>().is_ok(),
        Unspecified::Contact,
    )?)
}

fn public_chat(chat: &wire::SyncInstallationPublicChat, reference_ms: u64) -> Result<(), Invalid> {
    clock::check(chat.clock, reference_ms)?;
    Ok(must(!chat.id.trim().is_empty(), Unspecified::PublicChat)?)
}

fn account(account: &wire::SyncInstallationAccount, reference_ms: u64) -> Result<(), Invalid> {
    Ok(clock::check(account.clock, reference_ms)?)
}
