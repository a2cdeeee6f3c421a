//! Messages wait for the first peer, however many.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, patiently};
use status_devp2p::net::NetworkEvent;
use status_node::account::Identity;
use status_node::{Chat, Node};
use status_whisper::packets::{Messages, code};
use std::collections::HashSet;

#[tokio::test]
async fn a_burst_goes_out_whole_once_there_is_one() {
    const SENT: usize = 600;
    let chat: Chat = "#later".parse().unwrap();
    let key = status_ecies::random_secret_key(&mut rand::rng());
    let (node, _events) = Node::builder()
        .identity(Identity::from_secret_key(key))
        .listen(LOOPBACK)
        .start()
        .await
        .unwrap();
    let sending: Vec<_> = (0..SENT)
        .map(|number| {
            let (node, chat) = (node.clone(), chat.clone());
            tokio::spawn(async move { node.send(&chat, &number.to_string()).await })
        })
        .collect();
    let wait = async {
        // As many as the messenger gives out at a time; the others wait in its outbox.
        while node.stats().await.unwrap().sent < 256 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    patiently(wait).await;
    let stats = node.stats().await.unwrap();
    assert_eq!(stats.unsent as u64, stats.sent);
    assert_eq!(stats.sealing, 0);
    assert_eq!(stats.peers, []);

    let mut peer = Bare::connect(node.enode()).await;
    peer.greet().await;
    let mut handed = HashSet::new();
    for sent in sending {
        handed.insert(patiently(sent).await.unwrap().unwrap().envelope);
    }
    assert_eq!(handed.len(), SENT);
    let mut arrived = HashSet::new();
    while arrived.len() < SENT {
        if let NetworkEvent::Message { code, payload, .. } =
            patiently(peer.events.recv()).await.unwrap()
            && code == code::MESSAGES
        {
            let envelopes = Messages::decode(&payload).unwrap().envelopes;
            arrived.extend(envelopes.iter().map(|envelope| envelope.hash()));
        }
    }
    assert_eq!(arrived, handed);
    let stats = node.stats().await.unwrap();
    assert_eq!((stats.unsent, stats.sealing), (0, 0));
    assert_eq!(stats.peers.len(), 1);
    assert_eq!(stats.peers[0].node_id, peer.network.local_enode().id);
    assert!(stats.peers[0].address.ip().is_loopback());
}
