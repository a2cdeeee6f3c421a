//! RLPx frames: a message code and its payload, encrypted with AES-256-CTR and authenticated with
//! a running Keccak-256 state in each direction.
//!
//! On the wire: header (16) || header MAC (16) || body, padded to 16 || body MAC (16). The header
//! is the body's size in 3 bytes, then `c28080` and zeros; the body is the RLP of the code, then the
//! payload. A frame holds one whole message: the chunking of the specification is deployed nowhere.

mod decoder;
mod encoder;
mod mac;

pub use decoder::{Frame, FrameDecoder};
pub use encoder::FrameEncoder;
pub(crate) use mac::Mac;

/// AES-256 in counter mode over the whole connection, one key stream in each direction.
pub(crate) type Cipher = ctr::Ctr128BE<aes::Aes256>;

/// Largest size of a frame's body (code and payload) in bytes: what 3 bytes can say, 16 MiB - 1.
pub const MAX_FRAME_SIZE: usize = 0xff_ffff;

const HEADER_LEN: usize = 16;
const MAC_LEN: usize = 16;
/// What stands in the header after the size: the RLP of two zeros, as deployed.
const HEADER_DATA: [u8; 3] = [0xc2, 0x80, 0x80];

/// The body's size with its padding.
fn padded(size: usize) -> usize {
    size.next_multiple_of(16)
}

/// Why a frame could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The header's MAC does not match: the peer, or somebody between, changed bytes.
    #[error("MAC of the frame's header does not match")]
    HeaderMac,
    /// The body's MAC does not match.
    #[error("MAC of the frame's body does not match")]
    BodyMac,
    /// The body is over the limit: of the peer's header when reading, of the caller's when writing.
    #[error("frame of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// The body's size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The body does not begin with a canonical RLP integer.
    #[error("frame does not begin with a message code")]
    Code,
}
