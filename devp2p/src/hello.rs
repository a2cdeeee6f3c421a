//! Hello, the first message on a connection: who one is and what one speaks.

use crate::{Capability, NodeId};
use alloy_rlp::{Decodable, Encodable, Header};
use bytes::BytesMut;

/// Largest accepted body of a message before and including Hello, in bytes, as deployed: it holds
/// some 300 capabilities.
pub const MAX_HELLO_SIZE: usize = 2048;

/// The version from which on messages after Hello are compressed (EIP-706).
pub const SNAPPY_VERSION: u64 = 5;

/// The base protocol's packet 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Version of the base protocol: 5 with snappy, 4 without. Others are accepted, as deployed.
    pub version: u64,
    /// Name and version of the software, for people. Bytes that are not UTF-8 were replaced.
    pub client_name: String,
    /// What the sender speaks, in the sender's order.
    pub capabilities: Vec<Capability>,
    /// The port it listens on; 0 and anything else mean nothing (status-go sends 0).
    pub listen_port: u64,
    /// The sender's identity, never all zero, not checked to be on the curve.
    pub id: NodeId,
    /// How many items came after these five. They are ignored (EIP-8) and never sent.
    pub additional_items: usize,
}

/// Why a Hello was refused; its sender is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HelloError {
    /// The body is over [`MAX_HELLO_SIZE`].
    #[error("Hello of {size} bytes is over the limit of {MAX_HELLO_SIZE}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// The body is not the RLP that it should be.
    #[error("malformed Hello: {0}")]
    Malformed(alloy_rlp::Error),
    /// The identity is not 64 bytes.
    #[error("the identity in Hello has {len} bytes instead of 64")]
    IdentityLength {
        /// Its length in bytes.
        len: usize,
    },
    /// The identity is all zero.
    #[error("the identity in Hello is zero")]
    ZeroIdentity,
}

impl From<alloy_rlp::Error> for HelloError {
    fn from(error: alloy_rlp::Error) -> Self {
        Self::Malformed(error)
    }
}

impl Hello {
    /// Appends the packet's body.
    pub fn encode(&self, out: &mut BytesMut) {
        let capabilities: usize = self.capabilities.iter().map(Encodable::length).sum();
        let capabilities = Header {
            list: true,
            payload_length: capabilities,
        };
        let payload_length = self.version.length()
            + self.client_name.length()
            + capabilities.length()
            + capabilities.payload_length
            + self.listen_port.length()
            + self.id.0.length();
        Header {
            list: true,
            payload_length,
        }
        .encode(out);
        self.version.encode(out);
        self.client_name.encode(out);
        capabilities.encode(out);
        self.capabilities
            .iter()
            .for_each(|capability| capability.encode(out));
        self.listen_port.encode(out);
        self.id.0.encode(out);
    }

    /// Reads a packet's body. Items after the fifth and bytes after the list are ignored.
    ///
    /// # Errors
    ///
    /// [`HelloError`].
    pub fn decode(body: &[u8]) -> Result<Self, HelloError> {
        if body.len() > MAX_HELLO_SIZE {
            return Err(HelloError::TooLarge { size: body.len() });
        }
        let mut rest = body;
        let mut items = Header::decode_bytes(&mut rest, true)?;
        let version = u64::decode(&mut items)?;
        let client_name = text(&mut items)?;
        let mut list = Header::decode_bytes(&mut items, true)?;
        let mut capabilities = Vec::new();
        while !list.is_empty() {
            capabilities.push(Capability::decode(&mut list)?);
        }
        let listen_port = u64::decode(&mut items)?;
        let id = Header::decode_bytes(&mut items, false)?;
        let id = NodeId(
            id.try_into()
                .map_err(|_| HelloError::IdentityLength { len: id.len() })?,
        );
        if id.0 == [0; 64] {
            return Err(HelloError::ZeroIdentity);
        }
        let mut additional_items = 0;
        while !items.is_empty() {
            skip(&mut items)?;
            additional_items += 1;
        }
        Ok(Self {
            version,
            client_name,
            capabilities,
            listen_port,
            id,
            additional_items,
        })
    }

    /// Whether messages after Hello are compressed between a node of version `local` and the
    /// sender of this Hello.
    pub fn uses_snappy(&self, local: u64) -> bool {
        self.version.min(local) >= SNAPPY_VERSION
    }
}

