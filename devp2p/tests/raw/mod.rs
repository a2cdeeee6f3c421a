//! A peer without manners: it does the handshake, and then sends whatever a test wants.
#![allow(dead_code, reason = "each test file uses its own part")]

use bytes::BytesMut;
use rand::{SeedableRng, rngs::StdRng};
use status_devp2p::{
    Capability, Enode, FrameDecoder, FrameEncoder, Hello, Initiator, MessageDecoder, NodeKey,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct RawPeer {
    pub(crate) socket: TcpStream,
    pub(crate) frames: FrameEncoder,
    pub(crate) messages: MessageDecoder,
    pub(crate) input: BytesMut,
    key: NodeKey,
}

impl RawPeer {
    /// Connects and does the RLPx handshake.
    pub(crate) async fn connect(enode: &Enode, key: NodeKey) -> Self {
        let mut socket = TcpStream::connect(enode.tcp_address().unwrap())
            .await
            .unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let mut initiator = Initiator::new(&mut rng, &key, &enode.id.public_key().unwrap());
        socket.write_all(initiator.auth()).await.unwrap();
        let mut input = BytesMut::new();
        let secrets = loop {
            assert_ne!(
                socket.read_buf(&mut input).await.unwrap(),
                0,
                "closed in the handshake"
            );
            if let Some(secrets) = initiator.handle_bytes(&mut input).unwrap() {
                break secrets;
            }
        };
        let (frames, decoder): (FrameEncoder, FrameDecoder) = secrets.into_frames();
        Self {
            socket,
            frames,
            messages: MessageDecoder::new(decoder),
            input,
            key,
        }
    }

    /// Sends a frame as it is.
    pub(crate) async fn send(&mut self, code: u64, payload: &[u8]) {
        let frame = self.frame(code, payload);
        self.socket.write_all(&frame).await.unwrap();
    }

    /// A frame that was not sent yet.
    pub(crate) fn frame(&mut self, code: u64, payload: &[u8]) -> BytesMut {
        let mut frame = BytesMut::new();
        self.frames.encode(code, payload, &mut frame).unwrap();
        frame
    }

    pub(crate) fn hello(&self, version: u64) -> BytesMut {
        let hello = Hello {
            version,
            client_name: "raw".into(),
            capabilities: vec![Capability {
                name: "shh".into(),
                version: 6,
            }],
            listen_port: 0,
            id: self.key.node_id(),
            additional_items: 0,
        };
        let mut body = BytesMut::new();
        hello.encode(&mut body);
        body
    }

    /// Sends Hello and waits for the other one.
    pub(crate) async fn greet(&mut self, version: u64) {
        let hello = self.hello(version);
        self.send(0, &hello).await;
        assert_eq!(self.receive().await, Some(0));
        if version >= 5 {
            self.messages.enable_snappy();
        }
    }

    /// The code of the next message; `None` when the connection ended.
    pub(crate) async fn receive(&mut self) -> Option<u64> {
        loop {
            if let Some(message) = self.messages.decode(&mut self.input).unwrap() {
                return Some(message.code);
            }
            match self.socket.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Waits until the node closes the connection, whatever it says before.
    pub(crate) async fn closed(&mut self) {
        closed(&mut self.socket).await;
    }
}

/// Waits until the other side closes.
pub(crate) async fn closed(socket: &mut TcpStream) {
    let mut buffer = [0; 4096];
    let ended = async { while let Ok(1..) = socket.read(&mut buffer).await {} };
    tokio::time::timeout(super::networks::PATIENCE, ended)
        .await
        .expect("closed in time");
}
