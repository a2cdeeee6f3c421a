//! Two nodes on loopback: one dials the other and sends it a message.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]
use status_devp2p::net::{Network, NetworkConfig, NetworkEvent};
use status_devp2p::{NodeKey, Subprotocol};
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = |name: &str| {
        let key = NodeKey::random(&mut rand::rng());
        let mut config = NetworkConfig::new(key, name, vec![Subprotocol::whisper()]);
        config.listen = Some(([127, 0, 0, 1], 0).into());
        config
    };
    let (alice, mut alice_events) = Network::start(config("alice")).await?;
    let (bob, mut bob_events) = Network::start(config("bob")).await?;
    alice.add_static_peer(bob.local_enode())?;
    if let Some(NetworkEvent::PeerConnected(peer)) = alice_events.recv().await {
        peer.sender.send(0, 0, "hello".into()).await?;
    }
    while let Some(event) = bob_events.recv().await {
        if let NetworkEvent::Message { payload, .. } = event {
            println!("bob received {payload:?}");
            break;
        }
    }
    tokio::join!(alice.shutdown(), bob.shutdown());
    Ok(())
}
