//! Cases of `whisper_envelopes.json`.

use crate::case::Checked;
use crate::{Case, Outcome};
use bytes::Bytes;
use secp256k1::{PublicKey, SecretKey};
use status_whisper::{
    AcceptRules, Bloom, Envelope, Key, MessageBuilder, OpenError, Opened, Progress, Recipient,
    Rejection, SymmetricKey, Work, open,
};
use std::sync::atomic::AtomicBool;

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "open" => open_case(case),
        "rlp_decode" => rlp_decode(case),
        "accept" => accept(case),
        _ => return Outcome::Unsupported,
    }
    .into()
}

/// Decodes the `envelope` of a case and compares everything that can be seen without a key.
fn envelope(case: &Case<'_>) -> Checked<Envelope> {
    let fields = case.child("envelope");
    let rlp = Bytes::from(fields.bytes("rlp")?);
    let envelope = Envelope::decode(rlp.clone())
        .map_err(|error| fields.differs("rlp", "an envelope", error))?;
    fields.equal_number("expiry", envelope.expiry())?;
    fields.equal_number("ttl", envelope.ttl())?;
    fields.equal_bytes("topic", envelope.topic().0)?;
    fields.equal_number("nonce", envelope.nonce())?;
    fields.equal_number("data_len", envelope.data().len() as u64)?;
    fields.equal_number("size", envelope.size() as u64)?;
    fields.equal_bytes("hash", envelope.hash())?;
    fields.equal_bytes("pow_hash", envelope.pow_hash())?;
    fields.equal_float("pow", envelope.pow())?;
    fields.equal_bytes("bloom", envelope.bloom().0)?;
    let again = Envelope::new(
        envelope.expiry(),
        envelope.ttl(),
        envelope.topic(),
        envelope.data(),
        envelope.nonce(),
    );
    fields.equal_bytes("rlp", again.rlp())?;
    Ok(envelope)
}

fn open_case(case: &Case<'_>) -> Checked<()> {
    let envelope = envelope(case)?;
    let expected = case.child("expected");
    let key = key(case)?;
    if let Key::Symmetric(key) = &key
        && expected.has("sym_key_hash")
    {
        expected.equal_bytes("sym_key_hash", key.hash())?;
    }
    let opened = open(&envelope, &key);
    let result = match &opened {
        Ok(_) => "ok",
        Err(OpenError::Plaintext(_)) => "parse_failed",
        Err(_) => "decrypt_failed",
    };
    expected.equal_text("result", result)?;
    if let Ok(opened) = opened {
        equal_opened(&expected, &opened)?;
        expected.equal_number("sent", envelope.sent())?;
        if expected.has("nonce_salt") {
            let salt = envelope.data().last_chunk::<12>();
            expected.equal_bytes("nonce_salt", salt.unwrap_or(&[0; 12]))?;
        }
        sealed_alike(case, &envelope, &opened)?;
    }
    Ok(())
}

/// The key of a case; a symmetric one is derived from its password if there is one.
fn key(case: &Case<'_>) -> Checked<Key> {
    if case.has("dst_private_key") {
        let secret = case.secret_key("dst_private_key")?;
        if case.has("dst_public_key") {
            let public = secret.public_key(&secp256k1::Secp256k1::new());
            case.equal("dst_public_key", case.public_key("dst_public_key")?, public)?;
        }
        return Ok(secret.into());
    }
    if !case.has("sym_password") {
        return Ok(SymmetricKey::new(case.array("sym_key")?).into());
    }
    let password = String::from_utf8(case.bytes("sym_password")?)
        .map_err(|error| case.differs("sym_password", "UTF-8 in the vector", error))?;
    let key = SymmetricKey::from_password(&password);
    case.equal_bytes("sym_key", key.expose_bytes())?;
    Ok(key.into())
}

fn equal_opened(expected: &Case<'_>, opened: &Opened) -> Checked<()> {
    expected.equal_bytes("plaintext", opened.plaintext())?;
    expected.equal_bytes("flags", [opened.flags()])?;
    expected.equal_bytes("payload", opened.payload())?;
    expected.equal_bytes("padding", opened.padding())?;
    expected.equal_number("padding_len", opened.padding().len() as u64)?;
    match expected.has("signature") {
        true => expected.equal_bytes(
            "signature",
            opened.signature().map_or(&[][..], |bytes| bytes),
        )?,
        false => expected.equal("signature", None, opened.signature())?,
    }
    match expected.has("signature_public_key") {
        true => {
            let signer = Some(expected.public_key("signature_public_key")?);
            expected.equal("signature_public_key", signer, opened.signer().copied())
        }
        false => expected.equal("signature_public_key", None, opened.signer()),
    }
}

