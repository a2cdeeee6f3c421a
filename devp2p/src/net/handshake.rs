//! The RLPx handshake over a socket.

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::event::CloseReason;
use crate::{Initiator, NodeKey, Recipient, Secrets};
use secp256k1::PublicKey;

/// Handshake packets have a few hundred bytes; the parser refuses those that announce more than it
/// allows, so this bounds the buffer together with that limit.
const READ: usize = 2048;

/// Plays the dialling side. Bytes behind the answer are left in `input`.
pub(super) async fn initiate(
    socket: &mut TcpStream,
    key: &NodeKey,
    remote: &PublicKey,
    input: &mut BytesMut,
) -> Result<Secrets, CloseReason> {
    let mut initiator = Initiator::new(&mut rand::rng(), key, remote);
    socket.write_all(initiator.auth()).await.map_err(failed)?;
    loop {
        read(socket, input).await?;
        if let Some(secrets) = initiator.handle_bytes(input)? {
            return Ok(secrets);
        }
    }
}

/// Plays the side that was dialled.
pub(super) async fn respond(
    socket: &mut TcpStream,
    key: &NodeKey,
    input: &mut BytesMut,
) -> Result<Secrets, CloseReason> {
    let mut recipient = Recipient::new(key);
    loop {
        read(socket, input).await?;
        let accepted = recipient.handle_bytes(&mut rand::rng(), input)?;
        if let Some(accepted) = accepted {
            socket.write_all(&accepted.ack).await.map_err(failed)?;
            return Ok(accepted.secrets);
        }
    }
}

async fn read(socket: &mut TcpStream, input: &mut BytesMut) -> Result<(), CloseReason> {
    input.reserve(READ);
    match socket.read_buf(input).await {
        Ok(0) if input.is_empty() => Err(CloseReason::Closed),
        Ok(0) => Err(CloseReason::ClosedMidFrame),
        Ok(_) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// What an I/O error says about the connection.
pub(super) fn failed(error: std::io::Error) -> CloseReason {
    CloseReason::Failed(error.kind())
}
