//! Frames and messages as codecs of `tokio_util`: one connection that changes from plain frames to
//! compressed messages, as Hello makes it do.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use rand::{SeedableRng, rngs::StdRng};
use status_devp2p::net::{CodecError, FrameCodec};
use status_devp2p::{FrameError, Initiator, MessageError, Recipient, Secrets};
use tokio::io::AsyncWriteExt;
use tokio_util::codec::Framed;

fn secrets() -> (Secrets, Secrets) {
    let mut rng = StdRng::seed_from_u64(1);
    let (dialling, listening) = (networks::key(1), networks::key(2));
    let mut initiator = Initiator::new(&mut rng, &dialling, listening.public_key());
    let mut auth = BytesMut::from(&initiator.auth()[..]);
    let mut recipient = Recipient::new(&listening);
    let accepted = recipient
        .handle_bytes(&mut rng, &mut auth)
        .unwrap()
        .unwrap();
    let mut ack = BytesMut::from(&accepted.ack[..]);
    (
        initiator.handle_bytes(&mut ack).unwrap().unwrap(),
        accepted.secrets,
    )
}

#[tokio::test]
async fn frames_and_then_compressed_messages() {
    let (near, far) = tokio::io::duplex(10_000);
    let (initiator, recipient) = secrets();
    let mut near = Framed::new(near, FrameCodec::from(initiator));
    let mut far = Framed::new(far, FrameCodec::from(recipient));
    let (small, large) = (
        Bytes::from_static(b"hello"),
        Bytes::from(vec![3; 2_000_000]),
    );

    // Larger than the pipe and than any one read, so both sides take many steps.
    let (sent, received) = tokio::join!(
        async {
            near.feed((0, small.clone())).await?;
            near.send((17, large.clone())).await
        },
        async { [far.next().await, far.next().await] }
    );
    sent.unwrap();
    let [first, second] = received.map(|frame| frame.unwrap().unwrap());
    assert_eq!((first.code, first.payload.freeze()), (0, small.clone()));
    assert_eq!((second.code, second.payload.freeze()), (17, large.clone()));

    let mut near = near.map_codec(FrameCodec::with_snappy);
    let mut far = far.map_codec(FrameCodec::with_snappy);
    let (sent, received) = tokio::join!(far.send((18, large.clone())), near.next());
    sent.unwrap();
    let message = received.unwrap().unwrap();
    assert_eq!((message.code, message.payload), (18, large));

    drop(near);
    assert!(
        far.next().await.is_none(),
        "the end between frames is no error"
    );
}

#[tokio::test]
async fn what_is_no_frame_is_an_error() {
    let (mut near, far) = tokio::io::duplex(10_000);
    let mut far = Framed::new(far, FrameCodec::from(secrets().1));
    near.write_all(&[7; 100]).await.unwrap();
    let error = far.next().await.unwrap().unwrap_err();
    let expected = MessageError::Frame(FrameError::HeaderMac);
    assert!(matches!(error, CodecError::Message(error) if error == expected));
}

#[tokio::test]
async fn the_end_in_the_middle_of_a_frame_is_an_error() {
    let (mut near, far) = tokio::io::duplex(10_000);
    let mut far = Framed::new(far, FrameCodec::from(secrets().1));
    near.write_all(&[7; 10]).await.unwrap();
    drop(near);
    assert!(matches!(far.next().await, Some(Err(CodecError::Io(_)))));
}
