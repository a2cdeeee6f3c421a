//! What identifies an account: its address and its key uid.

use keccak_asm::Keccak256;
use secp256k1::{PublicKey, Secp256k1, SecretKey, SignOnly};
use sha2::Sha256;
use std::fmt;
use std::sync::LazyLock;

static CURVE: LazyLock<Secp256k1<SignOnly>> = LazyLock::new(Secp256k1::signing_only);

/// The public half of `key`.
pub fn public_key(key: &SecretKey) -> PublicKey {
    key.public_key(&CURVE)
}

/// An address of Ethereum: the last 20 bytes of the Keccak-256 of X and Y.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(pub [u8; 20]);

impl Address {
    /// The address of a public key.
    pub fn of(key: &PublicKey) -> Self {
        let [_, point @ ..] = key.serialize_uncompressed();
        let hash: [u8; 32] = Keccak256::digest(point).into();
        let [_, _, _, _, _, _, _, _, _, _, _, _, address @ ..] = hash;
        Self(address)
    }
}

impl fmt::Display for Address {
    /// Hex after `0x` with the checksum of EIP-55: a letter is a capital where the hash of the
    /// lower-case hex has a digit of 8 or more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = hex::encode(self.0);
        let hash: [u8; 32] = Keccak256::digest(text.as_bytes()).into();
        let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        f.write_str("0x")?;
        for (letter, digit) in text.chars().zip(digits) {
            let upper = digit >= 8;
            write!(
                f,
                "{}",
                if upper {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The key uid by which Status tells accounts apart: the SHA-256 of the uncompressed master
/// public key.
pub fn key_uid(master: &PublicKey) -> [u8; 32] {
    <Sha256 as sha2::Digest>::digest(master.serialize_uncompressed()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_key_one_is_the_well_known_one() {
        let mut bytes = [0; 32];
        bytes[31] = 1;
        let key = SecretKey::from_byte_array(bytes).unwrap();
        assert_eq!(
            Address::of(&public_key(&key)).to_string(),
            "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
        );
    }
}
