//! Packets of Whisper, and requests to mailservers.

use super::layer::{Layer, hex0x};
use super::piece::Piece;
use super::rlp::{self, Item};
use super::{Explainer, meaning};
use bytes::Bytes;
use serde_json::Value;
use status_whisper::packets::{
    BatchReport, Decoded, EnvelopeError, MailserverRequest, MessagesResponse, P2pRequest,
    RequestComplete, Status, code,
};
use status_whisper::{Envelope, Hash};

fn name(code: u64) -> &'static str {
    match code {
        code::STATUS => "Whisper packet: status",
        code::MESSAGES => "Whisper packet: messages",
        code::POW_REQUIREMENT => "Whisper packet: PoW requirement",
        code::BLOOM_FILTER => "Whisper packet: bloom filter",
        code::BATCH_ACKNOWLEDGED => "Whisper packet: batch acknowledged",
        code::MESSAGES_RESPONSE => "Whisper packet: messages response",
        code::RATE_LIMITS => "Whisper packet: rate limits",
        code::SYNC_REQUEST => "Whisper packet: sync request",
        code::SYNC_RESPONSE => "Whisper packet: sync response",
        code::REQUEST_COMPLETE => "Whisper packet: request complete",
        code::P2P_REQUEST => "Whisper packet: history request",
        code::P2P_MESSAGE => "Whisper packet: direct messages",
        _ => "Whisper packet of unknown code",
    }
}

/// The first packet that bytes fit, the most frequent ones first.
pub(super) fn fitting(bytes: &Bytes) -> Option<u64> {
    let codes = [
        code::MESSAGES,
        code::STATUS,
        code::MESSAGES_RESPONSE,
        code::BATCH_ACKNOWLEDGED,
        code::RATE_LIMITS,
        code::P2P_MESSAGE,
        code::SYNC_RESPONSE,
        code::P2P_REQUEST,
        code::SYNC_REQUEST,
    ];
    first_of(codes, bytes)
}

/// The first packet that bytes fit which are no list. The hash of a batch looks like the id of a request
/// without any answer, which is rare.
pub(super) fn fitting_bare(bytes: &Bytes) -> Option<u64> {
    let codes = [
        code::POW_REQUIREMENT,
        code::BLOOM_FILTER,
        code::BATCH_ACKNOWLEDGED,
        code::REQUEST_COMPLETE,
    ];
    let found = first_of(codes, bytes)?;
    let is_of_ids = found == code::BLOOM_FILTER && looks_like_ids(bytes);
    Some(if is_of_ids {
        code::REQUEST_COMPLETE
    } else {
        found
    })
}

/// Whether 64 bytes are an id and a hash, and not a bloom filter: half of the bits of hashes are set, while
/// filters have few or all of them; or there is an id and no hash.
fn looks_like_ids(bytes: &Bytes) -> bool {
    let bits = |bytes: &[u8]| -> u32 { bytes.iter().map(|byte| byte.count_ones()).sum() };
    // One header of two bytes.
    let ids = bytes.get(2..).unwrap_or_default();
    let (id, hash) = ids.split_at(ids.len() / 2);
    let is_random = |bytes: &[u8]| (96..160).contains(&bits(bytes));
    is_random(id) && (is_random(hash) || bits(hash) == 0)
}

fn first_of<const N: usize>(codes: [u64; N], bytes: &Bytes) -> Option<u64> {
    let mut codes = codes.into_iter();
    codes.find(|code| Decoded::decode(*code, bytes.clone()).is_ok())
}

/// Says where fields stand that are items of a list, in the order of `names`.
fn located(mut layer: Layer, names: &[&str], items: &[Item]) -> Layer {
    for (name, item) in names.iter().zip(items) {
        layer = layer.locate(name, item.value.span());
    }
    layer
}

impl Explainer<'_> {
    /// A packet whose code was lost: the first that it fits.
    pub(super) fn packet_without_code(&self, body: &Piece) -> Layer {
        let code = fitting(body.bytes()).or_else(|| fitting_bare(body.bytes()));
        if let Some(code) = code {
            return packet(self, code, body);
        }
        let reason = match (rlp::cut(body), Envelope::decode(body.bytes().clone())) {
            (Some(cut), _) => format!("it is cut short: {cut}"),
            (None, Err(error)) => {
                format!("it fits none of the packets, and is no envelope: {error}")
            }
            (None, Ok(_)) => "it is an envelope, and no packet".to_owned(),
        };
        Layer::refused("Whisper packet", reason)
            .at(body)
            .bytes("body", body.bytes())
    }

    fn envelopes(&self, layer: Layer, list: Option<&Item>) -> Layer {
        let items = list.map_or_else(Vec::new, |list| rlp::items(&list.value));
        layer.with_all("envelopes", &items, |item| self.envelope(&item.whole))
    }
}

