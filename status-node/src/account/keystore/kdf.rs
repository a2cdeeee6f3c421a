//! How a keystore stretches its password, with the bounds that keep a hostile file from eating
//! memory and time.

use super::KeystoreError;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Memory one scrypt may take: 128·n·r bytes. go-ethereum's standard (n = 2^18, r = 8) needs
/// 256 MiB; twice that is read.
const MAX_SCRYPT_MEMORY: u64 = 512 << 20;

/// Work one scrypt may take, as n·r·p: eight times go-ethereum's standard of 2^21, some seconds.
const MAX_SCRYPT_WORK: u64 = 1 << 24;

/// Rounds of PBKDF2: forty times the 262,144 of the web3 specification, some seconds.
const MAX_PBKDF2_ROUNDS: u32 = 10_485_760;

/// Bytes of salt, which is 32 in every file seen.
const MAX_SALT: usize = 1024;

/// Bytes of key that are used: 16 to encrypt, 16 for the MAC.
pub(super) const KEY_LEN: usize = 32;

/// Longest key a file may ask for; both functions yield the same first 32 bytes whatever the
/// length, so more is never computed.
const MAX_KEY_LEN: u64 = 1024;

/// The `kdf` and `kdfparams` of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
pub(super) enum Kdf {
    /// scrypt (RFC 7914).
    Scrypt {
        dklen: u64,
        n: u64,
        p: u64,
        r: u64,
        #[serde(with = "hex")]
        salt: Vec<u8>,
    },
    /// PBKDF2 with HMAC-SHA-256.
    Pbkdf2 {
        c: u64,
        dklen: u64,
        prf: String,
        #[serde(with = "hex")]
        salt: Vec<u8>,
    },
}

impl Kdf {
    /// The parameters status-go writes ("light scrypt" of go-ethereum).
    pub(super) fn light_scrypt(salt: [u8; 32]) -> Self {
        Self::Scrypt {
            dklen: KEY_LEN as u64,
            n: 4096,
            p: 6,
            r: 8,
            salt: salt.into(),
        }
    }

    /// Stretches `password`. Parameters out of bounds are refused before any work is done.
    pub(super) fn derive(&self, password: &str) -> Result<Zeroizing<[u8; KEY_LEN]>, KeystoreError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        match self {
            Self::Scrypt {
                dklen,
                n,
                p,
                r,
                salt,
            } => {
                check_lengths(*dklen, salt)?;
                let params = scrypt_params(*n, *r, *p)?;
                scrypt::scrypt(password.as_bytes(), salt, &params, key.as_mut())
                    .map_err(|_| KeystoreError::Kdf("key length"))?;
            }
            Self::Pbkdf2 {
                c,
                dklen,
                prf,
                salt,
            } => {
                check_lengths(*dklen, salt)?;
                if prf != "hmac-sha256" {
                    return Err(KeystoreError::Kdf("prf is not hmac-sha256"));
                }
                let rounds = u32::try_from(*c)
                    .ok()
                    .filter(|rounds| (1..=MAX_PBKDF2_ROUNDS).contains(rounds))
                    .ok_or(KeystoreError::Kdf("c is not in 1 to 10485760"))?;
                pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, rounds, key.as_mut());
            }
        }
        Ok(key)
    }
}

fn check_lengths(dklen: u64, salt: &[u8]) -> Result<(), KeystoreError> {
    if !(KEY_LEN as u64..=MAX_KEY_LEN).contains(&dklen) {
        return Err(KeystoreError::Kdf("dklen is not in 32 to 1024"));
    }
    if salt.len() > MAX_SALT {
        return Err(KeystoreError::Kdf("salt is longer than 1024 bytes"));
    }
    Ok(())
}

fn scrypt_params(n: u64, r: u64, p: u64) -> Result<scrypt::Params, KeystoreError> {
    let too_much = KeystoreError::Kdf("scrypt would take more than 512 MiB or some seconds");
    if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
        return Err(KeystoreError::Kdf("scrypt needs n a power of two, r and p"));
    }
    let block = n.checked_mul(r).ok_or(too_much.clone())?;
    let work = block.checked_mul(p).ok_or(too_much.clone())?;
    // The working block of 128·r·p bytes is bounded by the same product.
    if block > MAX_SCRYPT_MEMORY / 128 || work > MAX_SCRYPT_WORK {
        return Err(too_much);
    }
    let log_n = u8::try_from(n.trailing_zeros()).map_err(|_| too_much.clone())?;
    let r = u32::try_from(r).map_err(|_| too_much.clone())?;
    let p = u32::try_from(p).map_err(|_| too_much.clone())?;
    scrypt::Params::new(log_n, r, p).map_err(|_| too_much)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrypt(n: u64, r: u64, p: u64) -> Result<scrypt::Params, KeystoreError> {
        scrypt_params(n, r, p)
    }

    #[test]
    fn go_ethereums_standard_and_light_parameters_are_in_bounds() {
        assert!(scrypt(262_144, 8, 1).is_ok());
        assert!(scrypt(262_144, 1, 8).is_ok());
        assert!(scrypt(4096, 8, 6).is_ok());
    }

    #[test]
    fn parameters_that_would_take_all_memory_or_time_are_refused() {
        for (n, r, p) in [
            (1 << 20, 8, 1),
            (1 << 40, 1 << 40, 1),
            (2, 1, 1 << 25),
            (2, 1 << 25, 1),
            (4095, 8, 6),
            (0, 8, 6),
            (4096, 0, 6),
            (4096, 8, 0),
        ] {
            assert!(scrypt(n, r, p).is_err(), "{n} {r} {p}");
        }
    }

    #[test]
    fn bounds_of_pbkdf2_are_checked() {
        let kdf = |c, prf: &str, dklen| Kdf::Pbkdf2 {
            c,
            dklen,
            prf: prf.into(),
            salt: vec![1],
        };
        assert!(kdf(1, "hmac-sha256", 32).derive("x").is_ok());
        assert!(kdf(0, "hmac-sha256", 32).derive("x").is_err());
        assert!(kdf(1 << 40, "hmac-sha256", 32).derive("x").is_err());
        assert!(kdf(1, "hmac-sha512", 32).derive("x").is_err());
        assert!(kdf(1, "hmac-sha256", 31).derive("x").is_err());
    }
}
