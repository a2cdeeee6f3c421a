//! The forms in which bytes and keys come.

use super::common::{Home, complaint, json};
use super::{case, vectors};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

/// An envelope of the reference node and the key that opens it.
fn envelope() -> (String, String) {
    let cases = vectors("whisper_envelopes");
    let case = case(&cases, |case| {
        case["kind"] == "open" && case["expected"]["result"] == "ok" && case["sym_key"].is_string()
    });
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&case["envelope"]["rlp"]), text(&case["sym_key"]))
}

fn explain(home: &Home, arguments: &[&str]) -> Value {
    let mut all = vec!["explain", "--json"];
    if !arguments.contains(&"--now") {
        all.extend(["--now", "1590000000"]);
    }
    all.extend(arguments);
    json(&home.run(&all)).remove(0)
}

fn piped(home: &Home, arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = home
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn an_argument_a_file_and_standard_input_say_the_same() {
    let home = Home::new();
    let (rlp, _) = envelope();
    let bytes = hex::decode(&rlp).unwrap();
    let wanted = explain(&home, &[&rlp]);
    assert_eq!(wanted["layer"], "Whisper envelope");
    assert_eq!(wanted["at"], serde_json::json!([0, bytes.len()]));
    let hex_file = home.file("hex", &format!("0x{rlp}\n"));
    let raw = home.path().join("raw");
    std::fs::write(&raw, &bytes).unwrap();
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let standard = STANDARD.encode(&bytes);
    let url = URL_SAFE_NO_PAD.encode(&bytes);
    let wrapped: String = standard
        .as_bytes()
        .chunks(64)
        .map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()))
        .collect();
    let base64_file = home.file("base64", &wrapped);
    for argument in [
        &hex_file,
        &raw.display().to_string(),
        &standard,
        &url,
        &base64_file,
    ] {
        assert_eq!(explain(&home, &[argument]), wanted, "{argument}");
    }
    for input in [bytes.as_slice(), rlp.as_bytes(), wrapped.as_bytes()] {
        for argument in [&["-"][..], &[]] {
            let mut all = vec!["explain", "--json", "--now", "1590000000"];
            all.extend(argument);
            assert_eq!(json(&piped(&home, &all, input)).remove(0), wanted);
        }
    }
    let empty = complaint(&piped(&home, &["explain", "-"], b""));
    assert!(empty.contains("standard input is empty"), "{empty}");
}

#[test]
fn keys_come_from_a_file_that_nobody_sees_in_the_list_of_processes() {
    let home = Home::new();
    let (rlp, key) = envelope();
    let other = "11".repeat(32);
    let keys = home.file("keys", &format!("0x{other}\n\n{key}\n"));
    let layer = explain(&home, &[&rlp, "--key-file", &keys]);
    assert_eq!(layer["fields"]["opened_with"], "key 2, symmetric");
    let wrong = home.file("wrong", &format!("{other}\nabcdef\n"));
    let sentence = complaint(&home.run(&["explain", &rlp, "--key-file", &wrong]));
    assert!(
        sentence.contains("line 2 of") && !sentence.contains("abcdef"),
        "{sentence}"
    );
    let missing = complaint(&home.run(&["explain", &rlp, "--key-file", "nowhere"]));
    assert!(missing.contains("nowhere"), "{missing}");
}

#[test]
fn the_least_work_is_chosen() {
    let home = Home::new();
    let (rlp, _) = envelope();
    let expiry = explain(&home, &[&rlp])["fields"]["expiry"]
        .as_u64()
        .unwrap();
    let now = (expiry - 1).to_string();
    let judged =
        |pow: &str| explain(&home, &[&rlp, "--now", &now, "--min-pow", pow])["refusal"].clone();
    assert!(
        judged("1000000")
            .as_str()
            .unwrap()
            .contains("under 1000000")
    );
    assert_eq!(judged("0"), Value::Null);
}
