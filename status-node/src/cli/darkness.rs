//! `status-node darkness`: what the node gives away, and to whom; and the same of a message, for `send`.

use super::args::{DarknessArgs, Shared};
use super::backend::{Backend, Need};
use super::output::Output;
use super::service::{interrupted, start_logging};
use anyhow::anyhow;
use serde_json::json;
use status_node::plain;
use status_node::rpc::Report;
use status_node::rpc::methods::{Darkness, Lint};
use status_node::rpc::records::FindingRecord;
use std::time::Duration;

/// How long a node of one's own waits for its first peer.
const FIRST_PEER: Duration = Duration::from_secs(5);

/// Columns that a line has at most, where words allow it.
const WIDTH: usize = 100;

pub(crate) async fn run(
    darkness: DarknessArgs,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let interrupted = interrupted()?;
    let mut backend = Backend::open(&shared, Need::Database).await?;
    let darkness = Darkness {
        last: darkness.last,
        accounts: darkness.accounts,
        names: darkness.names,
        light: shared.light,
        of_peers: darkness.of_peers,
    };
    let work = async {
        if let Backend::Own(_) = backend {
            // Without one the report says so.
            let _ = tokio::time::timeout(FIRST_PEER, first_peer(&mut backend)).await;
        }
        let findings = backend.darkness(darkness).await?;
        print(&findings, output)
    };
    let result = tokio::select! {
        result = work => result,
        () = interrupted => Err(anyhow!("interrupted")),
    };
    backend.close().await;
    result
}

async fn first_peer(backend: &mut Backend) -> anyhow::Result<()> {
    while !matches!(backend.report().await?, Report::Peer { ready: true, .. }) {}
    Ok(())
}

/// Says what a message would give away, before it is sent.
pub(crate) async fn before_sending(
    backend: &mut Backend,
    lint: Lint,
    output: Output,
) -> anyhow::Result<()> {
    let findings = backend.lint(lint).await?;
    output.line(&json!({ "lint": findings }), text(&findings))
}

/// One finding a line for programs, by whom it is given away to for people.
fn print(findings: &[FindingRecord], output: Output) -> anyhow::Result<()> {
    if !output.is_json() {
        let text = match findings {
            [] => "no peer is connected of which anything could be told".into(),
            findings => text(findings),
        };
        return output.line(&json!(null), text);
    }
    for finding in findings {
        output.line(&serde_json::to_value(finding)?, "")?;
    }
    Ok(())
}

fn text(findings: &[FindingRecord]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for finding in findings {
        if last.replace(finding.to) != Some(finding.to) {
            lines.push(finding.to.words().into());
        }
        let label = format!("  {:<7} ", finding.exposure.word());
        lines.extend(wrapped(&label, &plain(&finding.sentence)));
        if let Some(advice) = &finding.advice {
            lines.extend(wrapped("          -> ", &plain(advice)));
        }
    }
    lines.join("\n")
}

/// Breaks a text between words, behind a label and beneath itself.
fn wrapped(label: &str, text: &str) -> Vec<String> {
    let indent = " ".repeat(label.chars().count());
    let mut lines = Vec::new();
    let mut line = label.to_owned();
    let mut has_words = false;
    for word in text.split_whitespace() {
        let len = line.chars().count() + word.chars().count();
        if has_words && len >= WIDTH {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            has_words = false;
        }
        if has_words {
            line.push(' ');
        }
        line.push_str(word);
        has_words = true;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(to: &str, exposure: &str, sentence: &str, advice: Option<&str>) -> FindingRecord {
        let record = json!({
            "to": to, "exposure": exposure, "what": "w", "sentence": sentence, "advice": advice,
            "numbers": {},
        });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn findings_stand_under_whom_they_are_given_to() {
        let findings = [
            finding("peer", "open", "one", Some("do this")),
            finding("peer", "hidden", "two\u{1b}[31m", None),
            finding("relay", "partly", "three", None),
        ];
        let expected = "to the peers of this node\n  \
             open    one\n          -> do this\n  \
             hidden  two [31m\n\
             to any node that passes envelopes on\n  \
             partly  three";
        assert_eq!(text(&findings), expected);
    }

    #[test]
    fn long_sentences_are_broken_between_words() {
        let lines = wrapped("  open    ", &"word ".repeat(40));
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= WIDTH));
        let words: usize = lines.iter().map(|line| line.matches("word").count()).sum();
        assert_eq!(words, 40);
        assert!(lines[1].starts_with("          word"));
        assert_eq!(wrapped("a ", &"x".repeat(200)).len(), 1);
    }
}
