//! What is known of one message and what became of it, or what one would give away.

use super::super::panel::Scroll;
use super::super::text;
use super::Names;
use super::rows::span;
use crate::cli::show::{Show, time};
use status_conversational_security::trust::{parse_public_key, public_key_text};
use status_node::rpc::records::{FindingRecord, LedgerRecord, MessageRecord};

/// Entries of a ledger that are kept: more than a screen shows.
const MAX_ENTRIES: usize = 200;

/// Columns before a finding, in which stands how much of it is seen.
const LABEL: usize = 8;

/// What is said until the node answers.
const ASKED: &str = "(it is being asked for)";

/// A key in its short form.
fn key(key: &str) -> String {
    parse_public_key(key).map_or_else(|_| key.to_owned(), |key| public_key_text(&key))
}

/// What lies over the chats that the user reads and closes.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    subject: Subject,
    /// How far it is scrolled.
    pub(crate) scroll: Scroll,
}

#[derive(Debug, Clone)]
enum Subject {
    /// A message, and what became of it; none while that is not known.
    Message(Box<MessageRecord>, Option<Vec<LedgerRecord>>),
    /// What a message would give away; none while that is not known.
    Lint(Option<Vec<FindingRecord>>),
}

impl Detail {
    /// Of a message, whose ledger is asked for if it is one's own.
    pub(crate) fn of_message(record: MessageRecord) -> Self {
        Self {
            subject: Subject::Message(Box::new(record), None),
            scroll: Scroll::default(),
        }
    }

    /// Of a message that is not sent yet.
    pub(crate) fn of_lint() -> Self {
        Self {
            subject: Subject::Lint(None),
            scroll: Scroll::default(),
        }
    }

    /// What it is called.
    pub(crate) fn title(&self) -> &'static str {
        match self.subject {
            Subject::Message(..) => "Message",
            Subject::Lint(_) => "What this message would give away",
        }
    }

    /// Takes the ledger of a message.
    pub(crate) fn take_ledger(&mut self, message: &str, mut entries: Vec<LedgerRecord>) {
        if let Subject::Message(record, ledger) = &mut self.subject
            && record.id == message
        {
            let excess = entries.len().saturating_sub(MAX_ENTRIES);
            entries.drain(..excess);
            *ledger = Some(entries);
        }
    }

    /// Takes what a message would give away.
    pub(crate) fn take_lint(&mut self, found: Vec<FindingRecord>) {
        if let Subject::Lint(findings) = &mut self.subject {
            *findings = Some(found);
        }
    }

    /// Something became of a message.
    pub(crate) fn follow(&mut self, entry: LedgerRecord) {
        if let Subject::Message(record, Some(ledger)) = &mut self.subject
            && record.id == entry.message
            && ledger.len() < MAX_ENTRIES
        {
            ledger.push(entry);
        }
    }

    /// Its lines on a screen of so many columns.
    pub(crate) fn lines(&self, names: &Names, columns: usize) -> Vec<String> {
        let said = match &self.subject {
            Subject::Message(record, ledger) => of_message(record, ledger.as_deref(), names),
            Subject::Lint(None) => vec![ASKED.into()],
            Subject::Lint(Some(findings)) => return of_lint(findings, columns),
        };
        let wrapped = said.iter().map(|line| text::line(line));
        wrapped
            .flat_map(|line| text::wrap(&line, columns))
            .collect()
    }
}

/// What is given away, by whom it is given away to.
fn of_lint(findings: &[FindingRecord], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut last = None;
    let say = |label: &str, sentence: &str, lines: &mut Vec<String>| {
        let mut label = label;
        for line in text::wrap(&text::line(sentence), columns.saturating_sub(LABEL)) {
            lines.push(format!("{label:<LABEL$}{line}"));
            label = "";
        }
    };
    for finding in findings {
        if last.replace(finding.to) != Some(finding.to) {
            lines.push(finding.to.words().into());
        }
        say(finding.exposure.word(), &finding.sentence, &mut lines);
        if let Some(advice) = &finding.advice {
            say("", &format!("-> {advice}"), &mut lines);
        }
    }
    lines
}

/// What is known of a message.
fn of_message(
    record: &MessageRecord,
    ledger: Option<&[LedgerRecord]>,
    names: &Names,
) -> Vec<String> {
    let mut said = vec![
        format!("from      {}", names.of(&record.from)),
        format!("key       {}", key(&record.from)),
        format!(
            "written   {} UTC, as its author says",
            time(record.timestamp)
        ),
        format!("received  {} UTC", time(record.received)),
    ];
    if !record.ens_name.is_empty() {
        said.push(format!("claims    the name {}", record.ens_name));
    }
    match (record.clock_ahead_ms, record.clock_behind_ms) {
        (0, 0) => {}
        (ahead, 0) => said.push(format!("clock     {} ahead", span(ahead))),
        (_, behind) => said.push(format!("clock     {} behind its envelope", span(behind))),
    }
    if let Some(answered) = &record.response_to {
        said.push(format!("answers   {answered}"));
    }
    said.push(format!("id        {}", record.id));
    if let Some(envelope) = &record.envelope {
        said.push(format!("envelope  {envelope}"));
    }
    said.push(String::new());
    if record.outgoing {
        said.push("What became of it:".into());
        match ledger {
            None => said.push(ASKED.into()),
            Some(entries) => said.extend(entries.iter().map(Show::text)),
        }
        said.push(String::new());
    }
    said.push("The whole text:".into());
    let chat = match record.chat.starts_with('#') {
        false if parse_public_key(&record.chat).is_ok() => key(&record.chat),
        // A group's id is whatever its creator wrote, and may be meant for a shell.
        _ => format!("'{}'", record.chat.replace('\'', r"'\''")),
    };
    said.push(format!("status-node messages --chat {chat}"));
    said
}
