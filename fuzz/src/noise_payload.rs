//! What Noise and pairing decode: payloads of 35/WAKU2-NOISE, codes, certificates and bundles.

use bytes::Bytes;
use status_conversational_security::noise::pairing::{Bundle, PairingCode};
use status_conversational_security::noise::{Certificate, MAX_PAYLOAD_LEN, Payload, StaticKey};

/// Decodes `data` as each of them. What decodes has to encode to the same, or decode again to the
/// same.
pub fn run(data: &[u8]) {
    if let Ok(payload) = Payload::decode(Bytes::copy_from_slice(data)) {
        assert!(data.len() <= MAX_PAYLOAD_LEN);
        assert_eq!(payload.encode(), data);
    }
    if let Ok(bundle) = Bundle::decode(data) {
        // Fields that are not known may have taken the place; without them it can only be smaller.
        let encoded = bundle.encode().unwrap();
        assert!(
            encoded.len()
                <= data.len() + 15 * (bundle.contacts.len() + 2 * bundle.installations.len())
        );
        assert_eq!(Bundle::decode(&encoded), Ok(bundle));
    }
    if let Some(code) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        let code: PairingCode = code;
        let text = code.to_text();
        let again: PairingCode = text.parse().unwrap();
        assert_eq!(again.to_text(), text);
        assert!(!format!("{code:?}").contains(&text[20..40]));
        assert!(code.to_qr().width() > 0);
    }
    if let Some((key, rest)) = data.split_first_chunk::<32>()
        && let Ok(certificate) = Certificate::verified(rest, &StaticKey(*key))
    {
        assert_eq!(certificate.to_bytes()[..], *rest);
    }
}
