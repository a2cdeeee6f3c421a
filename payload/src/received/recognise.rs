//! Which generation a message is of.

use super::{Content, Generation, Received, Unreadable};
use crate::later::LaterMessage;
use crate::message_id::MessageId;
use crate::wire::application_metadata_message::Type;
use crate::{ApplicationMetadataMessage, Decoded, MessageType, StatusProtocolMessage, transit};
use bytes::Bytes;
use secp256k1::PublicKey;

pub(super) fn decode(
    bytes: Bytes,
    transport_signer: Option<&PublicKey>,
) -> Result<Received, Unreadable> {
    let message = match ApplicationMetadataMessage::decode(bytes.clone()) {
        Ok(message) => message,
        Err(_) if transit::Message::is_likely(&bytes) => return bare(bytes, transport_signer),
        Err(error) => return Err(Unreadable::Wrapper(error)),
    };
    if message.message_type() == MessageType::Known(Type::Unknown) {
        if transit::Message::is_likely(message.payload()) {
            return numbered_1_and_2(message);
        }
        let is_empty = message.payload().is_empty() && message.signature().is_none();
        let older = StatusProtocolMessage::decode(bytes);
        let says_something = !older.payload().is_empty() || older.signature().is_some();
        if is_empty && older.is_wrapped() && says_something {
            return numbered_4001(older);
        }
    }
    protobuf(message)
}

fn bare(bytes: Bytes, transport_signer: Option<&PublicKey>) -> Result<Received, Unreadable> {
    Ok(Received {
        payload: bytes.clone(),
        generation: Generation::BareTransit,
        author: None,
        id: MessageId::of(transport_signer, &bytes),
        content: transit_content(bytes.clone())?,
        original: bytes,
    })
}

fn numbered_4001(message: StatusProtocolMessage) -> Result<Received, Unreadable> {
    let author = message.author()?;
    Ok(Received {
        payload: message.payload().clone(),
        generation: Generation::TransitNumbered4001,
        author,
        id: MessageId::of(author.as_ref(), message.as_bytes()),
        content: transit_content(message.payload().clone())?,
        original: message.as_bytes().clone(),
    })
}

fn numbered_1_and_2(message: ApplicationMetadataMessage) -> Result<Received, Unreadable> {
    let authored = message.recover()?;
    let message = authored.message();
    Ok(Received {
        payload: message.payload().clone(),
        generation: Generation::TransitNumbered1And2,
        author: authored.author().copied(),
        id: authored.id(),
        content: transit_content(message.payload().clone())?,
        original: message.as_bytes().clone(),
    })
}

fn protobuf(message: ApplicationMetadataMessage) -> Result<Received, Unreadable> {
    let authored = message.recover()?;
    let message = authored.message();
    let message_type = message.message_type();
    let payload = message.payload().clone();
    let unreadable = |error| Unreadable::Payload {
        message_type,
        error,
    };
    let later = LaterMessage::decode(message_type, payload.clone()).map_err(unreadable)?;
    let content = match later {
        Some(later) => Content::Later(later),
        None => {
            Content::Current(Decoded::decode(message_type, payload.clone()).map_err(unreadable)?)
        }
    };
    Ok(Received {
        payload,
        generation: Generation::Protobuf,
        author: authored.author().copied(),
        id: authored.id(),
        content,
        original: message.as_bytes().clone(),
    })
}

fn transit_content(payload: Bytes) -> Result<Content, transit::TransitError> {
    transit::Message::decode(payload).map(|message| Content::Transit(message.into_body()))
}
