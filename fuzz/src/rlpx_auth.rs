//! The initiator's handshake packet: the sealed packet as it comes from the network, and the body
//! that somebody who knows our public key can seal.

use bytes::BytesMut;
use secp256k1::SecretKey;
use status_devp2p::handshake::Auth;
use status_devp2p::{Form, NodeKey, Recipient};

/// The recipient's key of the vectors' first handshake, so that the seeds decrypt.
pub(crate) const RECIPIENT: &str =
    "83813cb78c05bf17f40a580458e6e429bb1375b80e1a77c0642aa7ccb0ddce72";

/// Feeds `data` to the recipient, whole and in pieces, and to the decoder of the body.
pub fn run(data: &[u8]) {
    let key = key(RECIPIENT);
    let whole = Recipient::new(&key).handle_bytes(&mut rand::rng(), &mut BytesMut::from(data));
    let mut recipient = Recipient::new(&key);
    let mut input = BytesMut::new();
    let mut pieces = Ok(None);
    for piece in data.chunks(1 + data.len() / 3) {
        input.extend_from_slice(piece);
        pieces = recipient.handle_bytes(&mut rand::rng(), &mut input);
        if !matches!(pieces, Ok(None)) {
            break;
        }
    }
    // What arrives in pieces is judged as if it came at once.
    let remote = |result: &Result<Option<status_devp2p::Accepted>, _>| {
        let accepted = result.as_ref().map(|accepted| accepted.as_ref());
        accepted
            .map(|accepted| accepted.map(|accepted| accepted.secrets.remote_id()))
            .ok()
    };
    assert_eq!(remote(&whole), remote(&pieces));

    if let Ok(auth) = Auth::decode(Form::Eip8, data) {
        assert_eq!(Auth::decode(Form::Eip8, &auth.encode_eip8()).unwrap(), auth);
    }
    if let Ok(auth) = Auth::decode(Form::PreEip8, data) {
        assert_eq!(
            Auth::decode(Form::PreEip8, &auth.encode_pre_eip8(&[0; 32])).unwrap(),
            auth
        );
    }
}

/// The key pair of 32 bytes in hex.
pub(crate) fn key(secret: &str) -> NodeKey {
    let bytes = hex::decode(secret).unwrap().try_into().unwrap();
    NodeKey::new(SecretKey::from_byte_array(bytes).unwrap())
}
