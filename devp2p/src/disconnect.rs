//! Why a connection ends: the reasons of the base protocol's Disconnect packet.

use alloy_rlp::{Decodable, Encodable, Header};
use bytes::BytesMut;
use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why one side ended the connection (devp2p base protocol, packet 1).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DisconnectReason {
            $($(#[$doc])* $name,)*
            /// A number without a name here, kept as it came.
            Other(u64),
        }

        impl DisconnectReason {
            /// Every reason that has a name, in the order of the numbers.
            pub const NAMED: &[Self] = &[$(Self::$name),*];

            /// The number on the wire.
            pub fn code(self) -> u64 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Other(code) => code,
                }
            }
        }

        impl From<u64> for DisconnectReason {
            fn from(code: u64) -> Self {
                match code {
                    $($code => Self::$name,)*
                    other => Self::Other(other),
                }
            }
        }

        impl fmt::Display for DisconnectReason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name => f.write_str($text),)*
                    Self::Other(code) => write!(f, "reason {code}, which has no name here"),
                }
            }
        }
    };
}

reasons! {
    /// Somebody asked for it; also what an empty Disconnect means.
    Requested = 0, "disconnect requested";
    /// The connection itself failed.
    TcpError = 1, "network error";
    /// A message broke the base protocol.
    ProtocolBreach = 2, "breach of protocol";
    /// No capability in common.
    UselessPeer = 3, "useless peer";
    /// The peer has all the connections it wants.
    TooManyPeers = 4, "too many peers";
    /// There is a connection between the two already.
    AlreadyConnected = 5, "already connected";
    /// The version of the base protocol does not suit.
    IncompatibleVersion = 6, "incompatible version of the base protocol";
    /// The identity in Hello is missing or zero.
    NullIdentity = 7, "invalid node identity";
    /// The node is shutting down.
    ClientQuitting = 8, "client quitting";
    /// The identity in Hello is not the one of the handshake.
    UnexpectedIdentity = 9, "unexpected identity";
    /// The node dialled itself.
    ConnectedToSelf = 10, "connected to self";
    /// Nothing came for too long.
    ReadTimeout = 11, "read timeout";
    /// A subprotocol found a fault of its own.
    SubprotocolError = 16, "subprotocol error";
}

impl DisconnectReason {
    /// Appends the packet's body, the list `[code]`.
    pub fn encode(self, out: &mut BytesMut) {
        let code = self.code();
        let payload_length = code.length();
        Header {
            list: true,
            payload_length,
        }
        .encode(out);
        code.encode(out);
    }

    /// Reads a packet's body. As deployed nothing is refused: the connection is over whatever the
    /// bytes say. A bare number, which some clients send, is taken like a list of one; an empty
    /// list and garbage read as [`DisconnectReason::Requested`].
    pub fn decode(body: &[u8]) -> Self {
        let mut rest = body;
        let mut item = match Header::decode(&mut rest) {
            // What stands behind the list is not the reason.
            Ok(header) if header.list => rest.get(..header.payload_length).unwrap_or_default(),
            _ => body,
        };
        u64::decode(&mut item).map_or(Self::Requested, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_body_is_a_list_of_one() {
        let mut out = BytesMut::new();
        DisconnectReason::Requested.encode(&mut out);
        DisconnectReason::ClientQuitting.encode(&mut out);
        DisconnectReason::Other(200).encode(&mut out);
        assert_eq!(out[..], [0xc1, 0x80, 0xc1, 8, 0xc2, 0x81, 200]);
    }

    #[test]
    fn lenient_forms_are_read() {
        for (body, reason) in [
            (&[][..], DisconnectReason::Requested),
            (&[0xc0], DisconnectReason::Requested),
            (&[4], DisconnectReason::TooManyPeers),
            (&[0xc1, 4], DisconnectReason::TooManyPeers),
            (&[0xc2, 4, 9], DisconnectReason::TooManyPeers),
            (&[0xc0, 4], DisconnectReason::Requested),
            (&[0xc2, 0x82, 4, 9], DisconnectReason::Requested),
            (&[0xff, 1], DisconnectReason::Requested),
        ] {
            assert_eq!(DisconnectReason::decode(body), reason, "{body:?}");
        }
    }

    #[test]
    fn named_reasons_keep_their_numbers() {
        let codes: Vec<_> = DisconnectReason::NAMED
            .iter()
            .map(|reason| reason.code())
            .collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16]);
    }

    proptest! {
        #[test]
        fn every_number_survives(code: u64) {
            let reason = DisconnectReason::from(code);
            let mut out = BytesMut::new();
            reason.encode(&mut out);
            prop_assert_eq!(reason.code(), code);
            prop_assert_eq!(DisconnectReason::decode(&out), reason);
        }
    }
}
