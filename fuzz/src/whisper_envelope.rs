//! An envelope from the network: its codec, its work and the rules by which a node takes it.

use bytes::Bytes;
use status_whisper::{AcceptRules, Bloom, Envelope, Hash};

/// Decodes `data` as an envelope. What decodes has to keep its bytes, to be the encoding of its
/// own fields, and to be judged without a panic at any time.
pub fn run(data: &[u8]) {
    let rlp = Bytes::copy_from_slice(data);
    let Ok(envelope) = Envelope::decode(rlp.clone()) else {
        return;
    };
    assert_eq!(envelope.rlp(), &rlp);
    assert_eq!(envelope.hash(), Hash::of(data));
    let again = Envelope::new(
        envelope.expiry(),
        envelope.ttl(),
        envelope.topic(),
        envelope.data(),
        envelope.nonce(),
    );
    assert_eq!(again.rlp(), &rlp, "encodings are unique");
    assert_eq!(again.pow_hash(), envelope.pow_hash());
    assert_eq!(again.data(), envelope.data());
    assert!(envelope.pow() > 0.0);
    assert!(Bloom::from(envelope.topic()).admits(envelope.topic()));
    let rules = AcceptRules {
        max_message_size: data.len() + 20,
        min_pow: 0.0,
        former_min_pow: None,
        bloom: None,
        former_bloom: None,
    };
    for now in [0, envelope.sent(), envelope.expiry(), u32::MAX] {
        if let Ok(pow) = rules.judge(&envelope, now) {
            assert!(pow >= 0.0);
            assert!(envelope.expiry() >= now, "an expired envelope was taken");
        }
    }
}
