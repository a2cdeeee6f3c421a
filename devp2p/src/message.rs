//! Messages: a frame whose payload is compressed once Hello agreed on it (EIP-706).

use crate::frame::{FrameDecoder, FrameEncoder, FrameError, MAX_FRAME_SIZE};
use bytes::{Bytes, BytesMut};
use std::fmt;

/// Largest payload of a message in bytes, before compression: 16 MiB - 1, as deployed.
pub const MAX_MESSAGE_SIZE: usize = MAX_FRAME_SIZE;

/// The code of Disconnect, which is read whether it is compressed or not.
const DISCONNECT: u64 = 1;

/// A message of the base protocol or of a subprotocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The message code on the connection: below 16 the base protocol's.
    pub code: u64,
    /// The payload, decompressed.
    pub payload: Bytes,
}

/// Why a message could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The frame around it.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The payload, as it is or as its compressed form announces, is over the limit.
    #[error("message of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its size in bytes, decompressed.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The payload is not valid snappy, or announces more than its bytes can hold.
    #[error("message of {size} bytes does not decompress")]
    Snappy {
        /// Its size as it came.
        size: usize,
    },
}

/// Writes the messages of one direction.
#[derive(Debug)]
pub struct MessageEncoder {
    frames: FrameEncoder,
    snappy: Option<Box<snap::raw::Encoder>>,
}

impl MessageEncoder {
    /// Starts without compression, as before Hello.
    pub fn new(frames: FrameEncoder) -> Self {
        Self {
            frames,
            snappy: None,
        }
    }

    /// Compresses from the next message on.
    pub fn enable_snappy(&mut self) {
        self.snappy = Some(Box::new(snap::raw::Encoder::new()));
    }

    /// Appends the frame of a message.
    ///
    /// # Errors
    ///
    /// [`MessageError::TooLarge`] if the payload is over [`MAX_MESSAGE_SIZE`], or the frame would
    /// be (a payload near the limit that does not compress). Then nothing was appended.
    pub fn encode(
        &mut self,
        code: u64,
        payload: &[u8],
        dst: &mut BytesMut,
    ) -> Result<(), MessageError> {
        let (size, limit) = (payload.len(), MAX_MESSAGE_SIZE);
        if size > limit {
            return Err(MessageError::TooLarge { size, limit });
        }
        let Some(snappy) = &mut self.snappy else {
            return Ok(self.frames.encode(code, payload, dst)?);
        };
        let capacity = snap::raw::max_compress_len(size);
        self.frames.encode_with(code, capacity, dst, |out| {
            snappy
                .compress(payload, out)
                .map_err(|_| MessageError::Snappy { size })
        })
    }

    /// See [`FrameEncoder::mac_digest`].
    pub fn mac_digest(&self) -> [u8; 32] {
        self.frames.mac_digest()
    }
}

/// Reads the messages of one direction.
pub struct MessageDecoder {
    frames: FrameDecoder,
    snappy: Option<snap::raw::Decoder>,
    limit: usize,
}

impl MessageDecoder {
    /// Starts without compression, as before Hello.
    pub fn new(frames: FrameDecoder) -> Self {
        Self {
            frames,
            snappy: None,
            limit: MAX_MESSAGE_SIZE,
        }
    }

    /// Decompresses from the next message on.
    pub fn enable_snappy(&mut self) {
        self.snappy = Some(snap::raw::Decoder::new());
    }

    /// Refuses messages whose payload is over `limit` bytes, decompressed. The bound on frames
    /// follows: a code takes up to 9 bytes, and snappy makes a payload at most a sixth longer.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(MAX_MESSAGE_SIZE);
        self.frames
            .set_limit(9 + snap::raw::max_compress_len(self.limit));
    }

    /// Takes the next message off the front of `src`, or nothing if it is not complete yet. The
    /// size that a compressed payload announces is checked before it is decompressed.
    ///
    /// # Errors
    ///
    /// [`MessageError`], the peer's fault; the connection is of no more use.
    pub fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Message>, MessageError> {
        let Some(frame) = self.frames.decode(src)? else {
            return Ok(None);
        };
        let (code, raw) = (frame.code, frame.payload.freeze());
        let limit = self.limit;
        let payload = match &mut self.snappy {
            None if raw.len() > limit => {
                return Err(MessageError::TooLarge {
                    size: raw.len(),
                    limit,
                });
            }
            None => raw,
            Some(snappy) => match decompress(snappy, &raw, limit) {
                Ok(payload) => payload,
                // A side that gives up may not have learnt that compression is on.
                Err(_) if code == DISCONNECT => raw,
                Err(error) => return Err(error),
            },
        };
        Ok(Some(Message { code, payload }))
    }

    /// See [`FrameDecoder::missing`].
    pub fn missing(&self, buffered: usize) -> usize {
        self.frames.missing(buffered)
    }

    /// See [`FrameDecoder::is_mid_frame`].
    pub fn is_mid_frame(&self) -> bool {
        self.frames.is_mid_frame()
    }

    /// See [`FrameDecoder::mac_digest`].
    pub fn mac_digest(&self) -> [u8; 32] {
        self.frames.mac_digest()
    }
}

impl fmt::Debug for MessageDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageDecoder")
            .field("frames", &self.frames)
            .field("snappy", &self.snappy.is_some())
            .finish_non_exhaustive()
    }
}

/// The most that snappy's densest element, a copy, gives: 64 bytes for 3.
const DENSEST: usize = 22;

fn decompress(
    snappy: &mut snap::raw::Decoder,
    raw: &[u8],
    limit: usize,
) -> Result<Bytes, MessageError> {
    let damaged = MessageError::Snappy { size: raw.len() };
    let size = snap::raw::decompress_len(raw).map_err(|_| damaged)?;
    if size > limit {
        return Err(MessageError::TooLarge { size, limit });
    }
    // A few bytes must not make us allocate 16 MiB only to find that they end too early.
    if size > raw.len().saturating_mul(DENSEST) {
        return Err(damaged);
    }
    let mut payload = BytesMut::zeroed(size);
    let written = snappy.decompress(raw, &mut payload).map_err(|_| damaged)?;
    payload.truncate(written);
    Ok(payload.freeze())
}
