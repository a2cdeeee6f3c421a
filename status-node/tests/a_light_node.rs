//! A light node asks its peers for what it listens to, and for no more once it no longer does.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, patiently};
use secp256k1::SecretKey;
use status_devp2p::net::NetworkEvent;
use status_node::account::Identity;
use status_node::coupling::Route;
use status_node::{Chat, Node};
use status_whisper::packets::{BloomFilter, Messages, Status, code};
use status_whisper::{Bloom, Topic};

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

/// What the node announces until an envelope of this topic comes: the bloom filters.
async fn announced_until(peer: &mut Bare, topic: Topic) -> Vec<Bloom> {
    let mut announced = Vec::new();
    loop {
        let event = patiently(peer.events.recv()).await.unwrap();
        let NetworkEvent::Message { code, payload, .. } = event else {
            continue;
        };
        match code {
            code::STATUS => announced.extend(Status::decode(&payload).unwrap().bloom),
            code::BLOOM_FILTER => announced.push(BloomFilter::decode(&payload).unwrap().0),
            code::MESSAGES => {
                let messages = Messages::decode(&payload).unwrap();
                if messages.envelopes.iter().any(|one| one.topic() == topic) {
                    return announced;
                }
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn it_sends_without_a_word_on_where_unless_it_is_told_to() {
    let stranger = Chat::public("somewhere-else").unwrap();
    let topic = Route::of(&stranger).unwrap().topic;
    for announces in [false, true] {
        let key = SecretKey::from_byte_array([3; 32]).unwrap();
        let (node, _events) = Node::builder()
            .light(true)
            .announce_sent(announces)
            .identity(Identity::from_secret_key(key))
            .listen(LOOPBACK)
            .start()
            .await
            .unwrap();
        let mut peer = Bare::connect(node.enode()).await;
        peer.greet().await;
        let (sent, announced) = tokio::join!(
            patiently(node.send(&stranger, "hello")),
            announced_until(&mut peer, topic)
        );
        sent.unwrap();
        let told = announced.iter().any(|bloom| bloom.admits(topic));
        assert_eq!(told, announces, "{announced:?}");
        node.shutdown().await;
    }
}
