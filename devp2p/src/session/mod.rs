//! A connection after its handshake, as a state machine: Hello, compression, keep-alive,
//! subprotocols, the end.

mod config;
mod error;
mod event;
mod outgoing;

pub use config::{HELLO_TIMEOUT_MS, IDLE_TIMEOUT_MS, PING_INTERVAL_MS, QueueLimits, SessionConfig};
pub use error::{SendError, SessionError};
pub use event::{Closed, Counters, Progress, SessionEvent};
pub use outgoing::MAX_OUTGOING_PAYLOAD;

use crate::{
    BASE_PROTOCOL_LENGTH, DisconnectReason, Hello, MAX_HELLO_SIZE, Message, MessageDecoder,
    MessageEncoder, NodeId, Secrets, SharedCapability, Subprotocol, capability,
};
use bytes::{Bytes, BytesMut};
use outgoing::Outgoing;
use std::collections::VecDeque;

const HELLO: u64 = 0;
const DISCONNECT: u64 = 1;
const PING: u64 = 2;
const PONG: u64 = 3;

/// The body of Ping and Pong: an empty list, as deployed.
const EMPTY_LIST: [u8; 1] = [0xc0];

/// Events that may wait: as many messages as a read of 64 KiB of small ones brings.
const MAX_EVENTS: usize = 256;

/// Payload bytes that may wait in events, beyond which no further message is taken.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// Pings that may be unanswered at once. A peer sends one each 15 s; one that sends more without
/// reading the answers gets no more of them.
const MAX_PONGS: u32 = 16;

/// `poll_transmit` stops adding frames beyond this length: one write of this size costs no more
/// per byte than a larger one.
const TRANSMIT_TARGET: usize = 64 << 10;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The peer's Hello has not come.
    Hello,
    Open,
    /// Over; what is queued may still go out.
    Closed,
}

/// One connection from the end of its handshake to its own end.
///
/// Drive it like this, with a `now` in milliseconds of a clock that never goes back:
///
/// 1. after creation and after every call below: `poll_transmit` until false, and write the bytes;
/// 2. when bytes came: append them to a buffer, then `handle_bytes` and `poll_event` until none is
///    left, both again while `handle_bytes` returns [`Progress::EventsWaiting`];
/// 3. when `poll_timeout`'s time has come: `handle_timeout`;
/// 4. when the peer closed the connection: `handle_end`;
/// 5. after [`SessionEvent::Disconnected`]: write what `poll_transmit` still gives, and close.
///
/// Not reading is how a driver slows the peer down; it then calls `resume` before it reads again.
#[derive(Debug)]
pub struct Session {
    encoder: MessageEncoder,
    decoder: MessageDecoder,
    remote: NodeId,
    config: SessionConfig,
    phase: Phase,
    /// Ours, until it was encoded.
    hello: Option<Hello>,
    /// Agreed on, but our own Hello must go out uncompressed first.
    snappy: bool,
    capabilities: Vec<SharedCapability>,
    outgoing: Outgoing,
    ping: bool,
    pongs: u32,
    disconnect: Option<DisconnectReason>,
    /// Bounded by [`MAX_EVENTS`] and [`MAX_EVENT_BYTES`], give or take one message and the end.
    events: VecDeque<SessionEvent>,
    event_bytes: usize,
    /// When the peer must have sent something.
    deadline: u64,
    next_ping: u64,
    counters: Counters,
}

impl Session {
    /// Starts with Hello on a connection with these keys. `now` is in milliseconds.
    pub fn new(secrets: Secrets, config: SessionConfig, now: u64) -> Self {
        let remote = secrets.remote_id();
        let (encoder, decoder) = secrets.into_frames();
        let mut decoder = MessageDecoder::new(decoder);
        decoder.set_limit(MAX_HELLO_SIZE);
        Self {
            encoder: MessageEncoder::new(encoder),
            decoder,
            remote,
            phase: Phase::Hello,
            hello: Some(config.hello()),
            snappy: false,
            capabilities: Vec::new(),
            outgoing: Outgoing::new(&[], config.queue),
            ping: false,
            pongs: 0,
            disconnect: None,
            events: VecDeque::new(),
            event_bytes: 0,
            deadline: now.saturating_add(HELLO_TIMEOUT_MS),
            next_ping: u64::MAX,
            counters: Counters::default(),
            config,
        }
    }

    // Commands

    /// Queues a message of the subprotocol with this index among the shared capabilities. `code`
    /// is the subprotocol's own, from 0.
    ///
    /// # Errors
    ///
    /// [`SendError`]; [`SendError::Full`] is back-pressure.
    pub fn send(&mut self, capability: usize, code: u64, payload: Bytes) -> Result<(), SendError> {
        match self.phase {
            Phase::Hello => Err(SendError::NotEstablished),
            Phase::Closed => Err(SendError::Closed),
            Phase::Open => self.outgoing.push(capability, code, payload),
        }
    }