/// Seals the same message with the same padding, unless its plaintext was made by hand, and
/// compares what randomness does not touch; then repeats the search that found the nonce.
fn sealed_alike(case: &Case<'_>, envelope: &Envelope, opened: &Opened) -> Checked<()> {
    if case.has("sealed_plaintext") || !case.has("requested_payload") {
        return Ok(());
    }
    let requested = case.float("requested_pow")?;
    let work = match requested {
        0.0 => Work::None,
        pow if pow < 0.0 => Work::BestWithin {
            seconds: number_u32(case, "work_time")?,
        },
        pow => Work::Target(pow),
    };
    let payload = case.bytes("requested_payload")?;
    let signer: Option<SecretKey> = match case.has("src_private_key") {
        true => Some(case.secret_key("src_private_key")?),
        false => None,
    };
    let mut builder = MessageBuilder::new(envelope.topic(), &payload)
        .ttl(number_u32(case, "requested_ttl")?)
        .work(work);
    if let Some(signer) = &signer {
        builder = builder.sign(signer);
    }
    let key = key(case)?;
    let public: PublicKey;
    let recipient = match &key {
        Key::Symmetric(key) => Recipient::Symmetric(key),
        Key::Private(_) => {
            public = case
                .secret_key("dst_private_key")?
                .public_key(&secp256k1::Secp256k1::new());
            Recipient::Asymmetric(&public)
        }
    };
    let random = if case.has("requested_padding") {
        builder.clone().padding(opened.padding())
    } else {
        builder.clone()
    };
    case.child("envelope")
        .equal_number("size", random.size(recipient) as u64)?;
    let now = number_u32(case, "now")?;
    let unsealed = builder
        .padding(opened.padding())
        .encrypt(recipient, now, &mut rand::rng())
        .map_err(|error| case.differs("requested_payload", "sealed", error))?;
    let again = unsealed.with_nonce(0);
    let fields = case.child("envelope");
    fields.equal_number("expiry", again.expiry())?;
    fields.equal_number("ttl", again.ttl())?;
    let reopened = open(&again, &key).map_err(|error| case.differs("envelope", "opens", error))?;
    equal_opened(&case.child("expected"), &reopened)?;
    same_nonce(case, envelope, work)
}

/// The search over the vector's own ciphertext ends where the Go code's did.
fn same_nonce(case: &Case<'_>, envelope: &Envelope, work: Work) -> Checked<()> {
    let never = AtomicBool::new(false);
    let Some(mut search) = envelope.search(work) else {
        return case.child("envelope").equal_number("nonce", 0u64);
    };
    if case.has("target_leading_zero_bits") {
        let target = u64::from(search.target().unwrap_or_default());
        case.equal_number("target_leading_zero_bits", target)?;
    }
    let tries = envelope.nonce().saturating_add(1);
    let found = match (search.run(tries, &never), work) {
        (Progress::Found(nonce), _) => nonce,
        // Without a target the Go code stopped some time after its best.
        (_, Work::BestWithin { .. }) => search.best().nonce,
        (other, _) => {
            return Err(case.differs(
                "envelope.nonce",
                envelope.nonce(),
                format_args!("{other:?}"),
            ));
        }
    };
    case.child("envelope").equal_number("nonce", found)
}

fn number_u32(case: &Case<'_>, field: &str) -> Checked<u32> {
    u32::try_from(case.number(field)?)
        .map_err(|error| case.differs(field, "a number of 32 bits in the vector", error))
}

fn rlp_decode(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let decoded = Envelope::decode(case.bytes("rlp")?.into());
    let result = if decoded.is_ok() { "ok" } else { "error" };
    expected.equal_text("result", result)?;
    let Ok(envelope) = decoded else {
        return Ok(());
    };
    expected.equal_number("expiry", envelope.expiry())?;
    expected.equal_number("ttl", envelope.ttl())?;
    expected.equal_bytes("topic", envelope.topic().0)?;
    expected.equal_bytes("data", envelope.data())?;
    expected.equal_number("nonce", envelope.nonce())?;
    expected.equal_bytes("hash", envelope.hash())?;
    case.equal_bytes("rlp", envelope.rlp())
}

fn accept(case: &Case<'_>) -> Checked<()> {
    let envelope = envelope(case)?;
    let expected = case.child("expected");
    let bloom = match case.text("node_bloom")? {
        "" => None,
        _ => Some(Bloom(case.array("node_bloom")?)),
    };
    let rules = AcceptRules {
        max_message_size: usize::try_from(case.number("max_message_size")?).unwrap_or(usize::MAX),
        min_pow: case.float("min_pow")?,
        former_min_pow: None,
        bloom: bloom.as_ref(),
        former_bloom: None,
    };
    let now = number_u32(case, "now")?;
    let judged = rules.judge(&envelope, now);
    let result = match &judged {
        Ok(_) => "accepted",
        Err(rejection) if rejection.is_silent() => "dropped_silently",
        Err(_) => "rejected",
    };
    expected.equal_text("result", result)?;
    expected.equal_flag("added", judged.is_ok())?;
    expected.equal_float("pow_used", envelope.pow_at(now))?;
    match judged {
        Ok(pow) => expected.equal_float("pow_used", pow),
        Err(rejection) if expected.has("reason") => rejected(&expected, &rejection),
        Err(_) => Ok(()),
    }
}

fn rejected(expected: &Case<'_>, rejection: &Rejection) -> Checked<()> {
    let reason = match rejection {
        Rejection::FromFuture { .. } => "from_future",
        Rejection::Expired { .. } => "expired",
        Rejection::VeryOld { .. } => "very_old",
        Rejection::Oversized { .. } => "oversized",
        Rejection::LowPow { .. } => "low_pow",
        Rejection::NoBloomMatch { .. } => "no_bloom_match",
    };
    expected.equal_text("reason", reason)?;
    expected.equal_flag("reason_is_time_sync_by_intent", rejection.is_time_sync())?;
    // No rejection ends the connection, and the peer is told the same code for each.
    expected.equal_flag("go_disconnects_peer", false)?;
    let code = status_whisper::packets::EnvelopeError::TIME_SYNC;
    expected.equal_number("envelope_error_code_sent_by_go", code)
}
