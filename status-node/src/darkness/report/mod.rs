//! The report on darkness: what a node gives away, to whom, in sentences with numbers.
//!
//! It is pure: [`report`] makes [`Finding`]s of a [`Situation`], which a node
//! ([`Node::situation`](crate::Node::situation)) or a messenger alone ([`Situation::of`]) describes, and
//! [`lint`] of a message that is not sent yet; [`neighbours`] turns round, and says what the node can tell of
//! its peers. A finding is one sentence as text, and has its numbers as
//! fields.
//!
//! What it says follows from what others are shown by design: EIP-627 puts expiry, TTL, topic and size of
//! each envelope in the clear, and a light node's filter beside it, so that traffic can be saved for some
//! privacy; author and text are encrypted. Who receives is hidden by giving everything to everybody. Who
//! sends is not.

mod envelopes;
mod everywhere;
mod filter;
mod finding;
mod neighbours;
mod peers;
mod planned;
mod sentence;
mod situation;
#[cfg(test)]
mod tests;
mod words;

pub use finding::{Exposure, Finding, Observer};
pub use neighbours::{Sight, neighbours};
pub use planned::{Planned, lint};
pub use situation::{
    Assumptions, DEFAULT_ACCOUNTS, Heard, Link, MAX_NAMES, Neighbour, Situation, WELL_KNOWN,
};

/// All that is given away, and what is not: first to peers, then to whoever passes envelopes on, to whoever
/// has a key, and to whoever sees the whole network.
pub fn report(situation: &Situation, assumptions: &Assumptions) -> Vec<Finding> {
    let mut findings = peers::findings(situation, assumptions);
    findings.extend(envelopes::findings(situation, assumptions));
    findings.extend(everywhere::findings(situation));
    findings.sort_by_key(Finding::observer);
    findings
}
