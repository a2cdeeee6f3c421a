//! The two derivations of the key schedule. Both labels are those of the deployed library.

use super::SecretBytes;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

const ROOT_LABEL: &[u8] = b"rsZUpEuXUqqwXBvSy3EcievAh4cMj6QL";

/// A chain and how many messages it has made keys for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainKey {
    /// The current key.
    pub key: SecretBytes,
    /// Number of the next message.
    pub n: u32,
}

impl ChainKey {
    /// A chain that starts with `key`.
    pub(super) fn new(key: SecretBytes) -> Self {
        Self { key, n: 0 }
    }

    /// Takes one step and gives the key of message `n`, or none at the end of the counter.
    pub(super) fn step(&mut self) -> Option<SecretBytes> {
        let next = self.n.checked_add(1)?;
        let (key, message_key) = kdf_ck(&self.key);
        (self.key, self.n) = (key, next);
        Some(message_key)
    }
}

/// A step of the root chain with the result of a Diffie-Hellman exchange: the next root key, and
/// the key of a new chain. The deployed library derives 32 bytes more, for header encryption,
/// which nobody uses.
pub fn kdf_rk(root: &SecretBytes, dh: &[u8; 32]) -> (SecretBytes, SecretBytes) {
    let mut output = Zeroizing::new([0u8; 64]);
    // Fails only beyond 255 times 32 bytes.
    let _ = Hkdf::<Sha256>::new(Some(root.as_bytes()), dh).expand(ROOT_LABEL, output.as_mut());
    let (next, chain) = output.split_at(32);
    (secret(next), secret(chain))
}

/// A step of a chain: the next chain key, and the key of the message between them.
pub fn kdf_ck(chain: &SecretBytes) -> (SecretBytes, SecretBytes) {
    let keyed = hmac(chain.as_bytes());
    let output = |label: u8| {
        let mut mac = keyed.clone();
        mac.update(&[label]);
        let mut bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let output = SecretBytes::new(bytes);
        bytes.zeroize();
        output
    };
    (output(0x0f), output(0x10))
}

/// HMAC-SHA-256 with a key of 32 bytes.
pub(crate) fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than the block is padded with zeros: this is plain initialisation.
    let mut block = Zeroizing::new([0u8; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new((&*block).into())
}

pub(super) fn secret(bytes: &[u8]) -> SecretBytes {
    let mut secret = [0u8; 32];
    secret
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    let output = SecretBytes::new(secret);
    secret.zeroize();
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_hex(text: &str) -> SecretBytes {
        secret(&hex::decode(text).unwrap())
    }

    #[test]
    fn a_root_step_gives_the_deployed_keys() {
        let root = from_hex("fb14e4e40be067746c66e9d02c81ccfd924cf61eb64b1add8dcda7802972b407");
        let dh = from_hex("0963732e416581f6f92bb99bf9eeb993ff52b074c331917edd8b359eee685852");
        let (root, chain) = kdf_rk(&root, dh.as_bytes());
        assert!(
            root == from_hex("d6ab79269f4ce2fda120da555dcdafde28639816c740acc9b035d959236da036")
        );
        assert!(
            chain == from_hex("f3ac76fa0f308f3212992350dad6bb0279523b7b71b8646e88ded6c6f8cbad7e")
        );
    }

    #[test]
    fn a_chain_step_gives_the_deployed_keys() {
        let start = from_hex("c4a354fb7822b703f9e89d44cef68554969eba48f18fc14bad360233a95954c9");
        let mut chain = ChainKey::new(start);
        let message_key = chain.step().unwrap();
        assert!(
            message_key
                == from_hex("a20ff23cf814464c155ce3d44e818df2bbfacfbe286122995b8705ea15da7bd9")
        );
        assert!(
            chain.key
                == from_hex("0d7df714c44acace4c6c9c2b75b30e1c4a38cc8c6e780f36bddec03620b0aaed")
        );
        assert_eq!(chain.n, 1);
        chain.n = u32::MAX;
        assert!(chain.step().is_none());
    }
}
