//! What snow calculates with: x25519-dalek, chacha20poly1305 and sha2, of the same generation as the
//! rest of the crate, and randomness that the caller gave.
//!
//! snow keeps the chaining key and the pre-shared key in plain arrays that it never wipes. So it is
//! given neither: [`Sha256Chain`] keeps the true ones, which are wiped, and snow carries the digest
//! of the chaining key about in its place. Both matter only where snow derives keys, and it
//! does that here.

use super::cipher::{CipherKey, TAG_LEN, nonce};
use super::derive::{hmac, sha256};
use sha2::{Digest, Sha256};
use snow::Error;
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::CryptoResolver;
use snow::types::{Cipher, Dh, Hash, Random};
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::Zeroizing;

/// The primitives of one handshake.
pub(super) struct Resolver {
    /// The ephemeral secret, drawn before: the same one however often the handshake is rebuilt.
    pub(super) ephemeral: Zeroizing<[u8; 32]>,
    /// Used in place of the one that snow is told.
    pub(super) pre_shared: Option<Zeroizing<[u8; 32]>>,
}

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Drawn(self.ephemeral.clone())))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        match choice {
            DHChoice::Curve25519 => Some(Box::new(X25519::default())),
            DHChoice::Curve448 => None,
        }
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        match choice {
            HashChoice::SHA256 => Some(Box::new(Sha256Chain {
                pre_shared: self.pre_shared.clone(),
                ..Default::default()
            })),
            _ => None,
        }
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        match choice {
            CipherChoice::ChaChaPoly => Some(Box::new(ChaChaPoly { key: None })),
            CipherChoice::AESGCM => None,
        }
    }
}

/// The one random value of a handshake.
struct Drawn(Zeroizing<[u8; 32]>);

impl Random for Drawn {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        let dest: &mut [u8; 32] = dest.try_into().map_err(|_| Error::Rng)?;
        *dest = *self.0;
        Ok(())
    }
}

struct X25519 {
    secret: StaticSecret,
    public: [u8; 32],
}

impl Default for X25519 {
    fn default() -> Self {
        Self {
            secret: StaticSecret::from([0; 32]),
            public: [0; 32],
        }
    }
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        32
    }

    fn priv_len(&self) -> usize {
        32
    }

    fn set(&mut self, privkey: &[u8]) {
        if let Ok(secret) = <[u8; 32]>::try_from(privkey) {
            self.secret = StaticSecret::from(secret);
            self.public = PublicKey::from(&self.secret).to_bytes();
        }
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), Error> {
        let mut secret = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut secret[..])?;
        self.set(&secret[..]);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        self.secret.as_bytes()
    }

    /// A peer whose key forces the result to zero, whatever our secret is, is refused, as Noise
    /// allows (section 12.1).
    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), Error> {
        let public = pubkey.first_chunk::<32>().ok_or(Error::Dh)?;
        let shared = agree(&self.secret, public).ok_or(Error::Dh)?;
        *out.first_chunk_mut::<32>().ok_or(Error::Dh)? = *shared.as_bytes();
        Ok(())
    }
}

/// The secret that two keys share, unless the public one makes it zero.
fn agree(secret: &StaticSecret, public: &[u8; 32]) -> Option<SharedSecret> {
    let shared = secret.diffie_hellman(&PublicKey::from(*public));
    shared.was_contributory().then_some(shared)
}

/// As a handshake agrees, for the vectors of known attacks.
#[cfg(test)]
pub(crate) fn x25519(secret: &[u8; 32], public: &[u8; 32]) -> Option<[u8; 32]> {
    agree(&StaticSecret::from(*secret), public).map(|shared| shared.to_bytes())
}

struct ChaChaPoly {
    key: Option<CipherKey>,
}

impl Cipher for ChaChaPoly {
    fn name(&self) -> &'static str {
        "ChaChaPoly"
    }

    fn set(&mut self, key: &[u8; 32]) {
        self.key = Some(CipherKey::from_bytes(key));
    }

    /// snow checks that there is a key, and that `out` has room.
    fn encrypt(&self, number: u64, associated: &[u8], plaintext: &[u8], out: &mut [u8]) -> usize {
        let Some((text, rest)) = out.split_at_mut_checked(plaintext.len()) else {
            return 0;
        };
        let (Some(key), Some(tag)) = (&self.key, rest.first_chunk_mut::<TAG_LEN>()) else {
            return 0;
        };
        text.copy_from_slice(plaintext);
        *tag = key.seal(&nonce(number), associated, text);
        plaintext.len() + TAG_LEN
    }

    fn decrypt(
        &self,
        number: u64,
        associated: &[u8],
        ciphertext: &[u8],
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let (text, tag) = ciphertext
            .split_last_chunk::<TAG_LEN>()
            .ok_or(Error::Decrypt)?;
        let key = self.key.as_ref().ok_or(Error::Decrypt)?;
        let out = out.get_mut(..text.len()).ok_or(Error::Decrypt)?;
        out.copy_from_slice(text);
        key.open(&nonce(number), associated, out, tag)
            .map_err(|_| Error::Decrypt)?;
        Ok(text.len())
    }
}

/// SHA-256, and the chain of keys.
#[derive(Default)]
struct Sha256Chain {
    hash: Sha256,
    /// The true chaining key behind the digest that snow holds; none at the start, when the
    /// chaining key is the name of the protocol and no secret.
    chaining: Option<Zeroizing<[u8; 32]>>,
    pre_shared: Option<Zeroizing<[u8; 32]>>,
}

impl Sha256Chain {
    /// The true chaining key for what snow holds.
    fn true_key(&self, held: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        match &self.chaining {
            Some(chaining) => *key = **chaining,
            None => put(held, &mut key[..]),
        }
        key
    }
}

impl Hash for Sha256Chain {
    fn name(&self) -> &'static str {
        "SHA256"
    }

    fn block_len(&self) -> usize {
        64
    }

    fn hash_len(&self) -> usize {
        32
    }

    fn reset(&mut self) {
        self.hash = Sha256::new();
    }

    fn input(&mut self, data: &[u8]) {
        self.hash.update(data);
    }

    fn result(&mut self, out: &mut [u8]) {
        put(&self.hash.finalize_reset(), out);
    }

    /// Noise's HKDF. snow asks for three outputs where it mixes in the pre-shared key, and for two
    /// without any input where it splits; else the first output is the next chaining key.
    fn hkdf(
        &mut self,
        chaining_key: &[u8],
        input_key_material: &[u8],
        outputs: usize,
        out1: &mut [u8],
        out2: &mut [u8],
        out3: &mut [u8],
    ) {
        let input = match &self.pre_shared {
            Some(pre_shared) if outputs == 3 => &pre_shared[..],
            _ => input_key_material,
        };
        let temporary = hmac(&self.true_key(chaining_key), &[input]);
        let first = hmac(&temporary, &[&[1]]);
        let second = hmac(&temporary, &[&first[..], &[2]]);
        put(&second[..], out2);
        if outputs == 3 {
            put(&hmac(&temporary, &[&second[..], &[3]])[..], out3);
        }
        if input_key_material.is_empty() {
            put(&first[..], out1);
        } else {
            put(&sha256(&[&first[..]]), out1);
            self.chaining = Some(first);
        }
    }
}

/// Copies as many bytes as both have; snow's buffers are longer than our values.
fn put(from: &[u8], to: &mut [u8]) {
    for (place, byte) in to.iter_mut().zip(from) {
        *place = *byte;
    }
}
