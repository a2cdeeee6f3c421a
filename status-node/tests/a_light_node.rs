//! A light node asks its peers for what it listens to, and for no more once it no longer does.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, patiently};
use status_devp2p::net::NetworkEvent;
use status_node::coupling::Route;
use status_node::{Chat, Node};
use status_whisper::Bloom;
use status_whisper::packets::{BloomFilter, Status, code};

/// The next bloom filter that the node announces.
async fn announced(peer: &mut Bare) -> Bloom {
    loop {
        let event = patiently(peer.events.recv()).await.unwrap();
        let NetworkEvent::Message { code, payload, .. } = event else {
            continue;
        };
        match code {
            code::STATUS => {
                let status = Status::decode(&payload).unwrap();
                return status.bloom.expect("a light node announces one");
            }
            code::BLOOM_FILTER => return BloomFilter::decode(&payload).unwrap().0,
            _ => {}
        }
    }
}

#[tokio::test]
async fn its_bloom_filter_follows_its_chats_in_both_directions() {
    let chats: [Chat; 2] = ["#stays".parse().unwrap(), "#goes".parse().unwrap()];
    let topics = chats.each_ref().map(|chat| Route::of(chat).unwrap().topic);
    let [stays, both] = [1, 2].map(|count| {
        let mut bloom = Bloom::EMPTY;
        topics
            .iter()
            .take(count)
            .for_each(|topic| bloom.insert(*topic));
        bloom
    });
    let builder = Node::builder().light(true).listen(LOOPBACK);
    let (node, _events) = builder.join(chats[0].clone()).start().await.unwrap();
    let mut peer = Bare::connect(node.enode()).await;
    peer.greet().await;
    assert_eq!(announced(&mut peer).await, stays);
    patiently(node.join(&chats[1])).await.unwrap();
    assert_eq!(announced(&mut peer).await, both);
    patiently(node.leave(&chats[1])).await.unwrap();
    assert_eq!(announced(&mut peer).await, stays);
    node.shutdown().await;
}
