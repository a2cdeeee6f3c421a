//! Two sessions that talk through memory: Hello, then one message.

use bytes::{Bytes, BytesMut};
use status_devp2p::{Initiator, NodeKey, Recipient, Session, SessionConfig, Subprotocol};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut rand::rng();
    let (key_a, key_b) = (NodeKey::random(rng), NodeKey::random(rng));
    let mut dialler = Initiator::new(rng, &key_a, key_b.public_key());
    let accepted = Recipient::new(&key_b).handle_bytes(rng, &mut dialler.auth()[..].into())?;
    let accepted = accepted.ok_or("incomplete")?;
    let secrets = dialler.handle_bytes(&mut accepted.ack[..].into())?;

    let whisper = || vec![Subprotocol::whisper()];
    let config = |key: &NodeKey| SessionConfig::new(key.node_id(), "me/1", whisper());
    let mut a = Session::new(secrets.ok_or("incomplete")?, config(&key_a), 0);
    let mut b = Session::new(accepted.secrets, config(&key_b), 0);
    let (mut to_a, mut to_b) = (BytesMut::new(), BytesMut::new());
    b.poll_transmit(&mut to_a);
    let _ = a.handle_bytes(&mut to_a, 0);
    a.send(0, 1, Bytes::from_static(b"an envelope"))?;
    a.poll_transmit(&mut to_b);
    let _ = b.handle_bytes(&mut to_b, 0);
    let events: Vec<_> = std::iter::from_fn(|| b.poll_event()).collect();
    assert_eq!((events.len(), b.counters().bytes_in), (2, 11));
    Ok(())
}
