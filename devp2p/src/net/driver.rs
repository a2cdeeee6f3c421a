//! The loop that moves bytes between a socket, a session and the queues.
//!
//! One task per connection, polled by hand: reading, writing, the application's queue, room in its
//! inbox and the clock are five things to wait for, and whichever is ready should be used up before
//! the task sleeps again. Writes are coalesced while there is something to write; reads take what
//! a 64 KiB buffer holds; a connection that always has something to do yields after
//! [`ROUNDS`] rounds, so that no peer starves another on the same thread.

mod goodbye;

use std::future::Future as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_util::io::poll_read_buf;

use super::event::{CloseReason, ConnectedPeer, Direction, NetworkEvent, PeerId};
use super::outbox::PeerSender;
use super::service::{RegisteredPeer, Shared};
use super::stats::Traffic;
use crate::peers::ConnectionId;
use crate::{DisconnectReason, Hello, Progress, Session, SessionEvent, SharedCapability};

/// How much is read at once, and how much may wait to be written before no more is encoded.
const BUFFER: usize = 64 << 10;

/// A frame that is larger than [`BUFFER`] and whose header was authenticated makes the read
/// buffer grow by up to this at once.
const LARGEST_READ: usize = 256 << 10;

/// Rounds of reading and writing, 64 KiB each, before other tasks get their turn.
const ROUNDS: usize = 8;

