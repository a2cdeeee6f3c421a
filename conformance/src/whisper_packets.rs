//! Cases of `whisper_packets.json`.

use crate::case::Checked;
use crate::{Case, Outcome};
use bytes::Bytes;
use status_whisper::packets::{
    BatchReport, Decoded, MailserverRequest, MessagesResponse, P2pMessages, P2pRequest, RateLimits,
    RequestComplete, Status, code,
};
use status_whisper::{Bloom, Config, DecodeError, Envelope, Hash, PeerId, PeerOptions, Whisper};
use std::fmt::Display;

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "status_decode" => status(case),
        "run_loop" => run_loop(case),
        "messages" => decoded(case, messages),
        "batch_acknowledged" => decoded(case, batch_acknowledged),
        "messages_response" => decoded(case, messages_response),
        "rate_limits" => decoded(case, rate_limits),
        "messages_request" => decoded(case, messages_request),
        "mailserver_request_payload" => mailserver_request(case),
        "request_complete" => decoded(case, request_complete),
        "sync_request" => decoded(case, sync_request),
        "sync_response" => decoded(case, sync_response),
        "p2p_message" => decoded(case, p2p_message),
        _ => return Outcome::Unsupported,
    }
    .into()
}

/// Decodes the payload by its code, compares success or failure, and hands what was decoded to
/// `judge` if it was to be.
fn decoded(case: &Case<'_>, judge: fn(&Case<'_>, Decoded) -> Checked<()>) -> Checked<()> {
    let payload = Bytes::from(case.bytes("payload")?);
    let result = Decoded::decode(case.number("code")?, payload);
    match succeeded(case, result)? {
        Some(decoded) => judge(case, decoded),
        None => Ok(()),
    }
}

/// Compares success or failure; gives the value if there is to be one.
fn succeeded<T>(case: &Case<'_>, result: Result<T, DecodeError>) -> Checked<Option<T>> {
    let expected = case.child("expected");
    let wanted = expected.text("result")?;
    match (wanted, result) {
        ("error", Err(_)) => Ok(None),
        ("error", Ok(_)) => Err(expected.differs("result", wanted, "ok")),
        (_, Ok(value)) => Ok(Some(value)),
        (_, Err(error)) => Err(expected.differs("result", wanted, error)),
    }
}

fn wrong_kind(case: &Case<'_>, decoded: &Decoded) -> crate::Mismatch {
    case.differs("code", case.kind(), decoded.code())
}

/// The peer of the cases, and a time at which nothing is due.
const PEER: PeerId = PeerId(1);
const NOW: u64 = 1_592_759_067_000;

/// A node to which one peer is connected.
fn node(config: Config) -> Checked<Whisper> {
    let mut node = Whisper::new(config);
    node.add_peer(PEER, PeerOptions::default(), NOW)
        .map_err(|error| crate::Mismatch::new("", "a peer is added", error))?;
    Ok(node)
}

/// What a node learns from a status packet, and what it sends itself.
fn status(case: &Case<'_>) -> Checked<()> {
    let input = case.child("input");
    if input.has("min_pow") {
        case.equal_bytes("payload", sent_status(&input)?.encode())?;
    }
    let mut node = node(Config {
        announce_light: case.flag("our_light_client")?,
        restrict_light_to_light: case.flag("our_light_restricted")?,
        ..Config::default()
    })?;
    let payload = case.bytes("payload")?.into();
    let result = node.handle_packet(PEER, case.number("code")?, payload, NOW);
    let expected = case.child("expected");
    let wanted = expected.text("result")?;
    match (wanted, result) {
        ("error", Err(_)) => Ok(()),
        ("error", Ok(())) => Err(expected.differs("result", wanted, "ok")),
        (_, Err(fault)) => Err(expected.differs("result", wanted, fault)),
        (_, Ok(())) => learned(&expected, &node),
    }
}

/// The status packet of a node with the settings that the Go node had.
fn sent_status(input: &Case<'_>) -> Checked<Status> {
    Ok(Status {
        pow_requirement: input.float("min_pow")?,
        bloom: match input.flag("bloom_is_nil")? {
            true => None,
            false => Some(Bloom(input.array("bloom")?)),
        },
        light: input.flag("light_client")?,
        confirmations: input.flag("confirmations_enabled")?,
        rate_limits: limits(&input.child("rate_limits"))?,
    })
}

