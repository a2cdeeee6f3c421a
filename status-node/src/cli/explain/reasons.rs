//! `status-node explain --reasons`: every sentence that says why something is refused, given up or dropped.

use crate::cli::output::Output;
use anyhow::ensure;
use status_node::explain::reasons::{self, Blame, Reason};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

/// Prints the reasons in which `wanted` occurs, or all of them: one a line as JSON, else by layer and
/// by whose fault they are.
pub(super) fn print(wanted: Option<&str>, output: Output) -> anyhow::Result<()> {
    let mut found = reasons::all();
    found.retain(|reason| wanted.is_none_or(|wanted| concerns(reason, wanted)));
    let shown = wanted.unwrap_or_default();
    ensure!(
        !found.is_empty(),
        "no reason has {shown:?} in its sentence, its name or its counter"
    );
    if output.is_json() {
        return found
            .iter()
            .try_for_each(|reason| output.line(&reason.to_json(), ""));
    }
    let list = List::of(&found);
    output.line(&serde_json::Value::Null, list)
}

/// Whether a text occurs in a reason. Case does not matter: a sentence of a log may begin a line.
fn concerns(reason: &Reason, wanted: &str) -> bool {
    let counter = reason.counter.as_deref().unwrap_or_default();
    let parts = [
        &reason.sentence,
        &reason.type_name,
        &reason.variant,
        counter,
    ];
    let wanted = wanted.to_lowercase();
    parts
        .iter()
        .any(|part| part.to_lowercase().contains(&wanted))
}

/// Sentences by layer, by whose fault they are. What only repeats the reason inside is said once.
struct List<'a>(BTreeMap<String, BTreeMap<Blame, Vec<&'a Reason>>>);

impl<'a> List<'a> {
    fn of(reasons: &'a [Reason]) -> Self {
        let mut said = BTreeSet::new();
        let mut layers: BTreeMap<String, BTreeMap<Blame, Vec<&Reason>>> = BTreeMap::new();
        for reason in reasons {
            if said.insert(&reason.sentence) || reason.counter.is_some() {
                let layer = layers.entry(reason.layer()).or_default();
                layer.entry(reason.blame).or_default().push(reason);
            }
        }
        Self(layers)
    }
}

impl Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for (layer, blamed) in &self.0 {
            for (blame, reasons) in blamed {
                let gap = if is_first { "" } else { "\n\n" };
                is_first = false;
                write!(f, "{gap}{layer}: {}", blame.advice())?;
                for reason in reasons {
                    write!(f, "\n  {}", reason.sentence)?;
                    if let Some(counter) = &reason.counter {
                        write!(f, "  [{counter}]")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_found_by_its_words_its_name_and_its_counter() {
        let found = |wanted: &str| {
            let all = reasons::all();
            all.iter().filter(|reason| concerns(reason, wanted)).count()
        };
        assert!(found("PoW 0.0009") > 0);
        assert!(found("lowpow") > 0);
        assert!(found("whisper.drops.low_pow") > 0);
        assert_eq!(found("no such words"), 0);
    }

    #[test]
    fn each_sentence_stands_once_below_whose_fault_it_is() {
        let all = reasons::all();
        let shown = List::of(&all).to_string();
        let at = shown.find("whisper: the author's fault").unwrap();
        let wanted = "\n  envelope with PoW 0.0009 under 0.002  [whisper.drops.low_pow]";
        assert!(shown.get(at..).unwrap().contains(wanted));
        let plain = "\n  the message's text is empty\n";
        assert_eq!(shown.matches(plain).count(), 1);
    }
}
