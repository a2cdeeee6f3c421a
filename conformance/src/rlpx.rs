//! Cases of `rlpx.json`: handshakes replayed with the recorded keys, frames in order, Hello,
//! Disconnect, capabilities.

use crate::case::Checked;
use crate::{Case, Outcome};
use bytes::{Bytes, BytesMut};
use secp256k1::PublicKey;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use status_devp2p::handshake::hazmat::{self, Drawn, Exposed};
use status_devp2p::handshake::{Ack, Auth};
use status_devp2p::{
    Capability, DisconnectReason, Form, Hello, MessageDecoder, MessageEncoder, NodeKey, Secrets,
    Subprotocol, capability,
};
use std::collections::BTreeMap;

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "handshake" => handshake(case).into(),
        "auth_ok" | "auth_error" => auth(case).into(),
        "ack_ok" | "ack_error" => ack(case).into(),
        "hello" => hello(case).into(),
        "disconnect" => disconnect(case).into(),
        "capability_match" => capabilities(case).into(),
        _ => Outcome::Unsupported,
    }
}

fn key(case: &Case<'_>, field: &str) -> Checked<NodeKey> {
    Ok(NodeKey::new(case.secret_key(field)?))
}

fn drawn(case: &Case<'_>, side: &str, nonce: [u8; 32]) -> Checked<Drawn> {
    let ephemeral = key(case, &format!("{side}_ephemeral_private_key"))?;
    Ok(Drawn { ephemeral, nonce })
}

/// The static key of a side whose secret key may not be recorded.
fn static_key(case: &Case<'_>, side: &str) -> Checked<PublicKey> {
    let secret = format!("{side}_static_private_key");
    if case.has(&secret) {
        Ok(*key(case, &secret)?.public_key())
    } else {
        case.public_key(&format!("{side}_static_public_key"))
    }
}

fn handshake(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let initiator = key(case, "initiator_static_private_key")?;
    let recipient = key(case, "recipient_static_private_key")?;
    for (field, side) in [
        ("initiator_static_public_key", &initiator),
        ("recipient_static_public_key", &recipient),
    ] {
        if case.has(field) {
            case.equal_bytes(field, side.public_key().serialize_uncompressed())?;
        }
    }
    let initiator_drew = drawn(case, "initiator", expected.array("initiator_nonce")?)?;
    let recipient_drew = drawn(case, "recipient", expected.array("recipient_nonce")?)?;
    let (auth, ack) = (case.bytes("auth_packet")?, case.bytes("ack_packet")?);

    packets(
        case,
        &initiator,
        &recipient,
        &initiator_drew,
        &recipient_drew,
    )?;
    let static_shared = status_ecies::shared_secret(recipient.public_key(), initiator.secret_key());
    expected.equal_bytes("static_shared_secret", *static_shared)?;
    let ephemeral_shared = status_ecies::shared_secret(
        recipient_drew.ephemeral.public_key(),
        initiator_drew.ephemeral.secret_key(),
    );
    expected.equal_bytes("ephemeral_shared_secret", *ephemeral_shared)?;

    // A peer may have sent its first frame already: it must be left in the buffer.
    let follow = b"next";
    let mut input = BytesMut::from(&[&auth[..], follow].concat()[..]);
    let recipient_keys = hazmat::recipient(&recipient, &recipient_drew, &mut input, &ack)
        .map_err(|error| case.differs("auth_packet", "accepted", error))?
        .ok_or_else(|| case.differs("auth_packet", "accepted", "incomplete"))?;
    case.equal(
        "auth_packet (bytes left)",
        hex::encode(follow),
        hex::encode(input),
    )?;
    case.equal(
        "initiator_static_public_key",
        *initiator.public_key(),
        *recipient_keys.remote_public_key(),
    )?;

    let mut dialled = hazmat::initiator(
        &initiator,
        recipient.public_key(),
        initiator_drew,
        auth.into(),
    );
    let mut input = BytesMut::from(&[&ack[..], follow].concat()[..]);
    let initiator_keys = dialled
        .handle_bytes(&mut input)
        .map_err(|error| case.differs("ack_packet", "accepted", error))?
        .ok_or_else(|| case.differs("ack_packet", "accepted", "incomplete"))?;
    case.equal(
        "ack_packet (bytes left)",
        hex::encode(follow),
        hex::encode(input),
    )?;

    let exposed = hazmat::expose(&initiator_keys);
    compare_keys(&expected, &exposed, false)?;
    compare_keys(&expected, &hazmat::expose(&recipient_keys), true)?;
    frames(case, initiator_keys, recipient_keys)
}

