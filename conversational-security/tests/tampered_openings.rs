//! Nothing authenticates the X3DH header of a session that exists; as deployed it is checked all the
//! same, and a message in which it is wrong is refused without harm to the genuine one.
#![cfg(test)]

use prost::Message;
use secp256k1::SecretKey;
use status_conversational_security::{
    Endpoint, MemoryStore, ProtocolMessage, Received, Settings, wire,
};

const NOW_NS: i64 = 1_590_232_902_104_000_000;

fn endpoint(secret: u8, id: &str) -> Endpoint {
    let secret = SecretKey::from_byte_array([secret; 32]).unwrap();
    Endpoint::new(&secret, id.into(), Settings::default()).unwrap()
}

fn changed(message: &[u8], change: impl Fn(&mut wire::X3dhHeader)) -> Vec<u8> {
    let decoded = ProtocolMessage::decode(message.to_vec().into()).unwrap();
    let mut message = decoded.message().clone();
    let direct = message.direct_message.get_mut("laptop").unwrap();
    change(direct.x3dh_header.as_mut().unwrap());
    message.encode_to_vec()
}

#[test]
fn a_wrong_header_on_a_known_session_is_refused_without_harm() {
    let (alice, bob) = (endpoint(1, "phone"), endpoint(2, "laptop"));
    let (mut ours, mut theirs) = (MemoryStore::new(), MemoryStore::new());
    let mut rng = rand::rng();
    let bundle = bob.own_bundle(&mut theirs, NOW_NS, &mut rng).unwrap();
    alice.add_bundle(&mut ours, &bundle, NOW_NS).unwrap();
    let mut send = |text: &[u8]| {
        let sent = alice.encrypt(&mut ours, bob.identity(), text, NOW_NS, &mut rand::rng());
        sent.unwrap().message.to_vec()
    };
    let (first, second) = (send(b"first"), send(b"second"));
    let mut read = |message: Vec<u8>, id: u8| {
        let handled = bob.handle_message(
            &mut theirs,
            alice.identity(),
            message.into(),
            &[id; 32],
            NOW_NS,
            &mut rng,
        );
        handled.unwrap().result
    };
    assert!(matches!(read(first, 1), Ok(Received::Private { .. })));
    let tampered = [
        changed(&second, |header| header.id = vec![2; 33].into()),
        changed(&second, |header| header.id = header.key.clone()),
        changed(&second, |header| header.id = Vec::new().into()),
        changed(&second, |header| header.key = vec![5; 33].into()),
        changed(&second, |header| header.key = vec![2; 32].into()),
    ];
    for (index, message) in tampered.into_iter().enumerate() {
        assert!(read(message, 2).is_err(), "change {index}");
    }
    let Ok(Received::Private { payload, .. }) = read(second, 3) else {
        panic!("the genuine message is read");
    };
    assert_eq!(payload, "second");
}
