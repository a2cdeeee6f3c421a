//! Application messages: signatures, clocks, the rules of each kind, where a message belongs, and what the
//! pipeline makes of that.

use super::{Blame, Catalogue};
use crate::pipeline::Refusal;
use bytes::Bytes;
use status_conversational_security as security;
use status_payload::later::{InvalidAttachment, InvalidLater};
use status_payload::transit::{InvalidGroup, TransitError};
use status_payload::{
    ApplicationMetadataMessage, ChatConflict, ClockError, DecodeError, FloatError, Invalid,
    InvalidChatMessage, InvalidName, InvalidReceived, MessageType, Misplaced, NotAPerson,
    SignatureError, Unbuildable, Unreadable, Unspecified,
};

pub(super) fn add_to(to: &mut Catalogue) {
    wrapped(to);
    rules(to);
    later(to);
    placed(to);
    own(to);
    refused(to);
}

/// An error of protobuf.
pub(super) fn cut_short() -> Option<DecodeError> {
    ApplicationMetadataMessage::decode(Bytes::from_static(&[0x0a])).err()
}

fn wrapped(to: &mut Catalogue) {
    to.add(
        Blame::Author,
        [
            SignatureError::Length { len: 64 },
            SignatureError::RecoveryId { id: 4 },
            SignatureError::NoKey,
        ],
    );
    to.add(Blame::Author, cut_short().map(Unreadable::Wrapper));
    to.add(
        Blame::Author,
        cut_short().map(|error| Unreadable::Payload {
            message_type: MessageType::CHAT_MESSAGE,
            error,
        }),
    );
    to.add(
        Blame::Author,
        [
            Unreadable::Signature(SignatureError::NoKey),
            Unreadable::Transit(TransitError::Empty),
        ],
    );
}

fn rules(to: &mut Catalogue) {
    let (clock, reference_ms) = (1_590_000_200_000, 1_590_000_000_000);
    let too_high = ClockError::TooHigh {
        clock,
        reference_ms,
    };
    to.add(Blame::Author, [ClockError::Zero, too_high]);
    to.add(
        Blame::Author,
        [
            InvalidChatMessage::Clock(too_high),
            InvalidChatMessage::NoTimestamp,
            InvalidChatMessage::NoText,
            InvalidChatMessage::NoChatId,
            InvalidChatMessage::NoContentType,
            InvalidChatMessage::TransactionCommand,
            InvalidChatMessage::NoChatKind,
            InvalidChatMessage::SystemMessage,
            InvalidChatMessage::NoSticker,
            InvalidChatMessage::NoStickerHash,
        ],
    );
    to.add(Blame::Author, [FloatError::Syntax, FloatError::Range]);
    to.add(
        Blame::Author,
        [
            Invalid::ChatMessage(InvalidChatMessage::NoText),
            Invalid::Clock(ClockError::Zero),
            Invalid::Empty { field: "address" },
            Invalid::Amount(FloatError::Syntax),
            Invalid::EventTooShort { len: 65 },
            Invalid::Unspecified(Unspecified::Recipient),
        ],
    );
    to.add(Blame::Author, cut_short().map(Invalid::Event));
    to.add(
        Blame::Author,
        [
            Unspecified::Recipient,
            Unspecified::GroupId,
            Unspecified::ResponseTo,
            Unspecified::SystemContent,
            Unspecified::StickerPack,
            Unspecified::DeviceType,
            Unspecified::Contact,
            Unspecified::PublicChat,
        ],
    );
    to.add(
        Blame::Author,
        [
            InvalidReceived::Rule(Invalid::Clock(ClockError::Zero)),
            InvalidReceived::Later(InvalidLater::NoEmoji),
            InvalidReceived::Attachment(InvalidAttachment::Missing { kind: "image" }),
            InvalidReceived::Group(InvalidGroup::NoEvents),
        ],
    );
}

fn later(to: &mut Catalogue) {
    to.add(Blame::Author, cut_short().map(InvalidAttachment::Malformed));
    to.add(
        Blame::Author,
        [
            InvalidAttachment::Missing { kind: "image" },
            InvalidAttachment::Empty { kind: "image" },
            InvalidAttachment::NoFormat { kind: "image" },
        ],
    );
    let (characters, limit) = (5000, 4096);
    to.add(
        Blame::Author,
        [
            InvalidLater::Clock(ClockError::Zero),
            InvalidLater::Empty { field: "text" },
            InvalidLater::NoEmoji,
            InvalidLater::NoStatus,
            InvalidLater::TextTooLong { characters, limit },
        ],
    );
    to.add(Blame::Version, [InvalidLater::ChatKind { kind: 9 }]);
}

fn placed(to: &mut Catalogue) {
    to.add(
        Blame::Author,
        [
            ChatConflict::Relayed,
            ChatConflict::SignersDiffer,
            ChatConflict::NotForReceiver,
            ChatConflict::OtherChannel,
            ChatConflict::OtherGroup,
        ],
    );
    to.add(
        Blame::Author,
        [
            Misplaced::Conflict(ChatConflict::Relayed),
            Misplaced::NotFromOwnDevice,
            Misplaced::NoRecipient,
        ],
    );
    to.add(Blame::Version, [Misplaced::UnknownKind { kind: 99 }]);
    to.add(
        Blame::Author,
        [
            InvalidName::Empty,
            InvalidName::Character { character: 'Ä' },
        ],
    );
    to.add(Blame::Author, [NotAPerson]);
}

fn own(to: &mut Catalogue) {
    let (len, max) = (70_000, 49_056);
    to.add(
        Blame::Caller,
        [
            Unbuildable::NoChat,
            Unbuildable::Refused(InvalidChatMessage::NoText),
            Unbuildable::TooLong { len, max },
            Unbuildable::Kind,
        ],
    );
}

fn refused(to: &mut Catalogue) {
    let counter = |refusal: &Refusal| format!("refused.{}", refusal.name());
    let malformed = || cut_short().map(|error| Unreadable::Wrapper(error).to_string());
    to.counted(Blame::Author, counter, malformed().map(Refusal::Malformed));
    to.counted(
        Blame::Author,
        counter,
        [
            Refusal::Unsigned,
            Refusal::Signature(SignatureError::NoKey),
            Refusal::Invalid(InvalidChatMessage::NoText),
            Refusal::WrongChat,
            Refusal::NotPublic,
            Refusal::Misplaced(Misplaced::NoRecipient),
            Refusal::Rule(InvalidReceived::Later(InvalidLater::NoEmoji)),
            Refusal::Unreadable(security::Unreadable::NoHeader),
            Refusal::NotTheirs,
        ],
    );
    to.counted(
        Blame::Nobody,
        counter,
        [
            Refusal::Empty,
            Refusal::Blocked,
            Refusal::Own,
            Refusal::Duplicate,
        ],
    );
    to.counted(Blame::Caller, counter, [Refusal::Lagging]);
}