/// What a packet after the status changes about a peer that sent nothing but a version before.
fn run_loop(case: &Case<'_>) -> Checked<()> {
    let mut node = node(Config::default())?;
    let only_version = Bytes::from_static(&[0xc1, 6]);
    let ready = node.handle_packet(PEER, code::STATUS, only_version, NOW);
    case.equal("code", Ok(()), ready)?;
    let code = case.number("code")?;
    let payload = Bytes::from(case.bytes("payload")?);
    let result = node.handle_packet(PEER, code, payload.clone(), NOW);
    let expected = case.child("expected");
    expected.equal_flag("disconnects", result.is_err())?;
    // A packet that ends the connection changes nothing before.
    learned(&expected, &node)?;
    if result.is_ok() && code != code::STATUS {
        let decoded = succeeded_again(case, Decoded::decode(code, payload))?;
        case.equal_bytes("payload", decoded.encode())?;
    }
    Ok(())
}

fn succeeded_again(case: &Case<'_>, result: Result<Decoded, DecodeError>) -> Checked<Decoded> {
    result.map_err(|error| case.differs("payload", "a packet", error))
}

/// Compares what the node knows of its peer.
fn learned(expected: &Case<'_>, node: &Whisper) -> Checked<()> {
    let status = node
        .peer(PEER)
        .and_then(|peer| peer.status)
        .ok_or_else(|| expected.differs("result", "the peer is known", "it is not"))?;
    let bloom = expected.bytes("bloom")?;
    match bloom.is_empty() {
        true => expected.equal("bloom", None, status.bloom)?,
        false => expected.equal_bytes("bloom", status.bloom.unwrap_or(Bloom::FULL).0)?,
    }
    expected.equal_flag("full_node", status.is_full_node())?;
    if expected.has("confirmations_enabled") {
        expected.equal_flag("confirmations_enabled", status.confirmations)?;
    }
    expected.equal_float("pow_requirement", status.pow_requirement)?;
    let got = status.rate_limits;
    expected.equal("rate_limits", limits(&expected.child("rate_limits"))?, got)
}

fn limits(case: &Case<'_>) -> Checked<RateLimits> {
    Ok(RateLimits {
        ip: case.number("ip")?,
        peer_id: case.number("peer_id")?,
        topic: case.number("topic")?,
    })
}

fn hashes(envelopes: &[Envelope]) -> Vec<String> {
    envelopes
        .iter()
        .map(|envelope| hex::encode(envelope.hash()))
        .collect()
}

fn rlps(envelopes: &[Envelope]) -> Vec<String> {
    envelopes
        .iter()
        .map(|envelope| hex::encode(envelope.rlp()))
        .collect()
}

/// Compares a list of hex strings.
fn equal_list(case: &Case<'_>, field: &str, got: Vec<String>) -> Checked<()> {
    let list = case.list(field)?;
    let expected: Vec<_> = list
        .iter()
        .map(|item| item.value().as_str().unwrap_or_default().to_owned())
        .collect();
    case.equal(field, expected, got)
}

fn messages(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let expected = case.child("expected");
    let Decoded::Messages(messages) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    equal_list(&expected, "envelopes", rlps(&messages.envelopes))?;
    equal_list(&expected, "envelope_hashes", hashes(&messages.envelopes))?;
    expected.equal_bytes("batch_hash", Hash::of(&case.bytes("payload")?))?;
    case.equal_bytes("payload", messages.encode())
}

fn batch_acknowledged(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::BatchAcknowledged(acknowledged) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    expected.equal_bytes("hash", acknowledged.0)?;
    let input = case.child("input");
    if input.has("batch_payload") {
        let hash = Hash::of(&input.bytes("batch_payload")?);
        expected.equal_bytes("hash", hash)?;
    }
    case.equal_bytes("payload", acknowledged.encode())
}

fn messages_response(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::MessagesResponse(response) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    expected.equal_number("version", response.version)?;
    case.equal_bytes("payload", response.encode())?;
    let report = match (
        BatchReport::decode(&response.content),
        expected.text("result")?,
    ) {
        (Err(_), "error_v1") => return Ok(()),
        (Ok(_), "error_v1") => return Err(expected.differs("result", "error_v1", "ok")),
        (Err(error), wanted) => return Err(expected.differs("result", wanted, error)),
        (Ok(report), _) => report,
    };
    expected.equal_bytes("hash", report.batch)?;
    let errors = expected.list("errors")?;
    expected.equal("errors", errors.len(), report.errors.len())?;
    for (wanted, got) in errors.iter().zip(&report.errors) {
        wanted.equal_bytes("hash", got.hash)?;
        wanted.equal_number("code", got.code)?;
        wanted.equal_text("description", &got.description)?;
    }
    case.equal_bytes("payload", MessagesResponse::new(&report).encode())
}

fn rate_limits(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::RateLimits(got) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    expected.equal("ip", limits(&expected)?, got)?;
    case.equal_bytes("payload", got.encode())
}

