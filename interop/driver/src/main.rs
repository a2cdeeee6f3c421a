//! Our side of the interop matrix below the node: the crates `status-devp2p` and `status-whisper`
//! and nothing above them, driven by JSON lines as the peers of other implementations are.
//! `interop/README.md` lists the methods.
#![forbid(unsafe_code)]

mod echo;
mod gossip;
mod lines;
mod side;

use anyhow::{Context, Result};
use lines::{Lines, Request};
use serde_json::Value;
use side::Side;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(drive(Lines::new()))
}

/// Answers requests until standard input ends.
async fn drive(mut lines: Lines) -> Result<()> {
    let mut side: Option<Side> = None;
    loop {
        let request = match &mut side {
            None => lines.request().await,
            Some(side) => tokio::select! {
                request = lines.request() => request,
                () = side.happenings() => continue,
            },
        };
        let Some(request) = request else {
            return Ok(());
        };
        let answer = answer(&mut side, &request, &lines).await;
        lines.answer(request.id, answer);
    }
}

async fn answer(side: &mut Option<Side>, request: &Request, lines: &Lines) -> Result<Value> {
    if request.method == "start" {
        let started = Side::start(request.params()?, lines.events()).await?;
        let told = started.told();
        *side = Some(started);
        return Ok(told);
    }
    side.as_mut().context("not started")?.answer(request).await
}