/// The packets themselves: what they decrypt to, in which form, and what stands in it.
fn packets(
    case: &Case<'_>,
    initiator: &NodeKey,
    recipient: &NodeKey,
    initiator_drew: &Drawn,
    recipient_drew: &Drawn,
) -> Checked<()> {
    let expected = case.child("expected");
    let open = |field: &str, opened: Result<Option<(Form, Vec<u8>)>, _>| {
        opened
            .map_err(|error: status_devp2p::HandshakeError| case.differs(field, "opened", error))?
            .ok_or_else(|| case.differs(field, "opened", "incomplete"))
    };
    let malformed = |field: &str, error| case.differs(field, "a well-formed body", error);

    let (form, plaintext) = open(
        "auth_packet",
        hazmat::open_auth(recipient, &case.bytes("auth_packet")?),
    )?;
    expected.equal_bytes("auth_plaintext", &plaintext)?;
    case.equal_text("format", name(form))?;
    let auth = Auth::decode(form, &plaintext)
        .map_err(|error: status_devp2p::HandshakeError| malformed("auth_packet", error))?;
    expected.equal_bytes("auth_signature", auth.signature)?;
    expected.equal_bytes("initiator_nonce", auth.nonce)?;
    expected.equal_number("auth_version", auth.version)?;
    // Signing is deterministic, so our own packet says the same.
    let own = hazmat::auth_body(initiator, recipient.public_key(), initiator_drew);
    expected.equal_bytes("auth_signature", own.signature)?;
    case.equal("auth_packet (our own body)", auth, own)?;

    let (form, plaintext) = open(
        "ack_packet",
        hazmat::open_ack(initiator, &case.bytes("ack_packet")?),
    )?;
    expected.equal_bytes("ack_plaintext", &plaintext)?;
    case.equal_text("format", name(form))?;
    let ack = Ack::decode(form, &plaintext).map_err(|error| malformed("ack_packet", error))?;
    expected.equal_bytes("recipient_nonce", ack.nonce)?;
    expected.equal_number("ack_version", ack.version)?;
    case.equal(
        "ack_packet (ephemeral key)",
        recipient_drew.ephemeral.node_id(),
        ack.ephemeral_key,
    )
}

fn name(form: Form) -> &'static str {
    match form {
        Form::Eip8 => "eip8",
        Form::PreEip8 => "pre-eip8",
    }
}

fn compare_keys(expected: &Case<'_>, got: &Exposed, mirrored: bool) -> Checked<()> {
    expected.equal_bytes("shared_secret", got.shared_secret)?;
    expected.equal_bytes("aes_secret", got.aes_secret)?;
    expected.equal_bytes("mac_secret", got.mac_secret)?;
    let (egress, ingress) = if mirrored {
        (got.ingress_mac_digest, got.egress_mac_digest)
    } else {
        (got.egress_mac_digest, got.ingress_mac_digest)
    };
    expected.equal_bytes("initiator_egress_mac_digest", egress)?;
    expected.equal_bytes("initiator_ingress_mac_digest", ingress)
}

/// Both halves of one side.
struct Side {
    encoder: MessageEncoder,
    decoder: MessageDecoder,
    snappy_out: bool,
    snappy_in: bool,
}

impl Side {
    fn new(secrets: Secrets) -> Self {
        let (encoder, decoder) = secrets.into_frames();
        Self {
            encoder: MessageEncoder::new(encoder),
            decoder: MessageDecoder::new(decoder),
            snappy_out: false,
            snappy_in: false,
        }
    }
}