pub(super) struct Driver {
    shared: Arc<Shared>,
    peer: PeerId,
    socket: TcpStream,
    address: SocketAddr,
    direction: Direction,
    pub(super) trusted: bool,
    pub(super) session: Session,
    input: BytesMut,
    output: BytesMut,
    traffic: Arc<Traffic>,
    /// What Hello brought, until it is reported.
    greeting: Option<(Hello, Vec<SharedCapability>)>,
    /// The position in the configuration of each shared capability.
    subprotocols: Vec<usize>,
    /// Events on their way to the inbox; empty between polls.
    batch: Vec<NetworkEvent>,
    closed: Option<CloseReason>,
    /// The application does not take this peer's messages, so it is not read.
    blocked: bool,
    /// `input` holds complete messages that the session has not taken.
    unread: bool,
    /// Since when the peer takes nothing of `output`.
    stalled_since: Option<u64>,
    /// Since when, and why, the application wants the connection to end.
    leaving: Option<(u64, DisconnectReason)>,
    timer: Pin<Box<Sleep>>,
    /// When `timer` fires, in the service's milliseconds.
    timer_at: u64,
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        id: ConnectionId,
        socket: TcpStream,
        address: SocketAddr,
        direction: Direction,
        session: Session,
        input: BytesMut,
    ) -> Self {
        Self {
            shared,
            peer: PeerId(id.0),
            socket,
            address,
            direction,
            trusted: false,
            session,
            unread: !input.is_empty(),
            input,
            output: BytesMut::new(),
            traffic: Arc::default(),
            greeting: None,
            subprotocols: Vec::new(),
            batch: Vec::new(),
            closed: None,
            blocked: false,
            stalled_since: None,
            leaving: None,
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
            timer_at: 0,
        }
    }

    /// Exchanges Hello. Messages that came right behind it are kept.
    pub(super) fn poll_established(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CloseReason>> {
        loop {
            let wrote = self.poll_write(cx, None);
            let read = self.greeting.is_none() && self.poll_read(cx);
            if self.greeting.is_some() {
                return Poll::Ready(Ok(()));
            }
            if let Some(reason) = &self.closed {
                return Poll::Ready(Err(reason.clone()));
            }
            if !wrote && !read {
                return Poll::Pending;
            }
        }
    }

    /// Serves the established connection to its end.
    pub(super) async fn run(mut self) -> CloseReason {
        let (sender, connected) = self.introduce();
        let traffic = Arc::clone(&self.traffic);
        let registered = RegisteredPeer {
            node_id: connected.node_id,
            address: self.address,
            direction: self.direction,
            client_name: connected.client_name.clone(),
            sender: sender.clone(),
            traffic,
        };
        let node_id = connected.node_id;
        self.shared.established(self.peer, registered);
        // In front of the messages that came right behind Hello.
        self.batch
            .insert(0, NetworkEvent::PeerConnected(Box::new(connected)));
        self.shared.inbox.push(self.peer, &mut self.batch);
        let reason = std::future::poll_fn(|cx| self.poll_run(cx, &sender)).await;
        self.say_goodbye().await;
        let unsent = sender.close() as u64 + self.session.counters().unsent_messages;
        let (shared, peer) = (Arc::clone(&self.shared), self.peer);
        shared.ended(peer, unsent);
        let event = NetworkEvent::PeerDisconnected {
            peer,
            node_id,
            reason: reason.clone(),
        };
        shared.inbox.push_last(peer, event);
        self.linger().await;
        // The socket goes now, whenever the application takes the last messages.
        drop(self);
        // The connection keeps its place in the limits while its messages take memory.
        tokio::select! {
            () = std::future::poll_fn(|cx| shared.inbox.poll_empty(peer, cx)) => {}
            () = shared.stop.cancelled() => {}
        }
        reason
    }

    /// Turns what Hello brought into what the application is told.
    fn introduce(&mut self) -> (PeerSender, ConnectedPeer) {
        let offered = &self.shared.config.subprotocols;
        let lengths = (0..offered.len())
            .map(|position| {
                self.subprotocols
                    .contains(&position)
                    .then(|| offered.get(position))
                    .flatten()
            })
            .map(|shared| shared.map(|subprotocol| subprotocol.length))
            .collect();
        let sender = PeerSender::new(self.peer, lengths, self.shared.config.queues);
        let (client_name, protocol_version, capabilities) = match self.greeting.take() {
            Some((hello, _)) => (hello.client_name, hello.version, hello.capabilities),
            None => Default::default(),
        };
        let connected = ConnectedPeer {
            peer: self.peer,
            node_id: self.session.remote_id(),
            address: self.address,
            direction: self.direction,
            trusted: self.trusted,
            client_name,
            protocol_version,
            capabilities,
            subprotocols: self.subprotocols.clone(),
            sender: sender.clone(),
        };
        (sender, connected)
    }

    fn poll_run(&mut self, cx: &mut Context<'_>, sender: &PeerSender) -> Poll<CloseReason> {
        for _ in 0..ROUNDS {
            let wrote = self.poll_write(cx, Some(sender));
            let read = self.poll_read(cx);
            self.shared.inbox.push(self.peer, &mut self.batch);
            if let Some(reason) = self.closed.clone() {
                return Poll::Ready(reason);
            }
            if !wrote && !read {
                // The timer may have made something to write.
                ready!(self.poll_timer(cx));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    // ---- writing ----

    /// Encodes and writes as much as the socket takes. Whether anything moved.
    fn poll_write(&mut self, cx: &mut Context<'_>, sender: Option<&PeerSender>) -> bool {
        if self.output.len() < BUFFER {
            self.encode(cx, sender);
        }
        if self.output.is_empty() {
            self.stalled_since = None;
            return false;
        }
        match Pin::new(&mut self.socket).poll_write(cx, &self.output) {
            Poll::Ready(Ok(0)) => self.close(CloseReason::Closed),
            Poll::Ready(Ok(written)) => {
                self.output.advance(written);
                Traffic::add(&self.traffic.bytes_sent, written as u64);
                self.stalled_since = None;
                if self.output.is_empty() {
                    shrink(&mut self.output);
                }
            }
            Poll::Ready(Err(error)) => self.close(CloseReason::Failed(error.kind())),
            Poll::Pending => {
                let now = self.shared.now();
                self.stalled_since.get_or_insert(now);
                return false;
            }
        }
        true
    }

    /// Fills the output buffer, in turn from the application's queues by way of the session's.
    fn encode(&mut self, cx: &Context<'_>, sender: Option<&PeerSender>) {
        loop {
            let left = match sender {
                Some(sender) => self.fetch(cx, sender),
                None => false,
            };
            let encoded = self.session.poll_transmit(&mut self.output);
            if !encoded || !left || self.output.len() >= BUFFER {
                break;
            }
        }
        let sent = self.session.counters().messages_out;
        self.traffic
            .messages_sent
            .store(sent, std::sync::atomic::Ordering::Relaxed);
    }

    /// Moves messages from the application's queues to the session's. Whether some are left.
    fn fetch(&mut self, cx: &Context<'_>, sender: &PeerSender) -> bool {
        let Self {
            session,
            subprotocols,
            ..
        } = self;
        let drained = sender.drain(cx, |subprotocol, message| {
            // Only shared ones have a queue.
            let capability = subprotocols
                .iter()
                .position(|shared| *shared == subprotocol)?;
            if !session.is_ready(capability, message.payload.len()) {
                return Some(message);
            }
            // Code and size were checked when the message was queued.
            let sent = session.send(capability, message.code, message.payload);
            debug_assert!(sent.is_ok(), "{sent:?}");
            None
        });
        if let Some(reason) = drained.disconnect {
            if drained.left {
                let now = self.shared.now();
                self.leaving.get_or_insert((now, reason));
            } else {
                self.leave(reason);
            }
        }
        drained.left
    }

    fn leave(&mut self, reason: DisconnectReason) {
        self.session.disconnect(reason);
        self.take_events();
    }

    // ---- reading ----

    /// Reads and handles what the socket has, if the application has room. Whether anything moved.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> bool {
        if self.closed.is_some() {
            return false;
        }
        if self.shared.inbox.poll_room(self.peer, cx).is_pending() {
            self.blocked = true;
            return false;
        }
        let now = self.shared.now();
        if std::mem::take(&mut self.blocked) {
            // It was us who did not listen.
            self.session.resume(now);
        }
        if !self.unread {
            let wanted = self
                .session
                .missing(self.input.len())
                .clamp(BUFFER / 2, LARGEST_READ);
            if self.input.capacity() - self.input.len() < wanted {
                self.input.reserve(wanted.max(BUFFER));
            }
            match poll_read_buf(Pin::new(&mut self.socket), cx, &mut self.input) {
                Poll::Pending => return false,
                Poll::Ready(Ok(0)) => {
                    self.session.handle_end(&self.input);
                    self.take_events();
                    return true;
                }
                Poll::Ready(Ok(bytes)) => {
                    Traffic::add(&self.traffic.bytes_received, bytes as u64);
                }
                Poll::Ready(Err(error)) => {
                    self.close(CloseReason::Failed(error.kind()));
                    return true;
                }
            }
        }
        self.unread = self.session.handle_bytes(&mut self.input, now) == Progress::EventsWaiting;
        self.take_events();
        if self.input.is_empty() {
            shrink(&mut self.input);
        }
        true
    }

    /// Takes all events of the session.
    fn take_events(&mut self) {
        let mut received = 0;
        while let Some(event) = self.session.poll_event() {
            match event {
                SessionEvent::Message {
                    capability,
                    code,
                    payload,
                } => {
                    received += 1;
                    let subprotocol = self.subprotocols.get(capability).copied().unwrap_or(0);
                    let peer = self.peer;
                    self.batch.push(NetworkEvent::Message {
                        peer,
                        subprotocol,
                        code,
                        payload,
                    });
                }
                SessionEvent::Established {
                    hello,
                    capabilities,
                } => {
                    let offered = &self.shared.config.subprotocols;
                    let position = |shared: &SharedCapability| {
                        offered.iter().position(|own| {
                            own.name == shared.name && own.version == shared.version
                        })
                    };
                    self.subprotocols = capabilities.iter().filter_map(position).collect();
                    self.greeting = Some((hello, capabilities));
                }
                SessionEvent::Disconnected(closed) => {
                    let handshake = self.shared.config.timeouts.handshake;
                    self.close(CloseReason::of_session(closed, handshake));
                }
            }
        }
        Traffic::add(&self.traffic.messages_received, received);
    }

    // ---- time ----

    /// Ready when something was due, pending with the timer set otherwise.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timeouts = self.shared.config.timeouts;
        let after = |since: Option<u64>, limit: Duration| {
            since.map(|since| since.saturating_add(milliseconds(limit)))
        };
        let stall = after(self.stalled_since, timeouts.write_stall);
        let leave = after(self.leaving.map(|(since, _)| since), timeouts.goodbye);
        let session = self.session.poll_timeout();
        let Some(due) = [session, stall, leave].into_iter().flatten().min() else {
            return Poll::Pending;
        };
        // A timer that fires too early is cheaper than one that is set at every message.
        if due < self.timer_at || self.timer.is_elapsed() {
            let now = self.shared.now();
            if due <= now {
                self.handle_timeout(now, session, stall, leave);
                return Poll::Ready(());
            }
            self.timer_at = due;
            self.timer
                .as_mut()
                .reset(Instant::now() + Duration::from_millis(due - now));
        }
        // Fired: look again at what is due.
        self.timer.as_mut().poll(cx)
    }

    fn handle_timeout(
        &mut self,
        now: u64,
        session: Option<u64>,
        stall: Option<u64>,
        leave: Option<u64>,
    ) {
        let due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        let timeouts = self.shared.config.timeouts;
        if due(stall) {
            self.close(CloseReason::WriteStalled(timeouts.write_stall));
        } else if let (true, Some((_, reason))) = (due(leave), self.leaving) {
            self.leave(reason);
        }
        if due(session) {
            if self.blocked {
                self.session.resume(now);
            }
            self.session.handle_timeout(now);
            self.take_events();
        }
    }

    /// The first reason counts.
    fn close(&mut self, reason: CloseReason) {
        self.closed.get_or_insert(reason);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Gives back what a large frame made a buffer grow by.
fn shrink(buffer: &mut BytesMut) {
    if buffer.capacity() > 4 * BUFFER {
        *buffer = BytesMut::new();
    }
}
