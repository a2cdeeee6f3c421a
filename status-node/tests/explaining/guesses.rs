//! What bytes are is guessed for every golden vector that is whole: one row for each place in the vectors
//! where bytes of a kind stand.

use super::vectors;
use serde_json::Value;
use status_node::explain::{Explainer, Kind, read_text};
use std::collections::BTreeMap;

/// What a row is to be guessed as.
#[derive(Clone, Copy)]
enum Wanted {
    /// Always the same.
    Kind(Kind),
    /// The message whose type the vector has.
    Type,
}

/// Bytes of one kind: the file, the kind of its cases, the path to the hex (`[]` for each of a list), and
/// what they are.
type Row = (&'static str, &'static str, &'static str, Wanted);

const fn is(kind: Kind) -> Wanted {
    Wanted::Kind(kind)
}

const ROWS: [Row; 36] = [
    (
        "whisper_envelopes",
        "open",
        "envelope/rlp",
        is(Kind::Envelope),
    ),
    (
        "whisper_envelopes",
        "accept",
        "envelope/rlp",
        is(Kind::Envelope),
    ),
    ("whisper_envelopes", "rlp_decode", "rlp", is(Kind::Envelope)),
    (
        "whisper_envelopes",
        "open",
        "expected/plaintext",
        is(Kind::Plaintext),
    ),
    (
        "whisper_packets",
        "status_decode",
        "payload",
        is(Kind::Packet),
    ),
    ("whisper_packets", "run_loop", "payload", is(Kind::Packet)),
    (
        "whisper_packets",
        "rate_limits",
        "payload",
        is(Kind::Packet),
    ),
    ("whisper_packets", "messages", "payload", is(Kind::Packet)),
    (
        "whisper_packets",
        "messages_response",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "batch_acknowledged",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "p2p_message",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "messages_request",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "request_complete",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "sync_request",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "sync_response",
        "payload",
        is(Kind::Packet),
    ),
    (
        "whisper_packets",
        "mailserver_request_payload",
        "payload",
        is(Kind::MailserverRequest),
    ),
    ("security", "bundle_verify", "bundle", is(Kind::Bundle)),
    (
        "security",
        "scenario",
        "steps[]/output/bundle",
        is(Kind::Bundle),
    ),
    (
        "security",
        "scenario",
        "steps[]/output/message",
        is(Kind::Security),
    ),
    ("mvds", "payload", "payload", is(Kind::DataSync)),
    (
        "mvds",
        "scenario",
        "steps[]/sent[]/payload",
        is(Kind::DataSync),
    ),
    (
        "payload",
        "application_metadata",
        "wrapped",
        is(Kind::Metadata),
    ),
    ("payload", "application_metadata", "payload", Wanted::Type),
    (
        "payload",
        "group",
        "membership_update_message",
        is(MEMBERSHIP_UPDATE),
    ),
    ("transit", "transit_encode", "encoded", is(Kind::Transit)),
    ("transit", "transit_decode", "payload", is(Kind::Transit)),
    (
        "transit",
        "transit_membership",
        "encoded",
        is(Kind::Transit),
    ),
    (
        "transit",
        "status_protocol_message",
        "wrapped",
        is(Kind::Metadata),
    ),
    ("rlpx", "handshake", "auth_packet", is(Kind::Handshake)),
    ("rlpx", "handshake", "ack_packet", is(Kind::Handshake)),
    ("rlpx", "auth_ok", "auth_packet", is(Kind::Handshake)),
    ("rlpx", "ack_ok", "ack_packet", is(Kind::Handshake)),
    (
        "end_to_end",
        "scenario",
        "steps[]/envelope/rlp",
        is(Kind::Envelope),
    ),
    (
        "end_to_end",
        "scenario",
        "steps[]/mvds_payload",
        is(Kind::DataSync),
    ),
    (
        "end_to_end",
        "scenario",
        "steps[]/protocol_message",
        is(Kind::Security),
    ),
    (
        "end_to_end",
        "scenario",
        "steps[]/application_wrapped",
        is(Kind::Metadata),
    ),
];

const MEMBERSHIP_UPDATE: Kind = Kind::Message(status_payload::MessageType::Known(
    status_payload::KnownType::MembershipUpdateMessage,
));

/// Vectors that are something else on purpose, or nothing that could be told, and why.
const EXCEPTIONS: [(&str, &str); 19] = [
    (
        "sym_unsigned_size0",
        "flags without a bit, and random bytes",
    ),
    (
        "asym_unsigned_size0",
        "flags without a bit, and random bytes",
    ),
    ("custom_padding_1_unsigned_asym", "padded as nobody does"),
    (
        "plain_flag0_no_size_field_all_padding",
        "made by hand, and not padded",
    ),
    ("plain_only_flag_byte_0", "made by hand, and not padded"),
    (
        "plain_size1_payload0_no_padding",
        "made by hand, and not padded",
    ),
    (
        "plain_size1_payload_exact_no_padding",
        "made by hand, and not padded",
    ),
    (
        "plain_size3_little_endian_noncanonical",
        "made by hand, and not padded",
    ),
    ("plain_size2_little_endian", "made by hand, and not padded"),
    (
        "plain_unknown_high_flag_bits_f9",
        "made by hand, with flags that nobody sets",
    ),
    (
        "plain_signed_ok_high_bits",
        "made by hand, with flags that nobody sets",
    ),
    ("unknown_code_21_ignored", "no packet of this code is known"),
    (
        "p2p_message_single",
        "one envelope stands bare, and looks like one",
    ),
    (
        "payload_low_field_numbers_are_unknown_fields",
        "it has none of the fields",
    ),
    ("amm_contact_update_empty", "nothing but a clock is in it"),
    ("amm_type_0_unknown", "the type is none"),
    ("amm_type_99_unknown", "the type is none"),
    ("wrapper_bare_transit_not_wrapped", "it has no wrapper"),
    ("wrapper_empty_payload", "nothing is wrapped"),
];

/// The hex at a path of a case.
fn at<'a>(value: &'a Value, path: &str) -> Vec<&'a str> {
    let Some((step, rest)) = path.split_once('/') else {
        return value[path].as_str().into_iter().collect();
    };
    match step.strip_suffix("[]") {
        Some(list) => {
            let items = value[list].as_array().into_iter().flatten();
            items.flat_map(|item| at(item, rest)).collect()
        }
        None => at(&value[step], rest),
    }
}

