//! The list of chats: which of them the user has under the cursor.

use status_node::rpc::records::{ChatKindName, ChatRecord};

/// The chats in the order of the screen, and the one under the cursor.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    chats: Vec<ChatRecord>,
    /// How many of them are no strangers'.
    known: usize,
    /// By its id, so that the cursor stays where it is when chats come and go.
    chosen: Option<String>,
}

impl List {
    /// The chats.
    pub(crate) fn chats(&self) -> &[ChatRecord] {
        &self.chats
    }

    /// How many of them are no strangers', who come last.
    pub(crate) fn known(&self) -> usize {
        self.known
    }

    /// Takes the chats as the node has them: groups and people, then public ones, then strangers, each in
    /// the order in which they came to be.
    pub(crate) fn take(
        &mut self,
        mut chats: Vec<ChatRecord>,
        is_stranger: impl Fn(&ChatRecord) -> bool,
    ) {
        let at = self.at();
        chats.sort_by_cached_key(|chat| (is_stranger(chat), chat.kind == ChatKindName::Public));
        self.known = chats.partition_point(|chat| !is_stranger(chat));
        self.chats = chats;
        let is_there = |id: &String| self.chats.iter().any(|chat| chat.chat == *id);
        if !self.chosen.as_ref().is_some_and(is_there) {
            let nearest = at
                .unwrap_or_default()
                .min(self.chats.len().saturating_sub(1));
            self.chosen = self.chats.get(nearest).map(|chat| chat.chat.clone());
        }
    }

    /// A chat.
    pub(crate) fn get(&self, id: &str) -> Option<&ChatRecord> {
        self.chats.iter().find(|chat| chat.chat == id)
    }

    /// Where the cursor is.
    pub(crate) fn at(&self) -> Option<usize> {
        let chosen = self.chosen.as_deref()?;
        self.chats.iter().position(|chat| chat.chat == chosen)
    }

    /// The chat under the cursor.
    pub(crate) fn chosen(&self) -> Option<&ChatRecord> {
        self.chats.get(self.at()?)
    }

    /// Puts the cursor on a chat, which may come to the list later.
    pub(crate) fn choose(&mut self, id: &str) {
        self.chosen = Some(id.to_owned());
    }

    /// Moves the cursor by so many chats.
    pub(crate) fn go(&mut self, by: isize) {
        let at = self.at().unwrap_or_default().saturating_add_signed(by);
        let at = at.min(self.chats.len().saturating_sub(1));
        if let Some(chat) = self.chats.get(at) {
            self.chosen = Some(chat.chat.clone());
        }
    }

    /// Moves the cursor to the next chat with something unread, from the start again after the last.
    pub(crate) fn go_unread(&mut self) {
        let after = self.at().map_or(0, |at| at + 1);
        let places = (after..self.chats.len()).chain(0..after);
        let unread = places
            .filter_map(|at| self.chats.get(at))
            .find(|chat| chat.unread > 0);
        if let Some(chat) = unread {
            self.chosen = Some(chat.chat.clone());
        }
    }

    /// What is unread in all chats.
    pub(crate) fn unread(&self) -> u64 {
        let unread = self.chats.iter().map(|chat| chat.unread);
        unread.fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::chat;
    use super::*;

    fn nobody(_: &ChatRecord) -> bool {
        false
    }

    #[test]
    fn strangers_come_last() {
        let mut list = List::default();
        let chats = vec![chat("#x", 0), chat("#a", 0), chat("#b", 0)];
        list.take(chats, |chat| chat.chat == "#x");
        let order: Vec<&str> = list.chats().iter().map(|chat| &chat.chat[..]).collect();
        assert_eq!((order, list.known()), (vec!["#a", "#b", "#x"], 2));
    }

    #[test]
    fn the_cursor_stays_on_its_chat_when_others_come_and_go() {
        let mut list = List::default();
        list.take(vec![chat("#a", 0), chat("#b", 0), chat("#c", 2)], nobody);
        assert_eq!(list.chosen().unwrap().chat, "#a");
        list.go(1);
        list.take(
            vec![chat("#0", 0), chat("#a", 0), chat("#b", 0), chat("#c", 2)],
            nobody,
        );
        assert_eq!(list.chosen().unwrap().chat, "#b");
        list.take(vec![chat("#0", 0), chat("#a", 0), chat("#c", 2)], nobody);
        assert_eq!(list.chosen().unwrap().chat, "#c");
        list.go(9);
        list.go(-9);
        assert_eq!(list.chosen().unwrap().chat, "#0");
        list.take(Vec::new(), nobody);
        assert!(list.chosen().is_none());
        list.go(1);
    }

    #[test]
    fn what_is_unread_is_found_from_wherever_the_cursor_is() {
        let mut list = List::default();
        list.take(vec![chat("#a", 1), chat("#b", 0), chat("#c", 2)], nobody);
        list.go_unread();
        assert_eq!(list.chosen().unwrap().chat, "#c");
        list.go_unread();
        assert_eq!(list.chosen().unwrap().chat, "#a");
        assert_eq!(list.unread(), 3);
    }
}
