//! What a client has not read yet.

use bytes::{Buf, BytesMut};
use serde_json::Value;
use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Bytes that may wait for a client. Beyond them its calls are no longer read, and its
/// subscriptions end: some thousand messages of usual size, which a program that reads at all never
/// lets wait.
pub const MAX_UNREAD: usize = 1 << 20;

/// Bytes an answer may have, so that a client knows how long a line it must be able to read.
pub(super) const MAX_ANSWER: usize = 16 << 20;

/// Lines on their way to a client.
#[derive(Debug, Default)]
pub(super) struct Outgoing(BytesMut);

impl Outgoing {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether so much waits that nothing should be added without need.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_UNREAD
    }

    /// Adds a line.
    pub(super) fn push(&mut self, value: &Value) {
        self.0.extend_from_slice(value.to_string().as_bytes());
        self.0.extend_from_slice(b"\n");
    }

    /// Writes some of it. Cancelling loses nothing.
    pub(super) async fn write(&mut self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let written = to.write(&self.0).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.0.advance(written);
        Ok(())
    }
}
