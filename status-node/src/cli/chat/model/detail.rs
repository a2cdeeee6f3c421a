//! What is known of one message, and what became of it.

use super::super::text;
use super::Names;
use super::rows::span;
use crate::cli::show::{Show, time};
use status_conversational_security::trust::{parse_public_key, public_key_text};
use status_node::rpc::records::{LedgerRecord, MessageRecord};

/// Entries of a ledger that are kept: more than a screen shows.
const MAX_ENTRIES: usize = 200;

/// A key in its short form.
fn key(key: &str) -> String {
    parse_public_key(key).map_or_else(|_| key.to_owned(), |key| public_key_text(&key))
}

/// A message that the user looks at.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    /// The message.
    pub(crate) record: MessageRecord,
    /// What became of it; none while that is not known.
    ledger: Option<Vec<LedgerRecord>>,
    /// Rows that are scrolled away.
    pub(crate) scrolled: usize,
}

impl Detail {
    /// Of a message, whose ledger is asked for if it is one's own.
    pub(crate) fn new(record: MessageRecord) -> Self {
        Self {
            record,
            ledger: None,
            scrolled: 0,
        }
    }

    /// Takes the ledger of a message.
    pub(crate) fn take(&mut self, message: &str, mut entries: Vec<LedgerRecord>) {
        if self.record.id == message {
            let excess = entries.len().saturating_sub(MAX_ENTRIES);
            entries.drain(..excess);
            self.ledger = Some(entries);
        }
    }

    /// Something became of a message.
    pub(crate) fn follow(&mut self, entry: LedgerRecord) {
        if self.record.id == entry.message
            && let Some(ledger) = &mut self.ledger
            && ledger.len() < MAX_ENTRIES
        {
            ledger.push(entry);
        }
    }

    /// Its lines on a screen of so many columns.
    pub(crate) fn lines(&self, names: &Names, columns: usize) -> Vec<String> {
        let record = &self.record;
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
            match &self.ledger {
                None => said.push("(it is being asked for)".into()),
                Some(entries) => said.extend(entries.iter().map(Show::text)),
            }
            said.push(String::new());
        }
        said.push("The whole text:".into());
        let chat = match record.chat.starts_with('#') {
            true => format!("'{}'", record.chat.replace('\'', r"'\''")),
            false => key(&record.chat),
        };
        said.push(format!("status-node messages --chat {chat}"));
        let wrapped = said.iter().map(|line| text::line(line));
        wrapped
            .flat_map(|line| text::wrap(&line, columns))
            .collect()
    }
}