/// One string; what is not UTF-8 in it is replaced, since go-ethereum accepts any bytes.
fn text(items: &mut &[u8]) -> alloy_rlp::Result<String> {
    let bytes = Header::decode_bytes(items, false)?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// Steps over one item of any kind without looking into it.
pub(crate) fn skip(items: &mut &[u8]) -> alloy_rlp::Result<()> {
    let header = Header::decode(items)?;
    *items = items
        .get(header.payload_length..)
        .ok_or(alloy_rlp::Error::InputTooShort)?;
    Ok(())
}

impl Encodable for Capability {
    fn encode(&self, out: &mut dyn alloy_rlp::BufMut) {
        let payload_length = self.name.length() + self.version.length();
        Header {
            list: true,
            payload_length,
        }
        .encode(out);
        self.name.encode(out);
        self.version.encode(out);
    }

    fn length(&self) -> usize {
        let payload_length = self.name.length() + self.version.length();
        Header {
            list: true,
            payload_length,
        }
        .length()
            + payload_length
    }
}

impl Decodable for Capability {
    fn decode(buf: &mut &[u8]) -> alloy_rlp::Result<Self> {
        let mut items = Header::decode_bytes(buf, true)?;
        let capability = Self {
            name: text(&mut items)?,
            version: u64::decode(&mut items)?,
        };
        if items.is_empty() {
            Ok(capability)
        } else {
            Err(alloy_rlp::Error::Custom("a capability has two items"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello() -> Hello {
        Hello {
            version: 5,
            client_name: "StatusIM/v0.50.0".into(),
            capabilities: vec![Capability {
                name: "shh".into(),
                version: 6,
            }],
            listen_port: 30303,
            id: NodeId([7; 64]),
            additional_items: 0,
        }
    }

    fn encoded(hello: &Hello) -> BytesMut {
        let mut out = BytesMut::new();
        hello.encode(&mut out);
        out
    }

    #[test]
    fn snappy_needs_version_5_on_both_sides() {
        for (local, remote, expected) in [(5, 5, true), (5, 4, false), (4, 5, false), (5, 6, true)]
        {
            let hello = Hello {
                version: remote,
                ..hello()
            };
            assert_eq!(hello.uses_snappy(local), expected, "{local} {remote}");
        }
    }

    #[test]
    fn further_items_are_counted_and_ignored() {
        let mut bytes = encoded(&hello());
        // The list is 94 bytes long, behind a header of two; three more items fit the same header.
        assert_eq!(bytes[..2], [0xf8, 94]);
        bytes[1] += 6;
        bytes.extend_from_slice(&[9, 0xc2, 1, 2, 0x81, 0xff, 0xee]);
        let expected = Hello {
            additional_items: 3,
            ..hello()
        };
        assert_eq!(Hello::decode(&bytes), Ok(expected));
    }

    #[test]
    fn the_limit_is_exactly_2048_bytes() {
        let with_name = |len| Hello {
            client_name: "n".repeat(len),
            ..hello()
        };
        let base = encoded(&with_name(1000)).len() - 1000;
        let largest = with_name(MAX_HELLO_SIZE - base);
        assert_eq!(encoded(&largest).len(), MAX_HELLO_SIZE);
        assert_eq!(Hello::decode(&encoded(&largest)), Ok(largest));
        let over = encoded(&with_name(MAX_HELLO_SIZE - base + 1));
        assert_eq!(
            Hello::decode(&over),
            Err(HelloError::TooLarge { size: 2049 })
        );
    }

    #[test]
    fn a_capability_with_a_third_item_is_refused() {
        let mut bytes = &[0xc6, 0x83, b's', b'h', b'h', 6, 1][..];
        assert!(Capability::decode(&mut bytes).is_err());
    }

    #[test]
    fn truncation_is_refused_at_every_length() {
        let bytes = encoded(&hello());
        for len in 0..bytes.len() {
            assert!(Hello::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn round_trip(
            version: u64, client_name in ".{0,40}", listen_port: u64, id in 1u8..,
            names in proptest::collection::vec(("[a-z]{0,8}", any::<u64>()), 0..20),
        ) {
            let capabilities =
                names.into_iter().map(|(name, version)| Capability { name, version }).collect();
            let id = NodeId([id; 64]);
            let hello =
                Hello { version, client_name, capabilities, listen_port, id, additional_items: 0 };
            prop_assert_eq!(Hello::decode(&encoded(&hello)), Ok(hello));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Hello::decode(&bytes);
        }
    }
}
