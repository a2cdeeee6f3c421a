//! The running MAC of one direction.

use aes::Aes256Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use keccak_asm::{Digest, Keccak256};

/// Keccak-256 over everything sent in one direction, with an AES block mixed in at each header and
/// each body. The Keccak state is not erased on drop (its crate offers it only at a price for
/// each of the clones below); the AES key schedule is.
pub(crate) struct Mac {
    cipher: Aes256Enc,
    hash: Keccak256,
    /// The start of `hash`'s digest as it stands: the last MAC that was sent, which each header
    /// begins with. Kept, since working it out again would take a Keccak permutation a frame.
    last: [u8; 16],
}

impl Mac {
    pub(crate) fn new(mac_secret: &[u8; 32], hash: Keccak256) -> Self {
        let cipher = Aes256Enc::new(mac_secret.into());
        let last = start_of_digest(&hash);
        Self { cipher, hash, last }
    }

    /// Takes an encrypted header in and gives its MAC.
    pub(crate) fn header(&mut self, header: &[u8; 16]) -> [u8; 16] {
        self.mix(self.last, header)
    }

    /// Takes an encrypted, padded body in and gives its MAC.
    pub(crate) fn body(&mut self, body: &[u8]) -> [u8; 16] {
        self.hash.update(body);
        // The seed is the digest itself, so one finalisation serves both.
        let digest = start_of_digest(&self.hash);
        self.mix(digest, &digest)
    }

    fn mix(&mut self, digest: [u8; 16], seed: &[u8; 16]) -> [u8; 16] {
        let mut block = digest.into();
        self.cipher.encrypt_block(&mut block);
        block
            .iter_mut()
            .zip(seed)
            .for_each(|(byte, seed)| *byte ^= seed);
        self.hash.update(block);
        self.last = start_of_digest(&self.hash);
        self.last
    }

    /// The digest of everything so far, whose first half is the last MAC.
    pub(crate) fn full_digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

fn start_of_digest(hash: &Keccak256) -> [u8; 16] {
    let full: [u8; 32] = hash.clone().finalize().into();
    full.first_chunk().copied().unwrap_or_default()
}
