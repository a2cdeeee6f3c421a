//! Frames and messages as codecs of `tokio_util`, for programs that drive a connection
//! themselves: `Framed::new(socket, FrameCodec::new(encoder, decoder))`.
//!
//! [`Network`](super::Network) does not use them: its connections share one buffer between many
//! frames and several subprotocols, which `Framed` cannot.

use bytes::{Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::{
    Frame, FrameDecoder, FrameEncoder, FrameError, Message, MessageDecoder, MessageEncoder,
    MessageError, Secrets,
};

/// Why a codec stopped.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The connection failed, or ended in the middle of a frame.
    #[error("the socket failed: {0}")]
    Io(#[from] std::io::Error),
    /// A frame or its compression is wrong.
    #[error(transparent)]
    Message(#[from] MessageError),
}

impl From<FrameError> for CodecError {
    fn from(error: FrameError) -> Self {
        Self::Message(error.into())
    }
}

/// Frames as they are, without compression: what devp2p version 4 sends, and what comes before
/// and with Hello.
#[derive(Debug)]
pub struct FrameCodec {
    encoder: FrameEncoder,
    decoder: FrameDecoder,
}

impl FrameCodec {
    /// A codec for both directions of a connection.
    pub fn new(encoder: FrameEncoder, decoder: FrameDecoder) -> Self {
        Self { encoder, decoder }
    }

    /// Messages that are compressed from the next one on in both directions. Change codecs with
    /// `Framed::map_codec` after Hello.
    pub fn with_snappy(self) -> MessageCodec {
        let mut codec = MessageCodec {
            encoder: MessageEncoder::new(self.encoder),
            decoder: MessageDecoder::new(self.decoder),
        };
        codec.encoder.enable_snappy();
        codec.decoder.enable_snappy();
        codec
    }
}

impl From<Secrets> for FrameCodec {
    fn from(secrets: Secrets) -> Self {
        let (encoder, decoder) = secrets.into_frames();
        Self::new(encoder, decoder)
    }
}

impl Decoder for FrameCodec {
    type Item = Frame;
    type Error = CodecError;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Frame>, CodecError> {
        let frame = self.decoder.decode(src)?;
        if frame.is_none() {
            reserve(src, self.decoder.missing(src.len()));
        }
        Ok(frame)
    }
}

/// A code and its payload.
impl Encoder<(u64, Bytes)> for FrameCodec {
    type Error = CodecError;

    fn encode(
        &mut self,
        (code, payload): (u64, Bytes),
        dst: &mut BytesMut,
    ) -> Result<(), CodecError> {
        Ok(self.encoder.encode(code, &payload, dst)?)
    }
}

/// Messages with snappy: what devp2p version 5 sends after Hello.
#[derive(Debug)]
pub struct MessageCodec {
    encoder: MessageEncoder,
    decoder: MessageDecoder,
}

impl Decoder for MessageCodec {
    type Item = Message;
    type Error = CodecError;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Message>, CodecError> {
        let message = self.decoder.decode(src)?;
        if message.is_none() {
            reserve(src, self.decoder.missing(src.len()));
        }
        Ok(message)
    }
}

impl Encoder<(u64, Bytes)> for MessageCodec {
    type Error = CodecError;

    fn encode(
        &mut self,
        (code, payload): (u64, Bytes),
        dst: &mut BytesMut,
    ) -> Result<(), CodecError> {
        Ok(self.encoder.encode(code, &payload, dst)?)
    }
}

/// Makes room for the rest of a frame, but not for more than a read's worth on the peer's word.
fn reserve(src: &mut BytesMut, missing: usize) {
    const LARGEST: usize = 256 << 10;
    src.reserve(missing.min(LARGEST));
}
