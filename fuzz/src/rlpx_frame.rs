//! Frames and compression: a stranger's bytes instead of a frame, and damage inside a good stream.

use crate::rlpx_auth::{RECIPIENT, key};
use bytes::BytesMut;
use rand::SeedableRng;
use status_devp2p::{Initiator, MessageDecoder, MessageEncoder, Recipient, Secrets};

/// The keys of both sides, the same in every run: what the fuzzer learns stays true.
pub(crate) fn fixed_secrets() -> (Secrets, Secrets) {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(1);
    let (local, remote) = (key(&"01".repeat(32)), key(RECIPIENT));
    let mut initiator = Initiator::new(rng, &local, remote.public_key());
    let mut auth = BytesMut::from(&initiator.auth()[..]);
    let accepted = Recipient::new(&remote).handle_bytes(rng, &mut auth);
    let accepted = accepted.unwrap().unwrap();
    let mut ack = BytesMut::from(&accepted.ack[..]);
    (
        initiator.handle_bytes(&mut ack).unwrap().unwrap(),
        accepted.secrets,
    )
}

/// The first byte says whether to compress, the next two where to damage the good stream, the
/// fourth how (0 is not at all); the rest is the payload, and then a stream by itself.
pub fn run(data: &[u8]) {
    let Some((&[mode, high, low, flip], payload)) = data.split_first_chunk() else {
        return;
    };
    let (local, remote) = fixed_secrets();
    let (mut encoder, mut decoder) = (
        MessageEncoder::new(local.into_frames().0),
        MessageDecoder::new(remote.into_frames().1),
    );
    if mode & 1 == 1 {
        encoder.enable_snappy();
        decoder.enable_snappy();
    }
    let mut wire = BytesMut::new();
    let codes = [u64::from(mode), 16, u64::MAX];
    for code in codes {
        encoder.encode(code, payload, &mut wire).unwrap();
    }
    let position = usize::from(u16::from_be_bytes([high, low])) % wire.len();
    wire[position] ^= flip;
    let mut read = Vec::new();
    let failed = loop {
        match decoder.decode(&mut wire) {
            Ok(Some(message)) => {
                assert_eq!(message.payload, payload);
                read.push(message.code);
            }
            Ok(None) => break false,
            Err(error) => {
                assert_eq!(
                    decoder.decode(&mut wire).err(),
                    Some(error),
                    "the stream recovered"
                );
                break true;
            }
        }
    };
    assert!(codes.starts_with(&read));
    assert_eq!(
        failed,
        flip != 0,
        "every changed byte is noticed, and nothing else"
    );

    let mut stranger = MessageDecoder::new(fixed_secrets().1.into_frames().1);
    let read = stranger.decode(&mut BytesMut::from(payload));
    assert!(!matches!(read, Ok(Some(_))), "a frame without the key");
}
