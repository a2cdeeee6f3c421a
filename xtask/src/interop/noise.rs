//! Bare Noise: each handshake of ours with flynn/noise, both ways, and the messages after it with
//! associated data. The matrix carries the messages, so nothing here needs a network.

use super::Cell;
use super::lab::{Lab, Program};
use super::peer::{Peer, same};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The handshakes of 35/WAKU2-NOISE.
const PATTERNS: [&str; 4] = ["XX", "XK1", "K1K1", "XXpsk0"];

/// Secret and public static keys of both sides, made for this.
const ALICE: [&str; 2] = [
    "0x77076d0a7318a57d3c16c17251b26645df4c2f92ebc099c170399c36ee2a1c2a",
    "0xae99cafaed3172fe2f7d1188ea62b656da505c93339a2c96aa5ca060dd5a6379",
];
const BOB: [&str; 2] = [
    "0x5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    "0xde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
];

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for pattern in PATTERNS {
        for (initiator, name) in [
            (Program::Ours, "ours-initiates"),
            (Program::GoNoise, "theirs-initiates"),
        ] {
            cells.push(Cell::new(format!("noise/{pattern}/{name}"), move |lab| {
                let (alice, bob) = pair(lab, pattern, initiator)?;
                handshake(&alice, &bob)?;
                compare(&alice, &bob)?;
                messages(&alice, &bob)
            }));
        }
        cells.push(Cell::new(format!("noise/{pattern}/damaged"), move |lab| {
            let (alice, bob) = pair(lab, pattern, Program::GoNoise)?;
            damaged(&alice, &bob, pattern)?;
            compare(&alice, &bob)?;
            messages(&alice, &bob)
        }));
    }
    cells
}

/// The two sides at the start, the one that initiates first.
fn pair(lab: &Lab, pattern: &str, initiator: Program) -> Result<(Peer, Peer)> {
    let responder = match initiator {
        Program::Ours => Program::GoNoise,
        _ => Program::Ours,
    };
    let start = |program, name, local: [&str; 2], remote: [&str; 2]| -> Result<Peer> {
        let peer = lab.drive(program, name)?;
        let initiates = name == "initiator";
        let mut params = json!({
            "pattern": pattern, "initiator": initiates, "static": local[0], "prologue": "0x0102",
        });
        let fields = params.as_object_mut().context("an object")?;
        if pattern == "K1K1" || (pattern == "XK1" && initiates) {
            fields.insert("remote".into(), json!(remote[1]));
        }
        if pattern == "XXpsk0" {
            fields.insert("psk".into(), json!(format!("0x{}", "5a".repeat(32))));
        }
        peer.call("noise_start", params)?;
        Ok(peer)
    };
    Ok((
        start(initiator, "initiator", ALICE, BOB)?,
        start(responder, "responder", BOB, ALICE)?,
    ))
}

/// Writes a message with a payload of its own and has it read.
fn pass(from: &Peer, to: &Peer, payload: &str) -> Result<()> {
    let message = from.call("noise_write", json!({ "payload": payload }))?;
    let read = to.call("noise_read", json!({ "message": message }))?;
    same("payload", &json!(payload), &read)
}

fn handshake(alice: &Peer, bob: &Peer) -> Result<()> {
    pass(alice, bob, "0x11")?;
    pass(bob, alice, "0x2222")?;
    pass(alice, bob, "0x333333")
}

/// As a handshake, but each authenticated message comes to us damaged first; the true one must then
/// still be read.
fn damaged(theirs: &Peer, ours: &Peer, pattern: &str) -> Result<()> {
    let steps = [
        (theirs, ours, "0x11"),
        (ours, theirs, "0x22"),
        (theirs, ours, "0x33"),
    ];
    for (index, (from, to, payload)) in steps.into_iter().enumerate() {
        let message = from.call("noise_write", json!({ "payload": payload }))?;
        let authenticated = index == 2 || (index == 0 && pattern == "XXpsk0");
        if authenticated {
            let wrong = last_digit_changed(&message)?;
            if to.call("noise_read", json!({ "message": wrong })).is_ok() {
                bail!("a damaged message {index} was read");
            }
        }
        let read = to.call("noise_read", json!({ "message": message }))?;
        same("payload", &json!(payload), &read)?;
    }
    Ok(())
}

fn last_digit_changed(message: &Value) -> Result<String> {
    let mut text = message.as_str().context("a message in hex")?.to_owned();
    let last = text.pop().context("an empty message")?;
    text.push(if last == '0' { '1' } else { '0' });
    Ok(text)
}

/// Both have the same hash, and each the other's key.
fn compare(alice: &Peer, bob: &Peer) -> Result<()> {
    let ask = |peer: &Peer, method| peer.call(method, json!({}));
    same("hash", &ask(alice, "noise_hash")?, &ask(bob, "noise_hash")?)?;
    same("bob's key", &json!(BOB[1]), &ask(alice, "noise_remote")?)?;
    same("alice's key", &json!(ALICE[1]), &ask(bob, "noise_remote")?)
}

/// Messages after the handshake, both ways, with associated data as nametags are.
fn messages(alice: &Peer, bob: &Peer) -> Result<()> {
    for number in 0..3 {
        for (from, to) in [(alice, bob), (bob, alice)] {
            let payload = format!("0x{}", "ab".repeat(248 * number + 1));
            let ad = format!("0x{}", "0c".repeat(16));
            let message = from.call("noise_encrypt", json!({ "ad": ad, "payload": payload }))?;
            let read = to.call("noise_decrypt", json!({ "ad": ad, "message": message }))?;
            same("payload", &json!(payload), &read)?;
        }
    }
    Ok(())
}
