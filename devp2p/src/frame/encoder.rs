//! Writing frames.

use super::{Cipher, FrameError, HEADER_DATA, HEADER_LEN, MAC_LEN, MAX_FRAME_SIZE, Mac, padded};
use aes::cipher::StreamCipher;
use alloy_rlp::Encodable;
use bytes::{BufMut, BytesMut};
use std::fmt;

/// Writes the frames of one direction. Frames must reach the peer in the order of the calls.
pub struct FrameEncoder {
    cipher: Cipher,
    mac: Mac,
}

impl FrameEncoder {
    pub(crate) fn new(cipher: Cipher, mac: Mac) -> Self {
        Self { cipher, mac }
    }

    /// Appends the frame of a message. `dst` grows by the payload and at most 72 bytes.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLarge`], which is the caller's fault and leaves everything as it was.
    pub fn encode(
        &mut self,
        code: u64,
        payload: &[u8],
        dst: &mut BytesMut,
    ) -> Result<(), FrameError> {
        let size = code.length().saturating_add(payload.len());
        if size > MAX_FRAME_SIZE {
            return Err(FrameError::TooLarge {
                size,
                limit: MAX_FRAME_SIZE,
            });
        }
        let start = self.begin(code, payload.len(), dst);
        dst.put_slice(payload);
        self.finish(start, dst)
    }

    /// Appends the frame of a message whose payload `fill` writes into a zeroed slice of
    /// `capacity` bytes, returning how many it used: a compressor needs no buffer of its own.
    ///
    /// # Errors
    ///
    /// What `fill` returns, or [`FrameError::TooLarge`]; both leave everything as it was.
    pub fn encode_with<E: From<FrameError>>(
        &mut self,
        code: u64,
        capacity: usize,
        dst: &mut BytesMut,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        let before = dst.len();
        let start = self.begin(code, capacity, dst);
        let payload = dst.len();
        dst.put_bytes(0, capacity);
        let filled = match dst.get_mut(payload..) {
            Some(slice) => fill(slice),
            None => Ok(0),
        };
        let result = filled.and_then(|used| {
            dst.truncate(payload.saturating_add(used));
            Ok(self.finish(start, dst)?)
        });
        if result.is_err() {
            dst.truncate(before);
        }
        result
    }

    /// Leaves room for header and header MAC and writes the code; gives where the frame begins.
    fn begin(&self, code: u64, payload: usize, dst: &mut BytesMut) -> usize {
        let start = dst.len();
        dst.reserve(HEADER_LEN + MAC_LEN + padded(code.length() + payload) + MAC_LEN);
        dst.put_bytes(0, HEADER_LEN + MAC_LEN);
        code.encode(dst);
        start
    }

    /// Pads, encrypts and authenticates what stands in `dst` from `start` on.
    fn finish(&mut self, start: usize, dst: &mut BytesMut) -> Result<(), FrameError> {
        let size = dst.len() - start - HEADER_LEN - MAC_LEN;
        let limit = MAX_FRAME_SIZE;
        let too_large = FrameError::TooLarge { size, limit };
        if size > limit {
            return Err(too_large);
        }
        dst.put_bytes(0, padded(size) - size);
        let parts = dst.get_mut(start..).and_then(|frame| {
            let (header, rest) = frame.split_first_chunk_mut::<HEADER_LEN>()?;
            let (mac, body) = rest.split_first_chunk_mut::<MAC_LEN>()?;
            Some((header, mac, body))
        });
        let (header, mac, body) = parts.ok_or(too_large)?;
        let [_, _, high, middle, low] = [0, 0, size >> 16, size >> 8, size].map(|n| n as u8);
        let [first, second, third] = HEADER_DATA;
        let fields = [high, middle, low, first, second, third];
        header
            .iter_mut()
            .zip(fields)
            .for_each(|(byte, field)| *byte = field);
        self.cipher.apply_keystream(header);
        *mac = self.mac.header(header);
        self.cipher.apply_keystream(body);
        let mac = self.mac.body(body);
        dst.put_slice(&mac);
        Ok(())
    }

    /// The digest of the MAC's state: 32 bytes that both sides can compare when they search why a
    /// connection broke. Its first half is the last MAC that was sent.
    pub fn mac_digest(&self) -> [u8; 32] {
        self.mac.full_digest()
    }
}

impl fmt::Debug for FrameEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrameEncoder")
    }
}
