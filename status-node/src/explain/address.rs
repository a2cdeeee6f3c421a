//! Who and where: public keys, enode URLs and node records, in every form in which they are passed on.

use super::layer::{Layer, hex0x};
use super::piece::Piece;
use super::rlp;
use crate::account::Address;
use crate::hex_key;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::trust::{
    KeyTextError, ThreeWordName, parse_public_key, public_key_text,
};
use status_devp2p::{Enode, NodeRecord};

/// How an enode URL begins.
const ENODE: &[u8] = b"enode://";

/// How a node record begins as text.
const RECORD: &[u8] = b"enr:";

/// Whether these bytes are a point of the curve in one of its forms: nothing else is by chance, for
/// length, first byte and equation must all agree.
pub(super) fn looks_like_key(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 33 | 35 | 65 | 67) && read_key(bytes).is_ok()
}

pub(super) fn looks_like_enode(bytes: &[u8]) -> bool {
    bytes.starts_with(ENODE)
}

/// A record as text, or its RLP, which is signed.
pub(super) fn looks_like_record(bytes: &Bytes) -> bool {
    bytes.starts_with(RECORD)
        || (bytes.len() <= 300 && record_text(bytes).parse::<NodeRecord>().is_ok())
}

/// A point, bare or after the number of its kind.
fn read_key(bytes: &[u8]) -> Result<PublicKey, KeyTextError> {
    parse_public_key(&format!("0x{}", hex::encode(bytes)))
}

pub(super) fn public_key(piece: &Piece) -> Layer {
    match read_key(piece.bytes()) {
        Ok(key) => with_key(Layer::new("public key"), &key),
        Err(error) => Layer::refused("public key", error).at(piece),
    }
}

fn with_key(layer: Layer, key: &PublicKey) -> Layer {
    layer
        .field("public key", hex_key(key))
        .bytes("compressed", &key.serialize())
        .field("text", public_key_text(key))
        .field("name", ThreeWordName::of(key).to_string())
        .field("address", Address::of(key).to_string())
}

pub(super) fn enode(piece: &Piece) -> Layer {
    const NAME: &str = "enode URL";
    let text = String::from_utf8_lossy(piece.bytes());
    match text.trim().parse::<Enode>() {
        Ok(enode) => {
            let layer = with_enode(Layer::new(NAME).at(piece), &enode);
            match enode.tcp_address() {
                Ok(_) => layer,
                Err(error) => layer.refuse(error),
            }
        }
        Err(error) => Layer::refused(NAME, error).at(piece),
    }
}

fn with_enode(layer: Layer, enode: &Enode) -> Layer {
    layer
        .field("enode", enode.to_string())
        .bytes("id", &enode.id.0)
        .field("ip", enode.ip.to_string())
        .field("tcp", enode.tcp)
        .field("udp", enode.udp)
}

/// The text of a record that came as RLP.
fn record_text(bytes: &Bytes) -> String {
    if bytes.starts_with(RECORD) {
        return String::from_utf8_lossy(bytes).trim().to_owned();
    }
    format!("enr:{}", URL_SAFE_NO_PAD.encode(bytes))
}

pub(super) fn record(piece: &Piece) -> Layer {
    const NAME: &str = "node record (EIP-778)";
    let text = record_text(piece.bytes());
    let layer = Layer::new(NAME).at(piece);
    let record: NodeRecord = match text.parse() {
        Ok(record) => record,
        Err(error) => return layer.refuse(error),
    };
    let layer = layer
        .field("sequence", record.sequence())
        .bytes("id", &record.id().0);
    let encoded = text.strip_prefix("enr:").unwrap_or_default();
    let encoded = URL_SAFE_NO_PAD.decode(encoded).unwrap_or_default();
    let layer = pairs(layer, &Piece::whole(encoded.into()));
    match record.enode() {
        Ok(enode) => layer.field("enode", enode.to_string()),
        Err(error) => layer
            .field("enode", serde_json::Value::Null)
            .note("enode", error.to_string()),
    }
}

/// The keys of a record and their values, at their places in its RLP.
fn pairs(layer: Layer, rlp: &Piece) -> Layer {
    let mut pairs = Layer::new("record").from("base64 decoded").at(rlp);
    let items = rlp::list(rlp);
    let named = items.iter().zip(["signature", "sequence"]);
    for (item, name) in named {
        pairs = pairs.placed(name, hex0x(item.value.bytes()), item.value.span());
    }
    for pair in items.get(2..).unwrap_or_default().chunks_exact(2) {
        if let [key, value] = pair {
            let name = String::from_utf8_lossy(key.value.bytes()).into_owned();
            pairs = pairs.placed(name, hex0x(value.value.bytes()), value.value.span());
        }
    }
    layer.with(pairs)
}