/// The packet with `code`, which is not that of the frame but less the offset of the capability.
pub(super) fn packet(explainer: &Explainer<'_>, code: u64, body: &Piece) -> Layer {
    let layer = Layer::new(name(code)).at(body).field("code", code);
    let batch = Hash::of(body.bytes());
    let decoded = match Decoded::decode(code, body.bytes().clone()) {
        Ok(decoded) => decoded,
        Err(error) => return layer.refuse(rlp::explained(error, body)),
    };
    let whole = rlp::first(body);
    let items = rlp::list(body);
    match decoded {
        Decoded::Status(status) => status_fields(layer, &status, &items),
        Decoded::Messages(_) => {
            let layer = layer.field("batch_hash", batch.to_string());
            let layer = layer.note(
                "batch_hash",
                "Keccak-256 of the packet, by which it is confirmed",
            );
            explainer.envelopes(layer, whole.as_ref())
        }
        Decoded::PowRequirement(pow) => bare(layer.field("pow", pow.0), "pow", whole),
        Decoded::BloomFilter(bloom) => bare(layer.bytes("bloom", &bloom.0.0), "bloom", whole),
        Decoded::BatchAcknowledged(hash) => {
            let layer = layer.field("batch_hash", hash.0.to_string());
            bare(layer, "batch_hash", whole)
        }
        Decoded::MessagesResponse(response) => response_fields(layer, body, &response, &items),
        Decoded::RateLimits(limits) => {
            let layer = layer
                .field("per_address", limits.ip)
                .field("per_peer", limits.peer_id)
                .field("per_topic", limits.topic);
            located(layer, &["per_address", "per_peer", "per_topic"], &items)
        }
        Decoded::SyncRequest(request) => {
            let layer = layer
                .field("lower", request.lower)
                .field("upper", request.upper)
                .bytes("bloom", &request.bloom)
                .field("limit", request.limit)
                .bytes("cursor", &request.cursor);
            located(
                layer,
                &["lower", "upper", "bloom", "limit", "cursor"],
                &items,
            )
        }
        Decoded::SyncResponse(response) => {
            let layer = layer
                .bytes("cursor", &response.cursor)
                .field("final", response.is_final)
                .field("error", response.error);
            explainer.envelopes(layer, items.iter().find(|item| item.is_list))
        }
        Decoded::RequestComplete(RequestComplete::Done {
            request,
            last_envelope,
            cursor,
        }) => layer
            .field("request", request.to_string())
            .field("last_envelope", last_envelope.to_string())
            .field("cursor", cursor.map(|cursor| hex0x(&cursor))),
        Decoded::RequestComplete(other) => complete(layer, &other),
        Decoded::P2pRequest(P2pRequest::Sealed(_)) => {
            layer.with_some(whole.map(|envelope| explainer.envelope(&envelope.whole)))
        }
        Decoded::P2pRequest(P2pRequest::Plain(request)) => {
            let layer = layer
                .bytes("id", &request.id)
                .field("from", request.from)
                .field("to", request.to)
                .field("limit", request.limit)
                .bytes("cursor", &request.cursor)
                .bytes("bloom", &request.bloom);
            let layer = located(
                layer,
                &["id", "from", "to", "limit", "cursor", "bloom"],
                &items,
            );
            match request.validate() {
                Ok(()) => layer,
                Err(error) => layer.refuse(error),
            }
        }
        Decoded::P2pMessages(messages) => match messages.envelopes() {
            // One envelope is sent bare.
            [one]
                if whole
                    .as_ref()
                    .is_some_and(|whole| whole.whole.bytes() == one.rlp()) =>
            {
                layer
                    .field("envelopes", 1)
                    .with_some(whole.map(|envelope| explainer.envelope(&envelope.whole)))
            }
            _ => explainer.envelopes(layer, whole.as_ref()),
        },
        Decoded::Unknown { payload, .. } => layer.placed("body", hex0x(&payload), body.span()),
    }
}

fn bare(layer: Layer, name: &str, item: Option<Item>) -> Layer {
    match item {
        Some(item) => layer.locate(name, item.value.span()),
        None => layer,
    }
}

fn status_fields(layer: Layer, status: &Status, items: &[Item]) -> Layer {
    let layer = layer
        .field("version", status_whisper::packets::PROTOCOL_VERSION)
        .field("pow_requirement", status.pow_requirement)
        .field("bloom", status.bloom.map(|bloom| hex0x(&bloom.0)))
        .field("light", status.light)
        .field("confirmations", status.confirmations)
        .field("limit_per_address", status.rate_limits.ip)
        .field("limit_per_peer", status.rate_limits.peer_id)
        .field("limit_per_topic", status.rate_limits.topic)
        .field("full_node", status.is_full_node());
    let names = [
        "version",
        "pow_requirement",
        "bloom",
        "light",
        "confirmations",
    ];
    let layer = located_or_skipped(layer, &names, items);
    match items.get(5).filter(|item| item.is_list) {
        Some(limits) => {
            let names = ["limit_per_address", "limit_per_peer", "limit_per_topic"];
            located_or_skipped(layer, &names, &rlp::items(&limits.value))
        }
        None => layer,
    }
}

