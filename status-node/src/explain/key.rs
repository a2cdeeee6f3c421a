//! Public keys, in every form in which they are passed on.

use super::{Explainer, Layer};
use crate::account::Address;
use crate::message::hex_key;
use secp256k1::PublicKey;
use status_conversational_security::trust::{
    KeyTextError, ThreeWordName, parse_public_key, public_key_text,
};

impl Explainer {
    pub(super) fn public_key(&self, bytes: &[u8]) -> Layer {
        match read(bytes) {
            Ok(key) => Layer::new("public key")
                .field("public key", hex_key(&key))
                .bytes("compressed", &key.serialize())
                .field("text", public_key_text(&key))
                .field("name", ThreeWordName::of(&key).to_string())
                .field("address", Address::of(&key).to_string()),
            Err(error) => Layer::refused("public key", error),
        }
    }
}

/// Whether these bytes are a point of the curve in one of its forms: nothing else is by chance, for
/// length, first byte and equation must all agree.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 33 | 35 | 65 | 67) && read(bytes).is_ok()
}

/// A point, bare or after the number of its kind.
fn read(bytes: &[u8]) -> Result<PublicKey, KeyTextError> {
    parse_public_key(&format!("0x{}", hex::encode(bytes)))
}