    /// Ends the session. What was queued goes out first, then Disconnect. Before the peer's Hello
    /// came, an own one that was not sent stays unsent, as deployed for peers beyond the limit. Does nothing if the session
    /// is over.
    pub fn disconnect(&mut self, reason: DisconnectReason) {
        self.close(Closed::ByUs(reason));
    }

    /// Tells that the driver did not read for a while of its own will: the peer's time to send
    /// something starts anew.
    pub fn resume(&mut self, now: u64) {
        if self.phase == Phase::Open {
            self.deadline = now.saturating_add(IDLE_TIMEOUT_MS);
        }
    }

    // What came

    /// Takes all complete messages off the front of `input`, until events must be taken first.
    pub fn handle_bytes(&mut self, input: &mut BytesMut, now: u64) -> Progress {
        loop {
            if self.phase == Phase::Closed {
                input.clear();
                return Progress::Closed;
            }
            if self.events.len() >= MAX_EVENTS || self.event_bytes >= MAX_EVENT_BYTES {
                return Progress::EventsWaiting;
            }
            let handled = match self.decoder.decode(input) {
                Ok(Some(message)) => self.handle_message(message, now),
                Ok(None) => return Progress::NeedsInput,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = handled {
                self.close(Closed::Fault(error));
            }
        }
    }

    /// Sends a Ping that is due, and ends the session if the peer was silent for too long. Events
    /// that wait are proof that it was not.
    pub fn handle_timeout(&mut self, now: u64) {
        if self.phase == Phase::Closed {
            return;
        }
        if now >= self.next_ping {
            self.ping = true;
            self.next_ping = now.saturating_add(PING_INTERVAL_MS);
        }
        if now < self.deadline {
            return;
        }
        if self.phase == Phase::Hello {
            self.close(Closed::Fault(SessionError::HelloTimeout));
        } else if self.events.is_empty() {
            self.close(Closed::Fault(SessionError::IdleTimeout));
        } else {
            self.resume(now);
        }
    }

    /// Tells that the connection ended, with `input` left unread. Nothing can be sent any more.
    pub fn handle_end(&mut self, input: &BytesMut) {
        let mid_frame = !input.is_empty() || self.decoder.is_mid_frame();
        self.close(Closed::Fault(SessionError::Lost { mid_frame }));
        self.hello = None;
        self.disconnect = None;
        self.counters.unsent_messages += self.outgoing.clear() as u64;
    }

    // What must go out or be told

    /// Appends frames to `out`, up to some 64 KiB unless a single one is larger; false if there was
    /// nothing to append. Base protocol first, then one message of each subprotocol in turn.
    pub fn poll_transmit(&mut self, out: &mut BytesMut) -> bool {
        let before = out.len();
        while out.len() - before < TRANSMIT_TARGET {
            if !self.encode_next(out) {
                break;
            }
        }
        out.len() > before
    }

    /// The next event, in the order in which things happened.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        let event = self.events.pop_front()?;
        if let SessionEvent::Message { payload, .. } = &event {
            self.event_bytes -= payload.len();
        }
        Some(event)
    }

    /// When to call `handle_timeout`, on the clock of `now`; none once the session is over.
    pub fn poll_timeout(&self) -> Option<u64> {
        (self.phase != Phase::Closed).then(|| self.deadline.min(self.next_ping))
    }

    // Getters

    /// The node that the handshake proved the peer to be.
    pub fn remote_id(&self) -> NodeId {
        self.remote
    }

    /// What both speak; empty until the session is established.
    pub fn capabilities(&self) -> &[SharedCapability] {
        &self.capabilities
    }

    /// Whether `send` would take a message of `size` bytes of the capability with this index.
    pub fn is_ready(&self, capability: usize, size: usize) -> bool {
        self.phase == Phase::Open && self.outgoing.has_room(capability, size)
    }

