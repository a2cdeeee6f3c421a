//! Why a handshake failed.

/// Why a handshake packet was refused. The other side is at fault, or does not speak RLPx, or
/// meant another node; only [`HandshakeError::Finished`] is the caller's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The size prefix is below what any packet needs.
    #[error("handshake packet announces {size} bytes, below the minimum of {min}")]
    TooSmall {
        /// What the prefix says, in bytes.
        size: usize,
        /// The minimum in bytes: the size of the older form.
        min: usize,
    },
    /// The size prefix is above the limit.
    #[error("handshake packet announces {size} bytes, over the limit of {max}")]
    TooLarge {
        /// What the prefix says, in bytes.
        size: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// The packet does not decrypt with our key.
    #[error("handshake packet does not decrypt: {0}")]
    Decrypt(#[from] status_ecies::Error),
    /// What it decrypts to is not the body of such a packet.
    #[error("malformed handshake packet: {0}")]
    Malformed(#[from] alloy_rlp::Error),
    /// A public key in it is not a point on the curve.
    #[error("handshake packet holds no valid public key")]
    PublicKey,
    /// The signature gives no ephemeral key.
    #[error("handshake packet holds no valid signature")]
    Signature,
    /// The handshake ended already, by success or by an error.
    #[error("the handshake is over")]
    Finished,
}
