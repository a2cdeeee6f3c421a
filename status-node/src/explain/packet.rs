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
    ];
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
        if let Some(code) = fitting(body.bytes()) {
            return packet(self, code, body);
        }
        let mut reason = "it fits none of the packets".to_owned();
        if let Err(error) = Envelope::decode(body.bytes().clone()) {
            reason = format!("{reason}, and is no envelope: {error}");
        }
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
        Err(error) => return layer.refuse(error),
    };
    let whole = rlp::first(body);
    let items = rlp::list(body);
    match decoded {
        Decoded::Status(status) => status_fields(layer, &status, &items),
        Decoded::Messages(_) => {
            let layer = layer.field("batch_hash", batch.to_string());
            explainer.envelopes(layer, whole.as_ref())
        }
        Decoded::PowRequirement(pow) => bare(layer.field("pow", pow.0), "pow", whole),
        Decoded::BloomFilter(bloom) => bare(layer.bytes("bloom", &bloom.0.0), "bloom", whole),
        Decoded::BatchAcknowledged(hash) => {
            let layer = layer.field("batch_hash", hash.0.to_string());
            bare(layer, "batch_hash", whole)
        }
        Decoded::MessagesResponse(response) => response_fields(layer, &response, &items),
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
    let layer = located(layer, &names, items);
    match items.get(5).filter(|item| item.is_list) {
        Some(limits) => {
            let names = ["limit_per_address", "limit_per_peer", "limit_per_topic"];
            located(layer, &names, &rlp::items(&limits.value))
        }
        None => layer,
    }
}

fn response_fields(layer: Layer, response: &MessagesResponse, items: &[Item]) -> Layer {
    let layer = layer.field("version", response.version);
    let layer = located(layer, &["version"], items);
    let report = match BatchReport::decode(&response.content) {
        Ok(report) => report,
        Err(error) => return layer.refuse(error),
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

/// What stands in the envelope of a request to a mailserver: the only payload that is RLP.
pub(super) fn mailserver_request(piece: &Piece) -> Option<Layer> {
    let request = MailserverRequest::decode(piece.bytes()).ok()?;
    let topics = request.topics.iter().map(|topic| hex0x(topic).into());
    let mut layer = Layer::new("mailserver request")
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
    Some(match request.validate() {
        Ok(()) => layer,
        Err(error) => layer.refuse(error),
    })
}
