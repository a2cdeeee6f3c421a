//! Frames of devp2p: the message code, the body and what devp2p itself says in it.

use super::layer::hex0x;
use super::packet::packet;
use super::piece::Piece;
use super::{Explainer, Layer, rlp};
use bytes::Bytes;
use status_devp2p::BASE_PROTOCOL_LENGTH;
use status_whisper::packets::Decoded;

/// The most that a compressed body may grow to; devp2p allows no more.
const MAX_BODY: usize = 1 << 24;

/// A message code and the place of its body in a frame.
fn split(frame: &Piece) -> Option<(u64, Piece)> {
    // The code is an RLP integer: below 0x80 it is its own byte, 0x80 is zero.
    let bytes = frame.bytes();
    match *bytes.first()? {
        code @ 0..=0x7f => Some((code.into(), frame.behind(1))),
        0x80 => Some((0, frame.behind(1))),
        0x81 => Some((u64::from(*bytes.get(1)?), frame.behind(2))),
        _ => None,
    }
}

fn decompress(body: &Bytes) -> Option<Bytes> {
    let length = snap::raw::decompress_len(body).ok()?;
    if length > MAX_BODY {
        return None;
    }
    snap::raw::Decoder::new()
        .decompress_vec(body)
        .ok()
        .map(Into::into)
}

/// Whether the bytes are a code and a body that it fits, with nothing behind it. Strict, since a protobuf
/// message begins with a small number as well.
pub(super) fn looks_like(bytes: &Bytes) -> bool {
    let Some((code, body)) = split(&Piece::whole(bytes.clone())) else {
        return false;
    };
    let fits = |body: Bytes, is_compressed: bool| {
        let Some(item) = rlp::first(&Piece::whole(body.clone())) else {
            return false;
        };
        let is_whole = item.whole.len() == body.len();
        (is_whole || is_compressed)
            && match code.checked_sub(BASE_PROTOCOL_LENGTH) {
                // As some send it, the reason of a Disconnect stands in no list.
                None => code < 4 && (item.is_list || (code == 1 && body.len() == 1)),
                Some(code) => !matches!(
                    Decoded::decode(code, body),
                    Ok(Decoded::Unknown { .. }) | Err(_)
                ),
            }
    };
    fits(body.bytes().clone(), false)
        || decompress(body.bytes()).is_some_and(|body| fits(body, true))
}

/// Whether bytes begin with a code that means something, and behind it a list that is cut short or that
/// something follows, which is ignored as deployed.
pub(super) fn begins_like(piece: &Piece) -> bool {
    split(piece).is_some_and(|(code, body)| {
        let is_list = rlp::is_cut_list(&body) || !rlp::list(&body).is_empty();
        let is_known = match code.checked_sub(BASE_PROTOCOL_LENGTH) {
            None => code < 4,
            Some(code) => !matches!(
                Decoded::decode(code, Bytes::new()),
                Ok(Decoded::Unknown { .. })
            ),
        };
        is_list && is_known
    })
}

impl Explainer<'_> {
    pub(super) fn frame(&self, piece: &Piece) -> Layer {
        const NAME: &str = "devp2p frame";
        let Some((code, body)) = split(piece) else {
            return Layer::refused(NAME, "it does not begin with a message code").at(piece);
        };
        let head = piece.part(0..piece.len() - body.len());
        let layer = Layer::new(NAME).at(piece).placed("code", code, head.span());
        let raw = self.frame_body(code, &body);
        // Bytes behind a packet are ignored: it may be one by chance, and compressed in truth.
        let is_whole =
            |body: &Piece| rlp::first(body).is_some_and(|item| item.whole.len() == body.len());
        let plain = match raw.refusal.is_some() || !is_whole(&body) {
            true => decompress(body.bytes()).map(Piece::whole),
            false => None,
        };
        let (inner, compressed) = match plain {
            Some(plain) if raw.refusal.is_some() || is_whole(&plain) => {
                (self.frame_body(code, &plain).from("decompressed"), true)
            }
            _ => (raw, false),
        };
        layer
            .field("compressed", compressed)
            .placed("body_length", body.len(), body.span())
            .with(inner)
    }

    fn frame_body(&self, code: u64, body: &Piece) -> Layer {
        match code.checked_sub(BASE_PROTOCOL_LENGTH) {
            Some(code) => packet(self, code, body),
            None => base_message(code, body),
        }
    }
}

/// A message of devp2p itself.
fn base_message(code: u64, body: &Piece) -> Layer {
    match code {
        0 => hello(body),
        1 => {
            let reason = status_devp2p::DisconnectReason::decode(body.bytes());
            let layer = Layer::new("devp2p Disconnect")
                .at(body)
                .field("reason", reason.code())
                .note("reason", reason.to_string());
            match (rlp::fault(body), rlp::list(body).first()) {
                (Some(fault), _) => layer.refuse(format!("it is cut short: {fault}")),
                (None, Some(item)) => layer.locate("reason", item.value.span()),
                (None, None) => layer,
            }
        }
        2 => empty_list("devp2p Ping", body),
        3 => empty_list("devp2p Pong", body),
        _ => Layer::refused("devp2p message", format!("code {code} means nothing"))
            .at(body)
            .bytes("body", body.bytes()),
    }
}

fn hello(body: &Piece) -> Layer {
    const ITEMS: [&str; 5] = [
        "version",
        "client_name",
        "capabilities",
        "listen_port",
        "id",
    ];
    let hello = match status_devp2p::Hello::decode(body.bytes()) {
        Ok(hello) => hello,
        Err(error) => {
            return Layer::refused("devp2p Hello", rlp::explained(error, body)).at(body);
        }
    };
    let capabilities = hello.capabilities.iter();
    let capabilities: Vec<_> = capabilities
        .map(|capability| format!("{}/{}", capability.name, capability.version))
        .collect();
    let mut layer = Layer::new("devp2p Hello")
        .at(body)
        .field("version", hello.version)
        .field("client_name", hello.client_name)
        .field("capabilities", capabilities)
        .field("listen_port", hello.listen_port)
        .field("id", hex0x(&hello.id.0));
    for (name, item) in ITEMS.into_iter().zip(rlp::list(body)) {
        layer = layer.locate(name, item.value.span());
    }
    layer
}

fn empty_list(name: &'static str, body: &Piece) -> Layer {
    let layer = Layer::new(name).at(body);
    match body.bytes().as_ref() {
        [0xc0] => layer,
        _ => layer
            .refuse("its body is not an empty list")
            .bytes("body", body.bytes()),
    }
}
