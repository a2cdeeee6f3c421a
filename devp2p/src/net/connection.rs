//! One connection: its life from the first byte to the last.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::driver::Driver;
use super::event::{CloseReason, Direction, NetworkEvent};
use super::handshake;
use super::service::Shared;
use crate::peers::{ConnectionId, Dial, Refusal};
use crate::session::{QueueLimits, Session, SessionConfig};
use crate::{DisconnectReason, Enode};

/// What the session itself queues: enough to fill a write, little enough that what waits does so
/// in the sender's queues, where the application sees it.
const SESSION_QUEUE: QueueLimits = QueueLimits {
    messages: 256,
    bytes: 128 << 10,
};

/// A connection before it is driven.
struct Opened {
    shared: Arc<Shared>,
    id: ConnectionId,
    closer: CancellationToken,
    socket: TcpStream,
    address: SocketAddr,
    direction: Direction,
}

/// Serves a connection that someone opened to us.
pub(super) async fn inbound(
    shared: Arc<Shared>,
    id: ConnectionId,
    closer: CancellationToken,
    socket: TcpStream,
    address: SocketAddr,
) {
    let direction = Direction::Inbound;
    let opened = Opened {
        shared: Arc::clone(&shared),
        id,
        closer,
        socket,
        address,
        direction,
    };
    let reason = opened.serve(None).await;
    tracing::debug!(%address, %reason, "inbound connection ended");
    shared.closed(id, &reason);
}

/// Dials, and serves the connection if that succeeds.
pub(super) async fn outbound(shared: Arc<Shared>, dial: Dial, closer: CancellationToken) {
    let Dial {
        connection: id,
        enode,
    } = dial;
    let reason = match connect(&shared, &enode, &closer).await {
        Ok((socket, address)) => {
            shared.with_policy(|policy, _| policy.handle_connected(id));
            let direction = Direction::Outbound;
            let shared = Arc::clone(&shared);
            Opened {
                shared,
                id,
                closer,
                socket,
                address,
                direction,
            }
            .serve(Some(enode))
            .await
        }
        Err(reason) => {
            shared.inbox.notice(NetworkEvent::DialFailed {
                enode,
                reason: reason.clone(),
            });
            reason
        }
    };
    tracing::debug!(?enode, %reason, "outbound connection ended");
    shared.closed(id, &reason);
}

async fn connect(
    shared: &Shared,
    enode: &Enode,
    closer: &CancellationToken,
) -> Result<(TcpStream, SocketAddr), CloseReason> {
    let limit = shared.config.timeouts.dial;
    // The policy takes no enode without an address; port 0 would fail all the same.
    let address = SocketAddr::new(enode.ip, enode.tcp);
    tokio::select! {
        () = shared.stop.cancelled() => Err(CloseReason::Stopping),
        () = closer.cancelled() => Err(CloseReason::Refused(Refusal::AlreadyConnected)),
        connected = timeout(limit, TcpStream::connect(address)) => match connected {
            Ok(Ok(socket)) => Ok((socket, address)),
            Ok(Err(error)) => Err(handshake::failed(error)),
            Err(_) => Err(CloseReason::TimedOut(limit)),
        },
    }
}

impl Opened {
    /// From TCP being up to the end. `dialled` is whom we expect.
    async fn serve(self, dialled: Option<Enode>) -> CloseReason {
        let (shared, closer) = (Arc::clone(&self.shared), self.closer.clone());
        let limit = shared.config.timeouts.handshake;
        let begun = tokio::select! {
            () = shared.stop.cancelled() => Err(CloseReason::Stopping),
            () = closer.cancelled() => Err(CloseReason::Refused(Refusal::AlreadyConnected)),
            begun = self.begin(dialled.as_ref(), Instant::now() + limit) => begun,
        };
        match begun {
            Ok(driver) => driver.run().await,
            Err(reason) => {
                if let Some(enode) = dialled {
                    let reason = reason.clone();
                    shared
                        .inbox
                        .notice(NetworkEvent::DialFailed { enode, reason });
                }
                reason
            }
        }
    }

    /// Handshake, admission and Hello, all before `deadline`.
    async fn begin(
        mut self,
        dialled: Option<&Enode>,
        deadline: Instant,
    ) -> Result<Driver, CloseReason> {
        let shared = Arc::clone(&self.shared);
        let (key, timeouts) = (&shared.config.key, shared.config.timeouts);
        let timed_out = |_| CloseReason::TimedOut(timeouts.handshake);
        // Frames are coalesced before they are written; waiting for more would only add delay.
        self.socket.set_nodelay(true).map_err(handshake::failed)?;
        let mut input = BytesMut::new();
        let secrets = match dialled {
            Some(enode) => {
                let remote = enode
                    .id
                    .public_key()
                    .map_err(|_| Refusal::UnknownConnection)?;
                let work = handshake::initiate(&mut self.socket, key, &remote, &mut input);
                timeout_at(deadline, work).await.map_err(timed_out)??
            }
            None => {
                let work = handshake::respond(&mut self.socket, key, &mut input);
                timeout_at(deadline, work).await.map_err(timed_out)??
            }
        };
        let node_id = secrets.remote_id();
        let config = SessionConfig {
            protocol_version: shared.config.protocol_version,
            queue: SESSION_QUEUE,
            max_message_size: shared.config.max_message_size,
            ..SessionConfig::new(
                shared.local,
                shared.config.client_name.clone(),
                shared.config.subprotocols.clone(),
            )
        };
        let session = Session::new(secrets, config, shared.now());
        let Self {
            id,
            socket,
            address,
            direction,
            ..
        } = self;
        let mut driver = Driver::new(
            Arc::clone(&shared),
            id,
            socket,
            address,
            direction,
            session,
            input,
        );
        match shared.with_policy(|policy, _| policy.handle_authenticated(id, node_id)) {
            Ok(admission) => {
                if let Some(superseded) = admission.superseded {
                    shared.close(superseded, DisconnectReason::AlreadyConnected);
                }
                driver.trusted = admission.trusted;
            }
            Err(refusal) => {
                driver.session.disconnect(reason_for(refusal));
                driver.goodbye().await;
                return Err(refusal.into());
            }
        }
        let established = std::future::poll_fn(|cx| driver.poll_established(cx));
        match timeout_at(deadline, established).await.map_err(timed_out)? {
            Ok(()) => {}
            Err(reason) => {
                driver.goodbye().await;
                return Err(reason);
            }
        }
        if !shared.with_policy(|policy, now| policy.handle_established(id, now)) {
            driver
                .session
                .disconnect(DisconnectReason::AlreadyConnected);
            driver.goodbye().await;
            return Err(Refusal::AlreadyConnected.into());
        }
        Ok(driver)
    }
}

/// What a refused peer is told.
fn reason_for(refusal: Refusal) -> DisconnectReason {
    match refusal {
        Refusal::TooManyHandshakes { .. }
        | Refusal::TooManyFromAddress { .. }
        | Refusal::TooManyInbound { .. } => DisconnectReason::TooManyPeers,
        Refusal::AlreadyConnected => DisconnectReason::AlreadyConnected,
        Refusal::OwnIdentity => DisconnectReason::ConnectedToSelf,
        Refusal::UnknownConnection => DisconnectReason::Requested,
    }
}
