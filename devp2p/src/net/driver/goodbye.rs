//! The end of a connection: the last words go out, and the peer is given time to read them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{BUFFER, Driver};
use crate::net::event::CloseReason;

/// What a peer may send after our goodbye before we stop listening to it.
const FAREWELL: usize = 1 << 20;

impl Driver {
    /// Says goodbye and waits for the peer to close.
    pub(in crate::net) async fn goodbye(&mut self) {
        self.say_goodbye().await;
        self.linger().await;
    }

    /// Writes what the session still has, its reason for the end last.
    pub(super) async fn say_goodbye(&mut self) {
        if self.is_deaf() {
            return;
        }
        let words = async {
            loop {
                while self.session.poll_transmit(&mut self.output) {}
                if self.output.is_empty() {
                    return self.socket.shutdown().await;
                }
                self.socket.write_all_buf(&mut self.output).await?;
            }
        };
        // Whether it arrived does not matter any more.
        let _ = tokio::time::timeout(self.shared.config.timeouts.goodbye, words).await;
    }

    /// Waits for the peer to close: with something unread in it, closing a socket makes the
    /// system throw away the last words that are still on their way.
    pub(super) async fn linger(&mut self) {
        if self.is_deaf() {
            return;
        }
        let answer = async {
            let mut heard = 0;
            while heard < FAREWELL {
                self.input.clear();
                self.input.reserve(BUFFER);
                match self.socket.read_buf(&mut self.input).await {
                    Ok(0) | Err(_) => break,
                    Ok(bytes) => heard += bytes,
                }
            }
        };
        let _ = tokio::time::timeout(self.shared.config.timeouts.goodbye, answer).await;
    }

    /// Nobody listens at the other end any more.
    fn is_deaf(&self) -> bool {
        matches!(
            self.closed,
            Some(
                CloseReason::ByPeer(_)
                    | CloseReason::Closed
                    | CloseReason::ClosedMidFrame
                    | CloseReason::Failed(_)
                    | CloseReason::WriteStalled(_)
            )
        )
    }
}
