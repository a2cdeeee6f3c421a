//! How the node stands to the network.

use super::super::event::Link;
use super::facts::duration;
use super::list::Scroll;
use super::look::{FAINT, Row, WRONG, draw_rows, page, width};
use super::{Facts, Hints, Outcome};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use serde_json::Value;
use status_node::rpc::records::NodeRecord;

/// Columns of what each line is about.
const LABELS: usize = 12;

/// A clock that differs by less is right enough: envelopes live for seconds, and round trips take less.
const RIGHT_ENOUGH_MS: u64 = 2000;

/// The panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NetworkState {
    scroll: Scroll,
}

impl NetworkState {
    pub(super) fn hints(&self) -> Hints {
        &[("Up/Down", "scroll"), ("Esc", "close")]
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent) -> Outcome {
        if key.code == KeyCode::Esc {
            return Outcome::Close;
        }
        self.scroll.handle_key(key);
        Outcome::Stay
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let inner = page("Network", area, buf);
        let rows = rows(facts, width(inner));
        draw_rows(
            &rows,
            self.scroll.first(rows.len(), inner.height),
            inner,
            buf,
        );
    }
}

fn rows(facts: &Facts, width: usize) -> Vec<Row> {
    let mut lines = Lines {
        rows: Vec::new(),
        width,
    };
    let plain = Style::new();
    match (&facts.link, facts.waiting_ms) {
        (Link::Lost(why), _) => lines.say("node", why, WRONG),
        (Link::Connecting, None) => lines.say("node", "connecting", plain),
        (Link::Connecting | Link::Connected, Some(ms)) if ms >= 1000 => {
            let said = format!("no answer for {}", duration(ms));
            lines.say("node", &said, WRONG);
        }
        (Link::Connecting | Link::Connected, _) => lines.say("node", "answers", plain),
    }
    let Some(node) = &facts.node else {
        return lines.rows;
    };
    of_node(node, &mut lines);
    if let Some(stats) = &facts.stats {
        of_stats(stats, &mut lines);
    }
    lines.say("version", &node.version, plain);
    if let Some(installation) = &node.installation {
        lines.say("device", installation, plain);
    }
    lines.say("enode", &node.enode, plain);
    lines.rows
}

fn of_node(node: &NodeRecord, lines: &mut Lines) {
    let plain = Style::new();
    match node.peers.len() {
        0 => lines.say("peers", "none: nothing comes or goes", WRONG),
        1 => lines.say("peers", "1", plain),
        many => lines.say("peers", &many.to_string(), plain),
    }
    for peer in &node.peers {
        let client: String = peer.client.chars().take(64).collect();
        lines.say("", &format!("{} {client}", peer.address), FAINT);
    }
    let sealing = match node.sealing {
        0 => "no proof of work in progress".to_owned(),
        1 => "1 proof of work in progress".into(),
        many => format!("{many} proofs of work in progress"),
    };
    let unsent = match node.unsent {
        0 => "nothing waits".to_owned(),
        1 => "1 payload waits for a peer".into(),
        many => format!("{many} payloads wait for a peer"),
    };
    lines.say("sending", &format!("{sealing}, {unsent}"), plain);
    match node.others_ahead_ms {
        None => lines.say("clock", "too few people were heard to judge it", FAINT),
        Some(ahead) if ahead.unsigned_abs() <= RIGHT_ENOUGH_MS => {
            lines.say("clock", "agrees with the clocks of others", plain);
        }
        Some(ahead) => {
            let by = duration(ahead.unsigned_abs());
            let said = match ahead > 0 {
                true => format!("others are {by} ahead: is this machine's clock slow?"),
                false => format!("others are {by} behind: is this machine's clock fast?"),
            };
            lines.say("clock", &said, WRONG);
        }
    }
}

fn of_stats(stats: &Value, lines: &mut Lines) {
    let plain = Style::new();
    let number = |path: &str| stats.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let traffic = format!(
        "{} in, {} out",
        bytes(number("/network/bytes_received")),
        bytes(number("/network/bytes_sent")),
    );
    lines.say("traffic", &traffic, plain);
    let pool = format!(
        "{} envelopes, {}",
        number("/pool_envelopes"),
        bytes(number("/pool_bytes"))
    );
    lines.say("pool", &pool, plain);
    let mut dropped: Vec<(&String, u64)> = ["/refused", "/whisper/drops"]
        .iter()
        .filter_map(|path| stats.pointer(path)?.as_object())
        .flatten()
        .filter_map(|(reason, count)| Some((reason, count.as_u64()?)))
        .filter(|(_, count)| *count > 0)
        .collect();
    dropped.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let dropped: Vec<String> = dropped
        .iter()
        .map(|(reason, count)| format!("{} {count}", reason.replace('_', " ")))
        .collect();
    match dropped.is_empty() {
        true => lines.say("dropped", "nothing", plain),
        false => lines.say("dropped", &dropped.join(", "), plain),
    }
}

/// A number of bytes for people.
fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} kB", count / 1000),
        _ => format!("{} MB", count / 1_000_000),
    }
}

/// Lines with what they are about in front.
struct Lines {
    rows: Vec<Row>,
    width: usize,
}

impl Lines {
    fn say(&mut self, label: &str, said: &str, style: Style) {
        let room = self.width.saturating_sub(LABELS).max(1);
        let mut label = format!("{label:<LABELS$}");
        for line in super::super::text::wrap(said, room) {
            self.rows.push(Row::of(label, FAINT).then(line, style));
            label = " ".repeat(LABELS);
        }
    }
}
