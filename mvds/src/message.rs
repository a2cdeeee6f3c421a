//! A message of a group, and its id.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::fmt;

/// A message of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Message {
    /// The group; 32 bytes as deployed, any number on the wire.
    pub group_id: Bytes,
    /// When it was made, in seconds since 1970; may be negative.
    pub timestamp: i64,
    /// What it says.
    pub body: Bytes,
    /// How it relates to others; none as deployed. It is not part of the id.
    pub metadata: Option<Metadata>,
}

/// How a message relates to others (4/MVDS-META).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Metadata {
    /// Ids of the messages it builds on.
    pub parents: Vec<Bytes>,
    /// Whether it is sent once and not acknowledged.
    pub ephemeral: bool,
}

/// The id of a message: SHA-256 of `MESSAGE_ID`, group id, timestamp (8 bytes, little-endian) and
/// body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub [u8; 32]);

impl MessageId {
    /// The id as it stands in a payload.
    pub(crate) fn to_bytes(self) -> Bytes {
        Bytes::copy_from_slice(&self.0)
    }
}

/// In hex after `0x`.
impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}

impl Message {
    /// The same in memory of its own: a message that is kept must not keep the packet that it came in.
    pub(crate) fn detached(&self) -> Self {
        let copy = |bytes: &Bytes| Bytes::copy_from_slice(bytes);
        Self {
            group_id: copy(&self.group_id),
            timestamp: self.timestamp,
            body: copy(&self.body),
            metadata: self.metadata.as_ref().map(|metadata| Metadata {
                parents: metadata.parents.iter().map(copy).collect(),
                ephemeral: metadata.ephemeral,
            }),
        }
    }

    /// Its id. Computed from the content, so nobody can claim the id of another message.
    pub fn id(&self) -> MessageId {
        let digest = Sha256::new()
            .chain_update(b"MESSAGE_ID")
            .chain_update(&self.group_id)
            .chain_update(self.timestamp.to_le_bytes())
            .chain_update(&self.body)
            .finalize();
        MessageId(digest.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(group_id: &str, timestamp: i64, body: &str) -> String {
        let bytes = |hex: &str| Bytes::from(hex::decode(hex).unwrap());
        let message = Message {
            group_id: bytes(group_id),
            timestamp,
            body: bytes(body),
            metadata: None,
        };
        hex::encode(message.id().0)
    }

    #[test]
    fn ids_are_those_of_the_go_code() {
        assert_eq!(
            id("f35e7ea59d", 7, "b762ba"),
            "2ded812b64d651b3856476958a10e114ebf052bfcffc191c7ee710994d156d3c"
        );
        assert_eq!(
            id("", 0, ""),
            "ea927f66de2b09b16b8be8a4abdd1f4c4485515ebe6e639881a8652c32b1072d"
        );
        assert_eq!(
            id(
                "8d9ebb218051c8a87b9e52141c52b40dd8add503e4856ac89ba5caa8c322c99c",
                -5,
                "e8f7ee"
            ),
            "972d96db0ccda4772c8451dbed19ad3bcb31f037ab44ef638ef5a72cbaff4b02"
        );
    }

    #[test]
    fn what_is_detached_shares_nothing() {
        let packet = Bytes::from(vec![7; 100]);
        let message = Message {
            group_id: packet.slice(..32),
            timestamp: 5,
            body: packet.slice(32..64),
            metadata: Some(Metadata {
                parents: vec![packet.slice(64..96)],
                ephemeral: true,
            }),
        };
        let detached = message.detached();
        assert_eq!(detached, message);
        drop(message);
        assert!(packet.is_unique());
    }

    #[test]
    fn metadata_is_not_in_the_id() {
        let plain = Message::default();
        let with = Message {
            metadata: Some(Metadata {
                parents: vec![Bytes::from_static(&[1; 32])],
                ephemeral: true,
            }),
            ..plain.clone()
        };
        assert_eq!(plain.id(), with.id());
    }
}
