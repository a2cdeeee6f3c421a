//! The other end: calls a node that runs.

use super::error::RpcError;
use super::lines::{LineError, Lines};
use super::methods::Method;
use super::outgoing::MAX_ANSWER;
use super::report::Report;
use super::subscription::Ended;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// Reports that may come before the answer to a call: what the node keeps for a client is less.
const MAX_WAITING: usize = 65_536;

/// A connection to a node.
#[derive(Debug)]
pub struct Client {
    lines: Lines<OwnedReadHalf>,
    to: OwnedWriteHalf,
    last_id: u64,
    waiting: VecDeque<Notified>,
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The node says why.
    #[error(transparent)]
    Refused(#[from] RpcError),
    /// The node ended the subscription.
    #[error("the running node ended the subscription: {}", .0)]
    Ended(Ended),
    /// The node is gone.
    #[error("the running node has stopped")]
    Gone,
    /// What the node says is no JSON-RPC of this version.
    #[error("the running node does not answer as expected: {0}")]
    Nonsense(String),
    /// The connection fails.
    #[error("the connection to the running node fails: {0}")]
    Io(#[from] io::Error),
}

/// A line of the node.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    result: Option<Value>,
    error: Option<RpcError>,
    method: Option<String>,
    #[serde(default)]
    params: Value,
}

#[derive(Debug)]
enum Notified {
    Report(Box<Report>),
    Ended(Ended),
}

impl Client {
    /// Connects to the socket at `path`.
    ///
    /// # Errors
    ///
    /// If nobody listens there, or the system refuses.
    pub async fn connect(path: &Path) -> io::Result<Self> {
        let (from, to) = UnixStream::connect(path).await?.into_split();
        Ok(Self {
            lines: Lines::new(from, MAX_ANSWER),
            to,
            last_id: 0,
            waiting: VecDeque::new(),
        })
    }

    /// Calls a method and waits for its answer.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn call<M: Method>(&mut self, method: &M) -> Result<M::Answer, CallError> {
        let params = serde_json::to_value(method).map_err(nonsense)?;
        let result = self.call_named(M::NAME, params).await?;
        serde_json::from_value(result).map_err(nonsense)
    }

    /// Calls a method by its name.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn call_named(&mut self, method: &str, params: Value) -> Result<Value, CallError> {
        self.last_id = self.last_id.saturating_add(1);
        let id = self.last_id;
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.to.write_all(format!("{call}\n").as_bytes()).await?;
        loop {
            let line = self.line().await?;
            if line.method.is_some() {
                let notified = read(line)?;
                if self.waiting.len() >= MAX_WAITING {
                    return Err(CallError::Nonsense("reports instead of an answer".into()));
                }
                self.waiting.push_back(notified);
                continue;
            }
            if line.id != json!(id) && !line.id.is_null() {
                return Err(CallError::Nonsense(format!(
                    "an answer to call {}",
                    line.id
                )));
            }
            return match (line.result, line.error) {
                (_, Some(error)) => Err(error.into()),
                (Some(result), None) => Ok(result),
                (None, None) => Err(CallError::Nonsense("an answer without a result".into())),
            };
        }
    }

    /// The next report. Cancelling loses nothing.
    ///
    /// # Errors
    ///
    /// [`CallError`]; [`CallError::Ended`] when a subscription is no longer served.
    pub async fn report(&mut self) -> Result<Report, CallError> {
        let notified = match self.waiting.pop_front() {
            Some(notified) => notified,
            None => {
                let line = self.line().await?;
                read(line)?
            }
        };
        match notified {
            Notified::Report(report) => Ok(*report),
            Notified::Ended(ended) => Err(CallError::Ended(ended)),
        }
    }

    async fn line(&mut self) -> Result<Line, CallError> {
        match self.lines.next().await {
            Ok(Some(line)) => serde_json::from_slice(&line).map_err(nonsense),
            Ok(None) => Err(CallError::Gone),
            Err(LineError::Io(error)) => Err(error.into()),
            Err(error @ LineError::TooLong(_)) => Err(nonsense(error)),
        }
    }
}

fn read(line: Line) -> Result<Notified, CallError> {
    #[derive(Deserialize)]
    struct Reason {
        reason: Ended,
    }
    match line.method.as_deref() {
        Some("report") => {
            let mut params = line.params;
            if let Some(fields) = params.as_object_mut() {
                fields.remove("subscription");
            }
            let report = serde_json::from_value(params).map_err(nonsense)?;
            Ok(Notified::Report(Box::new(report)))
        }
        Some("ended") => {
            let Reason { reason } = serde_json::from_value(line.params).map_err(nonsense)?;
            Ok(Notified::Ended(reason))
        }
        _ => Err(CallError::Nonsense(format!(
            "an answer to no call: {}",
            line.id
        ))),
    }
}

fn nonsense(error: impl ToString) -> CallError {
    CallError::Nonsense(error.to_string())
}