/// Compares the text of the Go error in whether there is one.
fn equal_validity(expected: &Case<'_>, result: Result<(), impl Display>) -> Checked<()> {
    match (expected.has("validate_error"), result) {
        (true, Err(_)) | (false, Ok(())) => Ok(()),
        (true, Ok(())) => {
            Err(expected.differs("validate_error", expected.text("validate_error")?, "valid"))
        }
        (false, Err(error)) => Err(expected.differs("validate_error", "valid", error)),
    }
}

fn messages_request(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::P2pRequest(P2pRequest::Plain(request)) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    expected.equal_bytes("id", &request.id)?;
    expected.equal_number("from", request.from)?;
    expected.equal_number("to", request.to)?;
    expected.equal_number("limit", request.limit)?;
    expected.equal_bytes("cursor", &request.cursor)?;
    expected.equal_bytes("bloom", &request.bloom)?;
    equal_validity(&expected, request.validate())?;
    case.equal_bytes("payload", request.encode())
}

/// The RLP inside the envelope of a request, not the packet.
fn mailserver_request(case: &Case<'_>) -> Checked<()> {
    let payload = Bytes::from(case.bytes("payload")?);
    let Some(request) = succeeded(case, MailserverRequest::decode(&payload))? else {
        return Ok(());
    };
    let expected = case.child("expected");
    expected.equal_number("lower", request.lower)?;
    expected.equal_number("upper", request.upper)?;
    expected.equal_bytes("bloom", &request.bloom)?;
    let topics = request.topics.iter().map(hex::encode).collect();
    equal_list(&expected, "topics", topics)?;
    expected.equal_number("limit", request.limit)?;
    expected.equal_bytes("cursor", &request.cursor)?;
    expected.equal_flag("batch", request.batch)?;
    equal_validity(&expected, request.validate())?;
    case.equal_bytes("payload", request.encode())?;
    asked_for(case, &request)
}

/// What the client wanted stands in the request it made.
fn asked_for(case: &Case<'_>, request: &MailserverRequest) -> Checked<()> {
    let input = case.child("input");
    if !input.has("from") {
        return Ok(());
    }
    input.equal_number("from", request.lower)?;
    input.equal_number("to", request.upper)?;
    input.equal_number("limit", request.limit)?;
    input.equal_bytes("cursor", &request.cursor)?;
    let topic = |bytes: Vec<u8>| Ok(status_whisper::Topic(bytes.try_into().unwrap_or_default()));
    let topics: Vec<_> = match input.has("topics") {
        true => input
            .list("topics")?
            .iter()
            .map(|item| {
                topic(hex::decode(item.value().as_str().unwrap_or_default()).unwrap_or_default())
            })
            .collect::<Checked<_>>()?,
        false => vec![topic(input.bytes("topic")?)?],
    };
    let bloom = Bloom::from_topics(topics);
    let expected = case.child("expected");
    expected.equal_bytes("bloom", bloom.0)
}

fn request_complete(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::RequestComplete(complete) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    let (request, last, cursor, error) = match &complete {
        RequestComplete::Done {
            request,
            last_envelope,
            cursor,
        } => (request, *last_envelope, cursor.as_ref(), None),
        RequestComplete::Failed { request, error } => {
            (request, Hash::default(), None, Some(error.as_str()))
        }
    };
    expected.equal_bytes("request_id", request)?;
    expected.equal_bytes("last_envelope_hash", last)?;
    expected.equal_bytes("cursor", cursor.map_or(&[][..], |cursor| cursor))?;
    expected.equal("error", expected.value()["error"].as_str(), error)
}

fn sync_request(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::SyncRequest(request) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    expected.equal_number("lower", request.lower)?;
    expected.equal_number("upper", request.upper)?;
    expected.equal_bytes("bloom", &request.bloom)?;
    expected.equal_number("limit", request.limit)?;
    expected.equal_bytes("cursor", &request.cursor)?;
    equal_validity(&expected, request.validate())?;
    case.equal_bytes("payload", request.encode())
}

fn sync_response(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::SyncResponse(response) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    equal_list(&expected, "envelopes", rlps(&response.envelopes))?;
    expected.equal_bytes("cursor", &response.cursor)?;
    expected.equal_flag("final", response.is_final)?;
    expected.equal_text("error", &response.error)?;
    case.equal_bytes("payload", response.encode())
}

fn p2p_message(case: &Case<'_>, decoded: Decoded) -> Checked<()> {
    let Decoded::P2pMessages(messages) = decoded else {
        return Err(wrong_kind(case, &decoded));
    };
    let expected = case.child("expected");
    let form = match &messages {
        P2pMessages::Single(_) => "single_envelope",
        P2pMessages::List(_) => "list_of_envelopes",
    };
    expected.equal_text("form", form)?;
    equal_list(&expected, "envelopes", rlps(messages.envelopes()))?;
    case.equal_bytes("payload", messages.encode())
}
