//! Reading frames.

use super::{Cipher, FrameError, HEADER_LEN, MAC_LEN, MAX_FRAME_SIZE, Mac, padded};
use aes::cipher::StreamCipher;
use alloy_rlp::Decodable;
use bytes::{Buf, BytesMut};
use std::fmt;
use subtle::ConstantTimeEq;

/// One message as it stood in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The message code on the connection.
    pub code: u64,
    /// What followed it, decrypted in the buffer that it came in.
    pub payload: BytesMut,
}

/// Where the decoder stands in the stream.
#[derive(Debug, Clone, Copy)]
enum State {
    Header,
    /// The header was good and announced a body of `size` bytes.
    Body {
        size: usize,
    },
    /// The stream cannot be read any further.
    Failed(FrameError),
}

/// Reads the frames of one direction.
pub struct FrameDecoder {
    cipher: Cipher,
    mac: Mac,
    state: State,
    limit: usize,
}

impl FrameDecoder {
    pub(crate) fn new(cipher: Cipher, mac: Mac) -> Self {
        Self {
            cipher,
            mac,
            state: State::Header,
            limit: MAX_FRAME_SIZE,
        }
    }

    /// Refuses frames whose body (code and payload) is over `limit` bytes from the next header on.
    /// A header beyond it fails before any of its body is waited for.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(MAX_FRAME_SIZE);
    }

    /// Takes the next frame off the front of `src`, or nothing if it is not complete yet.
    ///
    /// # Errors
    ///
    /// [`FrameError`], the peer's fault. It repeats at every later call: the stream is lost.
    pub fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        self.advance(src)
            .inspect_err(|error| self.state = State::Failed(*error))
    }

    fn advance(&mut self, src: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        let size = match self.state {
            State::Failed(error) => return Err(error),
            State::Body { size } => size,
            State::Header => match self.header(src)? {
                Some(size) => size,
                None => return Ok(None),
            },
        };
        self.state = State::Body { size };
        let body_len = padded(size);
        if src.len() < body_len + MAC_LEN {
            return Ok(None);
        }
        let mut body = src.split_to(body_len);
        let expected = self.mac.body(&body);
        if !bool::from(src.get(..MAC_LEN).unwrap_or_default().ct_eq(&expected)) {
            return Err(FrameError::BodyMac);
        }
        src.advance(MAC_LEN);
        self.cipher.apply_keystream(&mut body);
        body.truncate(size);
        let mut rest = &*body;
        let code = u64::decode(&mut rest).map_err(|_| FrameError::Code)?;
        let payload = rest.len();
        body.advance(size - payload);
        self.state = State::Header;
        Ok(Some(Frame {
            code,
            payload: body,
        }))
    }

    /// Takes the header off `src` and gives the size that it announces.
    fn header(&mut self, src: &mut BytesMut) -> Result<Option<usize>, FrameError> {
        let Some((header, rest)) = src.split_first_chunk_mut::<HEADER_LEN>() else {
            return Ok(None);
        };
        let Some(mac) = rest.first_chunk::<MAC_LEN>() else {
            return Ok(None);
        };
        let expected = self.mac.header(header);
        if !bool::from(mac.ct_eq(&expected)) {
            return Err(FrameError::HeaderMac);
        }
        self.cipher.apply_keystream(header);
        // The rest of the header is ignored, as deployed.
        let [high, middle, low, ..] = *header;
        src.advance(HEADER_LEN + MAC_LEN);
        let size = u32::from_be_bytes([0, high, middle, low]) as usize;
        let limit = self.limit;
        if size > limit {
            return Err(FrameError::TooLarge { size, limit });
        }
        Ok(Some(size))
    }

    /// How many bytes `decode` needs beyond `buffered` ones before it can take another step: a
    /// hint for how much to read at once. A peer can announce up to the limit without sending it,
    /// so do not reserve that much on its word.
    pub fn missing(&self, buffered: usize) -> usize {
        let needed = match self.state {
            State::Header => HEADER_LEN + MAC_LEN,
            State::Body { size } => padded(size) + MAC_LEN,
            State::Failed(_) => 0,
        };
        needed.saturating_sub(buffered)
    }

    /// Whether a header was read whose body is not complete yet.
    pub fn is_mid_frame(&self) -> bool {
        matches!(self.state, State::Body { .. })
    }

    /// The digest of the MAC's state, to compare with the sender's
    /// [`super::FrameEncoder::mac_digest`].
    pub fn mac_digest(&self) -> [u8; 32] {
        self.mac.full_digest()
    }
}

impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = &self.state;
        f.debug_struct("FrameDecoder")
            .field("state", state)
            .finish_non_exhaustive()
    }
}
