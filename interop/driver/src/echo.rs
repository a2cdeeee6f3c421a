//! The echo subprotocol: what comes with an even code goes back with the next odd one.

use crate::lines::{Events, Request, from_hex, to_hex};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use status_devp2p::net::PeerSender;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Send {
    code: u64,
    payload: String,
}

/// Takes a message, and returns it if its code is even.
pub(crate) async fn message(events: Events, sender: &PeerSender, code: u64, payload: Bytes) {
    events.emit(
        "message",
        json!({"code": code, "payload": to_hex(&payload)}),
    );
    if code.is_multiple_of(2) {
        // A peer that is gone by now needs no echo.
        let _ = sender.send(0, code + 1, payload).await;
    }
}

/// Sends a message to the peer that connected last.
pub(crate) async fn answer(request: &Request, peers: &BTreeMap<u64, PeerSender>) -> Result<Value> {
    if request.method != "send" {
        bail!("unknown method `{}`", request.method);
    }
    let send: Send = request.params()?;
    let (_, peer) = peers.last_key_value().context("nobody is connected")?;
    peer.send(0, send.code, from_hex(&send.payload)?).await?;
    Ok(json!(true))
}
