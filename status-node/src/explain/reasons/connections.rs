//! devp2p: connections, handshakes, frames, peers; and the encryption that handshakes share with Whisper.

use super::{Blame, Catalogue};
use status_devp2p::net::{self, CloseReason, CodecError, StartError};
use status_devp2p::peers::{Refusal, StaticPeerError};
use status_devp2p::{
    Closed, DisconnectReason, EnodeError, FrameError, HandshakeError, Hello, HelloError,
    MessageError, NodeId, NodeIdError, RecordError, SendError, SessionError,
};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

pub(super) fn add_to(to: &mut Catalogue) {
    sockets(to);
    handshakes(to);
    sessions(to);
    texts(to);
    to.add(
        Blame::Author,
        [
            status_ecies::Error::TooShort { len: 96 },
            status_ecies::Error::EphemeralKey,
            status_ecies::Error::Tag,
        ],
    );
}

fn sockets(to: &mut Catalogue) {
    let address = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 30303));
    let node = NodeId([7; 64]);
    to.add(
        Blame::Machine,
        [
            StartError::PortInUse(address),
            StartError::Listen {
                address,
                source: io::ErrorKind::PermissionDenied.into(),
            },
        ],
    );
    to.add(
        Blame::Caller,
        [
            StartError::Peer {
                node: Box::new(node),
                source: StaticPeerError::OwnIdentity,
            },
            StartError::ProtocolVersion(3),
            StartError::NoSubprotocol,
        ],
    );
    to.add(
        Blame::Caller,
        [
            StaticPeerError::OwnIdentity,
            StaticPeerError::ListFull { limit: 64 },
            StaticPeerError::NotDialable(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))),
        ],
    );
    let refused = |reason: &Refusal| {
        let name = match reason {
            Refusal::TooManyHandshakes { .. } => "too_many_handshakes",
            Refusal::TooManyFromAddress { .. } => "too_many_from_address",
            Refusal::TooManyInbound { .. } => "too_many_inbound",
            Refusal::AlreadyConnected => "already_connected",
            Refusal::OwnIdentity => "own_identity",
            Refusal::UnknownConnection => "unknown_connection",
        };
        format!("network.refused.{name}")
    };
    to.counted(
        Blame::Nobody,
        refused,
        [
            Refusal::TooManyHandshakes { limit: 50 },
            Refusal::TooManyFromAddress { limit: 8 },
            Refusal::TooManyInbound { limit: 25 },
            Refusal::AlreadyConnected,
            Refusal::OwnIdentity,
            Refusal::UnknownConnection,
        ],
    );
    to.counted(
        Blame::Nobody,
        closed,
        [
            CloseReason::ByPeer(DisconnectReason::TooManyPeers),
            CloseReason::ByUs(DisconnectReason::UselessPeer),
            CloseReason::Refused(Refusal::TooManyInbound { limit: 25 }),
            CloseReason::Closed,
            CloseReason::Stopping,
        ],
    );
    to.counted(
        Blame::Peer,
        closed,
        [
            CloseReason::Handshake(HandshakeError::PublicKey),
            CloseReason::Violation(SessionError::HelloTimeout),
            CloseReason::Silent,
            CloseReason::ClosedMidFrame,
            CloseReason::Failed(io::ErrorKind::ConnectionReset),
            CloseReason::TimedOut(Duration::from_secs(5)),
            CloseReason::WriteStalled(Duration::from_secs(20)),
        ],
    );
    let (messages, bytes) = (1024, 4_194_304);
    let (size, limit) = (20_000_000, 16_777_215);
    to.add(Blame::Peer, [net::SendError::Full { messages, bytes }]);
    to.add(Blame::Nobody, [net::SendError::Closed]);
    to.add(
        Blame::Caller,
        [
            net::SendError::NotShared(1),
            net::SendError::NoSuchCode {
                code: 130,
                length: 128,
            },
            net::SendError::TooLarge { size, limit },
        ],
    );
    to.add(
        Blame::Machine,
        [CodecError::Io(io::ErrorKind::ConnectionReset.into())],
    );
    let frame = FrameError::HeaderMac;
    to.add(Blame::Peer, [CodecError::Message(frame.into())]);
}

/// The name in the counters of the network service.
fn closed(reason: &CloseReason) -> String {
    let name = match reason {
        CloseReason::ByPeer(_) => "by_peer",
        CloseReason::ByUs(_) => "by_us",
        CloseReason::Refused(_) => "refused",
        CloseReason::Handshake(_) => "handshake",
        CloseReason::Violation(_) => "violation",
        CloseReason::Silent => "silent",
        CloseReason::Closed => "closed",
        CloseReason::ClosedMidFrame => "closed_mid_frame",
        CloseReason::Failed(_) => "failed",
        CloseReason::TimedOut(_) => "timed_out",
        CloseReason::WriteStalled(_) => "write_stalled",
        _ => "stopping",
    };
    format!("network.closed.{name}")
}