fn frames(case: &Case<'_>, initiator: Secrets, recipient: Secrets) -> Checked<()> {
    let (mut initiator, mut recipient) = (Side::new(initiator), Side::new(recipient));
    for frame in case.list("frames")? {
        let (sender, receiver) = match frame.text("from")? {
            "initiator" => (&mut initiator, &mut recipient),
            _ => (&mut recipient, &mut initiator),
        };
        one_frame(&frame, sender, receiver)?;
    }
    // A decoder cannot be rewound, so the bad frames are tried by replaying the connection.
    for bad in case.list("bad_next_frames_from_initiator")? {
        let mut replayed = replay(case)?;
        let mut input = BytesMut::from(&bad.bytes("frame")?[..]);
        if let Ok(Some(message)) = replayed.decoder.decode(&mut input) {
            return Err(bad.differs("frame", "refused", format_args!("{message:?}")));
        }
    }
    if case.has("next_frame_from_initiator") {
        let mut input = BytesMut::from(&case.bytes("next_frame_from_initiator")?[..]);
        match recipient.decoder.decode(&mut input) {
            Ok(Some(_)) if input.is_empty() => {}
            other => {
                let got = format!("{other:?}, {} bytes left", input.len());
                return Err(case.differs("next_frame_from_initiator", "one message", got));
            }
        }
    }
    Ok(())
}

fn one_frame(frame: &Case<'_>, sender: &mut Side, receiver: &mut Side) -> Checked<()> {
    let (code, payload) = (frame.number("code")?, frame.bytes("payload")?);
    if frame.flag("snappy")? {
        if !std::mem::replace(&mut sender.snappy_out, true) {
            sender.encoder.enable_snappy();
        }
        if !std::mem::replace(&mut receiver.snappy_in, true) {
            receiver.decoder.enable_snappy();
        }
    }
    let mut wire = BytesMut::new();
    sender
        .encoder
        .encode(code, &payload, &mut wire)
        .map_err(|error| frame.differs("frame", "written", error))?;
    frame.equal_bytes("frame", &wire)?;
    frame.equal_bytes(
        "sender_egress_mac_digest_after",
        sender.encoder.mac_digest(),
    )?;
    let message = receiver
        .decoder
        .decode(&mut wire)
        .map_err(|error| frame.differs("frame", "read", error))?
        .ok_or_else(|| frame.differs("frame", "read", "incomplete"))?;
    frame.equal_number("code", message.code)?;
    frame.equal_bytes("payload", &message.payload)?;
    frame.equal_bytes(
        "sender_egress_mac_digest_after",
        receiver.decoder.mac_digest(),
    )
}

/// The recipient after all recorded frames.
fn replay(case: &Case<'_>) -> Checked<Side> {
    let expected = case.child("expected");
    let recipient = key(case, "recipient_static_private_key")?;
    let drew = drawn(case, "recipient", expected.array("recipient_nonce")?)?;
    let mut auth = BytesMut::from(&case.bytes("auth_packet")?[..]);
    let secrets = hazmat::recipient(&recipient, &drew, &mut auth, &case.bytes("ack_packet")?);
    let secrets = secrets.ok().flatten();
    let secrets = secrets.ok_or_else(|| case.differs("auth_packet", "accepted", "refused"))?;
    let mut side = Side::new(secrets);
    for frame in case.list("frames")? {
        if frame.text("from")? != "initiator" {
            continue;
        }
        if frame.flag("snappy")? && !std::mem::replace(&mut side.snappy_in, true) {
            side.decoder.enable_snappy();
        }
        let mut wire = BytesMut::from(&frame.bytes("frame")?[..]);
        let read = side.decoder.decode(&mut wire);
        read.map_err(|error| frame.differs("frame", "read", error))?;
    }
    Ok(side)
}

