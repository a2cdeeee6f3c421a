//! Frames cross unchanged, whatever their length; a changed byte ends the stream.
#![cfg(test)]

mod common;

use bytes::BytesMut;
use common::secrets;
use proptest::prelude::*;
use status_devp2p::{FrameDecoder, FrameEncoder, FrameError, MAX_FRAME_SIZE, NodeKey};

fn frames() -> (FrameEncoder, FrameDecoder) {
    let key = || NodeKey::random(&mut rand::rng());
    let (dialler, listener) = secrets(&key(), &key());
    (dialler.into_frames().0, listener.into_frames().1)
}

#[test]
fn frames_of_every_length_cross() {
    let (mut encoder, mut decoder) = frames();
    let mut wire = BytesMut::new();
    for len in (0..70).chain([4095, 65_536]) {
        for code in [0, 16, 127, 128, 142, u64::MAX] {
            let payload = vec![len as u8; len];
            encoder.encode(code, &payload, &mut wire).unwrap();
            assert!(wire.len() <= len + 72, "{len} {code}");
            assert_eq!(wire.len() % 16, 0);
            let frame = decoder.decode(&mut wire).unwrap().unwrap();
            assert_eq!((frame.code, &frame.payload[..]), (code, &payload[..]));
            assert!(wire.is_empty());
            assert_eq!(encoder.mac_digest(), decoder.mac_digest());
        }
    }
}

#[test]
fn sixteen_mib_less_one_is_the_largest() {
    let (mut encoder, mut decoder) = frames();
    let mut wire = BytesMut::new();
    let size = MAX_FRAME_SIZE + 1;
    let limit = MAX_FRAME_SIZE;
    let refused = encoder.encode(16, &vec![1; MAX_FRAME_SIZE], &mut wire);
    assert_eq!(refused, Err(FrameError::TooLarge { size, limit }));
    assert!(wire.is_empty());
    // A refusal changes nothing: the next frame is read as if it had not been.
    encoder
        .encode(16, &vec![1; MAX_FRAME_SIZE - 1], &mut wire)
        .unwrap();
    let frame = decoder.decode(&mut wire).unwrap().unwrap();
    assert_eq!(frame.payload.len(), MAX_FRAME_SIZE - 1);
}

#[test]
fn a_limit_of_ones_own_is_checked_at_the_header() {
    let (mut encoder, mut decoder) = frames();
    decoder.set_limit(100);
    let mut wire = BytesMut::new();
    encoder.encode(16, &[1; 99], &mut wire).unwrap();
    assert!(decoder.decode(&mut wire).unwrap().is_some());
    encoder.encode(16, &[1; 100], &mut wire).unwrap();
    wire.truncate(32);
    let too_large = FrameError::TooLarge {
        size: 101,
        limit: 100,
    };
    assert_eq!(decoder.decode(&mut wire).err(), Some(too_large));
}

#[test]
fn the_decoder_says_how_much_it_waits_for() {
    let (mut encoder, mut decoder) = frames();
    assert_eq!(decoder.missing(0), 32);
    let mut wire = BytesMut::new();
    encoder.encode(16, &[1; 100], &mut wire).unwrap();
    let mut input = wire.split_to(40);
    assert!(decoder.decode(&mut input).unwrap().is_none());
    assert!(decoder.is_mid_frame());
    assert_eq!(decoder.missing(input.len()), wire.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_ends_the_stream(len in 0usize..100, position: prop::sample::Index, flip in 1u8..) {
        let (mut encoder, mut decoder) = frames();
        let mut wire = BytesMut::new();
        encoder.encode(16, &vec![7; len], &mut wire).unwrap();
        encoder.encode(16, b"next", &mut wire).unwrap();
        let first = wire.len() - 64;
        wire[position.index(first)] ^= flip;
        let error = decoder.decode(&mut wire).unwrap_err();
        prop_assert!(matches!(error, FrameError::HeaderMac | FrameError::BodyMac));
        prop_assert_eq!(decoder.decode(&mut wire).unwrap_err(), error);
    }

    #[test]
    fn cuts_do_not_matter(payloads in proptest::collection::vec(0usize..200, 1..5), cut in 1usize..50) {
        let (mut encoder, mut decoder) = frames();
        let mut wire = BytesMut::new();
        for len in &payloads {
            encoder.encode(20, &vec![5; *len], &mut wire).unwrap();
        }
        let (mut input, mut lengths) = (BytesMut::new(), Vec::new());
        for piece in wire.chunks(cut) {
            input.extend_from_slice(piece);
            while let Some(frame) = decoder.decode(&mut input).unwrap() {
                lengths.push(frame.payload.len());
            }
        }
        prop_assert_eq!(lengths, payloads);
    }
}
