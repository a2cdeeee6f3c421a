//! The chat of a message of any generation.

use super::Content;
use crate::later::LaterMessage;
use crate::transit::Body;
use crate::{Arrival, ChatKind, Decoded, Misplaced, Placed, wire};

/// What another generation says is placed as what the same words of 2020 would be.
pub(super) fn place(content: &Content, arrival: &Arrival<'_>) -> Result<Option<Placed>, Misplaced> {
    let (kind, chat_id) = match content {
        Content::Current(decoded) => return arrival.place(decoded),
        Content::Transit(body) => {
            return words_of_2020(body).map_or(Ok(None), |decoded| arrival.place(&decoded));
        }
        Content::Later(later) => match later {
            LaterMessage::EmojiReaction(message) => (message.message_type, &message.chat_id),
            LaterMessage::PinMessage(message) => (message.message_type, &message.chat_id),
            LaterMessage::EditMessage(message) => (message.message_type, &message.chat_id),
            LaterMessage::DeleteMessage(message) => (message.message_type, &message.chat_id),
            // Who asks to join a group is no member yet and asks each of them in private; how somebody
            // feels today belongs to no chat.
            LaterMessage::GroupChatInvitation(_) | LaterMessage::StatusUpdate(_) => {
                return Ok(None);
            }
        },
    };
    let kind = ChatKind::from_number(kind);
    arrival.place_message(kind, chat_id).map(Some)
}

/// As much of a message of 2019 as says where it belongs.
fn words_of_2020(body: &Body) -> Option<Decoded> {
    match body {
        Body::Chat(chat) => Some(Decoded::ChatMessage(chat.to_wire())),
        Body::Pair(_) => Some(Decoded::PairInstallation(wire::PairInstallation::default())),
        Body::Membership(membership) => {
            Some(Decoded::MembershipUpdate(wire::MembershipUpdateMessage {
                chat_id: membership.chat_id.clone(),
                message: membership.message.as_ref().map(|message| message.to_wire()),
                events: Vec::new(),
            }))
        }
        Body::Other(_) => None,
    }
}
