//! One process of the matrix: started, driven and killed here, with all it says kept in a log.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a peer may take over an answer or an event; a busy machine needs most of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How the lines of a process are to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Answers carry the number of their request, everything else is an event.
    Driven,
    /// Our command line: every line is something that happened.
    CommandLine,
}

/// A running process. Dropping it kills it.
pub(crate) struct Peer {
    name: String,
    child: Child,
    input: Mutex<Option<ChildStdin>>,
    heard: Arc<Heard>,
    requests: Mutex<u64>,
}

#[derive(Default)]
struct Heard {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    answers: HashMap<u64, Value>,
    /// Not yet waited for. A cell lasts seconds and its peers say little, so nothing bounds it.
    events: VecDeque<Value>,
    ended: bool,
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peer {
    /// Starts a process; its output and errors go to `folder`, named after it.
    pub(crate) fn start(
        name: &str,
        mut command: Command,
        dialect: Dialect,
        folder: &Path,
    ) -> Result<Self> {
        let errors = File::create(folder.join(format!("{name}.stderr")))?;
        let mut transcript = File::create(folder.join(format!("{name}.lines")))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let output = child.stdout.take().context("no standard output")?;
        let input = child.stdin.take();
        let heard = Arc::new(Heard::default());
        let listener = Arc::clone(&heard);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The log helps a reader; failing to write it must not fail the cell.
                let _ = writeln!(transcript, "{line}");
                if let Ok(value) = serde_json::from_str(&line) {
                    listener.take(value, dialect);
                }
            }
            listener.lock().ended = true;
            listener.changed.notify_all();
        });
        Ok(Self {
            name: name.to_owned(),
            child,
            input: Mutex::new(input),
            heard,
            requests: Mutex::new(0),
        })
    }

    /// Asks a driven peer for something and gives its answer.
    pub(crate) fn call(&self, method: &str, params: Value) -> Result<Value> {
        let id = {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            *requests += 1;
            *requests
        };
        let line = json!({"id": id, "method": method, "params": params});
        {
            let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
            let input = input.as_mut().context("standard input is closed")?;
            writeln!(input, "{line}")
                .and_then(|()| input.flush())
                .with_context(|| format!("{} is gone, asked for {method}", self.name))?;
        }
        let answer = self
            .until(PATIENCE, |state| state.answers.remove(&id))
            .ok_or_else(|| anyhow!("{}: no answer to {method}", self.name))?;
        match answer.get("error") {
            Some(error) => bail!("{}: {method}: {error}", self.name),
            None => Ok(answer.get("result").cloned().unwrap_or(Value::Null)),
        }
    }

    /// Waits for the first line that `wanted` accepts and takes it out.
    pub(crate) fn wait_for(
        &self,
        what: &str,
        patience: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        self.until(patience, |state| {
            let place = state.events.iter().position(&wanted)?;
            state.events.remove(place)
        })
        .ok_or_else(|| {
            let state = self.heard.lock();
            let seen: Vec<String> = state.events.iter().map(shortened).collect();
            let end = if state.ended { " (it has ended)" } else { "" };
            anyhow!("{}{end}: no {what}; saw {}", self.name, seen.join(", "))
        })
    }

    /// Waits for an event of this name.
    pub(crate) fn event(&self, name: &str) -> Result<Value> {
        self.event_within(name, PATIENCE)
    }

    /// Waits for an event of this name, but not as long as usual.
    pub(crate) fn event_within(&self, name: &str, patience: Duration) -> Result<Value> {
        self.wait_for(name, patience, |line| is_event(line, name))
    }

    /// Fails if an event of this name came or comes within `quiet`.
    pub(crate) fn no_event(&self, name: &str, quiet: Duration) -> Result<()> {
        match self.event_within(name, quiet) {
            Ok(event) => bail!("{}: unwanted {}", self.name, shortened(&event)),
            Err(_) => Ok(()),
        }
    }

    /// The process's id, for a signal.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process ends by itself; gives whether it succeeded.
    pub(crate) fn end(&mut self) -> Result<bool> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
            if start.elapsed() > PATIENCE {
                bail!("{} does not end", self.name);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn until<T>(
        &self,
        patience: Duration,
        mut take: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now() + patience;
        let mut state = self.heard.lock();
        loop {
            if let Some(found) = take(&mut state) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.ended {
                return None;
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

impl Heard {
    fn take(&self, line: Value, dialect: Dialect) {
        let mut state = self.lock();
        let answered = line.get("id").and_then(Value::as_u64);
        match answered.filter(|_| dialect == Dialect::Driven) {
            Some(id) => {
                state.answers.insert(id, line);
            }
            None => state.events.push_back(line),
        }
        self.changed.notify_all();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // A process that has ended already cannot be killed; that is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a line is an event of this name.
pub(crate) fn is_event(line: &Value, name: &str) -> bool {
    line.get("event").and_then(Value::as_str) == Some(name)
}

/// A text field of an answer or event.
pub(crate) fn text<'a>(line: &'a Value, field: &str) -> Result<&'a str> {
    line.get(field)
        .and_then(Value::as_str)
        .ok_or_else(|| anyhow!("no text `{field}` in {}", shortened(line)))
}

/// Fails unless both are equal.
pub(crate) fn same(what: &str, ours: &Value, theirs: &Value) -> Result<()> {
    if ours != theirs {
        bail!("{what} differs: {ours} and {theirs}");
    }
    Ok(())
}

fn shortened(line: &Value) -> String {
    let text = line.to_string();
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
