//! `status-node send`: says something in a chat of any kind, and exits once that was seen which is
//! waited for.

use super::args::{Send, Shared, WaitFor};
use super::backend::{Backend, Need};
use super::darkness;
use super::output::Output;
use super::progress::{self, Busy};
use super::service::{interrupted, start_logging};
use super::show::Show;
use anyhow::{anyhow, bail, ensure};
use serde_json::Value;
use status_node::Chat;
use status_node::rpc::methods::{Lint, SendText, Subscribe};
use status_node::rpc::records::{LedgerRecord, MessageRecord, ReachedDevice, State};
use status_node::rpc::{CallError, Report, ReportKind};
use std::fmt::Write;
use std::time::Duration;

/// How long to wait for the peer's confirmation, which says more than that it was handed the
/// message. Peers that confirm do so at once.
const CONFIRMATION: Duration = Duration::from_secs(1);

/// What is not known of a message if whoever has it does not answer.
const UNKNOWN: &str = "known whether the message is stored: status-node messages tells";

/// What was seen of a message.
struct Seen {
    message: MessageRecord,
    wait: WaitFor,
    sealed: bool,
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
    let mut seen = None;
    let finished = tokio::select! {
        result = deliver(&mut backend, send, output, &mut seen) => Some(result),
        () = interrupted => None,
    };
    let result = match (finished, &seen) {
        (Some(result), _) => result,
        (None, Some(seen)) => match seen.is_met() {
            true => seen.print(output),
            false => Err(anyhow!("interrupted: {}", seen.so_far())),
        },
        (None, None) => Err(anyhow!("interrupted before it was {UNKNOWN}")),
    };
    backend.close().await;
    result
}

async fn deliver(
    backend: &mut Backend,
    send: Send,
    output: Output,
    seen: &mut Option<Seen>,
) -> anyhow::Result<()> {
    let subscribe = Subscribe {
        to: vec![ReportKind::Ledger, ReportKind::Reach],
        chats: Vec::new(),
    };
    backend.subscribe(&subscribe).await?;
    backend.print_enode(output).await?;
    if send.lint {
        let lint = Lint {
            chat: send.to.clone(),
            text: send.text.clone(),
            response_to: send.reply_to,
            accounts: None,
        };
        darkness::before_sending(backend, lint, output).await?;
    }
    let wait = send.wait;
    let message = SendText {
        chat: send.to,
        text: send.text,
        response_to: send.reply_to,
        acknowledged: wait == WaitFor::Acknowledged,
    };
    let message = backend.call(message).await.map_err(whether_stored)?;
    let seen = seen.insert(Seen {
        message,
        wait,
        sealed: false,
        handed: None,
        confirmed: false,
        acknowledged: Vec::new(),
        by_all: false,
        devices: Vec::new(),
    });
    let timeout = Duration::from_secs(send.timeout);
    let busy = progress::busy(seen.waits_for());
    let met = follow(backend, seen, &busy, Seen::is_met);
    match tokio::time::timeout(timeout, met).await {
        Ok(met) => met?,
        Err(_) => bail!("{}", missing(backend, seen, send.timeout).await),
    }
    if wait == WaitFor::Handed {
        let confirmed = follow(backend, seen, &busy, |seen| seen.confirmed);
        if let Ok(refused) = tokio::time::timeout(CONFIRMATION, confirmed).await {
            // One peer has it, whatever else becomes of it.
            drop(refused);
        }
    }
    drop(busy);
    seen.print(output)
}

/// Why a message was not stored, if that is so: who answers no more may have stored it.
fn whether_stored(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(CallError::Gone | CallError::Io(_) | CallError::Nonsense(_)) => {
            anyhow!("{error}, before it was {UNKNOWN}")
        }
        _ => error,
    }
}

/// Follows a message until it is `done`.
async fn follow(
    backend: &mut Backend,
    seen: &mut Seen,
    busy: &Busy,
    done: impl Fn(&Seen) -> bool,
) -> anyhow::Result<()> {
    while !done(seen) {
        let report = backend.report().await;
        match report.map_err(|error| anyhow!("{error}: {}", seen.so_far()))? {
            Report::Ledger(entry) if entry.message == seen.message.id => seen.take(entry)?,
            Report::Reach { message, devices } if message == seen.message.id => {
                seen.reach(devices);
            }
            _ => {}
        }
        busy.now(seen.waits_for());
    }
    Ok(())
}

