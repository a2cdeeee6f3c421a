//! Writes the seeds of the devp2p targets from the vectors:
//! `cargo run -p status-fuzz --example seed_devp2p`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool for developers: what it cannot read it reports by panicking"
)]

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seed = |target: &str, name: &str, bytes: &[u8]| {
        let folder = root.join("corpus").join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    let vectors = std::fs::read(root.join("../conformance/vectors/rlpx.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_slice(&vectors).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let bytes = |field: &str| hex::decode(case[field].as_str().unwrap()).unwrap();
        match case["kind"].as_str().unwrap() {
            "handshake" => {
                seed("rlpx_auth", name, &bytes("auth_packet"));
                seed("rlpx_ack", name, &bytes("ack_packet"));
                for side in ["auth", "ack"] {
                    let body = case["expected"][format!("{side}_plaintext")]
                        .as_str()
                        .unwrap();
                    let target = format!("rlpx_{side}");
                    seed(
                        &target,
                        &format!("{name}_body"),
                        &hex::decode(body).unwrap(),
                    );
                }
                for (index, frame) in case["frames"].as_array().unwrap().iter().enumerate() {
                    let text = |field: &str| hex::decode(frame[field].as_str().unwrap()).unwrap();
                    let mode = (frame["code"].as_u64().unwrap() as u8 & !1)
                        | u8::from(frame["snappy"].as_bool().unwrap());
                    // The damage falls on another byte in each frame, and on none in every second.
                    let flip = if index % 2 == 0 { 0 } else { 0x10 };
                    let start = [mode, 0, (index * 7) as u8, flip];
                    seed(
                        "rlpx_frame",
                        &format!("{name}_{index}"),
                        &[&start, &text("payload")[..]].concat(),
                    );
                }
            }
            "auth_error" | "auth_ok" => seed("rlpx_auth", name, &bytes("auth_packet")),
            "ack_error" | "ack_ok" => seed("rlpx_ack", name, &bytes("ack_packet")),
            "hello" | "disconnect" => seed("hello", name, &bytes("payload")),
            _ => {}
        }
    }
    sessions(seed);
}

/// Lists of actions, spelled as `arbitrary` reads the target's `Action`.
fn sessions(seed: impl Fn(&str, &str, &[u8])) {
    const ACTIONS: u64 = 7;
    let action = |variant: u64, fields: &[u8]| {
        let selector = ((variant << 32).div_ceil(ACTIONS) + 1) as u32;
        [&selector.to_le_bytes()[..], fields].concat()
    };
    let send = |side, capability, code| action(0, &[side, capability, code, 100, 0]);
    let exchange = [
        action(1, &[0]),
        action(2, &[1, 0]),
        action(1, &[1]),
        action(2, &[0, 0]),
    ]
    .concat();
    let wait = action(4, &[150]);
    let talk = [
        send(0, 0, 3),
        send(0, 1, 127),
        send(1, 1, 0),
        exchange.clone(),
    ]
    .concat();
    for (mode, versions) in [("v5", [1, 1]), ("v4", [0, 1])] {
        let list = |name: &str, parts: &[&[u8]]| {
            let bytes = [&versions[..], &parts.concat()].concat();
            seed("devp2p_session", &format!("{name}_{mode}"), &bytes);
        };
        list("talk", &[&exchange, &talk, &talk]);
        list(
            "ping",
            &[
                &exchange, &wait, &exchange, &exchange, &wait, &exchange, &talk,
            ],
        );
        list("idle", &[&exchange, &wait, &wait, &wait, &exchange]);
        list(
            "damaged",
            &[
                &exchange,
                &send(0, 0, 1),
                &action(1, &[0]),
                &action(3, &[1, 40, 0]),
                &exchange,
            ],
        );
        list(
            "in_pieces",
            &[
                &exchange,
                &send(0, 0, 1),
                &action(1, &[0]),
                &action(2, &[1, 1, 17]),
                &action(2, &[1, 1, 33]),
                &exchange,
            ],
        );
        list(
            "disconnect",
            &[&exchange, &send(0, 0, 1), &action(5, &[0, 8]), &exchange],
        );
        list("disconnect_first", &[&action(5, &[0, 4]), &exchange]);
        list(
            "disconnect_before_hello_left",
            &[
                &action(1, &[1]),
                &action(2, &[0, 0]),
                &send(0, 0, 1),
                &action(5, &[0, 8]),
                &exchange,
            ],
        );
        list("lost", &[&exchange, &talk, &action(6, &[0]), &talk]);
        let flood: Vec<u8> = (0..8).flat_map(|_| send(0, 1, 5)).collect();
        list("flood", &[&exchange, &flood, &exchange, &flood, &exchange]);
    }
}
