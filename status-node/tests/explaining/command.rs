//! The command from end to end.

use super::common::{Home, complaint, json};
use super::{case, vectors};
use serde_json::Value;

fn explain(arguments: &[&str]) -> Value {
    let mut all = vec!["explain", "--json"];
    all.extend(arguments);
    json(&Home::new().run(&all)).remove(0)
}

/// An envelope of the reference node, opened with a symmetric key.
fn envelope() -> (String, String, String) {
    let cases = vectors("whisper_envelopes");
    let case = case(&cases, |case| {
        case["kind"] == "open" && case["expected"]["result"] == "ok" && case["sym_key"].is_string()
    });
    (
        case["envelope"]["rlp"].as_str().unwrap().to_owned(),
        case["sym_key"].as_str().unwrap().to_owned(),
        case["envelope"]["hash"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn an_envelope_is_opened_with_a_key_and_only_with_it() {
    let (rlp, key, hash) = envelope();
    let layer = explain(&[&rlp, "--key", &key]);
    assert_eq!(layer["layer"], "Whisper envelope");
    assert_eq!(layer["fields"]["hash"], format!("0x{hash}"));
    assert_eq!(layer["inner"][0]["layer"], "Whisper plaintext");

    let layer = explain(&[&rlp]);
    assert_eq!(
        layer["inner"][0]["refusal"],
        "no key was given to open it with"
    );
    let layer = explain(&[&rlp, "--chat", "#elsewhere"]);
    let reason = layer["inner"][0]["refusal"].as_str().unwrap();
    let wanted = "the key given does not open it; its topic is not that of #elsewhere";
    assert_eq!(reason, wanted);
    let other = "11".repeat(32);
    let layer = explain(&[&rlp, "--key", &other]);
    assert_eq!(
        layer["inner"][0]["refusal"],
        "the key given does not open it"
    );
    let layer = explain(&[&rlp, "--key", &other, "--key", &"22".repeat(32)]);
    let wanted = "none of the 2 keys given opens it";
    assert_eq!(layer["inner"][0]["refusal"], wanted);
}

#[test]
fn an_old_envelope_is_refused_with_its_age() {
    let (rlp, _, _) = envelope();
    let expiry = explain(&[&rlp])["fields"]["expiry"].as_u64().unwrap();
    let layer = explain(&[&rlp, "--now", &(expiry - 3).to_string()]);
    assert_eq!(layer["fields"]["expires"], "in 3 s");
    for (now, wanted) in [
        (expiry + 12, "expired 12 s ago"),
        (expiry + 1000, "expired 1000 s ago"),
        (expiry - 1_000_000, "from the future"),
    ] {
        let layer = explain(&[&rlp, "--now", &now.to_string()]);
        let reason = layer["refusal"].as_str().unwrap();
        assert!(reason.contains(wanted), "{reason}");
    }
}

#[test]
fn an_application_message_is_recognised_and_its_author_recovered() {
    let cases = vectors("payload");
    let case = case(&cases, |case| {
        case["kind"] == "application_metadata" && case["author_private_key"].is_string()
    });
    let layer = explain(&[case["wrapped"].as_str().unwrap()]);
    assert_eq!(layer["layer"], "ApplicationMetadataMessage");
    let id = case["expected"]["message_id"].as_str().unwrap();
    let id = id.strip_prefix("0x").unwrap_or(id);
    assert_eq!(layer["fields"]["id"], format!("0x{id}"));
}

#[test]
fn frames_are_taken_apart_whether_compressed_or_not() {
    // A status packet of the reference node behind its code: 16 for the offset.
    let status = "10d106883f60624dd2f1a9fc808001c3808080";
    let layer = explain(&[status]);
    assert_eq!(layer["layer"], "devp2p frame");
    assert_eq!(layer["inner"][0]["layer"], "Whisper packet: status");
    assert_eq!(layer["inner"][0]["fields"]["pow_requirement"], 0.002);
    // The same, compressed: length, one literal, the bytes.
    let compressed = "101244d106883f60624dd2f1a9fc808001c3808080";
    let layer = explain(&[compressed]);
    assert_eq!(layer["fields"]["compressed"], true);
    assert_eq!(layer["inner"][0]["fields"]["confirmations"], true);
    let cases = vectors("rlpx");
    let hello = case(&cases, |case| {
        case["kind"] == "hello" && case["expected"]["result"] == "ok"
    });
    let layer = explain(&[&format!("80{}", hello["payload"].as_str().unwrap())]);
    let shown = &layer["inner"][0]["fields"];
    assert_eq!(shown["client_name"], hello["expected"]["client_name"]);
    let layer = explain(&["01c104"]);
    assert_eq!(layer["inner"][0]["layer"], "devp2p Disconnect");
}

#[test]
fn a_file_is_read_as_hex_or_as_it_is() {
    let home = Home::new();
    let (rlp, _, hash) = envelope();
    let text = home.file("hex", &format!("0x{rlp}\n"));
    let binary = home.path().join("binary");
    std::fs::write(&binary, hex::decode(&rlp).unwrap()).unwrap();
    for path in [text.as_str(), binary.to_str().unwrap()] {
        assert_eq!(explain(&[path])["fields"]["hash"], format!("0x{hash}"));
    }
}

#[test]
fn what_is_not_of_the_protocol_is_said_to_be_so() {
    assert!(explain(&["ffffffff"])["refusal"].is_string());
    assert_eq!(explain(&["7b226122"])["layer"], "unknown bytes");
    let home = Home::new();
    for (input, wanted) in [("not hex", "neither hex nor"), ("", "no bytes")] {
        let sentence = complaint(&home.run(&["explain", input]));
        assert!(sentence.contains(wanted), "{sentence}");
    }
    for (input, wanted) in [
        ("0x123", "3 digits of hex are no whole number of bytes"),
        ("0x12yz", "character 3 is no digit"),
    ] {
        let sentence = complaint(&home.run(&["explain", input]));
        assert!(sentence.contains(wanted), "{sentence}");
    }
    // Whoever pastes the words of an account by mistake does not find them in a log.
    let words = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    let sentence = complaint(&home.run(&["explain", words]));
    let is_silent =
        sentence.contains("a text of 12 words is neither") && !sentence.contains("abandon");
    assert!(is_silent, "{sentence}");
    let sentence = complaint(&home.run(&["explain", "00", "--key", "abcd"]));
    assert!(
        sentence.contains("32 bytes") && !sentence.contains("abcd"),
        "{sentence}"
    );
    assert!(complaint(&home.run(&["explain", "00", "--as", "soup"])).contains("soup"));
    let group = "6a32cec7-3a15-4473-924d-f48a97e07344-0x04261c55675e55ff25edb50b345cfb3a3f35f60712d251cbaaab97bd50054c6ebc3cd4e22200c68daf7493e1f8da6a190a68a671e2d3977809612424c7c3888bc6";
    let sentence = complaint(&home.run(&["explain", "00", "--chat", group]));
    assert!(
        sentence.contains("a group has no key of its own"),
        "{sentence}"
    );
}

#[test]
fn a_public_key_is_named_in_each_form() {
    let short = "zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB";
    let layer = explain(&[short]);
    assert_eq!(layer["layer"], "public key");
    assert_eq!(layer["fields"]["text"], short);
    let whole = layer["fields"]["public key"].as_str().unwrap();
    let compressed = layer["fields"]["compressed"].as_str().unwrap();
    let numbered = format!("0xe701{}", &compressed[2..]);
    for form in [whole, compressed, &numbered] {
        assert_eq!(explain(&[form])["fields"], layer["fields"], "{form}");
    }
    let refused = explain(&["0x04ff", "--as", "key"]);
    assert!(refused["refusal"].is_string());
}
