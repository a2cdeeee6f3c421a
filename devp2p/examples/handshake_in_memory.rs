//! A handshake without a network, and one frame over the connection that it makes.

use bytes::BytesMut;
use status_devp2p::{Initiator, NodeKey, Recipient};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut rand::rng();
    let (dialler, listener) = (NodeKey::random(rng), NodeKey::random(rng));

    let mut initiator = Initiator::new(rng, &dialler, listener.public_key());
    let mut auth = BytesMut::from(&initiator.auth()[..]);
    let accepted = Recipient::new(&listener)
        .handle_bytes(rng, &mut auth)?
        .ok_or("incomplete")?;
    assert_eq!(accepted.secrets.remote_id(), dialler.node_id());
    let mut ack = BytesMut::from(&accepted.ack[..]);
    let secrets = initiator.handle_bytes(&mut ack)?.ok_or("incomplete")?;

    let ((mut encoder, _), (_, mut decoder)) =
        (secrets.into_frames(), accepted.secrets.into_frames());
    let mut wire = BytesMut::new();
    encoder.encode(16, b"hello", &mut wire)?;
    let frame = decoder.decode(&mut wire)?.ok_or("incomplete")?;
    assert_eq!((frame.code, &frame.payload[..]), (16, &b"hello"[..]));
    Ok(())
}
