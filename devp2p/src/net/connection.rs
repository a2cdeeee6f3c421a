//! One connection: its task from the first byte to the last.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::event::CloseReason;
use super::service::Shared;
use crate::peers::{ConnectionId, Dial};

/// Serves a connection that someone opened to us.
pub(super) async fn inbound(
    shared: Arc<Shared>,
    id: ConnectionId,
    _socket: TcpStream,
    _address: SocketAddr,
) {
    shared.closed(id, &CloseReason::Closed);
}

/// Dials, and serves the connection if that succeeds.
pub(super) async fn outbound(shared: Arc<Shared>, dial: Dial) {
    shared.closed(dial.connection, &CloseReason::Closed);
}
