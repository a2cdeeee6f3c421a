//! What the model hears and what it wants: events in, effects out.

use super::panel;
use ratatui::crossterm::event::KeyEvent;
use serde_json::Value;
use status_node::Chat;
use status_node::rpc::Report;
use status_node::rpc::records::{
    ChatRecord, ContactRecord, DeviceRecord, FindingRecord, GroupRecord, LedgerRecord,
    MessageRecord, NodeRecord,
};
use status_payload::{GroupId, MessageId};

/// Something that happened.
#[derive(Debug)]
pub(super) enum Event {
    /// The user pressed a key.
    Key(KeyEvent),
    /// The user pasted a text.
    Paste(String),
    /// The screen has so many columns and rows.
    Resized(u16, u16),
    /// The node reports.
    Report(Box<Report>),
    /// A call has its answer, or the sentence that says why not.
    Answered(Box<Answered>),
    /// A call was not even made, for the reason of the sentence: the node has too much to answer already.
    NotMade(Box<Answered>),
    /// The connection to the node, or the node of this process.
    Link(Link),
    /// Time passed.
    Tick,
}

/// The end of a call. Calls are answered in their order.
#[derive(Debug)]
pub(super) struct Answered {
    /// What was asked.
    pub(super) call: Call,
    /// What came of it.
    pub(super) result: Result<Answer, String>,
}

/// How it stands with the node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Link {
    /// Nobody answered yet.
    #[default]
    Connecting,
    /// It reports what happens.
    Connected,
    /// It is gone, which the sentence says; if it is another process, it is looked for.
    Lost(String),
}

/// What the model wants done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// To ask the node.
    Call(Box<Call>),
    /// To end.
    Quit,
    /// To stop as other programs do that the user leaves for a while.
    Suspend,
    /// To draw everything anew.
    Redraw,
}

/// A question to the node, or a thing to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Call {
    /// The chats.
    Chats,
    /// The node and its counters.
    Node,
    /// The people.
    Contacts,
    /// The devices.
    Devices,
    /// A group and its members.
    Group(GroupId),
    /// Messages of a chat with what became of those of one's own: the last ones, or those before one.
    Page {
        /// The chat.
        chat: Chat,
        /// Before which.
        before: Option<MessageId>,
    },
    /// What became of a message.
    Ledger(MessageId),
    /// What saying something would give away.
    Lint {
        /// Where.
        chat: Chat,
        /// What.
        text: String,
        /// The message that it would answer.
        response_to: Option<MessageId>,
    },
    /// To say something.
    Send {
        /// Where.
        chat: Chat,
        /// What.
        text: String,
        /// The message that it answers.
        response_to: Option<MessageId>,
    },
    /// To mark all of a chat as read.
    Read(Chat),
    /// To leave a chat.
    Leave(Chat),
    /// What a panel wants.
    Panel(panel::Request),
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// The chats that are shown.
    Chats(Vec<ChatRecord>),
    /// The node, and its counters.
    Node(Box<NodeRecord>, Value),
    /// The people who are known.
    Contacts(Vec<ContactRecord>),
    /// The account's devices.
    Devices(Vec<DeviceRecord>),
    /// A group.
    Group(GroupRecord),
    /// Messages, the oldest first, each of one's own with its ledger.
    Page(Vec<(MessageRecord, Vec<LedgerRecord>)>),
    /// What became of a message.
    Ledger(Vec<LedgerRecord>),
    /// What is given away.
    Lint(Vec<FindingRecord>),
    /// The message as it is stored.
    Sent(Box<MessageRecord>),
    /// It is done.
    Done,
}
