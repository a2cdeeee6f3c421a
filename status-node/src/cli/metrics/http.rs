//! The little of HTTP that a monitor needs: one request a connection, one answer.

use super::request::{self, Request};
use super::text;
use anyhow::Context;
use status_node::Node;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Connections that are answered at once at most; others wait in the system's queue. A monitor has one.
const MAX_CONNECTIONS: usize = 8;

/// Bytes of a request's head. Monitors send some hundred; a browser with many cookies a few thousand.
const MAX_HEAD: usize = 8 << 10;

/// How long a connection may take from its first byte to its last, so that no program keeps others out.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait when the system refuses to accept, for want of file descriptors for example.
const PAUSE: Duration = Duration::from_secs(1);

/// The form of the answer.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers monitors.
#[derive(Debug)]
pub(crate) struct MetricsServer(TcpListener);

impl MetricsServer {
    /// Listens from now on.
    pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await;
        Ok(Self(listener.with_context(|| {
            format!("cannot give metrics on {address}")
        })?))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Answers with the counters of `node`, for as long as this future is polled.
    pub(crate) async fn serve(self, node: Node) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Some(_) = connections.join_next() => {}
                accepted = self.0.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                    Ok((stream, _)) => {
                        let answer = answer(stream, node.clone());
                        connections.spawn(tokio::time::timeout(DEADLINE, answer));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no connection for metrics");
                        tokio::time::sleep(PAUSE).await;
                    }
                },
            }
        }
    }
}

/// Answers one request. If the other end goes away meanwhile there is nobody left to tell.
async fn answer(mut stream: TcpStream, node: Node) -> io::Result<()> {
    let mut head = Vec::new();
    let request = loop {
        match request::read(&head) {
            Request::Incomplete if head.len() >= MAX_HEAD => {
                let status = "431 Request Header Fields Too Large";
                break Request::Refused(status, "the request is too large");
            }
            Request::Incomplete => {}
            request => break request,
        }
        let room = (MAX_HEAD - head.len()) as u64;
        if (&mut stream).take(room).read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    };
    let (status, content_type, text, with_body) = match request {
        Request::Metrics { body } => match node.stats().await {
            Some(stats) => ("200 OK", OPEN_METRICS, text::of(stats), body),
            None => refusal("503 Service Unavailable", "the node has stopped"),
        },
        Request::Refused(status, sentence) => refusal(status, sentence),
        Request::Incomplete => return Ok(()),
    };
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        text.len()
    );
    if with_body {
        answer.push_str(&text);
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn refusal(status: &'static str, sentence: &str) -> (&'static str, &'static str, String, bool) {
    (
        status,
        "text/plain; charset=utf-8",
        format!("{sentence}\n"),
        true,
    )
}
