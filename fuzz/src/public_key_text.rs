//! Public keys in text: every encoding, every kind, every form.

use status_conversational_security::trust::{Multibase, MulticodecKey, parse_public_key};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    if let Ok((encoding, bytes)) = Multibase::decode(data) {
        let written = encoding.encode_bytes(&bytes);
        assert_eq!(Multibase::decode(&written), Ok((encoding, bytes)));
    }
    let compressed = MulticodecKey::parse_compressed(data);
    let uncompressed = MulticodecKey::parse_uncompressed(data);
    let key = match (&compressed, &uncompressed) {
        (Ok(_), Ok(_)) => panic!("a key stands in one form"),
        (Ok(key), Err(_)) | (Err(_), Ok(key)) => *key,
        (Err(_), Err(_)) => {
            // What is no key with a number in front may still be a bare one.
            if let Ok(text) = std::str::from_utf8(data)
                && let Ok(key) = parse_public_key(text)
            {
                assert!(text.starts_with("0x"), "bare keys are hexadecimal");
                every_text_leads_back(key.into());
            }
            return;
        }
    };
    every_text_leads_back(key);
}

/// Whatever it is written as, it is read as the same key.
fn every_text_leads_back(key: MulticodecKey) {
    for code in Multibase::CODES {
        let encoding = Multibase::from_code(code).expect("each letter names an encoding");
        let short = encoding.encode_bytes(&key.compressed());
        let long = encoding.encode_bytes(&key.uncompressed());
        assert_eq!(MulticodecKey::parse_compressed(&short), Ok(key));
        assert_eq!(MulticodecKey::parse_uncompressed(&long), Ok(key));
        if let Ok(text) = String::from_utf8(short) {
            assert_eq!(MulticodecKey::parse(&text), Ok(key));
            assert_eq!(parse_public_key(&text), key.secp256k1());
        }
    }
}