    /// Whether Hello was exchanged and the session is not over.
    pub fn is_established(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether the session is over. There may still be something to transmit, and events.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Messages of subprotocols that wait to go out.
    pub fn queued(&self) -> usize {
        self.outgoing.len()
    }

    /// How many bytes beyond `buffered` ones the next step of reading needs; a hint for a driver
    /// that sizes its buffer. Do not reserve more than you would on a stranger's word.
    pub fn missing(&self, buffered: usize) -> usize {
        self.decoder.missing(buffered)
    }

    /// What went through and what was dropped.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    // Inside

    fn handle_message(&mut self, message: Message, now: u64) -> Result<(), SessionError> {
        let Message { code, payload } = message;
        if self.phase == Phase::Hello {
            return match code {
                HELLO => self.handle_hello(&payload, now),
                DISCONNECT => {
                    self.close(Closed::ByPeer(DisconnectReason::decode(&payload)));
                    Ok(())
                }
                code => Err(SessionError::HelloExpected { code }),
            };
        }
        self.deadline = now.saturating_add(IDLE_TIMEOUT_MS);
        match code {
            DISCONNECT => self.close(Closed::ByPeer(DisconnectReason::decode(&payload))),
            PING if self.pongs < MAX_PONGS => self.pongs += 1,
            PING => self.counters.pongs_omitted += 1,
            PONG => {}
            _ if code < BASE_PROTOCOL_LENGTH => self.counters.ignored_base_messages += 1,
            _ => return self.handle_subprotocol(code, payload),
        }
        Ok(())
    }

    fn handle_subprotocol(&mut self, wire: u64, payload: Bytes) -> Result<(), SessionError> {
        let mut shared = self.capabilities.iter().enumerate();
        let found = shared.find_map(|(index, shared)| Some((index, shared.local_code(wire)?)));
        let Some((capability, code)) = found else {
            let last = self.capabilities.last();
            let end = last.map_or(BASE_PROTOCOL_LENGTH, |shared| shared.offset + shared.length);
            return Err(SessionError::UnknownCode { code: wire, end });
        };
        self.counters.messages_in += 1;
        self.counters.bytes_in += payload.len() as u64;
        self.event_bytes += payload.len();
        self.events.push_back(SessionEvent::Message {
            capability,
            code,
            payload,
        });
        Ok(())
    }

    fn handle_hello(&mut self, payload: &[u8], now: u64) -> Result<(), SessionError> {
        let hello = Hello::decode(payload)?;
        // Whatever comes of it, the peer compresses from here on, and expects us to.
        if hello.uses_snappy(self.config.protocol_version) {
            self.decoder.enable_snappy();
            self.snappy = true;
        }
        if hello.id != self.remote {
            return Err(SessionError::UnexpectedIdentity { claimed: hello.id });
        }
        let offered: &[Subprotocol] = &self.config.subprotocols;
        let capabilities = capability::shared(offered, &hello.capabilities);
        if capabilities.is_empty() && !offered.is_empty() {
            let offered = hello.capabilities.len();
            return Err(SessionError::NothingShared { offered });
        }
        self.decoder.set_limit(self.config.max_message_size);
        self.outgoing = Outgoing::new(&capabilities, self.config.queue);
        self.capabilities.clone_from(&capabilities);
        self.phase = Phase::Open;
        self.deadline = now.saturating_add(IDLE_TIMEOUT_MS);
        self.next_ping = now.saturating_add(PING_INTERVAL_MS);
        self.events.push_back(SessionEvent::Established {
            hello,
            capabilities,
        });
        Ok(())
    }

    fn close(&mut self, closed: Closed) {
        if self.phase == Phase::Closed {
            return;
        }
        let flush = self.phase == Phase::Open && matches!(closed, Closed::ByUs(_));
        self.phase = Phase::Closed;
        self.ping = false;
        self.pongs = 0;
        if !matches!(closed, Closed::ByPeer(_)) {
            self.disconnect = Some(closed.reason());
        }
        if !flush {
            self.counters.unsent_messages += self.outgoing.clear() as u64;
            if self.hello.take().is_some() {
                // The peer reads our first message uncompressed, whatever it is.
                self.snappy = false;
            }
        }
        self.events.push_back(SessionEvent::Disconnected(closed));
    }

    /// Encodes one message; false if none is due.
    fn encode_next(&mut self, out: &mut BytesMut) -> bool {
        if let Some(hello) = self.hello.take() {
            let mut body = BytesMut::new();
            hello.encode(&mut body);
            self.encode(HELLO, &body, out);
            return true;
        }
        if std::mem::take(&mut self.snappy) {
            self.encoder.enable_snappy();
        }
        if self.pongs > 0 {
            self.pongs -= 1;
            self.encode(PONG, &EMPTY_LIST, out);
        } else if std::mem::take(&mut self.ping) {
            self.encode(PING, &EMPTY_LIST, out);
        } else if let Some((code, payload)) = self.outgoing.pop() {
            self.counters.messages_out += 1;
            self.counters.bytes_out += payload.len() as u64;
            self.encode(code, &payload, out);
        } else if let Some(reason) = self.disconnect.take() {
            let mut body = BytesMut::new();
            reason.encode(&mut body);
            self.encode(DISCONNECT, &body, out);
        } else {
            return false;
        }
        true
    }

    /// Cannot fail: Hello's own parts and queued payloads are bounded below a frame's limit.
    fn encode(&mut self, code: u64, payload: &[u8], out: &mut BytesMut) {
        let encoded = self.encoder.encode(code, payload, out);
        debug_assert!(encoded.is_ok(), "{encoded:?}");
    }
}
