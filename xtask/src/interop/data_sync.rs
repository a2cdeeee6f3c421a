//! Data sync between our state machine and vacp2p/mvds v0.0.23. The two processes do not know each other's
//! address: the cell carries every packet itself, so it decides which are lost.

use super::Cell;
use super::lab::{Lab, Program};
use super::peer::{PATIENCE, Peer, same, text};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Short epochs: what is repeated for the eighth time is repeated within seconds.
const EPOCH_MS: u64 = 5;

/// Long enough for several epochs, also on a busy machine.
const QUIET: Duration = Duration::from_millis(150);

/// Messages each way.
const MESSAGES: usize = 12;

/// Which of every seven packets are lost where any are: three, the first two included. It is no plain
/// alternation, which could lose every acknowledgement of what it lets through.
const LOST: [u64; 3] = [1, 2, 4];

const MODES: [&str; 2] = ["batch", "interactive"];

/// Which direction loses packets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loss {
    Nowhere,
    OursToTheirs,
    TheirsToOurs,
    BothWays,
}

impl Loss {
    const ALL: [Self; 4] = [
        Self::Nowhere,
        Self::OursToTheirs,
        Self::TheirsToOurs,
        Self::BothWays,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Nowhere => "no-loss",
            Self::OursToTheirs => "ours-lost",
            Self::TheirsToOurs => "theirs-lost",
            Self::BothWays => "both-lost",
        }
    }

    fn concerns(self, direction: Self) -> bool {
        self == direction || self == Self::BothWays
    }
}

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = vec![
        Cell::new("data-sync/wire", wire_form),
        Cell::new("data-sync/split", split),
    ];
    for ours in MODES {
        for theirs in MODES {
            for loss in Loss::ALL {
                let name = format!("data-sync/{ours}-{theirs}/{}", loss.name());
                cells.push(Cell::new(name, move |lab| {
                    exchange(lab, ours, theirs, loss)
                }));
            }
        }
    }
    cells
}

/// An id of a peer as deployed: 65 bytes.
fn peer_id(byte: &str) -> String {
    format!("0x04{}", byte.repeat(64))
}

/// One side, and the direction in which its packets go.
struct Side {
    peer: Peer,
    id: String,
    /// Packets so far, the empty ones apart.
    packets: u64,
    /// Those that were not passed on.
    dropped: u64,
    /// The longest, in bytes.
    longest: usize,
    /// What its application got, and how often.
    delivered: BTreeMap<String, u32>,
}

impl Side {
    fn start(
        lab: &Lab,
        program: Program,
        byte: &str,
        other: &str,
        settings: &Value,
    ) -> Result<Self> {
        let mut params = json!({
            "protocol": "mvds", "epoch_ms": EPOCH_MS,
            "own": peer_id(byte), "other": peer_id(other),
            "group": format!("0x{}", "77".repeat(32)),
        });
        if let (Some(params), Some(settings)) = (params.as_object_mut(), settings.as_object()) {
            params.extend(settings.clone());
        }
        Ok(Self {
            peer: lab.start_alone(program, program.name(), params)?,
            id: peer_id(byte),
            packets: 0,
            dropped: 0,
            longest: 0,
            delivered: BTreeMap::new(),
        })
    }

    fn append(&self, count: usize) -> Result<Vec<String>> {
        let bodies = (0..count).map(|number| format!("{}, number {number}", self.id));
        bodies
            .map(|body| {
                let body = format!("0x{}", hex(body.as_bytes()));
                self.peer.call("append", json!({ "body": body }))?;
                Ok(body)
            })
            .collect()
    }

    /// Passes on what this side sent since, and notes what reached its application. Where
    /// packets are lost, [`LOST`] says which.
    fn relay(&mut self, to: &Peer, loses: bool) -> Result<()> {
        while let Ok(packet) = self.peer.event_within("packet", Duration::from_millis(1)) {
            let payload = text(&packet, "payload")?;
            self.longest = self.longest.max(payload.len() / 2);
            // After an acknowledgement theirs sends an empty payload; it is passed on, not counted.
            if payload != "0x" {
                self.packets += 1;
                if loses && LOST.contains(&(self.packets % 7)) {
                    self.dropped += 1;
                    continue;
                }
            }
            to.call("deliver", json!({ "from": self.id, "payload": payload }))?;
        }
        while let Ok(event) = self.peer.event_within("delivered", Duration::ZERO) {
            let body = text(&event, "body")?.to_owned();
            *self.delivered.entry(body).or_default() += 1;
        }
        Ok(())
    }

    fn has_all(&self, bodies: &[String]) -> bool {
        bodies.iter().all(|body| self.delivered.contains_key(body))
    }

    /// Records of the sync state that are left.
    fn pending(&self) -> Result<u64> {
        let told = self.peer.call("pending", json!({}))?;
        told.get("records")
            .and_then(Value::as_u64)
            .context("no number of records")
    }
}

