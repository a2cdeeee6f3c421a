//! What an envelope looks like to those who cannot open it, and a decoy that looks the same.

use crate::pipeline::POW;
use rand_core::CryptoRng;
use secp256k1::SecretKey;
use status_whisper::{MessageBuilder, Recipient, SealError, SymmetricKey, Topic, Unsealed, Work};

/// What decides how an envelope looks to those who cannot open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Its topic.
    pub topic: Topic,
    /// The length of its payload in bytes, from which its size follows.
    pub payload_len: usize,
    /// Its TTL in seconds.
    pub ttl: u32,
    /// Whether it is encrypted to the key of a person; otherwise under a key that is shared.
    pub personal: bool,
}

impl Shape {
    /// An envelope of this shape that nobody can open, lacking its proof of work: a random payload, signed
    /// by a random key and encrypted with another. All three are forgotten at once.
    ///
    /// # Errors
    ///
    /// If the payload is larger than an envelope can be.
    pub fn seal(&self, now_ms: u64, rng: &mut impl CryptoRng) -> Result<Unsealed, SealError> {
        let mut payload = vec![0; self.payload_len];
        rng.fill_bytes(&mut payload);
        let author = random_key(rng);
        let message = MessageBuilder::new(self.topic, &payload)
            .sign(&author)
            .ttl(self.ttl)
            .work(Work::Target(POW));
        let now = u32::try_from(now_ms / 1_000).unwrap_or(u32::MAX);
        if self.personal {
            let reader = crate::account::public_key(&random_key(rng));
            message.encrypt(Recipient::Asymmetric(&reader), now, rng)
        } else {
            let mut key = [0; 32];
            rng.fill_bytes(&mut key);
            let key = SymmetricKey::new(key);
            message.encrypt(Recipient::Symmetric(&key), now, rng)
        }
    }
}

fn random_key(rng: &mut impl CryptoRng) -> SecretKey {
    let mut bytes = [0; 32];
    loop {
        rng.fill_bytes(&mut bytes);
        // All but one in 2^128 numbers are keys.
        if let Ok(key) = SecretKey::from_byte_array(bytes) {
            return key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::public_key;
    use crate::coupling::{EnvelopeKey, Route};
    use crate::pipeline::{TTL, encrypt_envelope};
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use status_whisper::open;
    use std::sync::atomic::AtomicBool;

    const NOW_MS: u64 = 1_600_000_000_000;

    #[test]
    fn a_decoy_has_the_size_the_ttl_and_the_work_of_the_real_one_and_does_not_open() {
        let mut rng = StdRng::seed_from_u64(1);
        let own = random_key(&mut rng);
        let shared = SymmetricKey::new([7; 32]);
        for key in [
            EnvelopeKey::Symmetric(shared),
            EnvelopeKey::Person(public_key(&own)),
        ] {
            for payload_len in [0, 1, 183, 184, 185, 255, 256, 1_000, 70_000] {
                let topic = Topic([1, 2, 3, 4]);
                let route = Route {
                    topic,
                    key: key.clone(),
                };
                let payload = vec![5; payload_len];
                let sealed = encrypt_envelope(&payload, &own, &route, NOW_MS, &mut rng);
                let seal = |unsealed: Unsealed| unsealed.seal(&AtomicBool::new(false)).unwrap();
                let real = seal(sealed.unwrap());
                let shape = Shape {
                    topic,
                    payload_len,
                    ttl: TTL,
                    personal: matches!(key, EnvelopeKey::Person(_)),
                };
                let decoy = seal(shape.seal(NOW_MS, &mut rng).unwrap());
                assert_eq!(decoy.size(), real.size(), "{payload_len}");
                assert_eq!((decoy.ttl(), decoy.expiry()), (real.ttl(), real.expiry()));
                assert_eq!(decoy.topic(), real.topic());
                assert!(decoy.pow() >= POW && real.pow() >= POW);
                let key = route.key.opening(Some(&own)).unwrap();
                assert!(open(&real, &key).is_ok());
                assert!(open(&decoy, &key).is_err());
            }
        }
    }
}
