//! The last two lines: how it stands with the node, what there is to say, and which keys there are.

use super::super::event::Link;
use super::super::model::{Focus, Model, Notice, span};
use super::super::text;
use super::{BAD, FAINT, STRONG, put, put_right, right_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use status_node::rpc::records::Membership;
use std::fmt::Write as _;

/// From which time on, in ms, it is said that the node does not answer.
const SLOW_MS: u64 = 2_000;

/// From which difference of clocks on, in ms, it is said.
const SKEW_MS: u64 = 5_000;

/// How it stands with the node, and a notice.
pub(super) fn status(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    if let Some(notice) = model.notice.as_ref().filter(|_| area.height > 1) {
        for (row, line) in area.rows().zip(text::wrap(&notice.text, area.width.into())) {
            put(buffer, row, &line, style_of(notice));
        }
        return;
    }
    let row = area;
    let (state, style) = state(model);
    let width = usize::from(row.width);
    let state = text::cut(&state, width);
    let columns = put(buffer, row, &state, style);
    if let Some(notice) = &model.notice {
        let room = width.saturating_sub(usize::from(columns) + 2);
        // A sentence that has no room beside it takes the whole line.
        let (place, room) = match text::width(&notice.text) <= room {
            true => (right_of(row, columns), room),
            false => (row, width),
        };
        let style = style_of(notice);
        let said = match place == row {
            true => text::fit(&notice.text, room),
            false => text::cut(&notice.text, room),
        };
        put_right(buffer, place, &said, style);
    }
}

fn style_of(notice: &Notice) -> Style {
    match notice.is_bad {
        true => BAD,
        false => Style::new().fg(Color::Green),
    }
}

/// How it stands with the node, in a few words.
fn state(model: &Model) -> (String, Style) {
    match &model.facts.link {
        Link::Connecting => return ("connecting…".into(), FAINT),
        Link::Lost(_) => return ("no connection to the node".into(), BAD),
        Link::Connected => {}
    }
    if let Some(ms) = model.facts.waiting_ms.filter(|ms| *ms >= SLOW_MS) {
        let mut said = format!("the node has not answered for {}", span(ms));
        match model.sending() {
            0 => {}
            1 => said.push_str(" · 1 message waits for it"),
            messages => {
                let _ = write!(said, " · {messages} messages wait for it");
            }
        }
        return (said, BAD);
    }
    let Some(node) = &model.facts.node else {
        return ("connected".into(), FAINT);
    };
    let mut said = vec![match node.ready_peers {
        0 => "no peer".into(),
        1 => "1 peer".into(),
        peers => format!("{peers} peers"),
    }];
    if let Some(ahead) = node.others_ahead_ms
        && ahead.unsigned_abs() >= SKEW_MS
    {
        let way = if ahead > 0 { "slow" } else { "fast" };
        said.push(format!("clock {} {way}", span(ahead.unsigned_abs())));
    }
    match node.sealing {
        0 => {}
        1 => said.push("1 proof of work".into()),
        sealing => said.push(format!("{sealing} proofs of work")),
    }
    match node.unsent {
        0 => {}
        unsent => said.push(format!("{unsent} waiting for a peer")),
    }
    let requests = model
        .facts
        .contacts
        .iter()
        .filter(|contact| contact.request);
    match requests.count() {
        0 => {}
        1 => said.push("1 contact request (F3)".into()),
        count => said.push(format!("{count} contact requests (F3)")),
    }
    let style = match node.ready_peers {
        0 => BAD,
        _ => FAINT,
    };
    (said.join(" · "), style)
}

/// Whether the cursor is on a group to which the account is invited.
fn is_invited(model: &Model) -> bool {
    let chosen = model.list.chosen();
    chosen.is_some_and(|chat| chat.membership == Some(Membership::Invited))
}

/// The keys that matter most here.
pub(super) fn hints(model: &Model, row: Rect, buffer: &mut Buffer) {
    let hints = match (&model.detail, &model.panel, model.focus) {
        (Some(_), ..) => &[("Esc", "close"), ("Up Down", "scroll")][..],
        (None, Some(panel), _) => panel.hints(),
        (None, None, Focus::List) if is_invited(model) => &[
            ("?", "help"),
            ("a", "accept the invitation"),
            ("L L", "decline it"),
            ("Enter", "open"),
            ("q", "quit"),
        ],
        (None, None, Focus::List) => &[
            ("?", "help"),
            ("Enter", "open"),
            ("j", "join"),
            ("g", "group"),
            ("k", "my key"),
            ("r", "requests"),
            ("s", "network"),
            ("q", "quit"),
        ],
        (None, None, Focus::Messages) => &[
            ("?", "help"),
            ("Tab", "write"),
            ("Up Down", "choose"),
            ("r", "reply"),
            ("i", "details"),
            ("Esc", "chats"),
        ],
        (None, None, Focus::Composer) => &[
            ("F1", "help"),
            ("Enter", "send"),
            ("Alt-Enter", "new line"),
            ("Tab", "chats"),
            ("PgUp", "scroll"),
            ("Esc", "back"),
        ],
    };
    let mut left = row;
    for (key, does) in hints {
        let needed = text::width(key) + text::width(does) + 3;
        if needed > usize::from(left.width) + 2 {
            // What does not fit whole is left out: the help has it.
            break;
        }
        let columns = put(buffer, left, key, STRONG);
        left = right_of(left, columns + 1);
        let columns = put(buffer, left, does, FAINT);
        left = right_of(left, columns + 2);
    }
}