/// As `located`, where items of another type than expected are skipped as deployed.
fn located_or_skipped(mut layer: Layer, names: &[&str], items: &[Item]) -> Layer {
    for (name, item) in names.iter().zip(items) {
        let mut fields = layer.fields.iter();
        let field = fields.find(|field| field.name == *name);
        layer = match field.is_some_and(|field| says(item, &field.value)) {
            true => layer.locate(name, item.value.span()),
            false => {
                let at = item.whole.span();
                let place = format!("{}+{}", at.offset, at.length);
                layer.note(name, format!("the item @{place} is no such value: skipped"))
            }
        };
    }
    layer
}

/// Whether an item holds this value.
fn says(item: &Item, value: &Value) -> bool {
    let bytes = item.value.bytes();
    let number = || {
        let is_short = !item.is_list && bytes.len() <= 8;
        is_short.then(|| {
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        })
    };
    match value {
        Value::Null => bytes.is_empty(),
        Value::Bool(it_is) => number() == Some(u64::from(*it_is)),
        Value::Number(float) if float.is_f64() => number() == float.as_f64().map(f64::to_bits),
        Value::Number(wanted) => number() == wanted.as_u64(),
        Value::String(text) => !item.is_list && *text == hex0x(bytes),
        _ => false,
    }
}

fn response_fields(
    layer: Layer,
    body: &Piece,
    response: &MessagesResponse,
    items: &[Item],
) -> Layer {
    let layer = layer.field("version", response.version);
    let layer = located(layer, &["version"], items);
    let report = match BatchReport::decode(&response.content) {
        Ok(report) => report,
        Err(error) => return layer.refuse(rlp::explained(error, body)),
    };
    let content = items.get(1).map(|item| rlp::items(&item.value));
    let content = content.unwrap_or_default();
    let layer = layer.field("batch_hash", report.batch.to_string());
    let layer = located(layer, &["batch_hash"], &content);
    let places = content.get(1).map(|item| rlp::items(&item.value));
    let mut places = places.unwrap_or_default().into_iter();
    layer.with_all("errors", &report.errors, |error| {
        let layer = Layer::new("refused envelope")
            .field("hash", error.hash.to_string())
            .field("code", error.code)
            .field("description", error.description.as_str());
        let layer = match error.code {
            EnvelopeError::TIME_SYNC => layer.note("code", "as deployed the code of every refusal"),
            _ => layer,
        };
        match places.next() {
            Some(place) => {
                let names = ["hash", "code", "description"];
                located(layer.at(&place.whole), &names, &rlp::items(&place.value))
            }
            None => layer,
        }
    })
}

fn complete(layer: Layer, outcome: &RequestComplete) -> Layer {
    match outcome {
        RequestComplete::Failed { request, error } => layer
            .field("request", request.to_string())
            .field("error", error.as_str()),
        other => layer.field("outcome", format!("{other:?}")),
    }
}

/// What stands in the envelope of a request to a mailserver, the only payload that is RLP; none if it is
/// something else.
pub(super) fn mailserver_request(piece: &Piece) -> Option<Layer> {
    let is_one = MailserverRequest::decode(piece.bytes()).is_ok();
    is_one.then(|| sure_mailserver_request(piece))
}

/// The same of bytes that are said to be one.
pub(super) fn sure_mailserver_request(piece: &Piece) -> Layer {
    const NAME: &str = "mailserver request";
    let request = match MailserverRequest::decode(piece.bytes()) {
        Ok(request) => request,
        Err(error) => return Layer::refused(NAME, rlp::explained(error, piece)).at(piece),
    };
    let topics = request.topics.iter().map(|topic| hex0x(topic).into());
    let mut layer = Layer::new(NAME)
        .at(piece)
        .field("lower", request.lower)
        .field("upper", request.upper)
        .bytes("bloom", &request.bloom)
        .field("topics", topics.collect::<Vec<Value>>())
        .field("limit", request.limit)
        .bytes("cursor", &request.cursor)
        .field("batch", request.batch);
    for (name, seconds) in [("lower", request.lower), ("upper", request.upper)] {
        if let Some(date) = meaning::date(seconds.into()) {
            layer = layer.note(name, date);
        }
    }
    let names = [
        "lower", "upper", "bloom", "topics", "limit", "cursor", "batch",
    ];
    let layer = located(layer, &names, &rlp::list(piece));
    match request.validate() {
        Ok(()) => layer,
        Err(error) => layer.refuse(error),
    }
}
