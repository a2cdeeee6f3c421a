//! Private keys at rest: the web3 keystore, version 3, with the `extendedkey` that status-go adds.
//!
//! The key lies under AES-128-CTR, its key stretched from a password; a Keccak-256 over the second
//! half of the stretched key and the ciphertext tells a wrong password from a right one. Written
//! are the parameters status-go writes (scrypt, n = 4096, r = 8, p = 6); read are scrypt and
//! PBKDF2 within the bounds of the module `kdf`.

mod kdf;

use super::address::{Address, public_key};
use super::derivation::ExtendedKey;
use aes::cipher::{KeyIvInit, StreamCipher};
use kdf::Kdf;
use keccak_asm::{Digest, Keccak256};
use rand_core::CryptoRng;
use secp256k1::SecretKey;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const VERSION: u64 = 3;
const CIPHER: &str = "aes-128-ctr";

/// Bytes of JSON a keystore may have; status-go writes 1.1 KB.
pub const MAX_KEYSTORE_LEN: usize = 16 << 10;

/// What a keystore holds.
pub struct StoredKey {
    /// The private key.
    pub secret_key: SecretKey,
    /// The same key with its chain code, where the file has one.
    pub extended_key: Option<ExtendedKey>,
    /// The file's id, none if that is not a UUID.
    pub id: Option<[u8; 16]>,
}

impl StoredKey {
    /// The address of the key. The one in the file is not authenticated and not used.
    pub fn address(&self) -> Address {
        Address::of(&public_key(&self.secret_key))
    }
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

impl Drop for StoredKey {
    fn drop(&mut self) {
        self.secret_key.non_secure_erase();
    }
}

/// Why a keystore does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeystoreError {
    /// The file is not a keystore, or a damaged one.
    #[error("not a web3 keystore: {0}")]
    Malformed(String),
    /// The file is of a version that is not read here.
    #[error("keystore version {0} is not supported, only 3 is")]
    Version(String),
    /// The file uses a cipher that is not read here.
    #[error("keystore cipher {0:?} is not supported, only {CIPHER} is")]
    Cipher(String),
    /// The file asks for a key derivation that is out of bounds.
    #[error("key derivation of the keystore refused: {0}")]
    Kdf(&'static str),
    /// The password is wrong, or the file was changed.
    #[error("wrong password, or the keystore was changed")]
    Password,
    /// The password is right, but what lies under it is no private key.
    #[error("the keystore holds no valid private key")]
    NoKey,
}

#[derive(Serialize, Deserialize)]
struct File {
    /// Not needed to open the file, like the other two that may be missing or null.
    address: Option<String>,
    /// Some wallets write it with a capital, and Go reads names in any case.
    #[serde(alias = "Crypto")]
    crypto: Sealed,
    id: Option<String>,
    version: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    extendedkey: Option<serde_json::Value>,
    subaccountindex: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    cipher: String,
    #[serde(with = "hex")]
    ciphertext: Vec<u8>,
    cipherparams: CipherParams,
    #[serde(flatten)]
    kdf: Kdf,
    #[serde(with = "hex")]
    mac: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct CipherParams {
    #[serde(with = "hex")]
    iv: Vec<u8>,
}

impl Sealed {
    fn seal(
        rng: &mut impl CryptoRng,
        password: &str,
        secret: &[u8],
    ) -> Result<Self, KeystoreError> {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let mut iv = [0; 16];
        rng.fill_bytes(&mut iv);
        let kdf = Kdf::light_scrypt(salt);
        let key = kdf.derive(password)?;
        let mut ciphertext = secret.to_vec();
        apply_cipher(&key, &iv, &mut ciphertext)?;
        Ok(Self {
            cipher: CIPHER.into(),
            mac: mac(&key, &ciphertext).into(),
            ciphertext,
            cipherparams: CipherParams { iv: iv.into() },
            kdf,
        })
    }

