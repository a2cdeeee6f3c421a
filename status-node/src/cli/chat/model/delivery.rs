//! What became of a message of one's own, in a word or two.

use status_node::rpc::records::{LedgerRecord, State};

/// The sum of a ledger. Nothing is said that no entry of it proves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    queued: bool,
    handed: bool,
    confirmed: bool,
    refused: Option<String>,
    acknowledged: u64,
    remaining: Option<u64>,
    expired: bool,
    failed: Option<String>,
}

impl Delivery {
    /// What the entries say together.
    pub(crate) fn of(entries: &[LedgerRecord]) -> Self {
        let mut delivery = Self::default();
        entries.iter().for_each(|entry| delivery.take(entry));
        delivery
    }

    /// Of a message that is stored here, and of which nothing else is known yet.
    pub(crate) fn stored() -> Self {
        Self {
            queued: true,
            ..Self::default()
        }
    }

    /// Adds an entry.
    pub(crate) fn take(&mut self, entry: &LedgerRecord) {
        match entry.state {
            State::Queued | State::Sealed => self.queued = true,
            State::Removed => {}
            State::Handed => self.handed = true,
            State::Confirmed => self.confirmed = true,
            State::Refused => self.refused.clone_from(&entry.reason),
            // What is reported may have been read with the ledger already.
            State::Acknowledged if self.is_news(entry.remaining) => {
                self.acknowledged = self.acknowledged.saturating_add(1);
                self.remaining = entry.remaining;
            }
            State::Acknowledged => {}
            State::Expired => self.expired = true,
            State::Failed => self.failed = Some(entry.reason.clone().unwrap_or_default()),
        }
    }

    /// Adds what else is known of the same message; either may be older than the other.
    pub(crate) fn merge(&mut self, other: Self) {
        self.queued |= other.queued;
        self.handed |= other.handed;
        self.confirmed |= other.confirmed;
        self.expired |= other.expired;
        self.refused = self.refused.take().or(other.refused);
        self.failed = self.failed.take().or(other.failed);
        if self.is_news(other.remaining) {
            (self.acknowledged, self.remaining) = (other.acknowledged, other.remaining);
        }
    }

    /// Whether so many devices that have not acknowledged are fewer than was known.
    fn is_news(&self, remaining: Option<u64>) -> bool {
        remaining.is_some_and(|left| self.remaining.is_none_or(|known| left < known))
    }

    /// Whether something went wrong.
    pub(crate) fn is_bad(&self) -> bool {
        (self.failed.is_some() || self.expired || (self.refused.is_some() && !self.confirmed))
            && self.remaining != Some(0)
    }

    /// Whether it is where it was to go.
    pub(crate) fn is_done(&self) -> bool {
        self.remaining == Some(0)
    }

    /// For the line of the message.
    pub(crate) fn says(&self) -> String {
        match (self.remaining, &self.failed, &self.refused) {
            (Some(0), ..) => "delivered".into(),
            (_, Some(reason), _) => format!("failed: {reason}"),
            _ if self.expired => "expired".into(),
            (Some(left), ..) => {
                let all = self.acknowledged.saturating_add(left);
                format!("delivered to {} of {all} devices", self.acknowledged)
            }
            _ if self.confirmed => "taken by a peer".into(),
            (_, _, Some(reason)) => format!("refused: {reason}"),
            _ if self.handed => "handed to a peer".into(),
            _ if self.queued => "queued".into(),
            // It was said on another device.
            _ => String::new(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn entry(state: State, remaining: Option<u64>) -> LedgerRecord {
        LedgerRecord {
            message: "0x5f".into(),
            at: 1,
            state,
            envelope: None,
            peer: None,
            person: None,
            installation: None,
            remaining,
            reason: matches!(state, State::Refused | State::Failed).then(|| "too large".into()),
        }
    }

    #[test]
    fn each_entry_proves_as_much_as_is_said() {
        let mut delivery = Delivery::default();
        for (state, remaining, wanted) in [
            (State::Queued, None, "queued"),
            (State::Sealed, None, "queued"),
            (State::Handed, None, "handed to a peer"),
            (State::Refused, None, "refused: too large"),
            (State::Confirmed, None, "taken by a peer"),
            (State::Acknowledged, Some(2), "delivered to 1 of 3 devices"),
            (State::Acknowledged, Some(1), "delivered to 2 of 3 devices"),
            (State::Expired, None, "expired"),
            (State::Acknowledged, Some(0), "delivered"),
        ] {
            delivery.take(&entry(state, remaining));
            assert_eq!(delivery.says(), wanted);
        }
        assert!(delivery.is_done() && !delivery.is_bad());
    }

    #[test]
    fn what_is_told_twice_or_late_counts_once() {
        let acknowledged = entry(State::Acknowledged, Some(2));
        let mut delivery = Delivery::of(&[entry(State::Handed, None), acknowledged.clone()]);
        delivery.take(&acknowledged);
        assert_eq!(delivery.says(), "delivered to 1 of 3 devices");
        delivery.merge(Delivery::of(&[entry(State::Handed, None)]));
        assert_eq!(delivery.says(), "delivered to 1 of 3 devices");
        let mut older = Delivery::stored();
        older.merge(delivery.clone());
        assert_eq!(older.says(), delivery.says());
    }

    #[test]
    fn what_was_said_on_another_device_is_not_called_queued() {
        assert_eq!(Delivery::of(&[]).says(), "");
        assert_eq!(Delivery::stored().says(), "queued");
    }

    #[test]
    fn what_failed_is_bad() {
        let failed = Delivery::of(&[entry(State::Queued, None), entry(State::Failed, None)]);
        assert_eq!(failed.says(), "failed: too large");
        assert!(failed.is_bad() && !failed.is_done());
    }
}
