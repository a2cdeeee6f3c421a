//! What the client of one connection subscribed to.

use super::error::RpcError;
use super::fault::CallFault;
use super::methods::Subscribe;
use super::report::{Report, ReportKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Subscriptions of one connection at most; each report is compared with each.
pub const MAX_SUBSCRIPTIONS: usize = 16;

/// Why the node ended a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The client left more unread than is kept for it.
    Unread,
    /// More was reported at once than could be passed on.
    Lagged,
}

/// In words.
impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unread => "too much was left unread",
            Self::Lagged => "more happened at once than could be passed on",
        })
    }
}

/// The subscriptions of one connection.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    last: u64,
    wanted: BTreeMap<u64, Wanted>,
}

#[derive(Debug)]
struct Wanted {
    kinds: HashSet<ReportKind>,
    /// None are all.
    chats: Option<HashSet<String>>,
}

impl Subscriptions {
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Adds one and gives its number.
    pub(super) fn add(&mut self, subscribe: &Subscribe) -> Result<u64, RpcError> {
        if self.wanted.len() >= MAX_SUBSCRIPTIONS {
            return Err(CallFault::TooManySubscriptions.into());
        }
        self.last = self.last.saturating_add(1);
        let chats = subscribe.chats.iter().map(ToString::to_string);
        let wanted = Wanted {
            kinds: subscribe.to.iter().copied().collect(),
            chats: (!subscribe.chats.is_empty()).then(|| chats.collect()),
        };
        self.wanted.insert(self.last, wanted);
        Ok(self.last)
    }

    /// Removes one; false if there is none of that number.
    pub(super) fn remove(&mut self, subscription: u64) -> bool {
        self.wanted.remove(&subscription).is_some()
    }

    /// The notifications of a report: one for each subscription that wants it.
    pub(super) fn notifications(&self, report: &Report) -> Vec<Value> {
        let (kind, chat) = (report.kind(), report.chat());
        self.wanted
            .iter()
            .filter(|(_, wanted)| wanted.kinds.contains(&kind))
            .filter(|(_, wanted)| match (&wanted.chats, chat) {
                (Some(chats), Some(chat)) => chats.contains(chat),
                _ => true,
            })
            .filter_map(|(subscription, _)| {
                let mut params = serde_json::to_value(report).ok()?;
                let fields = params.as_object_mut()?;
                fields.insert("subscription".into(), (*subscription).into());
                Some(json!({ "jsonrpc": "2.0", "method": "report", "params": params }))
            })
            .collect()
    }

    /// Ends all, and gives the notifications that say so.
    pub(super) fn end(&mut self, reason: Ended) -> Vec<Value> {
        std::mem::take(&mut self.wanted)
            .into_keys()
            .map(|subscription| {
                let params = json!({ "subscription": subscription, "reason": reason });
                json!({ "jsonrpc": "2.0", "method": "ended", "params": params })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::code;

    fn chat(name: &str) -> Report {
        Report::Chat { chat: name.into() }
    }

    fn subscribe(to: &[ReportKind], chats: &[&str]) -> Subscribe {
        Subscribe {
            to: to.to_vec(),
            chats: chats.iter().map(|chat| chat.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn each_gets_what_it_asked_for() {
        let mut all = Subscriptions::default();
        assert_eq!(all.add(&subscribe(&[ReportKind::Chat], &["#a"])), Ok(1));
        assert_eq!(all.add(&subscribe(&[ReportKind::Chat], &[])), Ok(2));
        assert_eq!(all.add(&subscribe(&[ReportKind::Peer], &[])), Ok(3));
        let told = |report: &Report| -> Vec<u64> {
            let told = all.notifications(report);
            let number = |value: &Value| value["params"]["subscription"].as_u64().unwrap();
            told.iter().map(number).collect()
        };
        assert_eq!(told(&chat("#a")), [1, 2]);
        assert_eq!(told(&chat("#b")), [2]);
        assert_eq!(
            all.notifications(&chat("#b"))[0].to_string(),
            r##"{"jsonrpc":"2.0","method":"report","params":{"kind":"chat","record":{"chat":"#b"},"subscription":2}}"##
        );
    }

    #[test]
    fn they_are_bounded_and_their_numbers_are_not_used_again() {
        let mut all = Subscriptions::default();
        for _ in 0..MAX_SUBSCRIPTIONS {
            all.add(&subscribe(&[ReportKind::Chat], &[])).unwrap();
        }
        let error = all.add(&subscribe(&[ReportKind::Chat], &[])).unwrap_err();
        assert_eq!(error.code, code::TOO_MANY_SUBSCRIPTIONS);
        assert!(all.remove(16) && !all.remove(16));
        assert_eq!(all.add(&subscribe(&[ReportKind::Chat], &[])), Ok(17));
        let ended = all.end(Ended::Unread);
        assert_eq!(ended.len(), 16);
        assert_eq!(ended[0]["params"]["reason"], "unread");
        assert!(all.is_empty());
    }
}
