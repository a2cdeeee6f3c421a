//! The rows that a message takes on the screen: the day if it is another, who says it and when, what it
//! answers, what it says. Text of others is made fit for a screen here.

use super::super::text;
use super::conversation::Item;
use crate::cli::show::time;

/// Within this time, in ms, what the same person says goes on under the same name.
const GOES_ON_MS: u64 = 300_000;

/// A day in ms.
const DAY_MS: u64 = 86_400_000;

/// Columns by which text is moved in under the name.
pub(crate) const MARGIN: usize = 2;

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    /// What it is of the message.
    pub(crate) part: Part,
    /// The message.
    pub(crate) item: &'a Item,
    /// Whether the user chose it.
    pub(crate) is_selected: bool,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A day on which something was said.
    Day(String),
    /// Who says it, and when.
    Head,
    /// The start of the message that it answers.
    Quote {
        /// Its author's key; none if it is not loaded.
        from: Option<String>,
        /// The start of its text.
        text: String,
    },
    /// A line of what it says.
    Text(String),
    /// What is to be said about it.
    Note(String),
}

/// The rows of a message after another one, on a screen of so many columns. `answered` is the message that
/// it answers, if it is loaded.
pub(super) fn of<'a>(
    item: &'a Item,
    before: Option<&Item>,
    answered: Option<&Item>,
    is_selected: bool,
    width: usize,
) -> Vec<Row<'a>> {
    let mut parts = above(item, before);
    if item.record.response_to.is_some() {
        parts.push(Part::Quote {
            from: answered.map(|answered| answered.record.from.clone()),
            text: answered.map_or_else(
                || "a message that is not loaded".into(),
                |answered| text::cut(&answered.record.text, width),
            ),
        });
    }
    parts.extend(lines(item, width).into_iter().map(Part::Text));
    parts.extend(below(item));
    let row = |part| Row {
        part,
        item,
        is_selected,
    };
    parts.into_iter().map(row).collect()
}

/// How many rows that are, which is asked for more often than for the rows.
pub(super) fn height(item: &Item, before: Option<&Item>, width: usize) -> usize {
    let quote = usize::from(item.record.response_to.is_some());
    let rows = item.text_rows(width, || lines(item, width).len());
    above(item, before).len() + quote + rows + below(item).len()
}

/// What stands above the text and what it answers.
fn above(item: &Item, before: Option<&Item>) -> Vec<Part> {
    let record = &item.record;
    let mut parts = Vec::new();
    let is_new_day =
        before.is_none_or(|before| before.record.timestamp / DAY_MS != record.timestamp / DAY_MS);
    if is_new_day {
        parts.push(Part::Day(day(item)));
    }
    let goes_on = !is_new_day
        && !record.outgoing
        && record.response_to.is_none()
        && before.is_some_and(|before| {
            let earlier = &before.record;
            earlier.from == record.from
                && !earlier.outgoing
                && earlier.timestamp.abs_diff(record.timestamp) < GOES_ON_MS
        });
    if !goes_on {
        parts.push(Part::Head);
    }
    parts
}

/// What it says.
fn lines(item: &Item, width: usize) -> Vec<String> {
    let record = &item.record;
    match (record.content.as_str(), record.text.is_empty()) {
        ("sticker", true) => vec!["(a sticker)".into()],
        (_, true) => vec!["(nothing that can be shown)".into()],
        _ => text::wrap(&record.text, width.saturating_sub(MARGIN)),
    }
}

/// What is to be said about it.
fn below(item: &Item) -> Vec<Part> {
    let record = &item.record;
    let mut parts = Vec::new();
    if item.cut > 0 {
        parts.push(Part::Note(format!(
            "{} bytes more: i shows how to read them",
            item.cut
        )));
    }
    match (record.clock_ahead_ms, record.clock_behind_ms) {
        (0, 0) => {}
        (ahead, 0) => parts.push(Part::Note(format!("its clock is {} ahead", span(ahead)))),
        (_, behind) => parts.push(Part::Note(format!("its clock is {} behind", span(behind)))),
    }
    parts
}

/// The day of a message, UTC, as its author says.
fn day(item: &Item) -> String {
    let mut day = time(item.record.timestamp);
    day.truncate(day.find(' ').unwrap_or_default());
    day
}

/// Hour and minute of a message, UTC, as its author says.
pub(crate) fn clock(ms: u64) -> String {
    let time = time(ms);
    let clock = time.split(' ').nth(1).and_then(|clock| clock.get(..5));
    clock.unwrap_or_default().to_owned()
}

/// A span of time in its largest unit.
pub(crate) fn span(ms: u64) -> String {
    match ms / 1000 {
        0 => format!("{ms} ms"),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
