//! The socket of a running `status-node`: JSON-RPC 2.0, one object a line.

use crate::interop::peer::PATIENCE;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait before trying again to reach a node that has just started.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// A connection that calls methods.
pub(super) struct Control {
    connection: Mutex<Connection>,
}

/// A line goes out, a line comes back.
struct Connection {
    lines: BufReader<UnixStream>,
    calls: u64,
    transcript: File,
}

impl Control {
    /// Connects to the socket at `path`, once it is there; all that is said is written to
    /// `transcript`.
    pub(super) fn connect(path: &Path, transcript: &Path) -> Result<Self> {
        let connection = Connection::open(path, transcript)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// Calls a method and gives its answer.
    pub(super) fn call(&self, method: &str, params: Value) -> Result<Value> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        connection.call(method, params)
    }
}

impl Connection {
    fn open(path: &Path, transcript: &Path) -> Result<Self> {
        let stream = connect(path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            lines: BufReader::new(stream),
            calls: 0,
            transcript: File::create(transcript)?,
        })
    }

    fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.calls += 1;
        let call = json!({"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params});
        writeln!(self.transcript, "{call}")?;
        let stream = self.lines.get_mut();
        writeln!(stream, "{call}")
            .with_context(|| format!("the node is gone, asked for {method}"))?;
        let answer = self
            .line()
            .with_context(|| format!("no answer to {method}"))?;
        if answer.get("id").and_then(Value::as_u64) != Some(self.calls) {
            bail!("{method} was answered with {answer}");
        }
        match answer.get("error") {
            Some(error) => bail!("{method}: {error}"),
            None => Ok(answer.get("result").cloned().unwrap_or(Value::Null)),
        }
    }

    fn line(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.lines.read_line(&mut line)? == 0 {
            bail!("the node closed the connection");
        }
        // The log helps a reader; failing to write it must not fail the cell.
        let _ = write!(self.transcript, "{line}");
        Ok(serde_json::from_str(&line)?)
    }
}

/// The node prints its address before its socket is certain to be there.
fn connect(path: &Path) -> Result<UnixStream> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return Ok(stream),
            Err(error) if Instant::now() > deadline => {
                return Err(error).with_context(|| format!("no node at {}", path.display()));
            }
            Err(_) => thread::sleep(TRY_AGAIN),
        }
    }
}

/// What a node reports to a connection of its own, which ends with the node.
pub(super) struct Reports {
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Messages not yet waited for. A cell lasts seconds and little is said, so nothing bounds it.
    records: VecDeque<Value>,
    /// Devices of anybody that have shown up.
    devices: Vec<Value>,
    ended: bool,
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reports {
    /// Subscribes to messages and devices.
    pub(super) fn subscribe(path: &Path, transcript: &Path) -> Result<Self> {
        let mut connection = Connection::open(path, transcript)?;
        connection.call("subscribe", json!({"to": ["message", "device"]}))?;
        connection.lines.get_ref().set_read_timeout(None)?;
        let heard = Arc::new(Heard::default());
        let listener = Arc::clone(&heard);
        thread::spawn(move || {
            while let Ok(mut line) = connection.line() {
                let Some(record) = line.pointer_mut("/params/record").map(Value::take) else {
                    continue;
                };
                match line.pointer("/params/kind").and_then(Value::as_str) {
                    Some("message") => listener.lock().records.push_back(record),
                    Some("device") => listener.lock().devices.push(record),
                    _ => {}
                }
                listener.changed.notify_all();
            }
            listener.lock().ended = true;
            listener.changed.notify_all();
        });
        Ok(Self { heard })
    }

    /// The devices that have shown up.
    pub(super) fn devices(&self) -> Vec<Value> {
        self.heard.lock().devices.clone()
    }

    /// Adds what was stored before the subscription began.
    pub(super) fn add(&self, record: Value) {
        self.heard.lock().records.push_back(record);
        self.heard.changed.notify_all();
    }

    /// Waits for the first record that `wanted` accepts and takes it out.
    pub(super) fn wait_for(
        &self,
        what: &str,
        patience: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let deadline = Instant::now() + patience;
        let mut state = self.heard.lock();
        loop {
            let place = state.records.iter().position(&wanted);
            if let Some(record) = place.and_then(|place| state.records.remove(place)) {
                return Ok(record);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.ended {
                let end = if state.ended { " and has ended" } else { "" };
                let waiting = state.records.len();
                bail!("our node did not show {what:?}{end}; it showed {waiting} others");
            }
            state = self
                .heard
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
