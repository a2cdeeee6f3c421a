//! One client's connection: its calls one after the other, and the reports it subscribed to.

use super::call::{self, Call, Id, Incoming, Refused};
use super::error::{RpcError, code};
use super::fault::CallFault;
use super::lines::{LineError, Lines, MAX_LINE};
use super::methods::{Method, Subscribe, Unsubscribe, params};
use super::outgoing::{MAX_ANSWER, Outgoing};
use super::report::Report;
use super::subscription::{Ended, Subscriptions};
use serde_json::Value;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::sync::broadcast::{self, error::RecvError};

/// What answers calls.
pub trait Service: Clone + Send + Sync + 'static {
    /// Calls a method. Subscriptions are not asked of it.
    fn call(
        &self,
        method: &str,
        params: Value,
    ) -> impl Future<Output = Result<Value, RpcError>> + Send;

    /// The reports from now on.
    fn reports(&self) -> broadcast::Receiver<Arc<Report>>;
}

/// Serves a client until it is gone, or makes no call for so long at first.
pub(super) async fn serve<S: Service>(
    stream: UnixStream,
    service: S,
    first_call: Duration,
) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = Lines::new(from, MAX_LINE);
    let mut connection = Connection {
        service,
        outgoing: Outgoing::default(),
        subscriptions: Subscriptions::default(),
        reports: None,
    };
    let first = tokio::time::sleep(first_call);
    tokio::pin!(first);
    let (mut asked, mut ended) = (false, false);
    while !(ended && connection.outgoing.is_empty()) {
        tokio::select! {
            written = connection.outgoing.write(&mut to), if !connection.outgoing.is_empty() => {
                written?;
            }
            line = lines.next(), if !ended && !connection.outgoing.is_full() => match line {
                Ok(Some(line)) => {
                    asked = true;
                    connection.take(&line).await;
                }
                Ok(None) => ended = true,
                Err(LineError::TooLong(_)) => {
                    let error = RpcError::new(code::LINE_TOO_LONG, too_long());
                    connection.outgoing.push(&call::answer(&Id::Null, Err(error)));
                    ended = true;
                }
                Err(LineError::Io(error)) => return Err(error),
            },
            report = next(&mut connection.reports), if !ended => connection.report(report),
            () = &mut first, if !asked => return Ok(()),
        }
    }
    Ok(())
}

fn too_long() -> String {
    format!("a line has at most {MAX_LINE} bytes")
}

/// The next report; never, if none are wanted.
async fn next(
    reports: &mut Option<broadcast::Receiver<Arc<Report>>>,
) -> Result<Arc<Report>, RecvError> {
    match reports {
        Some(reports) => reports.recv().await,
        None => std::future::pending().await,
    }
}

struct Connection<S> {
    service: S,
    outgoing: Outgoing,
    subscriptions: Subscriptions,
    /// None while there is no subscription.
    reports: Option<broadcast::Receiver<Arc<Report>>>,
}

impl<S: Service> Connection<S> {
    async fn take(&mut self, line: &[u8]) {
        match call::parse(line) {
            Incoming::Single(call) => {
                if let Some(answer) = self.answer(call).await {
                    self.outgoing.push(&answer);
                }
            }
            Incoming::Batch(calls) => {
                let mut answers = Vec::new();
                let mut bytes = 0usize;
                for call in calls {
                    let Some(mut answer) = self.answer(call).await else {
                        continue;
                    };
                    bytes = bytes.saturating_add(answer.to_string().len());
                    if bytes > MAX_ANSWER {
                        answer = without_result(&answer);
                    }
                    answers.push(answer);
                }
                if !answers.is_empty() {
                    self.outgoing.push(&Value::Array(answers));
                }
            }
        }
    }

    /// None for a notification.
    async fn answer(&mut self, call: Result<Call, Refused>) -> Option<Value> {
        let call = match call {
            Ok(call) => call,
            Err(Refused { id, error }) => return Some(call::answer(&id, Err(error))),
        };
        let result = self.call(&call.method, call.params).await;
        let answer = call::answer(&call.id?, result);
        if answer.to_string().len() > MAX_ANSWER {
            return Some(without_result(&answer));
        }
        Some(answer)
    }

    async fn call(&mut self, method: &str, given: Value) -> Result<Value, RpcError> {
        match method {
            Subscribe::NAME => {
                let subscription = self.subscriptions.add(&params(given)?)?;
                if self.reports.is_none() {
                    self.reports = Some(self.service.reports());
                }
                Ok(serde_json::json!({ "subscription": subscription }))
            }
            Unsubscribe::NAME => {
                let Unsubscribe { subscription } = params(given)?;
                if !self.subscriptions.remove(subscription) {
                    return Err(CallFault::NoSubscription(subscription).into());
                }
                self.forget_reports();
                Ok(serde_json::json!({ "done": true }))
            }
            method => self.service.call(method, given).await,
        }
    }

    fn report(&mut self, report: Result<Arc<Report>, RecvError>) {
        match report {
            Ok(_) if self.outgoing.is_full() => self.end(Ended::Unread),
            Ok(report) => {
                for notification in self.subscriptions.notifications(&report) {
                    self.outgoing.push(&notification);
                }
            }
            Err(RecvError::Lagged(_)) => self.end(Ended::Lagged),
            Err(RecvError::Closed) => self.reports = None,
        }
    }

    fn end(&mut self, reason: Ended) {
        tracing::warn!(
            %reason,
            "a client does not keep up and loses its subscriptions"
        );
        for notification in self.subscriptions.end(reason) {
            self.outgoing.push(&notification);
        }
        self.forget_reports();
    }

    fn forget_reports(&mut self) {
        if self.subscriptions.is_empty() {
            self.reports = None;
        }
    }
}

/// What stands for an answer that is too long.
fn without_result(answer: &Value) -> Value {
    let limit = MAX_ANSWER;
    let error = RpcError::from(CallFault::LongAnswer { limit });
    let id = answer.get("id").cloned().unwrap_or_default();
    serde_json::json!({ "jsonrpc": "2.0", "id": id, "error": error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[derive(Clone)]
    struct Deaf;

    impl Service for Deaf {
        async fn call(&self, _: &str, _: Value) -> Result<Value, RpcError> {
            Ok(Value::Null)
        }

        fn reports(&self) -> broadcast::Receiver<Arc<Report>> {
            broadcast::channel(1).1
        }
    }

    #[tokio::test]
    async fn who_asks_nothing_is_let_go() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        serve(theirs, Deaf, Duration::ZERO).await.unwrap();
        assert_eq!(ours.read(&mut [0]).await.unwrap(), 0);
    }
}
