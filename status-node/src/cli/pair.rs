//! `status-node device pair`: two devices of one account, by a code that one of them shows.
//!
//! The messages of the pairing go over a TCP connection from one command to the other. They are
//! encrypted, and the digits that both show prove that nobody stands between.

use super::args::{PairArgs, Shared};
use super::backend::{Backend, Need};
use super::output::Output;
use super::service::{interrupted, start_logging};
use anyhow::{Context, anyhow, bail, ensure};
use serde_json::json;
use status_node::rpc::methods::{
    PairConfirm, PairMessage, PairPoll, PairShow, PairTake, Subscribe,
};
use status_node::rpc::records::PairingRecord;
use status_node::rpc::{LineError, Lines, Report, ReportKind};
use std::io::BufRead;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Bytes of a line between the two: the largest message of Noise in hex.
const MAX_MESSAGE: usize = 2 * 65_535 + 2;

/// How long to wait for reports on what the other device said before it went away.
const LAST_WORDS: Duration = Duration::from_secs(5);

pub(crate) async fn run(pair: PairArgs, shared: &Shared, output: Output) -> anyhow::Result<()> {
    start_logging(shared)?;
    let interrupted = interrupted()?;
    let mut backend = Backend::open(shared, Need::Network).await?;
    let result = tokio::select! {
        result = meet(&mut backend, pair, output) => result,
        () = interrupted => Err(anyhow!("interrupted before the devices were paired")),
    };
    backend.close().await;
    result
}

async fn meet(backend: &mut Backend, pair: PairArgs, output: Output) -> anyhow::Result<()> {
    let subscribe = Subscribe {
        to: vec![ReportKind::Pairing],
        chats: Vec::new(),
    };
    backend.subscribe(&subscribe).await?;
    let stream = match pair.code {
        None => {
            let listener = TcpListener::bind(pair.at)
                .await
                .with_context(|| format!("cannot wait at {}", pair.at))?;
            let at = listener.local_addr()?;
            let code = backend.call(PairShow {}).await?.code;
            output.line(
                &json!({ "code": code, "at": at.to_string() }),
                format_args!("on the other device: status-node device pair --at {at} {code}"),
            )?;
            listener.accept().await?.0
        }
        Some(code) => {
            ensure!(
                pair.at.port() != 0,
                "give --at ADDR:PORT, where the device that shows the code waits"
            );
            let stream = TcpStream::connect(pair.at)
                .await
                .with_context(|| format!("no device waits at {}", pair.at))?;
            backend.call(PairTake { code }).await?;
            stream
        }
    };
    let (from, to) = stream.into_split();
    let lines = Lines::new(from, MAX_MESSAGE);
    talk(backend, lines, to, pair.yes, output).await
}

async fn talk(
    backend: &mut Backend,
    mut lines: Lines<OwnedReadHalf>,
    mut to: OwnedWriteHalf,
    yes: bool,
    output: Output,
) -> anyhow::Result<()> {
    let mut answer = None;
    let (mut accepted, mut delivered, mut gone) = (None, false, false);
    while accepted.is_none() || !delivered {
        // Who has all it needs may be gone already; what it said last still counts.
        gone |= pass_on(backend, &mut to).await?.is_err();
        tokio::select! {
            line = lines.next(), if !gone => match line {
                Ok(Some(line)) => {
                    let message = String::from_utf8(line).context("the other device's message")?;
                    backend.call(PairMessage { message }).await?;
                }
                // What it said last may not be reported yet.
                Ok(None) | Err(LineError::Io(_)) => gone = true,
                Err(error @ LineError::TooLong(_)) => return Err(error.into()),
            },
            report = backend.report() => {
                let Report::Pairing(record) = report? else { continue };
                output.line(&serde_json::to_value(&record)?, text(&record))?;
                match record {
                    PairingRecord::Compare { .. } if yes => {
                        backend.call(PairConfirm { same: true }).await?;
                    }
                    PairingRecord::Compare { .. } => answer = Some(ask()),
                    PairingRecord::Accepted { installation } => accepted = Some(installation),
                    PairingRecord::Delivered => delivered = true,
                    PairingRecord::OtherAccount => bail!("the other device is of another account"),
                    PairingRecord::Over { reason } => bail!("not paired: {reason}"),
                    PairingRecord::Confirmed => {}
                }
            }
            () = tokio::time::sleep(LAST_WORDS), if gone => {
                bail!("the other device went away before the two were paired")
            }
            same = answered(&mut answer) => {
                answer = None;
                backend.call(PairConfirm { same }).await?;
            }
        }
    }
    // The other device's last word may wait for ours.
    if pass_on(backend, &mut to).await?.is_ok() {
        // It may be gone already.
        let _ = to.shutdown().await;
    }
    Ok(())
}

/// Carries what this device says to the other. The inner error says that it is gone.
async fn pass_on(
    backend: &mut Backend,
    to: &mut OwnedWriteHalf,
) -> anyhow::Result<std::io::Result<()>> {
    for message in backend.call(PairPoll {}).await?.messages {
        if let Err(error) = to.write_all(format!("{message}\n").as_bytes()).await {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// Reads the user's answer, on a thread of its own that nobody waits for.
fn ask() -> oneshot::Receiver<bool> {
    let (answer, answered) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        // No answer is no.
        let same = std::io::stdin().lock().read_line(&mut line).is_ok()
            && matches!(line.trim(), "y" | "yes");
        let _ = answer.send(same);
    });
    answered
}

/// The user's answer; never, if nothing was asked.
async fn answered(answer: &mut Option<oneshot::Receiver<bool>>) -> bool {
    match answer {
        Some(answer) => answer.await.unwrap_or(false),
        None => std::future::pending().await,
    }
}

fn text(record: &PairingRecord) -> String {
    match record {
        PairingRecord::Compare { digits } => {
            format!("{digits}\nDoes the other device show the same digits? (yes or no)")
        }
        PairingRecord::Confirmed => "confirmed on both devices".into(),
        PairingRecord::Accepted { installation } => {
            format!("paired with device {installation}, whose contacts are taken over")
        }
        PairingRecord::Delivered => "the other device has the contacts of this one".into(),
        PairingRecord::OtherAccount => "the other device is of another account".into(),
        PairingRecord::Over { reason } => reason.clone(),
    }
}