fn handshakes(to: &mut Catalogue) {
    let (size, limit) = (17_000_000, 16_777_215);
    // The errors of the library that reads RLP cannot be named here, but caused.
    let malformed = match Hello::decode(&[1]) {
        Err(HelloError::Malformed(error)) => Some(error),
        _ => None,
    };
    to.add(Blame::Peer, malformed.map(HandshakeError::Malformed));
    to.add(Blame::Peer, malformed.map(HelloError::Malformed));
    to.add(
        Blame::Peer,
        [
            HandshakeError::TooSmall { size: 20, min: 194 },
            HandshakeError::TooLarge {
                size: 9000,
                max: 2048,
            },
            HandshakeError::Decrypt(status_ecies::Error::Tag),
            HandshakeError::PublicKey,
            HandshakeError::Signature,
        ],
    );
    to.add(Blame::Caller, [HandshakeError::Finished]);
    to.add(
        Blame::Peer,
        [
            HelloError::TooLarge { size: 3000 },
            HelloError::IdentityLength { len: 63 },
            HelloError::ZeroIdentity,
        ],
    );
    to.add(
        Blame::Peer,
        [
            FrameError::HeaderMac,
            FrameError::BodyMac,
            FrameError::TooLarge { size, limit },
            FrameError::Code,
        ],
    );
    to.add(
        Blame::Peer,
        [
            MessageError::Frame(FrameError::BodyMac),
            MessageError::TooLarge { size, limit },
            MessageError::Snappy { size: 12 },
        ],
    );
}

fn sessions(to: &mut Catalogue) {
    let claimed = NodeId([7; 64]);
    to.add(
        Blame::Peer,
        [
            SessionError::Message(FrameError::HeaderMac.into()),
            SessionError::Hello(HelloError::ZeroIdentity),
            SessionError::HelloExpected { code: 17 },
            SessionError::UnexpectedIdentity { claimed },
            SessionError::UnknownCode {
                code: 144,
                end: 144,
            },
            SessionError::HelloTimeout,
            SessionError::IdleTimeout,
        ],
    );
    to.add(Blame::Version, [SessionError::NothingShared { offered: 2 }]);
    to.add(Blame::Nobody, [SessionError::Lost { mid_frame: false }]);
    to.add(
        Blame::Nobody,
        [
            Closed::ByPeer(DisconnectReason::ClientQuitting),
            Closed::ByUs(DisconnectReason::ReadTimeout),
        ],
    );
    to.add(Blame::Peer, [Closed::Fault(SessionError::IdleTimeout)]);
    let (messages, bytes) = (64, 1_048_576);
    let (size, limit) = (17_000_000, 16_777_214);
    to.add(Blame::Peer, [SendError::Full { messages, bytes }]);
    to.add(Blame::Nobody, [SendError::Closed]);
    to.add(
        Blame::Caller,
        [
            SendError::NotEstablished,
            SendError::UnknownCapability { index: 1, count: 1 },
            SendError::UnknownCode {
                code: 130,
                length: 128,
            },
            SendError::TooLarge { size, limit },
        ],
    );
    to.add(Blame::Nobody, DisconnectReason::NAMED.iter().copied());
    to.add(Blame::Version, [DisconnectReason::Other(99)]);
}

fn texts(to: &mut Catalogue) {
    to.add(
        Blame::Caller,
        [
            EnodeError::Scheme,
            EnodeError::Id(NodeIdError::Text),
            EnodeError::MissingAddress,
            EnodeError::Host("example.org".into()),
            EnodeError::MissingPort,
            EnodeError::Port("70000".into()),
            EnodeError::Trailing("?discport=x".into()),
            EnodeError::NotDialable(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))),
        ],
    );
    to.add(Blame::Caller, [NodeIdError::Text, NodeIdError::NotOnCurve]);
    to.add(
        Blame::Author,
        [
            RecordError::Prefix,
            RecordError::Invalid("signature".into()),
            RecordError::NotCanonical,
            RecordError::NoTcpAddress,
        ],
    );
    to.add(Blame::Defect, [RecordError::Signing("too large".into())]);
    to.add(
        Blame::Caller,
        [
            net::nat::NatModeError::Unknown("upn".into()),
            net::nat::NatModeError::Address("extern".into()),
        ],
    );
}
