//! Whisper: envelopes, packets, peers.

use super::{Blame, Catalogue};
use bytes::Bytes;
use status_whisper::packets::InvalidRequest;
use status_whisper::{
    AddPeerError, DecodeError, DropReason, Envelope, FilterReason, InstallError, InvalidPow,
    NotReached, OpenError, PeerFault, PlaintextError, PoolFull, PostError, Rejection, SealError,
    SendError, Topic,
};

pub(super) fn add_to(to: &mut Catalogue) {
    judged(to);
    dropped(to);
    opened(to);
    peers(to);
    own(to);
}

fn judged(to: &mut Catalogue) {
    let counter = |rejection: &Rejection| {
        let reason = DropReason::from(*rejection);
        format!("whisper.drops.{}", reason.name())
    };
    let topic = Topic([0xcd, 0x42, 0x37, 0x60]);
    let (pow, demanded) = (0.0009, 0.002);
    let (size, limit) = (2_097_152, 1_048_576);
    to.counted(Blame::Nobody, counter, [Rejection::Expired { ago: 14 }]);
    to.counted(
        Blame::Peer,
        counter,
        [
            Rejection::FromFuture { ahead: 75 },
            Rejection::VeryOld { ago: 600 },
            Rejection::NoBloomMatch { topic },
        ],
    );
    to.counted(
        Blame::Author,
        counter,
        [
            Rejection::Oversized { size, limit },
            Rejection::LowPow { pow, demanded },
        ],
    );
}

fn dropped(to: &mut Catalogue) {
    for reason in DropReason::ALL {
        let fault = match reason {
            DropReason::Oversized | DropReason::LowPow => Blame::Author,
            DropReason::FromFuture
            | DropReason::VeryOld
            | DropReason::NoBloomMatch
            | DropReason::TopicRate
            | DropReason::PeerRate
            | DropReason::AddressRate
            | DropReason::Untrusted
            | DropReason::RepeatedStatus
            | DropReason::ConfirmationsFull => Blame::Peer,
            DropReason::UnknownCode | DropReason::UnknownConfirmation => Blame::Version,
            DropReason::EventsFull => Blame::Caller,
            _ => Blame::Nobody,
        };
        to.counted(
            fault,
            |reason| format!("whisper.drops.{}", reason.name()),
            [*reason],
        );
    }
    to.add(
        Blame::Nobody,
        [
            FilterReason::WrongKey,
            FilterReason::Unsigned,
            FilterReason::OtherSender,
            FilterReason::LowPow,
            FilterReason::Direct,
        ],
    );
    to.add(Blame::Author, [FilterReason::Malformed]);
}

fn opened(to: &mut Catalogue) {
    to.add(
        Blame::Nobody,
        [
            OpenError::SymmetricKey,
            OpenError::PrivateKey(status_ecies::Error::Tag),
        ],
    );
    to.add(
        Blame::Author,
        [
            OpenError::TooShort { len: 20 },
            OpenError::Plaintext(PlaintextError::Empty),
        ],
    );
    to.add(
        Blame::Author,
        [
            PlaintextError::Empty,
            PlaintextError::SignatureMissing { len: 60 },
            PlaintextError::PayloadTooLong {
                end: 70_000,
                available: 256,
            },
            PlaintextError::Signature,
        ],
    );
    let field = "envelope";
    let rlp = Envelope::decode(Bytes::from_static(&[1])).err();
    to.add(Blame::Author, rlp);
    to.add(
        Blame::Author,
        [
            DecodeError::Length {
                field: "topic",
                expected: 4,
                got: 5,
            },
            DecodeError::Value {
                field: "minimum proof of work",
                why: "not a number",
            },
            DecodeError::Trailing { field, left: 3 },
        ],
    );
    to.add(
        Blame::Version,
        [DecodeError::Version {
            expected: 6,
            got: 5,
        }],
    );
}

fn peers(to: &mut Catalogue) {
    let (size, limit) = (2_097_152, 1_048_576);
    let source = DecodeError::Length {
        field: "topic",
        expected: 4,
        got: 5,
    };
    to.counted(
        Blame::Peer,
        |_| "peer_faults".into(),
        [
            PeerFault::PacketTooLarge {
                code: 1,
                size,
                limit,
            },
            PeerFault::NoStatus { code: 1 },
            PeerFault::StatusTimeout { limit: 10_000 },
            PeerFault::Malformed { code: 1, source },
            PeerFault::RateLimited {
                exceeded: 10_001,
                tolerance: 10_000,
            },
        ],
    );
    to.counted(
        Blame::Nobody,
        |_| "peer_faults".into(),
        [PeerFault::BothLight],
    );
    to.add(
        Blame::Caller,
        [AddPeerError::Duplicate(7), AddPeerError::TooMany(100)],
    );
    to.add(Blame::Nobody, [SendError::UnknownPeer, SendError::NotReady]);
    to.add(Blame::Caller, [SendError::TooLarge { size, limit }]);
    to.add(Blame::Peer, [SendError::Full { packets: 2048 }]);
    to.add(
        Blame::Peer,
        [
            InvalidRequest::Id { len: 31 },
            InvalidRequest::Range {
                lower: 1_580_000_000,
                upper: 1_570_000_000,
            },
            InvalidRequest::Limit { limit: 5000 },
            InvalidRequest::NoLimit,
            InvalidRequest::Bloom,
        ],
    );
}

fn own(to: &mut Catalogue) {
    let full = PoolFull {
        envelopes: 100_000,
        bytes: 51_200_000,
    };
    let (size, limit) = (2_097_152, 1_048_576);
    to.add(
        Blame::Caller,
        [
            PostError::Rejected(Rejection::Oversized { size, limit }),
            PostError::TooLarge { size, limit },
        ],
    );
    to.add(Blame::Nobody, [PostError::PoolFull(full)]);
    to.add(Blame::Nobody, [full]);
    to.add(Blame::Caller, [InvalidPow(-1.0)]);
    to.add(
        Blame::Caller,
        [
            InstallError::TooManyFilters(2048),
            InstallError::TooManyTopics(2000),
        ],
    );
    to.add(
        Blame::Caller,
        [SealError::PayloadTooLong { len: 20_000_000 }],
    );
    to.add(
        Blame::Caller,
        [NotReached {
            best: 9,
            target: 14,
            tried: 700,
        }],
    );
}
