//! What each cell of the matrix is expected to give, as checked in.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What one cell gave, or should give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// What the cell shows is so.
    Passed,
    /// It is not.
    Failed,
}

/// An expectation: a bare outcome, or one with its reason.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Bare(Outcome),
    Explained { expect: Outcome, reason: String },
}

/// The expectations file: the names of all cells and what they are to give.
pub(crate) struct Expectations {
    cells: BTreeMap<String, Entry>,
}

impl Expectations {
    /// Reads the file. A failure that nobody explains is refused.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let cells: BTreeMap<String, Entry> = toml::from_str(text)?;
        for (name, entry) in &cells {
            let explained = match entry {
                Entry::Bare(outcome) => *outcome == Outcome::Passed,
                Entry::Explained { reason, .. } => !reason.trim().is_empty(),
            };
            if !explained {
                bail!("{name} is expected to fail without a reason");
            }
        }
        Ok(Self { cells })
    }

    /// Fails when the file and the matrix do not name the same cells.
    pub(crate) fn check_names<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<()> {
        let matrix: BTreeSet<&str> = names.collect();
        let file: BTreeSet<&str> = self.cells.keys().map(String::as_str).collect();
        let missing: Vec<&str> = matrix.difference(&file).copied().collect();
        let unknown: Vec<&str> = file.difference(&matrix).copied().collect();
        if !missing.is_empty() {
            bail!("cells without an expectation: {}", missing.join(", "));
        }
        if !unknown.is_empty() {
            bail!("expectations without a cell: {}", unknown.join(", "));
        }
        Ok(())
    }

    /// What the cell is to give, and why if the file says so.
    pub(crate) fn of(&self, name: &str) -> (Outcome, &str) {
        match self.cells.get(name) {
            Some(Entry::Explained { expect, reason }) => (*expect, reason),
            Some(Entry::Bare(outcome)) => (*outcome, ""),
            None => (Outcome::Passed, ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unexplained_failure_is_refused() {
        assert!(Expectations::parse("\"a/b\" = \"failed\"").is_err());
        let explained = "\"a/b\" = { expect = \"failed\", reason = \"too little work\" }";
        let expectations = Expectations::parse(explained).unwrap();
        assert_eq!(expectations.of("a/b"), (Outcome::Failed, "too little work"));
    }

    #[test]
    fn file_and_matrix_must_name_the_same_cells() {
        let expectations = Expectations::parse("a = \"passed\"\nb = \"passed\"").unwrap();
        assert!(expectations.check_names(["a", "b"].into_iter()).is_ok());
        let missing = expectations.check_names(["a", "b", "c"].into_iter());
        assert!(missing.unwrap_err().to_string().contains("c"));
        let unknown = expectations.check_names(["a"].into_iter());
        assert!(unknown.unwrap_err().to_string().contains("b"));
    }
}
