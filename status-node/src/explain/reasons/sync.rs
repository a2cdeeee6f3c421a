//! Data sync, and the protobuf that it, the messages and conversational security are written in.

use super::{Blame, Catalogue};
use status_mvds::{DecodeError, DropReason, Error, GivenUp, GroupId, MessageId, SqliteError};
use status_payload::Reason;

pub(super) fn add_to(to: &mut Catalogue) {
    dropped(to);
    own(to);
    decoded(to);
}

fn dropped(to: &mut Catalogue) {
    for reason in DropReason::ALL {
        let fault = match reason {
            DropReason::MalformedId | DropReason::TooManyParents => Blame::Author,
            DropReason::ForbiddenRequest
            | DropReason::ForbiddenOffer
            | DropReason::NotAMember
            | DropReason::UnknownGroup
            | DropReason::TooManyRequests
            | DropReason::TooManyHeld
            | DropReason::RequestUnanswered => Blame::Peer,
            _ => Blame::Nobody,
        };
        to.add(fault, [reason]);
    }
    to.add(Blame::Nobody, [GivenUp::Deadline, GivenUp::Removed]);
    to.add(Blame::Machine, [GivenUp::Lost]);
}

fn own(to: &mut Catalogue) {
    let group = GroupId::from([7; 32]);
    let (size, limit) = (60_000, 49_056);
    to.add(
        Blame::Caller,
        [
            Error::<SqliteError>::UnknownGroup(group.clone()),
            Error::NoMembers(group),
            Error::TooLarge { size, limit },
            Error::AlreadyAppended(MessageId([7; 32])),
        ],
    );
    to.add(
        Blame::Nobody,
        [Error::<SqliteError>::Full { limit: 10_000 }],
    );
    let damaged = || SqliteError::Corrupt {
        table: "mvds_messages",
        what: "id of 32 bytes",
    };
    to.add(Blame::Machine, [Error::Stale, Error::Store(damaged())]);
    to.add(
        Blame::Machine,
        [SqliteError::Database(super::stored::full_disk()), damaged()],
    );
    to.add(
        Blame::Version,
        [SqliteError::NewerSchema { found: 9, known: 4 }],
    );
}

fn decoded(to: &mut Catalogue) {
    let message = "ProtocolMessage";
    to.add(
        Blame::Author,
        [
            DecodeError::TooLong {
                len: 20_000_000,
                max: 16_777_216,
            },
            DecodeError::Truncated {
                message,
                offset: 40,
            },
            DecodeError::WireType {
                message,
                offset: 40,
                wire_type: 7,
            },
            DecodeError::NumberZero {
                message,
                offset: 40,
            },
            DecodeError::Mismatch {
                message,
                number: 4,
                wire_type: 0,
            },
            DecodeError::Text { message, number: 4 },
        ],
    );
    to.add(Blame::Version, [Reason::Number, Reason::WireType]);
    to.add(
        Blame::Defect,
        [DecodeError::Schema {
            message,
            why: "invalid wire type".into(),
        }],
    );
}
