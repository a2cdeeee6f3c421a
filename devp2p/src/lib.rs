//! devp2p, the peer-to-peer layer under Whisper: RLPx connections, what runs on them, and the
//! policy that decides with whom to be connected.
//!
//! Everything but the module [`net`] is pure: no socket, no clock, no thread, no global
//! randomness. Bytes come in through a [`bytes::BytesMut`], bytes go out into one, time is an
//! argument in milliseconds of any clock that never goes back. A connection has three steps, each
//! usable by itself:
//!
//! 1. [`handshake`]: [`Initiator`] and [`Recipient`] agree on [`Secrets`], in the EIP-8 form or
//!    the older one;
//! 2. [`frame`] and [`message`]: encrypted and authenticated frames, with snappy on top;
//! 3. [`session`]: [`Session`] exchanges Hello, matches capabilities, multiplexes subprotocols
//!    fairly, keeps the connection alive and ends it with a reason.
//!
//! [`peers`] holds the policy. [`net`] (feature `net`, on by default) drives all of it with tokio.
//!
//! The judge of the wire format is go-ethereum 1.9 as status-go v0.50.0 deployed it; `SPEC.md`
//! lists the places where that and the specification's text differ.
#![forbid(unsafe_code)]

pub mod capability;
pub mod disconnect;
mod enode;
pub mod frame;
pub mod handshake;
pub mod hello;
pub mod message;
pub mod node_key;
pub mod peers;
mod record;
pub mod session;

#[cfg(feature = "net")]
pub mod net;

pub use capability::{BASE_PROTOCOL_LENGTH, Capability, SharedCapability, Subprotocol};
pub use disconnect::DisconnectReason;
pub use enode::{Enode, EnodeError};
pub use frame::{Frame, FrameDecoder, FrameEncoder, FrameError, MAX_FRAME_SIZE};
pub use handshake::{Accepted, Form, HandshakeError, Initiator, Recipient, Secrets};
pub use hello::{Hello, HelloError, MAX_HELLO_SIZE};
pub use message::{MAX_MESSAGE_SIZE, Message, MessageDecoder, MessageEncoder, MessageError};
pub use node_key::{NodeId, NodeIdError, NodeKey};
pub use record::{NodeRecord, RecordError};
pub use session::{
    Closed, Counters, Progress, QueueLimits, SendError, Session, SessionConfig, SessionError,
    SessionEvent,
};

#[cfg(all(doctest, feature = "net"))]
#[doc = include_str!("../README.md")]
struct Readme;
