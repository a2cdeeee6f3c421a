//! The two packets by which a connection begins, for whoever has the key of the node that they are for.

use super::piece::Piece;
use super::{Explainer, Layer, rlp};
use bytes::Bytes;
use status_devp2p::Form;
use status_devp2p::handshake::{Ack, Auth};

/// Bytes of the size before a packet of EIP-8.
const SIZE: usize = 2;

/// Bytes of the packets of the older form.
const PRE_EIP8: [usize; 2] = [307, 210];

/// How the key begins to which a packet is encrypted: a point in full.
const POINT: u8 = 4;

/// The form of a packet, which its length and its first bytes tell.
fn form(bytes: &[u8]) -> Option<Form> {
    let is_sized = announced(bytes).is_some_and(|size| size + SIZE == bytes.len());
    if is_sized && bytes.get(SIZE) == Some(&POINT) {
        return Some(Form::Eip8);
    }
    let is_old = PRE_EIP8.contains(&bytes.len()) && bytes.first() == Some(&POINT);
    is_old.then_some(Form::PreEip8)
}

pub(super) fn looks_like(bytes: &Bytes) -> bool {
    form(bytes).is_some()
}

/// Bytes of a packet of EIP-8 behind its size: from what one without any padding has to what is read.
const SIZES: std::ops::RangeInclusive<usize> = 194..=2048;

/// Whether bytes begin as a packet of EIP-8 does whose end is missing.
pub(super) fn begins_like(bytes: &Bytes) -> bool {
    announced(bytes).is_some_and(|size| {
        SIZES.contains(&size) && bytes.len() < SIZE + size && bytes.get(SIZE) == Some(&POINT)
    })
}

/// The size that a packet of EIP-8 begins with.
fn announced(bytes: &[u8]) -> Option<usize> {
    let size = bytes.first_chunk()?;
    Some(usize::from(u16::from_be_bytes(*size)))
}

/// Why bytes are no packet of either form.
fn no_packet(bytes: &[u8]) -> String {
    let [auth, ack] = PRE_EIP8;
    let len = bytes.len();
    match announced(bytes) {
        Some(size) if bytes.get(SIZE) == Some(&POINT) => format!(
            "its first {SIZE} bytes announce {size} behind them, of which there are {}",
            len.saturating_sub(SIZE)
        ),
        _ => format!(
            "{len} bytes are no packet: one of EIP-8 begins with its size and the byte 4, an older one \
             has {auth} or {ack} bytes and begins with 4"
        ),
    }
}

impl Explainer<'_> {
    pub(super) fn handshake(&self, piece: &Piece) -> Layer {
        const NAME: &str = "RLPx handshake packet";
        let layer = Layer::new(NAME).at(piece);
        let Some(form) = form(piece.bytes()) else {
            return layer.refuse(no_packet(piece.bytes()));
        };
        let (layer, sealed, size) = match form {
            Form::Eip8 => {
                let size = piece.part(0..SIZE);
                let layer = layer.field("form", "EIP-8");
                let layer = layer.placed("size", piece.len() - SIZE, size.span());
                (layer, piece.behind(SIZE), size.bytes().clone())
            }
            Form::PreEip8 => (
                layer.field("form", "before EIP-8"),
                piece.clone(),
                Bytes::new(),
            ),
        };
        for (number, given) in self.given.iter().enumerate() {
            let Some(secret) = given.secret() else {
                continue;
            };
            if let Ok(plaintext) = status_ecies::decrypt(&secret, sealed.bytes(), &size) {
                let layer = layer.field("opened_with", format!("key {}", number + 1));
                return layer.with(body(form, &Piece::whole(plaintext.into())));
            }
        }
        layer.refuse(match self.given.len() {
            0 => "the private key of the node that it is for was not given",
            _ => "no key that was given is that of the node that it is for, or it was changed",
        })
    }
}

/// What a packet says, once decrypted.
fn body(form: Form, piece: &Piece) -> Layer {
    let (auth, ack) = (
        Auth::decode(form, piece.bytes()),
        Ack::decode(form, piece.bytes()),
    );
    let (layer, names) = match (auth, ack) {
        (Ok(auth), _) => (
            Layer::new("auth, of who dials")
                .bytes("signature", &auth.signature)
                .bytes("public_key", &auth.public_key.0)
                .bytes("nonce", &auth.nonce)
                .field("version", auth.version),
            ["signature", "public_key", "nonce", "version"].as_slice(),
        ),
        (_, Ok(ack)) => (
            Layer::new("ack, of who is dialled")
                .bytes("ephemeral_key", &ack.ephemeral_key.0)
                .bytes("nonce", &ack.nonce)
                .field("version", ack.version),
            ["ephemeral_key", "nonce", "version"].as_slice(),
        ),
        (Err(error), _) => {
            return Layer::refused("handshake", error)
                .at(piece)
                .from("decrypted");
        }
    };
    let mut layer = layer.at(piece).from("decrypted");
    if form == Form::Eip8 {
        for (name, item) in names.iter().zip(rlp::list(piece)) {
            layer = layer.locate(name, item.value.span());
        }
        let used = rlp::first(piece).map_or(0, |list| list.whole.len());
        let padding = piece.behind(used);
        layer = layer.placed("padding_length", padding.len(), padding.span());
    }
    layer
}
