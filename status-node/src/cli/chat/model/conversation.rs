//! The messages of the open chat that are loaded, and which of them are on the screen.
//!
//! Pages come from the node when the user scrolls to the oldest one. What is on the screen is told by the
//! message at its lower edge, so that messages that come meanwhile move nothing.

use super::delivery::Delivery;
use super::rows::{self, Row};
use status_node::Chat;
use status_node::rpc::Text;
use status_node::rpc::records::{LedgerRecord, MessageRecord};
use status_payload::MessageId;
use std::cell::Cell;

/// Messages that are loaded at a time.
pub(crate) const PAGE: usize = 50;

/// Messages that are kept at most, and a page more; of more the newest are let go while the user reads old ones, and
/// loaded again when they come back.
pub(crate) const MAX_MESSAGES: usize = 2_000;

/// After a page that was refused none is asked for so long, in ms: whatever the reason is, it may last.
const RETRY_MS: u64 = 2_000;

/// Bytes of a message that are shown; `status-node messages` has the rest. So a full chat takes 8 MB.
const MAX_SHOWN: usize = 4_096;

/// A message that is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// What the node has of it, its text cut.
    pub(crate) record: MessageRecord,
    /// What became of it, if it is one's own.
    pub(crate) delivery: Option<Delivery>,
    /// Bytes of its text that are not shown.
    pub(crate) cut: usize,
    /// On so many columns its text takes so many rows: what is above and below the screen is measured at
    /// each key, and wrapped only once.
    measured: Cell<(usize, usize)>,
}

impl Item {
    fn new(mut record: MessageRecord, ledger: &[LedgerRecord]) -> Self {
        let whole = record.text.len();
        record
            .text
            .truncate(record.text.floor_char_boundary(MAX_SHOWN));
        Self {
            delivery: record.outgoing.then(|| Delivery::of(ledger)),
            cut: whole - record.text.len(),
            measured: Cell::default(),
            record,
        }
    }

    /// The rows that its text takes on so many columns, measured if that is not known.
    pub(super) fn text_rows(&self, width: usize, measure: impl FnOnce() -> usize) -> usize {
        match self.measured.get() {
            (known, rows) if known == width && rows > 0 => rows,
            _ => {
                let rows = measure();
                self.measured.set((width, rows));
                rows
            }
        }
    }

    fn place(&self) -> (u64, &str) {
        (self.record.clock, &self.record.id)
    }
}

/// The lower edge of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Anchor {
    /// The message that is there.
    id: String,
    /// Rows of it that are below the edge.
    hidden: usize,
}

/// See the module's documentation.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    /// Which chat it is.
    pub(crate) chat: Chat,
    /// In the order of the chat.
    items: Vec<Item>,
    /// Whether there is nothing older.
    is_whole: bool,
    /// Whether there is nothing newer.
    is_latest: bool,
    /// Whether a page is on its way.
    is_loading: bool,
    /// Whether the last page is to be asked for: more may have been said than is known here.
    is_stale: bool,
    /// When a page may be asked for again after one was refused, in ms since 1970.
    retry_ms: u64,
    /// None at the newest message.
    anchor: Option<Anchor>,
    /// The message that the user chose, by its id.
    selected: Option<String>,
}

impl Conversation {
    /// A chat of which nothing is loaded yet.
    pub(crate) fn new(chat: Chat) -> Self {
        Self {
            chat,
            items: Vec::new(),
            is_whole: false,
            is_latest: true,
            is_loading: false,
            is_stale: true,
            retry_ms: 0,
            anchor: None,
            selected: None,
        }
    }

    /// The messages, in the order of the chat.
    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether a page is on its way, or will be as soon as the node can be asked.
    pub(crate) fn is_loading(&self) -> bool {
        self.is_loading || self.is_stale
    }

    /// Whether there is nothing older than the first message.
    #[cfg(test)]
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether the newest message is on the screen.
    pub(crate) fn is_at_end(&self) -> bool {
        self.is_latest && self.anchor.is_none()
    }

