//! SHA-256, HMAC and the one block of HKDF that this module needs, all of them without a way to fail.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// SHA-256 over the parts one after another.
pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// HMAC-SHA256 over the parts one after another.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    // A key shorter than the block is the key with zeros behind it, and a whole block always fits.
    let mut block = [0; 64];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// HKDF-SHA256 with 32 bytes of output, which is its first block (RFC 5869, section 2.3).
pub(super) fn hkdf(salt: &[u8; 32], secret: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    hmac(&hmac(salt, &[secret]), &[info, &[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hkdf_gives_what_rfc_5869_says() {
        // Test case 3: no salt, which is a salt of zeros, and no info; 42 bytes, of which 32 here.
        let output = hkdf(&[0; 32], &[0x0b; 22], &[]);
        assert_eq!(
            hex::encode(&output[..]),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        );
    }
}
