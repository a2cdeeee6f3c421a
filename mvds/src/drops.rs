//! Why something that a peer sent had no effect, and how often.

use crate::MAX_PARENTS;
use core::fmt;

/// Why something that a peer sent was passed over. None of it is an error: the peer is kept and the
/// rest of its payload is processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// A payload with nothing in it. vacp2p/mvds answers each packet of acknowledgements with one.
    EmptyPayload,
    /// A message that had come before; it was acknowledged again.
    Duplicate,
    /// An acknowledgement of a message that this peer owes none for.
    UnknownAck,
    /// A request for a message that is not here.
    UnknownRequest,
    /// A request for a message of a group that the peer is not a member of.
    ForbiddenRequest,
    /// An offer of a message that is here.
    KnownOffer,
    /// An offer of a peer without a group, where messages of groups that nobody added are refused.
    ForbiddenOffer,
    /// An id that has not 32 bytes.
    MalformedId,
    /// A message of a group whose member the sender is not.
    NotAMember,
    /// A message of a group that nobody added, where those are refused.
    UnknownGroup,
    /// An offer beyond [`max_requests_per_peer`](crate::Config::max_requests_per_peer).
    TooManyRequests,
    /// A message that was asked for [`max_request_attempts`](crate::Config::max_request_attempts)
    /// times and never came.
    RequestUnanswered,
    /// An acknowledgement that was not sent: there were
    /// [`max_acks_per_peer`](crate::Config::max_acks_per_peer).
    TooManyAcks,
    /// Something of a peer without a group, beyond [`max_strangers`](crate::Config::max_strangers).
    TooManyStrangers,
    /// A message that would have waited for its parents, beyond
    /// [`max_held_per_peer`](crate::Config::max_held_per_peer).
    TooManyHeld,
    /// A message that was not offered on to the other members of its group, beyond
    /// [`max_unacknowledged`](crate::Config::max_unacknowledged).
    TooManyRelayed,
    /// A request for a message that would have made a record beyond
    /// [`max_unacknowledged`](crate::Config::max_unacknowledged); who still wants the message asks again.
    TooManyRequested,
    /// A parent beyond [`MAX_PARENTS`](crate::MAX_PARENTS) in a message.
    TooManyParents,
}

/// One sentence.
impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyPayload => "the payload of data sync is empty",
            Self::Duplicate => "the message had come before, and was acknowledged again",
            Self::UnknownAck => "the peer acknowledges a message that it was not sent",
            Self::UnknownRequest => "the peer asks for a message that is not here",
            Self::ForbiddenRequest => {
                "the peer asks for a message of a group that it is not a member of"
            }
            Self::KnownOffer => "the peer offers a message that is here",
            Self::ForbiddenOffer => {
                "a peer without a group offers a message, which is not taken from strangers"
            }
            Self::MalformedId => "an id in the payload does not have 32 bytes",
            Self::NotAMember => "the sender is no member of the group of its message",
            Self::UnknownGroup => "the message is of a group that nobody added here",
            Self::TooManyRequests => "the peer offers more than is asked of one peer at a time",
            Self::RequestUnanswered => {
                "a message that was offered never came, however often it was asked for"
            }
            Self::TooManyAcks => {
                "an acknowledgement was not sent: as many as are kept for one peer wait already"
            }
            Self::TooManyStrangers => {
                "as many peers without a group are remembered as there is room for"
            }
            Self::TooManyHeld => {
                "as many messages of the peer wait for their parents as there is room for"
            }
            Self::TooManyRelayed => {
                "the message is not offered on: as many as there is room for wait for an acknowledgement"
            }
            Self::TooManyRequested => {
                "the request is not remembered: as many messages as there is room for wait for an acknowledgement"
            }
            Self::TooManyParents => return write!(f, "the message names more than {MAX_PARENTS} parents"),
        })
    }
}

impl DropReason {
    /// Every reason, in the order of their declaration.
    pub const ALL: [Self; 18] = [
        Self::EmptyPayload,
        Self::Duplicate,
        Self::UnknownAck,
        Self::UnknownRequest,
        Self::ForbiddenRequest,
        Self::KnownOffer,
        Self::ForbiddenOffer,
        Self::MalformedId,
        Self::NotAMember,
        Self::UnknownGroup,
        Self::TooManyRequests,
        Self::RequestUnanswered,
        Self::TooManyAcks,
        Self::TooManyStrangers,
        Self::TooManyHeld,
        Self::TooManyRelayed,
        Self::TooManyRequested,
        Self::TooManyParents,
    ];
}

/// How many were dropped, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drops([u64; DropReason::ALL.len()]);

impl Drops {
    /// How many were dropped for `reason`.
    pub fn of(&self, reason: DropReason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }

    /// The reasons for which anything was dropped, with how many.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        let all = DropReason::ALL.into_iter();
        all.zip(self.0).filter(|(_, count)| *count > 0)
    }

    pub(crate) fn count(&mut self, reason: DropReason) {
        if let Some(total) = self.0.get_mut(reason as usize) {
            *total += 1;
        }
    }
}

/// What went through a node since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Payloads handed out.
    pub payloads_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// Messages in them, repetitions included.
    pub messages_out: u64,
    /// Of these, the repetitions.
    pub repeated_out: u64,
    /// Acknowledgements in them.
    pub acks_out: u64,
    /// Payloads received.
    pub payloads_in: u64,
    /// Messages in them, repetitions included.
    pub messages_in: u64,
    /// Messages handed to the application.
    pub delivered: u64,
    /// What was dropped.
    pub drops: Drops,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_count_of_its_own() {
        let mut drops = Drops::default();
        for (times, reason) in DropReason::ALL.into_iter().enumerate() {
            for _ in 0..=times {
                drops.count(reason);
            }
        }
        let counts: Vec<_> = drops.iter().collect();
        assert_eq!(counts.len(), DropReason::ALL.len());
        for (index, (reason, count)) in counts.into_iter().enumerate() {
            assert_eq!(reason as usize, index);
            assert_eq!(count, index as u64 + 1);
            assert_eq!(drops.of(reason), count);
        }
    }
}