    /// A message that is loaded.
    pub(crate) fn get(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.record.id == id)
    }

    /// The message that the user chose.
    pub(crate) fn selected(&self) -> Option<&Item> {
        self.get(self.selected.as_deref()?)
    }

    /// Takes a page: the last messages, or those before `before`.
    pub(crate) fn take_page(
        &mut self,
        before: Option<&MessageId>,
        page: Vec<(MessageRecord, Vec<LedgerRecord>)>,
    ) {
        self.is_loading = false;
        let first = page.first().map(|(record, _)| record.id.as_str());
        match (before, first) {
            // An answer with large messages ends early, and only an empty one says that there are no more.
            (Some(_), first) => self.is_whole = first.is_none(),
            (None, Some(first)) if self.get(first).is_some() => self.is_latest = true,
            // Between what is being read and the end there are others, which are loaded on the way there.
            (None, Some(_)) if self.anchor.is_some() && !self.items.is_empty() => {
                self.is_latest = false;
                return;
            }
            (None, first) => {
                self.items.clear();
                self.is_whole = first.is_none();
                self.is_latest = true;
            }
        }
        for (record, ledger) in page {
            self.put(Item::new(record, &ledger));
        }
        self.bound();
    }

    /// A page did not come, at `now_ms`: the last one, or the one before `before`.
    pub(crate) fn miss_page(&mut self, before: Option<&MessageId>, now_ms: u64) {
        self.is_loading = false;
        self.is_stale |= before.is_none();
        self.retry_ms = now_ms.saturating_add(RETRY_MS);
    }

    /// What somebody said is deleted.
    pub(crate) fn forget(&mut self, author: &str) {
        self.items.retain(|item| item.record.from != author);
        let selected = self.selected.take();
        self.selected = selected.filter(|id| self.get(id).is_some());
        let anchor = self.anchor.take();
        self.anchor = anchor.filter(|anchor| self.get(&anchor.id).is_some());
    }

    /// A message that was just written here, and is stored.
    pub(crate) fn take_own(&mut self, record: MessageRecord) {
        self.take_item(Item {
            delivery: Some(Delivery::stored()),
            ..Item::new(record, &[])
        });
    }

    /// A message that just came.
    pub(crate) fn take(&mut self, record: MessageRecord) {
        self.take_item(Item::new(record, &[]));
    }

    fn take_item(&mut self, item: Item) {
        // Between what is loaded and the end there are others, which are loaded with it.
        let is_beyond = self
            .items
            .last()
            .is_none_or(|last| last.place() < item.place());
        if self.is_latest || !is_beyond {
            self.put(item);
            self.bound();
        }
    }

    /// Something became of a message; false if it is not loaded.
    pub(crate) fn follow(&mut self, entry: &LedgerRecord) -> bool {
        let item = self
            .items
            .iter_mut()
            .find(|item| item.record.id == entry.message);
        if let Some(delivery) = item.and_then(|item| item.delivery.as_mut()) {
            delivery.take(entry);
            return true;
        }
        false
    }

    fn put(&mut self, item: Item) {
        match self
            .items
            .binary_search_by(|other| other.place().cmp(&item.place()))
        {
            Ok(at) => {
                if let Some(known) = self.items.get_mut(at) {
                    // What was reported may be newer than what the ledger said when it was read.
                    let before = known.delivery.take();
                    *known = item;
                    if let (Some(now), Some(before)) = (&mut known.delivery, before) {
                        now.merge(before);
                    }
                }
            }
            Err(at) => self.items.insert(at, item),
        }
    }

    /// Lets go what is too much: the oldest if the user looks at the newest, else the newest. A page at
    /// once, since all others move up when the oldest go, and in a flood of messages that is often.
    fn bound(&mut self) {
        let excess = self.items.len().saturating_sub(MAX_MESSAGES);
        if excess < PAGE {
            return;
        }
        if self.anchor.is_none() {
            self.items.drain(..excess);
            self.is_whole = false;
        } else {
            self.items.truncate(MAX_MESSAGES);
            self.is_latest = false;
        }
        let selected = self.selected.take();
        self.selected = selected.filter(|id| self.get(id).is_some());
    }

    /// The page to ask for if the user looks at the oldest message that is loaded, or came to the end of
    /// what is loaded of the newer ones. None if none is missing, or one is on its way.
    pub(crate) fn missing_page(
        &mut self,
        size: (usize, usize),
        now_ms: u64,
    ) -> Option<Option<MessageId>> {
        if self.is_loading || now_ms < self.retry_ms {
            return None;
        }
        let before = if self.is_stale || self.anchor.is_none() && !self.is_latest {
            self.is_stale = false;
            None
        } else if !self.is_whole && self.shows_oldest(size) {
            let first = self.items.first()?;
            Some(MessageId::read(&first.record.id).ok()?)
        } else {
            return None;
        };
        self.is_loading = true;
        Some(before)
    }

    /// The last page is wanted again: something may have been written elsewhere.
    pub(crate) fn reload(&mut self) {
        self.is_stale = true;
    }

    /// Scrolls up by so many rows, or down if negative, on a screen of so many columns and rows.
    pub(crate) fn scroll(&mut self, by: isize, (width, height): (usize, usize)) {
        let total = self.total(width);
        let most = total.saturating_sub(height);
        let offset = self.offset(width).saturating_add_signed(by).min(most);
        self.set_offset(offset, width);
    }

    /// Goes to the newest message.
    pub(crate) fn go_to_end(&mut self) {
        self.anchor = None;
        self.selected = self.selected.take().and_then(|_| {
            let last = self.items.last()?;
            Some(last.record.id.clone())
        });
    }

    /// Goes to the oldest message that is loaded.
    pub(crate) fn go_to_start(&mut self, size: (usize, usize)) {
        self.scroll(isize::MAX, size);
        if self.selected.is_some() {
            self.selected = self.items.first().map(|first| first.record.id.clone());
        }
    }

    /// Chooses the message at the lower edge of the screen.
    pub(crate) fn select(&mut self) {
        let id = match &self.anchor {
            Some(anchor) => Some(anchor.id.clone()),
            None => self.items.last().map(|last| last.record.id.clone()),
        };
        self.selected = id;
    }

    /// Chooses no message any more.
    pub(crate) fn unselect(&mut self) {
        self.selected = None;
    }

    /// Chooses the message above, or below, and scrolls to it.
    pub(crate) fn select_next(&mut self, up: bool, (width, height): (usize, usize)) {
        let Some(chosen) = &self.selected else {
            return self.select();
        };
        let Some(at) = self.items.iter().position(|item| item.record.id == *chosen) else {
            return self.select();
        };
        let next = match up {
            true => at.checked_sub(1),
            false => Some(at + 1),
        };
        let Some((next, item)) = next.and_then(|next| Some((next, self.items.get(next)?))) else {
            if !up {
                self.anchor = None;
            }
            return;
        };
        self.selected = Some(item.record.id.clone());
        let below: usize = (next + 1..self.items.len())
            .map(|at| self.height(at, width))
            .sum();
        let own = self.height(next, width);
        let offset = self.offset(width);
        // Its first row is seen, and its last if there is room for all of it.
        let highest = below;
        let lowest = (below + own).saturating_sub(height);
        let offset = offset.min(highest).max(lowest);
        self.set_offset(offset, width);
    }

    /// The rows of a screen of so many columns and rows, from the top; fewer if there are not so many.
    pub(crate) fn rows(&self, (width, height): (usize, usize)) -> Vec<Row<'_>> {
        let mut offset = self.offset(width);
        let mut shown = Vec::new();
        for at in (0..self.items.len()).rev() {
            let rows = self.rows_of(at, width);
            let hidden = offset.min(rows.len());
            offset -= hidden;
            let seen = rows.len() - hidden;
            shown.extend(rows.into_iter().take(seen).rev());
            if shown.len() >= height {
                break;
            }
        }
        shown.truncate(height);
        shown.reverse();
        shown
    }

    fn rows_of(&self, at: usize, width: usize) -> Vec<Row<'_>> {
        let Some(item) = self.items.get(at) else {
            return Vec::new();
        };
        let before = at.checked_sub(1).and_then(|before| self.items.get(before));
        let answered = item.record.response_to.as_deref();
        let answered = answered.and_then(|id| self.get(id));
        let is_selected = self.selected.as_deref() == Some(item.record.id.as_str());
        rows::of(item, before, answered, is_selected, width)
    }

    fn height(&self, at: usize, width: usize) -> usize {
        let before = at.checked_sub(1).and_then(|before| self.items.get(before));
        let item = self.items.get(at);
        item.map_or(0, |item| rows::height(item, before, width))
    }

    fn total(&self, width: usize) -> usize {
        (0..self.items.len()).map(|at| self.height(at, width)).sum()
    }

    /// Whether nothing of what is loaded is above the screen. It is asked at each event, and so looks at
    /// no more messages than the screen has rows.
    fn shows_oldest(&self, (width, height): (usize, usize)) -> bool {
        let (last, hidden) = match self.anchor_place() {
            Some((at, anchor)) => (at + 1, anchor.hidden),
            None => (self.items.len(), 0),
        };
        let mut room = height.saturating_add(hidden);
        (0..last).rev().all(|at| {
            let rows = self.height(at, width);
            let fits = rows <= room;
            room = room.saturating_sub(rows);
            fits
        })
    }

    /// The message at the lower edge of the screen.
    fn anchor_place(&self) -> Option<(usize, &Anchor)> {
        let anchor = self.anchor.as_ref()?;
        let is_there = |item: &Item| item.record.id == anchor.id;
        Some((self.items.iter().position(is_there)?, anchor))
    }

    /// Rows below the screen.
    fn offset(&self, width: usize) -> usize {
        let Some((at, anchor)) = self.anchor_place() else {
            return 0;
        };
        let below: usize = (at + 1..self.items.len())
            .map(|at| self.height(at, width))
            .sum();
        below + anchor.hidden.min(self.height(at, width).saturating_sub(1))
    }

    fn set_offset(&mut self, offset: usize, width: usize) {
        self.anchor = None;
        if offset == 0 {
            return;
        }
        let mut left = offset;
        for at in (0..self.items.len()).rev() {
            let height = self.height(at, width);
            if left < height {
                self.anchor = self.items.get(at).map(|item| Anchor {
                    id: item.record.id.clone(),
                    hidden: left,
                });
                return;
            }
            left -= height;
        }
    }
}

#[cfg(test)]
mod tests;