/// Compares success with `expected.go_error`. A packet that is never complete is an error: the
/// reference code meets the end of its input there.
fn compare_success<T, E: std::fmt::Display>(
    case: &Case<'_>,
    result: Result<Option<T>, E>,
) -> Checked<Option<T>> {
    let got = match &result {
        Ok(Some(_)) => None,
        Ok(None) => Some("incomplete".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    let expected = case.child("expected");
    let fails = case.kind().ends_with("_error") || expected.has("go_error");
    if fails != got.is_some() {
        let reason = expected.value()["go_error"].to_string();
        return Err(expected.differs("go_error", reason, format_args!("{got:?}")));
    }
    Ok(result.ok().flatten())
}

fn auth(case: &Case<'_>) -> Checked<()> {
    let recipient = key(case, "recipient_static_private_key")?;
    let packet = case.bytes("auth_packet")?;
    let mut input = BytesMut::from(&packet[..]);
    let accepted = if case.has("recipient_ephemeral_private_key") {
        let drew = drawn(case, "recipient", case.array("recipient_nonce")?)?;
        hazmat::recipient(&recipient, &drew, &mut input, &[])
    } else {
        let accepted =
            status_devp2p::Recipient::new(&recipient).handle_bytes(&mut rand::rng(), &mut input);
        accepted.map(|accepted| accepted.map(|accepted| accepted.secrets))
    };
    let Some(secrets) = compare_success(case, accepted)? else {
        return Ok(());
    };
    let opened = hazmat::open_auth(&recipient, &packet).ok().flatten();
    let (form, plaintext) =
        opened.ok_or_else(|| case.differs("auth_packet", "opened", "refused"))?;
    let body = Auth::decode(form, &plaintext)
        .map_err(|error| case.differs("auth_packet", "a well-formed body", error))?;
    if case.has("format") {
        case.equal_text("format", name(form))?;
    }
    if case.has("initiator_nonce") {
        case.equal_bytes("initiator_nonce", body.nonce)?;
    }
    if case.has("initiator_static_private_key") || case.has("initiator_static_public_key") {
        let initiator = static_key(case, "initiator")?;
        case.equal(
            "auth_packet (static key)",
            initiator,
            *secrets.remote_public_key(),
        )?;
    }
    if case.has("initiator_ephemeral_private_key") && case.has("initiator_static_private_key") {
        // Not made by a deterministic signer, so it is not compared but recovered.
        let signer = recover(&body, &recipient, &static_key(case, "initiator")?);
        let ephemeral = *drawn(case, "initiator", body.nonce)?.ephemeral.public_key();
        case.equal("auth_packet (signer)", Some(ephemeral), signer)?;
    }
    Ok(())
}

/// The key that signed the body: of the static shared secret xor the nonce.
fn recover(body: &Auth, recipient: &NodeKey, initiator: &PublicKey) -> Option<PublicKey> {
    let mut digest = *status_ecies::shared_secret(initiator, recipient.secret_key());
    digest
        .iter_mut()
        .zip(body.nonce)
        .for_each(|(byte, nonce)| *byte ^= nonce);
    let id = RecoveryId::try_from(i32::from(body.signature[64])).ok()?;
    let signature = RecoverableSignature::from_compact(&body.signature[..64], id).ok()?;
    let message = secp256k1::Message::from_digest(digest);
    secp256k1::Secp256k1::new()
        .recover_ecdsa(message, &signature)
        .ok()
}

fn ack(case: &Case<'_>) -> Checked<()> {
    let initiator = key(case, "initiator_static_private_key")?;
    let packet = case.bytes("ack_packet")?;
    let drew = if case.has("initiator_ephemeral_private_key") {
        drawn(case, "initiator", case.array("initiator_nonce")?)?
    } else {
        Drawn {
            ephemeral: initiator.clone(),
            nonce: [0; 32],
        }
    };
    // Who was dialled does not matter for reading the answer.
    let remote = static_key(case, "recipient").unwrap_or(*initiator.public_key());
    let mut dialled = hazmat::initiator(&initiator, &remote, drew, Bytes::new());
    let mut input = BytesMut::from(&packet[..]);
    let finished = dialled.handle_bytes(&mut input);
    if compare_success(case, finished)?.is_none() {
        return Ok(());
    }
    let opened = hazmat::open_ack(&initiator, &packet).ok().flatten();
    let (form, plaintext) =
        opened.ok_or_else(|| case.differs("ack_packet", "opened", "refused"))?;
    let body = Ack::decode(form, &plaintext)
        .map_err(|error| case.differs("ack_packet", "a well-formed body", error))?;
    if case.has("format") {
        case.equal_text("format", name(form))?;
    }
    if case.has("recipient_nonce") {
        case.equal_bytes("recipient_nonce", body.nonce)?;
    }
    if case.has("recipient_ephemeral_private_key") {
        let ephemeral = key(case, "recipient_ephemeral_private_key")?.node_id();
        case.equal("ack_packet (ephemeral key)", ephemeral, body.ephemeral_key)?;
    }
    Ok(())
}

/// The first message on a connection: Hello, or a reason why there is none.
fn hello(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let payload = case.bytes("payload")?;
    let result = match case.number("code")? {
        0 => Hello::decode(&payload).map_err(|error| error.to_string()),
        1 => Err(DisconnectReason::decode(&payload).to_string()),
        code => Err(format!("expected Hello, got code {code}")),
    };
    let hello = match (expected.text("result")?, result) {
        ("ok", Ok(hello)) => hello,
        ("ok", Err(error)) => return Err(expected.differs("result", "ok", error)),
        (_, Ok(hello)) => {
            return Err(expected.differs("result", "error", format_args!("{hello:?}")));
        }
        (_, Err(_)) => return Ok(()),
    };
    expected.equal_number("version", hello.version)?;
    expected.equal_text("client_name", &hello.client_name)?;
    expected.equal_number("listen_port", hello.listen_port)?;
    expected.equal_bytes("id", hello.id.0)?;
    expected.equal_number("extra_items", hello.additional_items as u64)?;
    expected.equal_flag("snappy_after_hello", hello.uses_snappy(5))?;
    expected.equal(
        "caps",
        capability_list(&expected, "caps")?,
        hello.capabilities.clone(),
    )?;
    if hello.additional_items == 0 {
        let mut encoded = BytesMut::new();
        hello.encode(&mut encoded);
        case.equal_bytes("payload", &encoded)?;
    }
    Ok(())
}

fn capability_list(case: &Case<'_>, field: &str) -> Checked<Vec<Capability>> {
    let list = case.list(field)?;
    let read = |item: &Case<'_>| {
        Ok(Capability {
            name: item.text("name")?.into(),
            version: item.number("version")?,
        })
    };
    list.iter().map(read).collect()
}

fn disconnect(case: &Case<'_>) -> Checked<()> {
    let payload = case.bytes("payload")?;
    let reason = DisconnectReason::decode(&payload);
    case.child("expected")
        .equal_number("reason", reason.code())?;
    let mut encoded = BytesMut::new();
    reason.encode(&mut encoded);
    if payload.len() > 1 {
        case.equal_bytes("payload", &encoded)?;
    }
    Ok(())
}

fn capabilities(case: &Case<'_>) -> Checked<()> {
    let local = case.list("local")?;
    let read = |item: &Case<'_>| {
        Ok(Subprotocol {
            name: item.text("name")?.into(),
            version: item.number("version")?,
            length: item.number("length")?,
        })
    };
    let local: Vec<Subprotocol> = local.iter().map(read).collect::<Checked<_>>()?;
    let shared = capability::shared(&local, &capability_list(case, "remote_caps")?);
    let got: BTreeMap<String, (u64, u64)> = shared
        .into_iter()
        .map(|shared| (shared.name, (shared.version, shared.offset)))
        .collect();
    let matched = case.child("expected").child("matched");
    let mut expected = BTreeMap::new();
    for name in matched
        .value()
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
    {
        let entry = matched.child(name);
        expected.insert(
            name.clone(),
            (entry.number("version")?, entry.number("offset")?),
        );
    }
    case.equal("expected.matched", expected, got)
}