    fn open(&self, password: &str) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        if self.cipher != CIPHER {
            return Err(KeystoreError::Cipher(self.cipher.clone()));
        }
        let key = self.kdf.derive(password)?;
        if !bool::from(mac(&key, &self.ciphertext).as_slice().ct_eq(&self.mac)) {
            return Err(KeystoreError::Password);
        }
        let mut secret = Zeroizing::new(self.ciphertext.clone());
        apply_cipher(&key, &self.cipherparams.iv, &mut secret)?;
        Ok(secret)
    }
}

fn apply_cipher(key: &[u8; 32], iv: &[u8], data: &mut [u8]) -> Result<(), KeystoreError> {
    let (encryption_key, _) = key.split_at(16);
    ctr::Ctr128BE::<aes::Aes128>::new_from_slices(encryption_key, iv)
        .map_err(|_| KeystoreError::Malformed(format!("an IV of {} bytes, not 16", iv.len())))?
        .apply_keystream(data);
    Ok(())
}

fn mac(key: &[u8; 32], ciphertext: &[u8]) -> [u8; 32] {
    let (_, mac_key) = key.split_at(16);
    Keccak256::new()
        .chain_update(mac_key)
        .chain_update(ciphertext)
        .finalize()
        .into()
}

/// Writes `secret_key` and, if given, the extended key it belongs to, as JSON.
pub fn encrypt(
    rng: &mut impl CryptoRng,
    password: &str,
    secret_key: &SecretKey,
    extended_key: Option<&ExtendedKey>,
) -> Result<String, KeystoreError> {
    let secret = Zeroizing::new(secret_key.secret_bytes());
    let crypto = Sealed::seal(rng, password, secret.as_ref())?;
    let extended = extended_key
        .map(|key| Sealed::seal(rng, password, key.to_base58().as_bytes()))
        .transpose()?;
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let file = File {
        address: Some(hex::encode(Address::of(&public_key(secret_key)).0)),
        crypto,
        id: Some(uuid::Builder::from_random_bytes(id).into_uuid().to_string()),
        version: VERSION.into(),
        extendedkey: extended
            .map(serde_json::to_value)
            .transpose()
            .map_err(malformed)?,
        subaccountindex: Some(0),
    };
    serde_json::to_string(&file).map_err(malformed)
}

/// Opens a keystore.
pub fn decrypt(json: &str, password: &str) -> Result<StoredKey, KeystoreError> {
    if json.len() > MAX_KEYSTORE_LEN {
        return Err(KeystoreError::Malformed(format!(
            "{} bytes, more than {MAX_KEYSTORE_LEN}",
            json.len()
        )));
    }
    // The version stands before all else: another version may look quite different.
    let value: serde_json::Value = serde_json::from_str(json).map_err(malformed)?;
    match value.get("version") {
        None => return Err(KeystoreError::Malformed("no version".into())),
        Some(version) if version.as_u64() == Some(VERSION) => {}
        Some(version) => return Err(KeystoreError::Version(version.to_string())),
    }
    let file: File = serde_json::from_value(value).map_err(malformed)?;
    let secret = file.crypto.open(password)?;
    Ok(StoredKey {
        secret_key: read_key(&secret)?,
        extended_key: read_extended(file.extendedkey, password)?,
        id: file
            .id
            .and_then(|text| uuid::Uuid::parse_str(&text).ok())
            .map(uuid::Uuid::into_bytes),
    })
}

fn malformed(error: serde_json::Error) -> KeystoreError {
    KeystoreError::Malformed(error.to_string())
}

/// Keys of fewer than 32 bytes come from old wallets that left out leading zeros.
fn read_key(secret: &[u8]) -> Result<SecretKey, KeystoreError> {
    let mut bytes = Zeroizing::new([0; 32]);
    let start = bytes
        .len()
        .checked_sub(secret.len())
        .ok_or(KeystoreError::NoKey)?;
    let (_, tail) = bytes.split_at_mut(start);
    tail.copy_from_slice(secret);
    SecretKey::from_byte_array(*bytes).map_err(|_| KeystoreError::NoKey)
}

/// status-go writes an empty `extendedkey` where it has none. Anything else that is no sealed key
/// is damage, not absence: the account would silently lose the keys derived from it.
fn read_extended(
    value: Option<serde_json::Value>,
    password: &str,
) -> Result<Option<ExtendedKey>, KeystoreError> {
    use serde_json::Value;
    let Some(value) = value else {
        return Ok(None);
    };
    if let Value::Object(fields) = &value {
        match fields.get("ciphertext") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(_) => {}
        }
    }
    let sealed: Sealed = serde_json::from_value(value).map_err(malformed)?;
    let text = sealed.open(password)?;
    let text = std::str::from_utf8(&text).map_err(|_| KeystoreError::NoKey)?;
    ExtendedKey::from_base58(text)
        .map(Some)
        .map_err(|_| KeystoreError::NoKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ExtendedKey {
        ExtendedKey::from_seed(&[7; 64]).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let secret = key().secret_key().unwrap();
        let json = encrypt(&mut rand::rng(), "пароль", &secret, Some(&key())).unwrap();
        let stored = decrypt(&json, "пароль").unwrap();
        assert_eq!(stored.secret_key, secret);
        assert_eq!(
            *stored.extended_key.as_ref().unwrap().to_base58(),
            *key().to_base58()
        );
        assert!(stored.id.is_some());
        assert_eq!(decrypt(&json, "x").unwrap_err(), KeystoreError::Password);
    }

    #[test]
    fn the_parameters_written_are_those_of_status_go() {
        let secret = key().secret_key().unwrap();
        let json = encrypt(&mut rand::rng(), "", &secret, None).unwrap();
        let file: serde_json::Value = serde_json::from_str(&json).unwrap();
        let params = &file["crypto"]["kdfparams"];
        assert_eq!(file["crypto"]["kdf"], "scrypt");
        assert_eq!(
            (&params["n"], &params["r"], &params["p"], &params["dklen"]),
            (&4096.into(), &8.into(), &6.into(), &32.into())
        );
        assert_eq!(file["version"], 3);
        assert!(file.get("extendedkey").is_none());
    }

    #[test]
    fn every_changed_field_is_noticed() {
        let secret = key().secret_key().unwrap();
        let json = encrypt(&mut rand::rng(), "x", &secret, None).unwrap();
        let file: serde_json::Value = serde_json::from_str(&json).unwrap();
        for (pointer, value, expected) in [
            ("/crypto/mac", "00", KeystoreError::Password),
            ("/crypto/ciphertext", "00", KeystoreError::Password),
            ("/crypto/kdfparams/salt", "00", KeystoreError::Password),
            (
                "/crypto/cipherparams/iv",
                "00",
                KeystoreError::Malformed("an IV of 1 bytes, not 16".into()),
            ),
            (
                "/crypto/cipher",
                "aes-256-ctr",
                KeystoreError::Cipher("aes-256-ctr".into()),
            ),
            ("/version", "3", KeystoreError::Version("\"3\"".into())),
        ] {
            let mut changed = file.clone();
            *changed.pointer_mut(pointer).unwrap() = value.into();
            let error = decrypt(&changed.to_string(), "x").unwrap_err();
            assert_eq!(error, expected, "{pointer}");
        }
        assert!(decrypt(&" ".repeat(MAX_KEYSTORE_LEN + 1), "x").is_err());
        assert!(decrypt("{}", "x").is_err());
    }

    #[test]
    fn an_extended_key_is_empty_or_whole() {
        let secret = key().secret_key().unwrap();
        let json = encrypt(&mut rand::rng(), "x", &secret, None).unwrap();
        let mut file: serde_json::Value = serde_json::from_str(&json).unwrap();
        for empty in [
            "null",
            "{}",
            r#"{"ciphertext":null}"#,
            r#"{"ciphertext":""}"#,
        ] {
            file["extendedkey"] = serde_json::from_str(empty).unwrap();
            let stored = decrypt(&file.to_string(), "x").unwrap();
            assert!(stored.extended_key.is_none(), "{empty}");
        }
        for damaged in [
            "2",
            r#""00""#,
            "[]",
            r#"{"ciphertext":2}"#,
            r#"{"ciphertext":"00"}"#,
        ] {
            file["extendedkey"] = serde_json::from_str(damaged).unwrap();
            let error = decrypt(&file.to_string(), "x").unwrap_err();
            assert!(matches!(error, KeystoreError::Malformed(_)), "{damaged}");
        }
    }

    #[test]
    fn what_opening_does_not_need_may_be_missing() {
        let secret = key().secret_key().unwrap();
        let json = encrypt(&mut rand::rng(), "x", &secret, None).unwrap();
        let mut file: serde_json::Value = serde_json::from_str(&json).unwrap();
        let crypto = file["crypto"].take();
        let bare = serde_json::json!({"version": 3, "Crypto": crypto});
        for field in ["address", "id", "subaccountindex"] {
            file[field] = serde_json::Value::Null;
        }
        file["crypto"] = bare["Crypto"].clone();
        for file in [file, bare] {
            let stored = decrypt(&file.to_string(), "x").unwrap();
            assert_eq!((stored.secret_key, stored.id), (secret, None));
        }
    }

    #[test]
    fn debug_output_hides_the_key() {
        let secret = key().secret_key().unwrap();
        let json = encrypt(&mut rand::rng(), "x", &secret, None).unwrap();
        let text = format!("{:?}", decrypt(&json, "x").unwrap());
        assert!(!text.contains(&hex::encode(secret.secret_bytes())));
    }
}
