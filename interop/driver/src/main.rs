//! Our side of the interop matrix below the node: the crates `status-devp2p` and `status-whisper`
//! and nothing above them, or `status-mvds` and nothing below it, or the Noise of
//! `status-conversational-security`, driven by JSON lines as the peers of other implementations are.
//! `interop/README.md` lists the methods.
#![forbid(unsafe_code)]

mod echo;
mod gossip;
mod lines;
mod noise;
mod side;
mod sync;

use anyhow::{Context, Result};
use lines::{Lines, Request};
use noise::NoiseSide;
use serde_json::Value;
use side::Side;
use sync::SyncSide;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(drive(Lines::new()))
}

/// What runs.
enum Started {
    Network(Box<Side>),
    Sync(Box<SyncSide>),
}

/// Answers requests until standard input ends.
async fn drive(mut lines: Lines) -> Result<()> {
    let mut started: Option<Started> = None;
    let mut noise = NoiseSide::default();
    loop {
        let request = match &mut started {
            None => lines.request().await,
            Some(Started::Network(side)) => tokio::select! {
                request = lines.request() => request,
                () = side.happenings() => continue,
            },
            Some(Started::Sync(side)) => tokio::select! {
                request = lines.request() => request,
                result = side.happenings() => {
                    result?;
                    continue;
                }
            },
        };
        let Some(request) = request else {
            return Ok(());
        };
        let answer = match noise.answer(&request) {
            Some(answer) => answer,
            None => answer(&mut started, &request, &lines).await,
        };
        lines.answer(request.id, answer);
    }
}

async fn answer(started: &mut Option<Started>, request: &Request, lines: &Lines) -> Result<Value> {
    if request.method == "start" {
        return start(started, request, lines).await;
    }
    match started.as_mut().context("not started")? {
        Started::Network(side) => side.answer(request).await,
        Started::Sync(side) => side.answer(request),
    }
}

async fn start(started: &mut Option<Started>, request: &Request, lines: &Lines) -> Result<Value> {
    #[derive(serde::Deserialize)]
    struct Protocol {
        #[serde(default)]
        protocol: String,
    }
    if request.params::<Protocol>()?.protocol == "mvds" {
        let side = SyncSide::start(&request.params()?, lines.events())?;
        *started = Some(Started::Sync(Box::new(side)));
        return Ok(Value::Bool(true));
    }
    let side = Side::start(request.params()?, lines.events()).await?;
    let told = side.told();
    *started = Some(Started::Network(Box::new(side)));
    Ok(told)
}
