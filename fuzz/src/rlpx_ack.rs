//! The recipient's handshake packet: sealed, as it comes from the network, and its body.

use crate::rlpx_auth::{RECIPIENT, key};
use bytes::{Bytes, BytesMut};
use status_devp2p::handshake::Ack;
use status_devp2p::handshake::hazmat::{self, Drawn};
use status_devp2p::{Form, HandshakeError};

/// The initiator's key of the vectors' first handshake, so that the seeds decrypt.
const INITIATOR: &str = "ae47ee9e6e749e845add34df7561f5a60836ad56a03b40ade50de7fa9b316022";

/// Feeds `data` to an initiator that waits for its answer, and to the decoder of the body.
pub fn run(data: &[u8]) {
    let (local, remote) = (key(INITIATOR), key(RECIPIENT));
    let drawn = Drawn {
        ephemeral: local.clone(),
        nonce: [7; 32],
    };
    let mut initiator = hazmat::initiator(&local, remote.public_key(), drawn, Bytes::new());
    let mut input = BytesMut::from(data);
    match initiator.handle_bytes(&mut input) {
        Ok(None) => assert_eq!(input, data, "an incomplete packet was consumed"),
        Ok(Some(secrets)) => {
            assert_eq!(secrets.remote_id(), remote.node_id());
            assert!(data.ends_with(&input));
            let again = initiator.handle_bytes(&mut input);
            assert!(matches!(again, Err(HandshakeError::Finished)));
        }
        Err(_) => assert!(initiator.handle_bytes(&mut input).is_err()),
    }

    if let Ok(ack) = Ack::decode(Form::Eip8, data) {
        assert_eq!(Ack::decode(Form::Eip8, &ack.encode_eip8()).unwrap(), ack);
    }
    if let Ok(ack) = Ack::decode(Form::PreEip8, data) {
        assert_eq!(
            Ack::decode(Form::PreEip8, &ack.encode_pre_eip8()).unwrap(),
            ack
        );
    }
}
