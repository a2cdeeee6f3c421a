use super::*;
use crate::MemoryStore;
use rand::{SeedableRng, rngs::StdRng};

fn node(store: &mut MemoryStore) -> Node {
    Node::load(Config::default(), store, &mut StdRng::seed_from_u64(1), 0).unwrap()
}

#[test]
fn a_message_goes_and_is_acknowledged() {
    let (mut a_store, mut b_store) = (MemoryStore::new(), MemoryStore::new());
    let (mut a, mut b) = (node(&mut a_store), node(&mut b_store));
    let (alice, bob, group) = (
        PeerId::from("alice"),
        PeerId::from("bob"),
        GroupId::from("g"),
    );
    a.add_group(&mut a_store, &group, GroupSettings::default())
        .unwrap();
    a.add_peer(&mut a_store, &group, &bob).unwrap();
    let id = a.append(&mut a_store, &group, "hello", 1).unwrap();
    let out = a.poll_transmit(&mut a_store, 1).unwrap().unwrap();
    assert_eq!(out.peer, bob);
    let (payload, _) = Payload::decode(out.payload, crate::Numbering::Deployed).unwrap();
    b.handle_payload(&mut b_store, &alice, payload, 2).unwrap();
    let Some(Event::Delivered(delivery)) = b.poll_event() else {
        panic!("nothing delivered");
    };
    assert_eq!(
        (delivery.id, &delivery.message.body[..]),
        (id, &b"hello"[..])
    );
    let ack = b.poll_transmit(&mut b_store, 2).unwrap().unwrap();
    let (payload, _) = Payload::decode(ack.payload, crate::Numbering::Deployed).unwrap();
    a.handle_payload(&mut a_store, &bob, payload, 3).unwrap();
    while a.poll_event().is_some() {}
    assert!(a.is_settled() && b.is_settled());
}
