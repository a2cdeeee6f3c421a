//! Bytes that somebody made to take long, to fill a screen, or to steer a terminal.

use super::{key, vectors};
use serde_json::Value;
use status_node::explain::{Explainer, Kind, Layer};

/// A varint of protobuf.
fn varint(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A field of wire type 2.
fn field(number: usize, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    varint(number << 3 | 2, &mut out);
    varint(value.len(), &mut out);
    out.extend(value);
    out
}

/// RLP of a list that holds `items`.
fn list(items: &[u8]) -> Vec<u8> {
    let length = items.len().to_be_bytes();
    [&[0xff][..], &length, items].concat()
}

fn layers(layer: &Layer) -> usize {
    1 + layer.inner.iter().map(layers).sum::<usize>()
}

#[test]
fn what_is_shown_of_a_flood_is_bounded_and_the_rest_is_counted() {
    let many = 100_000;
    let mut flood: Vec<(&str, Option<Kind>, Vec<u8>)> = Vec::new();
    // Fields of numbers that nobody knows, each another.
    let unknown = (1_000..1_000 + many).flat_map(|number| field(number, b"x"));
    flood.push(("unknown fields", "chat".parse().ok(), unknown.collect()));
    // One field again and again.
    let again = (0..many).flat_map(|_| field(5001, b"x"));
    flood.push(("acknowledgements", Some(Kind::DataSync), again.collect()));
    let messages = (0..many).flat_map(|_| field(5004, &field(6003, b"x")));
    flood.push(("messages", None, messages.collect()));
    let bundles = (0..many).flat_map(|_| field(3, &[]));
    flood.push(("bundles", Some(Kind::Security), bundles.collect()));
    let direct = (0..many).flat_map(|n| field(101, &field(1, n.to_string().as_bytes())));
    flood.push(("devices", Some(Kind::Security), direct.collect()));
    let events = (0..many).flat_map(|_| field(2, &[7; 70]));
    flood.push((
        "events",
        Some("membership-update-message".parse().unwrap()),
        events.collect(),
    ));
    flood.push(("envelopes", Some(Kind::Packet), list(&vec![0xc0; many])));
    flood.push(("lists", Some(Kind::Packet), vec![0xc1; many]));
    for (name, kind, bytes) in flood {
        let length = bytes.len();
        // What it is guessed to be is shown in bounds as well.
        let guessed = Explainer::new(0).explain(bytes.clone().into(), None);
        assert!(guessed.to_string().len() < 400_000, "{name}");
        let layer = Explainer::new(0).key([7; 32]).explain(bytes.into(), kind);
        let text = layer.to_string();
        assert!(text.len() < 400_000, "{name}: {} characters", text.len());
        assert!(layers(&layer) < 1_000, "{name}: {} layers", layers(&layer));
        let json = layer.to_json().to_string();
        assert!(
            json.len() < 2_000_000 + 3 * length,
            "{name}: {} bytes of JSON",
            json.len()
        );
        if !["lists", "envelopes"].contains(&name) {
            let counted = text.contains("more, which are not shown");
            assert!(
                counted,
                "{name}: {}",
                text.chars().take(2_000).collect::<String>()
            );
        }
    }
}

#[test]
fn ten_megabytes_in_one_field_are_cut_in_text() {
    let text = "a".repeat(10 << 20);
    for (kind, bytes) in [
        ("chat", field(3, text.as_bytes())),
        ("metadata", field(2, text.as_bytes())),
        ("mvds", field(5004, &field(6003, text.as_bytes()))),
        ("security", field(102, text.as_bytes())),
        ("transit", text.clone().into_bytes()),
        ("record", text.clone().into_bytes()),
        ("enode", text.clone().into_bytes()),
        ("handshake", text.clone().into_bytes()),
    ] {
        let kind: Kind = kind.parse().unwrap();
        let layer = Explainer::new(0).explain(bytes.into(), Some(kind));
        let shown = layer.to_string();
        assert!(shown.len() < 10_000, "{kind}: {} characters", shown.len());
    }
}

/// What moves the cursor, rings, hides, or turns a line around.
const STEERING: &str = "\u{1b}[2J\u{9b}31m\u{7}\r\n\u{8}\u{202e}\u{2066}\u{200b}\u{feff}";

fn assert_harmless(layer: &Layer) {
    let shown = layer.to_string();
    let strange = shown.chars().find(|c| {
        (c.is_control() && *c != '\n') || ('\u{200b}'..='\u{202e}').contains(c) || *c == '\u{feff}'
    });
    assert_eq!(strange, None, "{shown:?}");
    let is_escaped = shown.contains("\\u{1b}") || shown.contains("\\u001b");
    assert!(is_escaped, "{shown}");
    // No line is the sender's: each is of the tree, or says what is refused.
    for line in shown.lines().skip(1) {
        let starts = ["├", "│", "└", " ", "nothing is refused", "refused: "];
        assert!(
            starts.iter().any(|start| line.starts_with(start)),
            "{line:?}"
        );
    }
}

#[test]
fn nothing_foreign_steers_the_terminal_wherever_it_stands() {
    let text = STEERING.as_bytes();
    let mut hello = vec![5, 0x80 + text.len() as u8];
    hello.extend(text);
    // One capability of that name, a port and an id.
    let capability = [&[0x80 + text.len() as u8][..], text, &[1]].concat();
    let capability = [&[0xc0 + capability.len() as u8][..], &capability].concat();
    hello.push(0xc0 + capability.len() as u8);
    hello.extend(capability);
    hello.push(0x80);
    hello.extend([&[0xb8, 64][..], &[7; 64]].concat());
    let hello = [&[0x80, 0xf8, hello.len() as u8][..], &hello].concat();
    let disconnected = [
        &[0x81, 0x8d, 0xb8, (38 + text.len()) as u8][..],
        b"ERROR=",
        &[7; 32],
        text,
    ]
    .concat();
    for (kind, bytes) in [
        ("frame", hello),
        ("frame", disconnected),
        ("chat", [field(3, text), field(6, text)].concat()),
        (
            "security",
            [field(2, text), field(101, &field(1, text))].concat(),
        ),
        ("bundle", field(2, &field(1, text))),
        ("membership-update-message", field(1, text)),
        ("pair-installation", field(3, text)),
        ("enode", [b"enode://", text].concat()),
        ("record", [b"enr:", text].concat()),
        (
            "transit",
            format!("[\"~#c4\",[\"{STEERING}\",\"a\",\"~:a\",1,1,[\"^ \"]]]").into_bytes(),
        ),
        (
            "transit",
            format!(
                "[\"~#{}\",[1]]",
                STEERING.replace(['\r', '\n', '\u{8}', '\u{7}', '\u{1b}'], "\\u001b")
            )
            .into_bytes(),
        ),
    ] {
        let kind: Kind = kind.parse().unwrap();
        let layer = Explainer::new(0).explain(bytes.into(), Some(kind));
        if !layer.to_json().to_string().contains("[2J") {
            continue;
        }
        assert_harmless(&layer);
    }
}

/// All text that explaining puts out.
fn output(layer: &Layer) -> String {
    format!("{layer}\n{}\n{layer:?}", layer.to_json())
}

#[test]
fn keys_that_were_given_are_never_shown() {
    for scenario in vectors("end_to_end") {
        let mut keys: Vec<[u8; 32]> = Vec::new();
        for party in scenario["parties"].as_array().unwrap() {
            keys.push(key(&party["identity_private_key"]));
        }
        let steps = scenario["steps"].as_array().unwrap();
        for step in steps {
            for made in step["sender_generated_keys"]
                .as_array()
                .into_iter()
                .flatten()
            {
                let made = made.get("private_key").unwrap_or(made);
                keys.push(key(made));
            }
            if step["route"]["sym_key"].is_string() {
                keys.push(key(&step["route"]["sym_key"]));
            }
        }
        let explainer = Explainer::new(0);
        let explainer = keys
            .iter()
            .fold(explainer, |explainer, key| explainer.key(*key));
        for step in steps {
            let Some(rlp) = step["envelope"]["rlp"].as_str() else {
                continue;
            };
            let shown = output(&explainer.explain(hex::decode(rlp).unwrap().into(), None));
            let shown = format!("{shown}\n{explainer:?}");
            for key in &keys {
                let hex = hex::encode(key);
                assert!(!shown.contains(&hex), "{}: {hex}", scenario["name"]);
                assert!(!shown.contains(&format!("{key:?}")));
            }
        }
    }
}

#[test]
fn a_megabyte_in_an_envelope_is_read_to_its_end() {
    // What is encrypted is Whisper's affair: here its plaintext, which holds the largest message there is.
    let text = "x".repeat((1 << 20) - 100);
    let message = [field(3, text.as_bytes()), field(6, b"status")].concat();
    let wrapped = [field(2, &message), vec![0x18, 1]].concat();
    let mut plaintext = vec![3];
    plaintext.extend(&wrapped.len().to_le_bytes()[..3]);
    plaintext.extend(wrapped);
    plaintext.resize(plaintext.len().next_multiple_of(256), 0);
    let layer = Explainer::new(0).explain(plaintext.into(), None).to_json();
    assert_eq!(layer["layer"], "Whisper plaintext");
    let chat = super::find(&layer, "ChatMessage").expect("read");
    assert_eq!(
        chat["fields"]["text"].as_str().map(str::len),
        Some(text.len())
    );
    assert_eq!(chat["fields"]["chat_id"], Value::from("status"));
}
