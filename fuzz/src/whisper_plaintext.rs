//! What is inside an envelope: decrypted bytes, and bytes that do not decrypt.

use bytes::Bytes;
use status_whisper::{Envelope, Key, MessageBuilder, Opened, Recipient, SymmetricKey, Topic, open};
use std::sync::LazyLock;

static KEY: LazyLock<SymmetricKey> = LazyLock::new(|| SymmetricKey::new([7; 32]));

/// Takes `data` apart as a plaintext, whose parts have to cover it; seals what came out and opens
/// it again; and tries `data` as a ciphertext, which no key fits.
pub fn run(data: &[u8]) {
    let topic = Topic([1, 2, 3, 4]);
    let key = Key::from(KEY.clone());
    assert!(open(&Envelope::new(9, 3, topic, data, 0), &key).is_err());
    let Ok(opened) = Opened::parse(Bytes::copy_from_slice(data)) else {
        return;
    };
    let size_len = usize::from(data[0] & 3);
    let signature_len = opened.signature().map_or(0, |signature| signature.len());
    assert_eq!(
        1 + size_len + opened.payload().len() + opened.padding().len() + signature_len,
        data.len()
    );
    assert_eq!(opened.signer().is_some(), data[0] & 4 != 0);
    let payload = opened.payload();
    let resealed = MessageBuilder::new(topic, &payload)
        .padding(opened.padding())
        .encrypt(Recipient::Symmetric(&KEY), 6, &mut rand::rng())
        .unwrap();
    let reopened = open(&resealed.with_nonce(0), &key).unwrap();
    assert_eq!(reopened.payload(), payload);
    if !opened.padding().is_empty() {
        assert_eq!(reopened.padding(), opened.padding());
    }
}
