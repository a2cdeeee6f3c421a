//! What a command prints: lines for people, or JSON objects for programs, one a line.

use serde_json::Value;
use std::fmt::Display;
use std::io::{self, Write};

/// Prints a command's results to standard output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints `json` or `text`, whichever is wanted, and passes it on at once: a script waits
    /// for it.
    pub(crate) fn line(self, json: &Value, text: impl Display) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        if self.json {
            writeln!(stdout, "{json}")?;
        } else {
            writeln!(stdout, "{text}")?;
        }
        Ok(stdout.flush()?)
    }
}

/// Says in one line on standard error why the command fails.
pub(crate) fn complain(sentence: &str) {
    let line: Vec<&str> = sentence.split_whitespace().collect();
    // When standard error is gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "error: {}", line.join(" "));
}

/// An error and its causes. Some errors tell their cause as well, which is not said twice.
pub(crate) fn sentence(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // SQLite's own errors repeat the sentence behind a number.
        let numbered = cause
            .strip_prefix("Error code ")
            .and_then(|rest| rest.split_once(": "));
        let said = numbered.map_or(cause.as_str(), |(_, sentence)| sentence);
        if !line.ends_with(said) {
            line.push_str(": ");
            line.push_str(&cause);
        }
    }
    line
}

/// Whether a command failed only because its reader has seen enough, as `head` does.
pub(crate) fn reader_is_gone(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("it is closed: {0}")]
    struct Telling(#[source] Silent);

    #[derive(Debug, thiserror::Error)]
    #[error("nobody is here")]
    struct Silent(#[source] io::Error);

    #[test]
    fn what_sqlite_says_is_told_once() {
        let cause = io::Error::other("Error code 13: database or disk is full");
        let error =
            anyhow::Error::new(cause).context("the database failed: database or disk is full");
        assert_eq!(
            sentence(&error),
            "the database failed: database or disk is full"
        );
    }

    #[test]
    fn each_cause_is_told_once() {
        let cause = io::Error::other("it is night");
        let error = anyhow::Error::new(Telling(Silent(cause))).context("cannot enter");
        assert_eq!(
            sentence(&error),
            "cannot enter: it is closed: nobody is here: it is night"
        );
    }
}