/// Ours and theirs, in a group of two.
fn sides(lab: &Lab, ours: &Value, theirs: &Value) -> Result<(Side, Side)> {
    Ok((
        Side::start(lab, Program::Ours, "11", "22", ours)?,
        Side::start(lab, Program::Mvds, "22", "11", theirs)?,
    ))
}

/// Carries packets until everything appended has arrived and nobody owes anything.
fn until_empty(
    ours: &mut Side,
    theirs: &mut Side,
    loss: Loss,
    from_ours: &[String],
    from_theirs: &[String],
) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        ours.relay(&theirs.peer, loss.concerns(Loss::OursToTheirs))?;
        theirs.relay(&ours.peer, loss.concerns(Loss::TheirsToOurs))?;
        let arrived = theirs.has_all(from_ours) && ours.has_all(from_theirs);
        if arrived && ours.pending()? == 0 && theirs.pending()? == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!(
                "{} of {} arrived there, {} of {} here; left: {} records here, {} there",
                theirs.delivered.len(),
                from_ours.len(),
                ours.delivered.len(),
                from_theirs.len(),
                ours.pending()?,
                theirs.pending()?,
            );
        }
    }
}

/// Messages both ways: all arrive, ours delivers each once, and both sides forget what they owed.
fn exchange(lab: &Lab, our_mode: &str, their_mode: &str, loss: Loss) -> Result<()> {
    let (mut ours, mut theirs) = sides(
        lab,
        &json!({"mode": our_mode}),
        &json!({"mode": their_mode}),
    )?;
    let from_ours = ours.append(MESSAGES)?;
    let from_theirs = theirs.append(MESSAGES)?;
    until_empty(&mut ours, &mut theirs, loss, &from_ours, &from_theirs)?;
    let twice: Vec<_> = ours
        .delivered
        .iter()
        .filter(|(_, times)| **times != 1)
        .collect();
    if !twice.is_empty() {
        bail!("delivered more than once: {twice:?}");
    }
    for (side, direction) in [(&ours, Loss::OursToTheirs), (&theirs, Loss::TheirsToOurs)] {
        if loss.concerns(direction) && side.dropped == 0 {
            bail!("nothing was lost, so nothing was shown");
        }
    }
    // What theirs still sends is empty, and ours answers that with nothing.
    ours.relay(&theirs.peer, false)?;
    theirs.relay(&ours.peer, false)?;
    ours.peer.no_event("packet", QUIET)
}

/// Told a limit, ours splits what it owes into packets that keep it; theirs takes them all.
fn split(lab: &Lab) -> Result<()> {
    const LIMIT: usize = 600;
    let settings = json!({"mode": "batch", "limit": LIMIT});
    let (mut ours, mut theirs) = sides(lab, &settings, &json!({"mode": "batch"}))?;
    let from_ours = ours.append(4 * MESSAGES)?;
    until_empty(&mut ours, &mut theirs, Loss::Nowhere, &from_ours, &[])?;
    if ours.longest > LIMIT {
        bail!("a packet of {} bytes, {LIMIT} at most", ours.longest);
    }
    Ok(())
}

/// The same payloads make the same bytes, and the same bytes the same payloads and ids.
fn wire_form(lab: &Lab) -> Result<()> {
    let (ours, theirs) = sides(lab, &json!({"mode": "batch"}), &json!({"mode": "batch"}))?;
    let id = |byte: &str| format!("0x{}", byte.repeat(32));
    let message = |group: &str, timestamp: i64, body: &str| json!({"group": group, "timestamp": timestamp, "body": body, "id": ""});
    let payloads = [
        json!({"acks": [id("01")]}),
        json!({"offers": [id("02"), id("03")]}),
        json!({"requests": [id("04")]}),
        json!({"messages": [message(&id("05"), 1_590_000_000, "0x6869")]}),
        json!({"messages": [message("0x", 0, "0x")]}),
        json!({"messages": [message("0x06", -1, "0x00"), message(&id("07"), i64::MAX, &id("08"))]}),
        json!({"acks": ["0x", "0x01"], "offers": ["0x02"], "requests": [id("09")],
               "messages": [message(&id("0a"), i64::MIN, "0xff")]}),
    ];
    for payload in payloads {
        let our_bytes = ours.peer.call("encode", payload.clone())?;
        let their_bytes = theirs.peer.call("encode", payload.clone())?;
        same("encoded", &our_bytes, &their_bytes)?;
        let ours_read = ours.peer.call("decode", our_bytes.clone())?;
        let theirs_read = theirs.peer.call("decode", our_bytes)?;
        same("decoded", &ours_read, &theirs_read)?;
        for list in ["acks", "offers", "requests"] {
            let written = payload.get(list).cloned().unwrap_or(json!([]));
            same(list, &written, ours_read.get(list).unwrap_or(&Value::Null))?;
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
