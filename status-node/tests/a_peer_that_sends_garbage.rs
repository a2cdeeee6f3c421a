//! Attack: a peer that breaks Whisper's protocol is disconnected with a reason; others are served.
#![cfg(test)]

mod bare;

use bare::{Bare, LOOPBACK, patiently, person, ready};
use bytes::Bytes;
use status_devp2p::DisconnectReason;
use status_devp2p::net::CloseReason;
use status_node::{Chat, Node};
use status_whisper::packets::code;

#[tokio::test]
async fn each_kind_of_garbage_ends_its_connection_and_no_other() {
    let chat: Chat = "#attack".parse().unwrap();
    let (relay, _events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let (ann, _ann_events) = person(relay.enode(), &chat).await;
    let (_bob, mut bob_events) = person(relay.enode(), &chat).await;
    ready(&relay, 2).await;

    let too_large = Bytes::from(vec![0xc0; (1 << 20) + 1]);
    let garbage: [(&str, bool, u64, Bytes); 5] = [
        (
            "no status first",
            false,
            code::MESSAGES,
            Bytes::from_static(b"\xc0"),
        ),
        (
            "no RLP",
            true,
            code::MESSAGES,
            Bytes::from_static(b"\xff\xff\xff"),
        ),
        (
            "an envelope of one item",
            true,
            code::MESSAGES,
            Bytes::from_static(b"\xc2\xc1\x01"),
        ),
        (
            "a negative work",
            true,
            code::POW_REQUIREMENT,
            Bytes::from_static(b"\x88\xc0\0\0\0\0\0\0\0"),
        ),
        ("too large a packet", true, code::MESSAGES, too_large),
    ];
    for (number, (name, greets, code, payload)) in garbage.into_iter().enumerate() {
        let mut attacker = Bare::connect(relay.enode()).await;
        if greets {
            attacker.greet().await;
        }
        attacker.send(code, payload).await;
        let reason = CloseReason::ByPeer(DisconnectReason::SubprotocolError);
        assert_eq!(attacker.end().await, reason, "{name}");
        let faults = relay.stats().await.unwrap().peer_faults;
        assert_eq!(faults, number as u64 + 1, "{name}");
        attacker.network.shutdown().await;

        patiently(ann.send(&chat, name)).await.unwrap();
        let message = patiently(bob_events.next_message()).await.unwrap();
        assert_eq!(message.text, name);
    }
}

#[tokio::test]
async fn a_packet_far_too_large_is_not_even_read() {
    let (node, _events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let mut attacker = Bare::connect(node.enode()).await;
    attacker.greet().await;
    // The network service alone would take sixteen megabytes.
    attacker
        .send(code::MESSAGES, Bytes::from(vec![0xc0; 3 << 20]))
        .await;
    let reason = attacker.end().await;
    assert_eq!(
        reason,
        CloseReason::ByPeer(DisconnectReason::ProtocolBreach)
    );
    assert_eq!(node.stats().await.unwrap().whisper.packets_in, 1, "status");
}

#[tokio::test]
async fn what_only_looks_strange_is_dropped_and_the_peer_kept() {
    let (node, _events) = Node::builder().listen(LOOPBACK).start().await.unwrap();
    let stranger = Bare::connect(node.enode()).await;
    stranger.greet().await;
    // A code of a version to come, a second status, history from a peer that is not trusted.
    stranger.send(99, Bytes::from_static(b"\x01")).await;
    stranger.greet().await;
    stranger
        .send(code::P2P_MESSAGE, Bytes::from_static(b"\xc0"))
        .await;
    stranger.send(code::MESSAGES, bare::packet(1, 100, 1)).await;
    let wait = async {
        while node.stats().await.unwrap().whisper.envelopes_new < 1 {
            tokio::task::yield_now().await;
        }
    };
    patiently(wait).await;
    let stats = node.stats().await.unwrap();
    assert_eq!((stats.peer_faults, stats.ready_peers), (0, 1));
    let reasons: Vec<_> = stats
        .whisper
        .drops
        .iter()
        .map(|(reason, _)| reason.name())
        .collect();
    assert_eq!(reasons, ["untrusted", "unknown_code", "repeated_status"]);
}
