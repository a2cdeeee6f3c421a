//! Both sides of a handshake agree, in both forms; what is not a handshake is refused.
#![cfg(test)]

use bytes::BytesMut;
use proptest::prelude::*;
use status_devp2p::handshake::{MAX_PACKET_SIZE, hazmat};
use status_devp2p::{Accepted, Form, HandshakeError, Initiator, NodeKey, Recipient};

fn pair() -> (NodeKey, NodeKey) {
    (
        NodeKey::random(&mut rand::rng()),
        NodeKey::random(&mut rand::rng()),
    )
}

fn accept(listener: &NodeKey, packet: &[u8]) -> Result<Option<Accepted>, HandshakeError> {
    Recipient::new(listener).handle_bytes(&mut rand::rng(), &mut packet.into())
}

#[test]
fn both_forms_end_in_the_same_keys() {
    let (dialler, listener) = pair();
    for (form, lengths) in [(Form::Eip8, 100..=700), (Form::PreEip8, 307..=307)] {
        let rng = &mut rand::rng();
        let mut initiator = Initiator::with_form(rng, &dialler, listener.public_key(), form);
        assert!(lengths.contains(&initiator.auth().len()));
        let accepted = accept(&listener, initiator.auth()).unwrap().unwrap();
        if form == Form::PreEip8 {
            assert_eq!(
                accepted.ack.len(),
                210,
                "the answer follows the question's form"
            );
        }
        assert_eq!(accepted.secrets.remote_id(), dialler.node_id());
        let mut input = BytesMut::from(&accepted.ack[..]);
        input.extend_from_slice(b"frames");
        let ours = initiator.handle_bytes(&mut input).unwrap().unwrap();
        assert_eq!(ours.remote_id(), listener.node_id());
        assert_eq!(input, b"frames"[..], "bytes behind the packet are left");
        let (ours, theirs) = (hazmat::expose(&ours), hazmat::expose(&accepted.secrets));
        assert_eq!(ours.aes_secret, theirs.aes_secret);
        assert_eq!(ours.mac_secret, theirs.mac_secret);
        assert_eq!(ours.egress_mac_digest, theirs.ingress_mac_digest);
        assert_eq!(ours.ingress_mac_digest, theirs.egress_mac_digest);
        let again = initiator.handle_bytes(&mut input).err();
        assert_eq!(again, Some(HandshakeError::Finished));
    }
}

#[test]
fn a_packet_in_pieces_waits_for_its_last_byte() {
    let (dialler, listener) = pair();
    for form in [Form::Eip8, Form::PreEip8] {
        let initiator =
            Initiator::with_form(&mut rand::rng(), &dialler, listener.public_key(), form);
        let mut recipient = Recipient::new(&listener);
        let mut input = BytesMut::new();
        let (last, start) = initiator.auth().split_last().unwrap();
        for byte in start {
            input.extend_from_slice(&[*byte]);
            assert!(
                recipient
                    .handle_bytes(&mut rand::rng(), &mut input)
                    .unwrap()
                    .is_none()
            );
        }
        input.extend_from_slice(&[*last]);
        assert!(
            recipient
                .handle_bytes(&mut rand::rng(), &mut input)
                .unwrap()
                .is_some()
        );
        assert!(input.is_empty());
    }
}

#[test]
fn another_listener_cannot_read_the_packet() {
    let (dialler, listener) = pair();
    let initiator = Initiator::new(&mut rand::rng(), &dialler, listener.public_key());
    let refused = accept(&dialler, initiator.auth()).err();
    assert!(
        matches!(refused, Some(HandshakeError::Decrypt(_))),
        "{refused:?}"
    );
}

#[test]
fn sizes_are_bounded_before_anything_is_waited_for() {
    let (_, listener) = pair();
    let max = MAX_PACKET_SIZE;
    let size = max + 1;
    let prefix = (size as u16).to_be_bytes();
    assert_eq!(
        accept(&listener, &prefix).err(),
        Some(HandshakeError::TooLarge { size, max })
    );
    let small = HandshakeError::TooSmall {
        size: 306,
        min: 307,
    };
    assert_eq!(accept(&listener, &306u16.to_be_bytes()).err(), Some(small));
    assert!(
        accept(&listener, &(max as u16).to_be_bytes())
            .unwrap()
            .is_none()
    );
}

#[test]
fn garbage_fails_at_its_third_byte_without_any_curve_operation() {
    let (_, listener) = pair();
    // What a browser sends: the prefix "GE" is far over the limit.
    assert!(matches!(
        accept(&listener, b"GET / HTTP/1.1"),
        Err(HandshakeError::TooLarge { .. })
    ));
    let refused = accept(&listener, &[1, 0xcf, 9]).err();
    assert!(
        matches!(refused, Some(HandshakeError::Decrypt(_))),
        "{refused:?}"
    );
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let (dialler, listener) = pair();
    let initiator = Initiator::new(&mut rand::rng(), &dialler, listener.public_key());
    let accepted = accept(&listener, initiator.auth()).unwrap().unwrap();
    let text = format!(
        "{:?} {initiator:?} {:?}",
        accepted.secrets,
        Recipient::new(&listener)
    );
    let keys = hazmat::expose(&accepted.secrets);
    for secret in [
        keys.aes_secret,
        keys.mac_secret,
        listener.secret_key().secret_bytes(),
    ] {
        assert!(!text.contains(&format!("{secret:?}")) && !text.contains(&hex::encode(secret)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_byte_is_never_accepted(form in prop_oneof![Just(Form::Eip8), Just(Form::PreEip8)], position: prop::sample::Index, flip in 1u8..) {
        let (dialler, listener) = pair();
        let initiator = Initiator::with_form(&mut rand::rng(), &dialler, listener.public_key(), form);
        let mut packet = initiator.auth().to_vec();
        let position = position.index(packet.len());
        packet[position] ^= flip;
        prop_assert!(!matches!(accept(&listener, &packet), Ok(Some(_))));
    }
}