/// Why a message was not seen as far as was waited for.
async fn missing(backend: &mut Backend, seen: &Seen, seconds: u64) -> String {
    if seen.handed.is_some() {
        return format!("not acknowledged within {seconds} s: {}", seen.so_far());
    }
    let reason = match backend.ready_peers().await {
        Some(0) => "no peer is connected".into(),
        // What no peer asks for is not put into an envelope.
        Some(_) if !seen.sealed => {
            "no connected peer asks for such a message, or its envelope is not made yet".into()
        }
        _ => seen.what(),
    };
    format!("not sent within {seconds} s: {reason}; {}", seen.rest())
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
            State::Sealed => self.sealed = true,
            State::Queued | State::Refused | State::Removed => {}
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

    /// Whether that was seen which is waited for.
    fn is_met(&self) -> bool {
        match self.wait {
            WaitFor::Handed => self.handed.is_some(),
            WaitFor::Acknowledged => self.by_all,
        }
    }

    /// What has to happen next, for who waits.
    fn waits_for(&self) -> &'static str {
        match (self.sealed, &self.handed) {
            (false, None) => "waiting for a peer that takes it, and its proof of work",
            (true, None) => "waiting until a peer takes it",
            (_, Some(_)) if self.wait == WaitFor::Handed => "waiting for the peer's confirmation",
            (_, Some(_)) => "waiting for acknowledgements",
        }
    }

    /// What was seen of a message that is not done, and how to see the rest.
    fn so_far(&self) -> String {
        format!("{}; {}", self.what(), self.rest())
    }

    /// It is stored, so it is not given up.
    fn rest(&self) -> String {
        format!("it stays queued: status-node ledger {}", self.message.id)
    }

    fn what(&self) -> String {
        match (&self.acknowledged[..], self.confirmed, &self.handed) {
            ([.., last], ..) => match last.remaining {
                Some(1) => "one device has not acknowledged it".into(),
                Some(left) => format!("{left} devices have not acknowledged it"),
                None => "not every device has acknowledged it".into(),
            },
            ([], true, _) => "a peer confirmed that it took it".into(),
            ([], false, Some(_)) => "a peer was handed it".into(),
            ([], false, None) if self.sealed => "no peer was handed its envelope".into(),
            ([], false, None) => "no peer was handed it".into(),
        }
    }

    /// Devices of the recipients that acknowledged it: copies go to one's own others too.
    fn recipients(&self) -> usize {
        let own = Some(&self.message.from);
        let others = |entry: &&LedgerRecord| entry.person.as_ref() != own;
        self.acknowledged.iter().filter(others).count()
    }

    fn state(&self) -> &'static str {
        match self.wait {
            WaitFor::Handed => "handed",
            WaitFor::Acknowledged => "acknowledged",
        }
    }

    fn print(&self, output: Output) -> anyhow::Result<()> {
        output.line(&self.json()?, self.text())
    }

    fn json(&self) -> anyhow::Result<Value> {
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
            fields.insert("state".into(), self.state().into());
            fields.insert("handed_to".into(), peer.into());
            fields.insert("confirmed".into(), self.confirmed.into());
            fields.insert("acknowledged".into(), acknowledged.into());
            fields.insert("devices".into(), serde_json::to_value(&self.devices)?);
        }
        Ok(json)
    }

    fn text(&self) -> String {
        let id = &self.message.id;
        let mut text = match self.wait {
            WaitFor::Acknowledged => match self.recipients() {
                1 => format!("{id} acknowledged by the recipient's one device"),
                count => format!("{id} acknowledged by all {count} devices of the recipients"),
            },
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(wait: WaitFor) -> Seen {
        let message = json!({
            "chat": "0x04b0", "from": "0x04a0", "text": "hello", "id": "0x5f", "clock": 1,
            "timestamp": 1, "envelope": null, "received": 2, "outgoing": true, "response_to": null,
            "ens_name": "", "content": "text", "clock_ahead_ms": 0, "clock_behind_ms": 0,
        });
        Seen {
            message: serde_json::from_value(message).unwrap(),
            wait,
            sealed: false,
            handed: None,
            confirmed: false,
            acknowledged: Vec::new(),
            by_all: false,
            devices: Vec::new(),
        }
    }

    fn entry(state: &str, person: Option<&str>, remaining: Option<u64>) -> LedgerRecord {
        let entry = json!({
            "message": "0x5f", "at": 1, "state": state, "envelope": null, "peer": null,
            "person": person, "installation": person.map(|_| "1"), "remaining": remaining,
            "reason": null,
        });
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn what_was_seen_is_said_and_no_more() {
        let mut seen = seen(WaitFor::Acknowledged);
        for (entry, wanted) in [
            (entry("queued", None, None), "no peer was handed it"),
            (
                entry("sealed", None, None),
                "no peer was handed its envelope",
            ),
            (entry("handed", None, None), "a peer was handed it"),
            (
                entry("confirmed", None, None),
                "a peer confirmed that it took it",
            ),
            (
                entry("acknowledged", Some("0x04b0"), Some(1)),
                "one device has not acknowledged it",
            ),
        ] {
            seen.take(entry).unwrap();
            assert!(!seen.is_met());
            let rest = "; it stays queued: status-node ledger 0x5f";
            assert_eq!(seen.so_far(), format!("{wanted}{rest}"));
        }
    }

    #[test]
    fn devices_of_ones_own_are_not_counted_among_the_recipients() {
        let mut seen = seen(WaitFor::Acknowledged);
        seen.take(entry("acknowledged", Some("0x04a0"), Some(1)))
            .unwrap();
        seen.take(entry("acknowledged", Some("0x04b0"), Some(0)))
            .unwrap();
        assert!(seen.is_met());
        let wanted = "0x5f acknowledged by the recipient's one device";
        assert_eq!(seen.text(), wanted);
    }
}
