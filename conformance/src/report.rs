//! Walks a folder of vector files, judges every case and prints what came out.

use crate::{Case, Mismatch, Outcome, judge};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// A case that failed, with where it differs.
#[derive(Debug, serde::Serialize)]
pub struct FailedCase {
    /// The case's name.
    pub name: String,
    /// The case's kind.
    pub kind: String,
    /// Where and how it differs.
    pub mismatch: Mismatch,
}

/// The counts of one vector file.
#[derive(Debug, serde::Serialize)]
pub struct FileReport {
    /// The file's name without `.json`.
    pub name: String,
    /// Cases that agree with the reference code.
    pub passed: usize,
    /// Cases that do not, each with its difference.
    pub failed: Vec<FailedCase>,
    /// Cases of a kind that nothing here handles yet.
    pub unsupported: usize,
}

impl FileReport {
    fn count(name: &str, cases: &[Value]) -> Self {
        let mut report = Self {
            name: name.into(),
            passed: 0,
            failed: Vec::new(),
            unsupported: 0,
        };
        let Some(judge) = judge(name) else {
            report.unsupported = cases.len();
            return report;
        };
        for value in cases {
            let case = Case::new(value);
            // A panic of the code under test fails its case, not the run.
            let outcome = catch_unwind(AssertUnwindSafe(|| judge(&case)))
                .unwrap_or_else(|_| Outcome::Failed(Mismatch::new("", "a result", "a panic")));
            match outcome {
                Outcome::Passed => report.passed += 1,
                Outcome::Unsupported => report.unsupported += 1,
                Outcome::Failed(mismatch) => report.failed.push(FailedCase {
                    name: case.name().into(),
                    kind: case.kind().into(),
                    mismatch,
                }),
            }
        }
        report
    }

    /// Prints the counts and every failed case, for people.
    pub fn print(&self) {
        for case in &self.failed {
            let Mismatch {
                field,
                expected,
                got,
            } = &case.mismatch;
            println!(
                "  {} ({}): {field}: expected {expected}, got {got}",
                case.name, case.kind
            );
        }
        let failed = self.failed.len();
        println!(
            "{}: {} passed, {failed} failed, {} unsupported",
            self.name, self.passed, self.unsupported
        );
    }
}

/// Judges every `*.json` in `directory`, in the order of their names.
///
/// # Errors
///
/// If the folder cannot be read, holds no vector file, or a file is not of the common schema.
pub fn run_directory(directory: &Path) -> Result<Vec<FileReport>> {
    let mut paths = std::fs::read_dir(directory)
        .with_context(|| format!("cannot read the folder {}", directory.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    if paths.is_empty() {
        bail!("{} holds no .json file", directory.display());
    }
    paths.iter().map(|path| run_file(path)).collect()
}

fn run_file(path: &Path) -> Result<FileReport> {
    let read = || -> Result<FileReport> {
        let file: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let cases = file
            .get("cases")
            .and_then(Value::as_array)
            .context("no list `cases`")?;
        Ok(FileReport::count(name, cases))
    };
    read().with_context(|| format!("cannot read the vectors in {}", path.display()))
}