/// Whether the reference takes the case.
fn is_whole(case: &Value) -> bool {
    let expected = &case["expected"];
    let deployed = case["wire"]
        .as_str()
        .is_none_or(|wire| wire.starts_with("mvds v0.0.23"));
    expected["go_error"].is_null() && case["strict"].is_null() && deployed
}

/// The names of what bytes may be, the likeliest first.
fn guesses(bytes: Vec<u8>) -> Vec<String> {
    let explainer = Explainer::new(0);
    let bytes = bytes.into();
    let guess = explainer.guess(&bytes).map(|kind| kind.to_string());
    let layer = explainer.explain(bytes, None).to_json();
    let others = layer["fields"]["could_also_be"].as_array().cloned();
    let others = others.unwrap_or_default().into_iter();
    let others = others.map(|name| name.as_str().unwrap().to_owned());
    guess.into_iter().chain(others).collect()
}

#[test]
fn every_whole_vector_is_guessed_as_what_it_is() {
    let mut wrong = Vec::new();
    let mut unused: BTreeMap<_, _> = EXCEPTIONS.into_iter().collect();
    for (file, kind, path, wanted) in ROWS {
        let mut seen = 0;
        for case in vectors(file) {
            if case["kind"] != kind || !is_whole(&case) {
                continue;
            }
            let name = case["name"].as_str().unwrap();
            for hex in at(&case, path) {
                let wanted = match wanted {
                    Wanted::Kind(kind) => kind.to_string(),
                    Wanted::Type => {
                        let number = i32::try_from(case["type"].as_i64().unwrap()).unwrap();
                        Kind::Message(number.into()).to_string()
                    }
                };
                let bytes = hex::decode(hex).unwrap();
                if bytes.is_empty() {
                    continue;
                }
                seen += 1;
                let guesses = guesses(bytes);
                match guesses.contains(&wanted) {
                    true => {}
                    false if EXCEPTIONS.iter().any(|(known, _)| *known == name) => {
                        unused.remove(name);
                    }
                    false => wrong.push(format!("{name}: {path} is {wanted}, not {guesses:?}")),
                }
            }
        }
        if seen == 0 {
            wrong.push(format!("{file}/{kind}/{path}: no case"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(unused.is_empty(), "guessed all the same: {unused:?}");
}

#[test]
fn a_packet_without_its_code_is_guessed_to_have_the_one_it_had() {
    // Which other packets these fit.
    let ambiguous = [
        "unknown_code_21_ignored",
        "request_complete_only_request_id",
        "mailserver_request_old_six_items_without_batch",
        "bloom_bad_empty",
    ];
    let mut seen = BTreeMap::new();
    for case in vectors("whisper_packets") {
        let kind = case["kind"].as_str().unwrap();
        let name = case["name"].as_str().unwrap();
        if !is_whole(&case)
            || ambiguous.contains(&name)
            || ["p2p_message", "mailserver_request_payload"].contains(&kind)
        {
            continue;
        }
        let bytes = hex::decode(case["payload"].as_str().unwrap()).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let layer = Explainer::new(0).explain(bytes.into(), None).to_json();
        assert_eq!(layer["fields"]["code"], case["code"], "{name}: {layer}");
        *seen.entry(case["code"].as_u64().unwrap()).or_insert(0) += 1;
    }
    let codes: Vec<_> = seen.into_keys().collect();
    assert_eq!(codes, [0, 1, 2, 3, 11, 12, 20, 123, 124, 125, 126]);
}

/// As it stands in a frame: the code with the offset of the capability, and the body, compressed or not.
fn framed(code: u64, body: &[u8], is_compressed: bool) -> Vec<u8> {
    let mut frame = match u8::try_from(code).unwrap() {
        0 => vec![0x80],
        code @ 1..=0x7f => vec![code],
        code => vec![0x81, code],
    };
    match is_compressed {
        true => frame.extend(snap::raw::Encoder::new().compress_vec(body).unwrap()),
        false => frame.extend(body),
    }
    frame
}

#[test]
fn every_packet_is_guessed_behind_its_code_compressed_or_not() {
    let mut frames = Vec::new();
    for case in vectors("whisper_packets") {
        let code = case["code"].as_u64().unwrap();
        let is_request = case["kind"] == "mailserver_request_payload";
        let is_known = case["name"] != "unknown_code_21_ignored";
        if is_whole(&case) && is_known && !is_request {
            let body = hex::decode(case["payload"].as_str().unwrap()).unwrap();
            frames.push((16 + code, body, format!("{case}")));
        }
    }
    for case in vectors("rlpx") {
        let body = case["payload"]
            .as_str()
            .and_then(|hex| hex::decode(hex).ok());
        match case["kind"].as_str().unwrap() {
            "hello" if is_whole(&case) => frames.push((0, body.unwrap(), format!("{case}"))),
            "disconnect" => frames.push((1, body.unwrap(), format!("{case}"))),
            _ => {}
        }
        for frame in case["frames"].as_array().into_iter().flatten() {
            let code = frame["code"].as_u64().unwrap();
            let body = hex::decode(frame["payload"].as_str().unwrap()).unwrap();
            // What the vectors send is not always what the code is for.
            if code < 4 {
                frames.push((code, body, format!("{frame}")));
            }
        }
    }
    frames.push((2, vec![0xc0], "ping".into()));
    frames.push((3, vec![0xc0], "pong".into()));
    assert!(frames.len() > 120, "{}", frames.len());
    for (code, body, vector) in frames {
        for is_compressed in [false, true] {
            let frame = framed(code, &body, is_compressed);
            let layer = Explainer::new(0).explain(frame.into(), None).to_json();
            assert_eq!(layer["layer"], "devp2p frame", "{vector}: {layer}");
            assert_eq!(layer["fields"]["code"], code, "{vector}");
            assert_eq!(
                layer["fields"]["compressed"], is_compressed,
                "{vector}: {layer}"
            );
            assert_ne!(layer["inner"][0]["layer"], "Whisper packet of unknown code");
        }
    }
}

#[test]
fn keys_are_read_in_each_spelling_of_the_reference() {
    let mut seen = 0;
    for case in vectors("account") {
        let texts: Vec<&str> = match case["kind"].as_str().unwrap() {
            "alias" => vec![case["public_key"].as_str().unwrap()],
            "address" => vec![
                case["expected"]["public_key"].as_str().unwrap(),
                case["expected"]["public_key_compressed"].as_str().unwrap(),
            ],
            "public_key_serialize" if is_whole(&case) => {
                vec![case["expected"]["output"].as_str().unwrap()]
            }
            _ => continue,
        };
        for text in texts {
            let explainer = Explainer::new(0);
            // Keys of the other curve are spelt as well, and refused as keys of people.
            if let Some(bytes) = read_text(&explainer, text, None) {
                let guess = explainer.guess(&bytes);
                assert_eq!(guess, Some(Kind::PublicKey), "{}: {text}", case["name"]);
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn what_is_random_is_nothing() {
    // No guess is better than a wrong one: of bytes that mean nothing few may be taken for something.
    let mut state = 1_u64;
    let mut guessed = 0;
    for length in 8..808_usize {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                state.to_be_bytes()[0]
            })
            .collect();
        let layer = Explainer::new(0).explain(bytes.into(), None);
        assert!(layer.is_refused(), "{layer}");
        guessed += usize::from(layer.name != "unknown bytes");
    }
    assert!(guessed < 200, "{guessed} of 800");
}
