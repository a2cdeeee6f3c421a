//! Frames of devp2p and packets of Whisper.

use super::layer::hex0x;
use super::{Explainer, Layer};
use bytes::Bytes;
use status_devp2p::BASE_PROTOCOL_LENGTH;
use status_whisper::packets::{
    BatchReport, Decoded, MessagesResponse, P2pRequest, RequestComplete, Status, code,
};
use status_whisper::{Envelope, Hash};

/// The most that a compressed body may grow to; devp2p allows no more.
const MAX_BODY: usize = 1 << 24;

/// A message code and its body as they stand in a frame.
fn split(frame: &Bytes) -> Option<(u64, Bytes)> {
    let mut rest = frame.as_ref();
    // The code is an RLP integer: below 0x80 it is its own byte, 0x80 is zero.
    let code = match rest.first()? {
        byte @ 0..=0x7f => u64::from(*byte),
        0x80 => 0,
        0x81 => return Some((u64::from(*frame.get(1)?), frame.slice(2..))),
        _ => return None,
    };
    rest = rest.get(1..)?;
    Some((code, frame.slice_ref(rest)))
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

fn packet_name(code: u64) -> &'static str {
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

impl Explainer {
    /// Whether the bytes are a code and a body that it fits. Strict, since a protobuf message
    /// begins with a small number as well.
    pub(super) fn looks_like_frame(&self, bytes: &Bytes) -> bool {
        let Some((code, body)) = split(bytes) else {
            return false;
        };
        let fits = |body: Bytes| match code.checked_sub(BASE_PROTOCOL_LENGTH) {
            None => code < 4 && body.first().is_some_and(|byte| *byte >= 0xc0),
            Some(code) => !matches!(
                Decoded::decode(code, body),
                Ok(Decoded::Unknown { .. }) | Err(_)
            ),
        };
        fits(body.clone()) || decompress(&body).is_some_and(fits)
    }

    pub(super) fn frame(&self, bytes: Bytes) -> Layer {
        let Some((code, body)) = split(&bytes) else {
            return Layer::refused("devp2p frame", "it does not begin with a message code");
        };
        let layer = Layer::new("devp2p frame").field("code", code);
        let raw = self.message(code, body.clone());
        let (body, compressed, inner) = match raw.refusal.is_some().then(|| decompress(&body)) {
            Some(Some(plain)) => (plain.clone(), true, self.message(code, plain)),
            _ => (body, false, raw),
        };
        layer
            .field("compressed", compressed)
            .field("body_length", body.len())
            .with(inner)
    }

    fn message(&self, code: u64, body: Bytes) -> Layer {
        match code.checked_sub(BASE_PROTOCOL_LENGTH) {
            Some(code) => self.packet(code, body),
            None => base_message(code, &body),
        }
    }

    /// A packet whose code was lost: the first that it fits, the most frequent ones first.
    pub(super) fn packet_without_code(&self, body: Bytes) -> Layer {
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
        for code in codes {
            if Decoded::decode(code, body.clone()).is_ok() {
                return self.packet(code, body);
            }
        }
        Layer::refused("Whisper packet", "it fits none of the packets").bytes("body", &body)
    }

    fn packet(&self, code: u64, body: Bytes) -> Layer {
        let layer = Layer::new(packet_name(code)).field("code", code);
        let batch = Hash::of(&body);
        let decoded = match Decoded::decode(code, body) {
            Ok(decoded) => decoded,
            Err(error) => return layer.refuse(error),
        };
        match decoded {
            Decoded::Status(status) => status_fields(layer, &status),
            Decoded::Messages(messages) => {
                let layer = layer.field("batch_hash", batch.to_string());
                self.envelopes(layer, &messages.envelopes)
            }
            Decoded::PowRequirement(pow) => layer.field("pow", pow.0),
            Decoded::BloomFilter(bloom) => layer.bytes("bloom", &bloom.0.0),
            Decoded::BatchAcknowledged(hash) => layer.field("batch_hash", hash.0.to_string()),
            Decoded::MessagesResponse(response) => response_fields(layer, &response),
            Decoded::RateLimits(limits) => layer
                .field("per_address", limits.ip)
                .field("per_peer", limits.peer_id)
                .field("per_topic", limits.topic),
            Decoded::SyncRequest(request) => layer
                .field("lower", request.lower)
                .field("upper", request.upper)
                .bytes("bloom", &request.bloom)
                .field("limit", request.limit)
                .bytes("cursor", &request.cursor),
            Decoded::SyncResponse(response) => {
                let layer = layer
                    .bytes("cursor", &response.cursor)
                    .field("final", response.is_final);
                self.envelopes(layer, &response.envelopes)
            }
            Decoded::RequestComplete(RequestComplete::Done {
                request,
                last_envelope,
                cursor,
            }) => layer
                .field("request", request.to_string())
                .field("last_envelope", last_envelope.to_string())
                .field("cursor", cursor.map(|cursor| hex0x(&cursor))),
            Decoded::RequestComplete(other) => layer.field("outcome", format!("{other:?}")),
            Decoded::P2pRequest(P2pRequest::Sealed(envelope)) => {
                layer.with(self.decoded_envelope(&envelope))
            }
            Decoded::P2pRequest(P2pRequest::Plain(request)) => layer
                .bytes("id", &request.id)
                .field("from", request.from)
                .field("to", request.to)
                .field("limit", request.limit)
                .bytes("cursor", &request.cursor)
                .bytes("bloom", &request.bloom),
            Decoded::P2pMessages(messages) => self.envelopes(layer, messages.envelopes()),
            Decoded::Unknown { payload, .. } => layer.bytes("body", &payload),
        }
    }

    fn envelopes(&self, layer: Layer, envelopes: &[Envelope]) -> Layer {
        layer.with_all("envelopes", envelopes, |envelope| {
            self.decoded_envelope(envelope)
        })
    }
}

fn status_fields(layer: Layer, status: &Status) -> Layer {
    layer
        .field("pow_requirement", status.pow_requirement)
        .field("full_node", status.is_full_node())
        .field("bloom", status.bloom.map(|bloom| hex0x(&bloom.0)))
        .field("light", status.light)
        .field("confirmations", status.confirmations)
        .field("limit_per_address", status.rate_limits.ip)
        .field("limit_per_peer", status.rate_limits.peer_id)
        .field("limit_per_topic", status.rate_limits.topic)
}

fn response_fields(layer: Layer, response: &MessagesResponse) -> Layer {
    let layer = layer.field("version", response.version);
    match BatchReport::decode(&response.content) {
        Ok(report) => layer
            .field("batch_hash", report.batch.to_string())
            .with_all("errors", &report.errors, |error| {
                Layer::new("refused envelope")
                    .field("hash", error.hash.to_string())
                    .field("code", error.code)
                    .field("description", error.description.as_str())
            }),
        Err(error) => layer.refuse(error),
    }
}

/// A message of devp2p itself.
fn base_message(code: u64, body: &Bytes) -> Layer {
    match code {
        0 => match status_devp2p::Hello::decode(body) {
            Ok(hello) => Layer::new("devp2p Hello")
                .field("version", hello.version)
                .field("client_name", hello.client_name)
                .field(
                    "capabilities",
                    hello
                        .capabilities
                        .iter()
                        .map(|capability| format!("{}/{}", capability.name, capability.version))
                        .collect::<Vec<_>>(),
                )
                .field("listen_port", hello.listen_port)
                .field("id", hex0x(&hello.id.0)),
            Err(error) => Layer::refused("devp2p Hello", error),
        },
        1 => {
            let reason = status_devp2p::DisconnectReason::decode(body);
            Layer::new("devp2p Disconnect")
                .field("reason", reason.code())
                .field("meaning", format!("{reason:?}"))
        }
        2 => empty_list("devp2p Ping", body),
        3 => empty_list("devp2p Pong", body),
        _ => Layer::refused("devp2p message", format!("code {code} means nothing"))
            .bytes("body", body),
    }
}

fn empty_list(name: &'static str, body: &Bytes) -> Layer {
    if body.as_ref() == [0xc0] {
        Layer::new(name)
    } else {
        Layer::refused(name, "its body is not an empty list").bytes("body", body)
    }
}
