//! `status-node send`: says something in a chat of any kind, and exits once that was seen which is
//! waited for.

use super::args::{Send, Shared, WaitFor};
use super::backend::{Backend, Need};
use super::output::Output;
use super::service::{interrupted, start_logging};
use super::show::Show;
use anyhow::{anyhow, bail, ensure};
use serde_json::Value;
use status_node::Chat;
use status_node::rpc::methods::{SendText, Subscribe};
use status_node::rpc::records::{LedgerRecord, MessageRecord, ReachedDevice, State};
use status_node::rpc::{Report, ReportKind};
use std::fmt::Write;
use std::time::Duration;

/// How long to wait for the peer's confirmation, which says more than that it was handed the
/// message. Peers that confirm do so at once.
const CONFIRMATION: Duration = Duration::from_secs(1);

/// Why a message is waited for no longer. It is stored, so it is not given up.
const INTERRUPTED: &str = "interrupted before a peer had the message, which stays queued";

/// What was seen of a message.
struct Seen {
    message: MessageRecord,
    handed: Option<LedgerRecord>,
    confirmed: bool,
    /// The devices that acknowledged it.
    acknowledged: Vec<LedgerRecord>,
    /// Whether no device is left that has not.
    by_all: bool,
    devices: Vec<ReachedDevice>,
}

pub(crate) async fn run(send: Send, shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let interrupted = interrupted()?;
    ensure!(
        send.wait == WaitFor::Handed || !matches!(send.to, Chat::Public(_)),
        "nobody acknowledges a message in a public chat, so --wait acknowledged is never met"
    );
    let mut backend = Backend::open(&shared, Need::Network).await?;
    let result = tokio::select! {
        result = deliver(&mut backend, send, output) => result,
        () = interrupted => Err(anyhow!(INTERRUPTED)),
    };
    backend.close().await;
    result
}

async fn deliver(backend: &mut Backend, send: Send, output: Output) -> anyhow::Result<()> {
    let subscribe = Subscribe {
        to: vec![ReportKind::Ledger, ReportKind::Reach],
        chats: Vec::new(),
    };
    backend.subscribe(&subscribe).await?;
    backend.print_enode(output).await?;
    let wait = send.wait;
    let message = SendText {
        chat: send.to,
        text: send.text,
        response_to: send.reply_to,
        acknowledged: wait == WaitFor::Acknowledged,
    };
    let mut seen = Seen {
        message: backend.call(message).await?,
        handed: None,
        confirmed: false,
        acknowledged: Vec::new(),
        by_all: false,
        devices: Vec::new(),
    };
    let timeout = Duration::from_secs(send.timeout);
    let met = follow(backend, &mut seen, |seen| match wait {
        WaitFor::Handed => seen.handed.is_some(),
        WaitFor::Acknowledged => seen.by_all,
    });
    match tokio::time::timeout(timeout, met).await {
        Ok(met) => met?,
        Err(_) => bail!("{}", missing(backend, &seen, send.timeout).await),
    }
    if wait == WaitFor::Handed {
        let confirmed = follow(backend, &mut seen, |seen| seen.confirmed);
        if let Ok(refused) = tokio::time::timeout(CONFIRMATION, confirmed).await {
            // One peer has it, whatever else becomes of it.
            drop(refused);
        }
    }
    let json = seen.json(wait)?;
    output.line(&json, seen.text(wait))
}

/// Follows a message until it is `done`.
async fn follow(
    backend: &mut Backend,
    seen: &mut Seen,
    done: impl Fn(&Seen) -> bool,
) -> anyhow::Result<()> {
    while !done(seen) {
        match backend.report().await? {
            Report::Ledger(entry) if entry.message == seen.message.id => seen.take(entry)?,
            Report::Reach { message, devices } if message == seen.message.id => {
                seen.reach(devices);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Why a message was not seen as far as was waited for.
async fn missing(backend: &mut Backend, seen: &Seen, seconds: u64) -> String {
    let id = &seen.message.id;
    if seen.handed.is_some() {
        return format!(
            "not acknowledged within {seconds} s; it stays queued: status-node ledger {id}"
        );
    }
    let reason = match backend.ready_peers().await {
        Some(0) => "no peer is connected",
        _ => "no peer asks for such a message",
    };
    format!("not sent within {seconds} s: {reason}; it stays queued: status-node ledger {id}")
}

impl Seen {
    fn take(&mut self, entry: LedgerRecord) -> anyhow::Result<()> {
        match entry.state {
            State::Handed => {
                self.message.envelope.clone_from(&entry.envelope);
                self.handed.get_or_insert(entry);
            }
            State::Confirmed => self.confirmed = true,
            State::Acknowledged => {
                self.by_all = entry.remaining == Some(0);
                self.acknowledged.push(entry);
            }
            State::Expired => bail!("the message expired: {}", entry.text()),
            State::Failed => {
                bail!("not sent: {}", entry.reason.unwrap_or_default())
            }
            State::Queued | State::Sealed | State::Refused | State::Removed => {}
        }
        Ok(())
    }

    /// The last report on a device counts.
    fn reach(&mut self, devices: Vec<ReachedDevice>) {
        for device in devices {
            self.devices.retain(|known| {
                (&known.public_key, &known.installation)
                    != (&device.public_key, &device.installation)
            });
            self.devices.push(device);
        }
    }

    fn state(&self, wait: WaitFor) -> &'static str {
        match wait {
            WaitFor::Handed => "handed",
            WaitFor::Acknowledged => "acknowledged",
        }
    }

    fn json(&self, wait: WaitFor) -> anyhow::Result<Value> {
        let mut json = serde_json::to_value(&self.message)?;
        if let Some(fields) = json.as_object_mut() {
            let peer = self.handed.as_ref().and_then(|handed| handed.peer.clone());
            let acknowledged: Vec<Value> = self
                .acknowledged
                .iter()
                .map(|entry| {
                    serde_json::json!({
                        "public_key": entry.person,
                        "installation": entry.installation,
                    })
                })
                .collect();
            fields.insert("state".into(), self.state(wait).into());
            fields.insert("handed_to".into(), peer.into());
            fields.insert("confirmed".into(), self.confirmed.into());
            fields.insert("acknowledged".into(), acknowledged.into());
            fields.insert("devices".into(), serde_json::to_value(&self.devices)?);
        }
        Ok(json)
    }

    fn text(&self, wait: WaitFor) -> String {
        let id = &self.message.id;
        let mut text = match wait {
            WaitFor::Acknowledged => format!(
                "{id} acknowledged by all of {} devices",
                self.acknowledged.len()
            ),
            WaitFor::Handed if self.confirmed => {
                format!("{id} handed to a peer, which confirmed it")
            }
            WaitFor::Handed => format!("{id} handed to a peer"),
        };
        for device in &self.devices {
            // Writing to a text cannot fail.
            let _ = write!(text, "\n  {}", device.text());
        }
        text
    }
}
