//! The packets of Whisper: what stands behind each code, decoded and encoded.
//!
//! A packet's payload is what devp2p hands over after decompression. As deployed (status-go
//! v0.50.0) bytes behind the RLP value are ignored, except in a packet of envelopes, which is
//! hashed as a whole.

mod confirmation;
mod history;
mod messages;
mod requirements;
mod status;
mod sync;

pub use confirmation::{BatchAcknowledged, BatchReport, EnvelopeError, MessagesResponse};
pub use history::{
    Cursor, InvalidRequest, MailserverRequest, MessagesRequest, P2pRequest, RequestComplete,
};
pub use messages::{Messages, P2pMessages};
pub use requirements::{BloomFilter, PowRequirement, RateLimits};
pub use status::{PROTOCOL_VERSION, Status};
pub use sync::{SyncRequest, SyncResponse};

use crate::rlp::DecodeError;
use bytes::Bytes;

/// Packet codes, before devp2p adds the capability's offset.
pub mod code {
    /// [`Status`](super::Status), the first packet of each side.
    pub const STATUS: u64 = 0;
    /// [`Messages`](super::Messages).
    pub const MESSAGES: u64 = 1;
    /// [`PowRequirement`](super::PowRequirement).
    pub const POW_REQUIREMENT: u64 = 2;
    /// [`BloomFilter`](super::BloomFilter).
    pub const BLOOM_FILTER: u64 = 3;
    /// [`BatchAcknowledged`](super::BatchAcknowledged).
    pub const BATCH_ACKNOWLEDGED: u64 = 11;
    /// [`MessagesResponse`](super::MessagesResponse).
    pub const MESSAGES_RESPONSE: u64 = 12;
    /// [`RateLimits`](super::RateLimits).
    pub const RATE_LIMITS: u64 = 20;
    /// [`SyncRequest`](super::SyncRequest), between mailservers.
    pub const SYNC_REQUEST: u64 = 123;
    /// [`SyncResponse`](super::SyncResponse), between mailservers.
    pub const SYNC_RESPONSE: u64 = 124;
    /// [`RequestComplete`](super::RequestComplete), from a mailserver.
    pub const REQUEST_COMPLETE: u64 = 125;
    /// [`P2pRequest`](super::P2pRequest), to a mailserver.
    pub const P2P_REQUEST: u64 = 126;
    /// [`P2pMessages`](super::P2pMessages), past the gossip from a trusted peer.
    pub const P2P_MESSAGE: u64 = 127;
    /// How many codes the capability `shh/6` reserves.
    pub const COUNT: u64 = 128;
}

/// Any packet, decoded.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant is named for the type it holds")]
pub enum Decoded {
    Status(Status),
    Messages(Messages),
    PowRequirement(PowRequirement),
    BloomFilter(BloomFilter),
    BatchAcknowledged(BatchAcknowledged),
    MessagesResponse(MessagesResponse),
    RateLimits(RateLimits),
    SyncRequest(SyncRequest),
    SyncResponse(SyncResponse),
    RequestComplete(RequestComplete),
    P2pRequest(P2pRequest),
    P2pMessages(P2pMessages),
    /// A code of a version to come, which EIP-627 tells to ignore.
    Unknown {
        code: u64,
        payload: Bytes,
    },
}

impl Decoded {
    /// Decodes the packet with `code` (without the capability's offset).
    ///
    /// # Errors
    ///
    /// [`DecodeError`], for which as deployed the peer is disconnected. An unknown code is none.
    pub fn decode(code: u64, payload: Bytes) -> Result<Self, DecodeError> {
        Ok(match code {
            code::STATUS => Self::Status(Status::decode(&payload)?),
            code::MESSAGES => Self::Messages(Messages::decode(&payload)?),
            code::POW_REQUIREMENT => Self::PowRequirement(PowRequirement::decode(&payload)?),
            code::BLOOM_FILTER => Self::BloomFilter(BloomFilter::decode(&payload)?),
            code::BATCH_ACKNOWLEDGED => {
                Self::BatchAcknowledged(BatchAcknowledged::decode(&payload)?)
            }
            code::MESSAGES_RESPONSE => Self::MessagesResponse(MessagesResponse::decode(&payload)?),
            code::RATE_LIMITS => Self::RateLimits(RateLimits::decode(&payload)?),
            code::SYNC_REQUEST => Self::SyncRequest(SyncRequest::decode(&payload)?),
            code::SYNC_RESPONSE => Self::SyncResponse(SyncResponse::decode(&payload)?),
            code::REQUEST_COMPLETE => Self::RequestComplete(RequestComplete::decode(&payload)?),
            code::P2P_REQUEST => Self::P2pRequest(P2pRequest::decode(&payload)?),
            code::P2P_MESSAGE => Self::P2pMessages(P2pMessages::decode(&payload)?),
            code => Self::Unknown { code, payload },
        })
    }

    /// The packet's code.
    pub fn code(&self) -> u64 {
        match self {
            Self::Status(_) => code::STATUS,
            Self::Messages(_) => code::MESSAGES,
            Self::PowRequirement(_) => code::POW_REQUIREMENT,
            Self::BloomFilter(_) => code::BLOOM_FILTER,
            Self::BatchAcknowledged(_) => code::BATCH_ACKNOWLEDGED,
            Self::MessagesResponse(_) => code::MESSAGES_RESPONSE,
            Self::RateLimits(_) => code::RATE_LIMITS,
            Self::SyncRequest(_) => code::SYNC_REQUEST,
            Self::SyncResponse(_) => code::SYNC_RESPONSE,
            Self::RequestComplete(_) => code::REQUEST_COMPLETE,
            Self::P2pRequest(_) => code::P2P_REQUEST,
            Self::P2pMessages(_) => code::P2P_MESSAGE,
            Self::Unknown { code, .. } => *code,
        }
    }

    /// Encodes the payload.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Status(packet) => packet.encode(),
            Self::Messages(packet) => packet.encode(),
            Self::PowRequirement(packet) => packet.encode(),
            Self::BloomFilter(packet) => packet.encode(),
            Self::BatchAcknowledged(packet) => packet.encode(),
            Self::MessagesResponse(packet) => packet.encode(),
            Self::RateLimits(packet) => packet.encode(),
            Self::SyncRequest(packet) => packet.encode(),
            Self::SyncResponse(packet) => packet.encode(),
            Self::RequestComplete(packet) => packet.encode(),
            Self::P2pRequest(packet) => packet.encode(),
            Self::P2pMessages(packet) => packet.encode(),
            Self::Unknown { payload, .. } => payload.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_unknown_code_is_a_value() {
        let payload = Bytes::from_static(b"\x78\xab");
        let decoded = Decoded::decode(21, payload.clone()).unwrap();
        assert_eq!(decoded, Decoded::Unknown { code: 21, payload });
        assert_eq!(decoded.code(), 21);
    }

    proptest! {
        #[test]
        fn what_decodes_decodes_again_to_the_same(
            code in prop::sample::select(vec![0u64, 1, 2, 3, 11, 12, 20, 21, 123, 124, 125, 126, 127]),
            payload in proptest::collection::vec(prop_oneof![any::<u8>(), 0xc0..0xc8u8, 0x80..0x84u8], 0..60),
        ) {
            if let Ok(decoded) = Decoded::decode(code, payload.into()) {
                prop_assert_eq!(decoded.code(), code);
                prop_assert_eq!(Decoded::decode(code, decoded.encode()), Ok(decoded));
            }
        }
    }
}
