//! Every reason for which anything is refused, given up or dropped, with a sentence, as an example.
//!
//! A sentence is the `Display` of the type itself, the same in a log, in an answer of the socket and in
//! what `explain` shows. Here stands one example of each, with numbers as they might be, whose fault it
//! is, and the name under which it is counted, so that who finds a sentence in a log or a name in the
//! counters can look it up. The test `reasons` reads the sources of all crates and fails if a reason is
//! missing here.

mod connections;
mod envelopes;
mod groups;
mod messages;
mod node;
mod pairing;
mod security;
mod socket;
mod stored;
mod sync;

use serde_json::{Value, json};
use std::any::type_name;
use std::fmt::{Debug, Display};

/// Who or what is to blame, and so what can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blame {
    /// Nobody: it happens where all do what they should.
    Nobody,
    /// Whoever made the message, the bundle or the envelope.
    Author,
    /// The node at the other end of the connection, or the other device of a pairing.
    Peer,
    /// Whoever asked for it here: the user, or the program that embeds this one.
    Caller,
    /// This machine: its disk, its memory, its network, what is stored on it.
    Machine,
    /// Two programs of different generations.
    Version,
    /// A defect of this program.
    Defect,
}

impl Blame {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Nobody,
        Self::Author,
        Self::Peer,
        Self::Caller,
        Self::Machine,
        Self::Version,
        Self::Defect,
    ];

    /// A name for programs: `author`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Author => "author",
            Self::Peer => "peer",
            Self::Caller => "caller",
            Self::Machine => "machine",
            Self::Version => "version",
            Self::Defect => "defect",
        }
    }

    /// Whose fault it is, and what can be done about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Nobody => "nobody's fault: nothing is to be done",
            Self::Author => "the author's fault: only who made it can make it anew",
            Self::Peer => "the other end's fault: other peers are not concerned",
            Self::Caller => {
                "the fault of the user or program here: ask for something else, or in another way"
            }
            Self::Machine => "this machine's fault: look at its disk, its network and its clock",
            Self::Version => {
                "nobody's fault, but one of the two programs is older: bring it up to date"
            }
            Self::Defect => "a defect of this program: report it",
        }
    }
}

/// A reason, with an example of its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The type, with the modules it stands in: `status_whisper::accept::Rejection`.
    pub type_name: String,
    /// The variant: `LowPow`; empty for a reason that is no enum.
    pub variant: String,
    /// An example of its sentence: `envelope with PoW 0.0009 under 0.002`.
    pub sentence: String,
    /// Who is to blame.
    pub blame: Blame,
    /// Where it is counted: `whisper.drops.low_pow`, as in the counters of a node.
    pub counter: Option<String>,
}

impl Reason {
    fn of<T: Debug + Display>(value: &T, blame: Blame) -> Self {
        let name = type_name::<T>();
        let name = name.split('<').next().unwrap_or(name);
        let shown = format!("{value:?}");
        let variant = shown
            .split(|letter: char| !letter.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let is_struct = name.rsplit("::").next() == Some(variant);
        Self {
            type_name: name.to_owned(),
            variant: if is_struct { "" } else { variant }.to_owned(),
            sentence: value.to_string(),
            blame,
            counter: None,
        }
    }

    /// The crate: `conversational-security`.
    pub fn layer(&self) -> String {
        let krate = self.type_name.split("::").next().unwrap_or_default();
        krate
            .strip_prefix("status_")
            .unwrap_or(krate)
            .replace('_', "-")
    }

    /// As JSON: `layer`, `type`, `variant`, `sentence`, `fault`, `advice` and `counter`.
    pub fn to_json(&self) -> Value {
        json!({
            "layer": self.layer(),
            "type": self.type_name,
            "variant": self.variant,
            "sentence": self.sentence,
            "fault": self.blame.name(),
            "advice": self.blame.advice(),
            "counter": self.counter,
        })
    }
}

/// Collects reasons, crate by crate.
#[derive(Default)]
struct Catalogue(Vec<Reason>);

impl Catalogue {
    /// Examples of one type, of which all are the same one's fault.
    fn add<T: Debug + Display>(&mut self, fault: Blame, examples: impl IntoIterator<Item = T>) {
        let reasons = examples.into_iter().map(|one| Reason::of(&one, fault));
        self.0.extend(reasons);
    }

    /// The same of a type that is counted, under what `counter` says.
    fn counted<T: Debug + Display>(
        &mut self,
        fault: Blame,
        counter: impl Fn(&T) -> String,
        examples: impl IntoIterator<Item = T>,
    ) {
        self.0.extend(examples.into_iter().map(|one| Reason {
            counter: Some(counter(&one)),
            ..Reason::of(&one, fault)
        }));
    }
}

/// All reasons, from the connection up to the command line. A reason that says no more than the one inside
/// it has that one's sentence.
pub fn all() -> Vec<Reason> {
    let mut catalogue = Catalogue::default();
    connections::add_to(&mut catalogue);
    envelopes::add_to(&mut catalogue);
    security::add_to(&mut catalogue);
    pairing::add_to(&mut catalogue);
    sync::add_to(&mut catalogue);
    messages::add_to(&mut catalogue);
    groups::add_to(&mut catalogue);
    node::add_to(&mut catalogue);
    socket::add_to(&mut catalogue);
    stored::add_to(&mut catalogue);
    catalogue.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_knows_its_type_its_variant_and_its_crate() {
        let ago = 14;
        let reason = Reason::of(&status_whisper::Rejection::Expired { ago }, Blame::Nobody);
        assert_eq!(reason.type_name, "status_whisper::accept::Rejection");
        assert_eq!(reason.variant, "Expired");
        assert_eq!(reason.layer(), "whisper");
        assert_eq!(reason.sentence, "envelope expired 14 s ago");
        let reason = Reason::of(&status_payload::NotAPerson, Blame::Author);
        assert_eq!(reason.variant, "");
    }

    #[test]
    fn every_fault_has_a_name_and_advice_of_its_own() {
        let names = Blame::ALL.map(|fault| (fault.name(), fault.advice()));
        for (at, (name, advice)) in names.iter().enumerate() {
            let later = names.get(at + 1..).unwrap_or_default();
            assert!(
                later
                    .iter()
                    .all(|(one, other)| one != name && other != advice)
            );
        }
    }
}
