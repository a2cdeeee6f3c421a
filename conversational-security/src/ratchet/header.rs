//! Where a message stands in its session.

use crate::CompressedKey;

/// The part of a message's header that the ratchet uses. It is the associated data of the message,
/// so that a changed header is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatchetHeader {
    /// The sender's ratchet key.
    pub key: CompressedKey,
    /// Number of the message in its sending chain, from 0.
    pub n: u32,
    /// Length of the sending chain before.
    pub pn: u32,
}

impl RatchetHeader {
    /// Length of the associated data in bytes.
    pub const LEN: usize = 41;

    /// The associated data: n and pn in little-endian order, then the key.
    pub fn associated_data(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let fields = [
            &self.n.to_le_bytes()[..],
            &self.pn.to_le_bytes(),
            self.key.as_bytes(),
        ];
        let fields = fields.into_iter().flatten();
        bytes
            .iter_mut()
            .zip(fields)
            .for_each(|(to, from)| *to = *from);
        bytes
    }
}
