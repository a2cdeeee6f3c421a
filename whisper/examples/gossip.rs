//! Two nodes, joined by hand: what one posts, the other reads.
use rand::{SeedableRng, rngs::StdRng};
use status_whisper::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = 1_600_000_000_000; // Unix time in milliseconds
    let (topic, key) = (Topic([1, 2, 3, 4]), SymmetricKey::new([7; 32]));
    let message = MessageBuilder::new(topic, b"rain").work(Work::Target(0.002));
    let key_holder = Recipient::Symmetric(&key);
    let sealed = message.encrypt(key_holder, 1_600_000_000, &mut StdRng::seed_from_u64(1))?;
    let mut from = Whisper::new(Config::default());
    let mut to = Whisper::new(Config::default());
    from.add_peer(PeerId(0), PeerOptions::default(), now)?;
    to.add_peer(PeerId(0), PeerOptions::default(), now)?;
    to.install_filter(Filter::new(topic, key.clone()), now)?;
    from.post(&sealed.seal(&Default::default())?, now)?;
    // A status each way, then the envelope. A driver would do this as connections allow.
    for _ in 0..3 {
        while let Some(packet) = from.poll_transmit(PeerId(0)) {
            to.handle_packet(PeerId(0), packet.code, packet.payload, now)?;
        }
        std::mem::swap(&mut from, &mut to);
    }
    assert!(matches!(from.poll_event(), Some(Event::PeerReady(_))));
    assert!(matches!(from.poll_event(), Some(Event::Message(_))));
    Ok(())
}
