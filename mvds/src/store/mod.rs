//! What must outlive a restart, and where it is kept.

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteError, SqliteStore};

use crate::{GroupId, GroupSettings, Message, MessageId, PeerId, Record};

/// The window of remembered ids of strangers. No peer has this number.
pub const STRANGERS: u32 = 0;

/// The window of remembered ids of one's own messages. No peer has this number.
pub const OWN: u32 = 1;

/// Keeps what must outlive a restart. A [`Node`](crate::Node) holds an index of it and takes the
/// store as an argument, so that it may be a view of a transaction that lives for one batch.
///
/// The node writes before it answers and reads rarely: bodies when they are due, and whether an id
/// is known. Numbers of peers, groups and records are the node's; they are small and dense, so that
/// they serve as keys of tables.
///
/// Nothing here is atomic by itself: the caller commits after it has drained the node's events and
/// transmissions, or drops everything. After an error, and after a transaction that was rolled back,
/// the node is ahead of the store: it must be made anew with [`Node::load`](crate::Node::load). A
/// node that saw the error itself refuses all calls until then.
///
/// A method that removes or updates something absent does nothing.
pub trait Store {
    /// What can go wrong.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Everything but bodies and remembered ids, in any order unless a field says otherwise.
    ///
    /// # Errors
    ///
    /// The store's own, as with every method here.
    fn load(&mut self) -> Result<Saved, Self::Error>;

    /// Replaces the clock. Called at most once an epoch, and only when something else is written.
    fn save_clock(&mut self, clock: SavedClock) -> Result<(), Self::Error>;

    /// Adds a peer. Numbers begin at 2.
    fn save_peer(&mut self, number: u32, peer: &PeerId) -> Result<(), Self::Error>;

    /// Removes a peer that has no membership and no records left.
    fn remove_peer(&mut self, number: u32) -> Result<(), Self::Error>;

    /// Adds a group, or changes its settings.
    fn save_group(
        &mut self,
        number: u32,
        group: &GroupId,
        settings: GroupSettings,
    ) -> Result<(), Self::Error>;

    /// Removes a group with its memberships and heads. Its records and messages were removed before.
    fn remove_group(&mut self, number: u32) -> Result<(), Self::Error>;

    /// Makes a peer a member of a group; it is none yet.
    fn add_member(&mut self, group: u32, peer: u32) -> Result<(), Self::Error>;

    /// Ends a membership.
    fn remove_member(&mut self, group: u32, peer: u32) -> Result<(), Self::Error>;

    /// Adds a record under a number that is not in use.
    fn insert_record(&mut self, number: u64, record: &Record) -> Result<(), Self::Error>;

    /// Changes kind, counts and epochs of a record; peer, group and message stay.
    fn update_record(&mut self, number: u64, record: &Record) -> Result<(), Self::Error>;

    /// Removes a record.
    fn remove_record(&mut self, number: u64) -> Result<(), Self::Error>;

    /// Adds a message, or replaces the one of the same id.
    fn save_message(
        &mut self,
        id: &MessageId,
        message: &Message,
        about: &SavedMessage,
    ) -> Result<(), Self::Error>;

    /// The message of this id.
    fn message(&mut self, id: &MessageId) -> Result<Option<Message>, Self::Error>;

    /// Removes a message.
    fn remove_message(&mut self, id: &MessageId) -> Result<(), Self::Error>;

    /// Remembers an id in a window, and says whether it was in no window before; if it was in one,
    /// nothing changes.
    fn remember(&mut self, id: &MessageId, window: u32) -> Result<bool, Self::Error>;

    /// Remembers in a window an id that is in another already, and says whether it was not in this
    /// one: each window keeps it as long as if it were the only one.
    fn remember_too(&mut self, id: &MessageId, window: u32) -> Result<bool, Self::Error>;

    /// Whether an id is remembered, in whichever window.
    fn is_remembered(&mut self, id: &MessageId) -> Result<bool, Self::Error>;

    /// Whether an id is remembered in this window.
    fn is_remembered_in(&mut self, id: &MessageId, window: u32) -> Result<bool, Self::Error>;

    /// Forgets the `count` ids that were remembered first in a window.
    fn forget_oldest(&mut self, window: u32, count: u64) -> Result<(), Self::Error>;

    /// Adds a head: a message of a group that no known message has for a parent.
    fn add_head(&mut self, group: u32, id: &MessageId) -> Result<(), Self::Error>;

    /// Removes a head.
    fn remove_head(&mut self, group: u32, id: &MessageId) -> Result<(), Self::Error>;

    /// Adds a message that waits for its parents; the message itself was saved before.
    fn save_held(&mut self, id: &MessageId, held: &Held) -> Result<(), Self::Error>;

    /// Removes it.
    fn remove_held(&mut self, id: &MessageId) -> Result<(), Self::Error>;
}

/// What a [`Store`] gives back when a node is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// The clock; none in a store that was never written to.
    pub clock: Option<SavedClock>,
    /// Peers by their numbers.
    pub peers: Vec<(u32, PeerId)>,
    /// Groups by their numbers.
    pub groups: Vec<(u32, GroupId, GroupSettings)>,
    /// Memberships, as group and peer.
    pub members: Vec<(u32, u32)>,
    /// Records by their numbers.
    pub records: Vec<(u64, Record)>,
    /// What is known of each message beside its content.
    pub messages: Vec<(MessageId, SavedMessage)>,
    /// Heads with their groups, in the order in which they were added.
    pub heads: Vec<(u32, MessageId)>,
    /// Messages that wait for their parents.
    pub held: Vec<(MessageId, Held)>,
    /// How many ids each window remembers.
    pub windows: Vec<(u32, u64)>,
}

/// The clock of a node: it goes on from here when the node is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SavedClock {
    /// The epoch.
    pub epoch: u64,
    /// When it began, in ms since 1970.
    pub began: u64,
}

/// What is known of a message beside its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SavedMessage {
    /// Its place in the order in which messages were saved.
    pub number: u64,
    /// The number of its group; none if nobody added that group here.
    pub group: Option<u32>,
    /// When it is given up, in ms since 1970.
    pub deadline: Option<u64>,
    /// Whether it belongs to the history of its group, which is kept to answer requests.
    pub in_history: bool,
}

/// A message that waits for its parents.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Held {
    /// Who sent it.
    pub from: PeerId,
    /// The epoch in which it is handed over without them.
    pub until: u64,
    /// The parents that were missing when it came.
    pub parents: Vec<MessageId>,
}
