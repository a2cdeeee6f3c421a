//! What can be wrong with a call: with the line that it stands in, and with what it asks for. The sentence is
//! for people, the code for programs.

use super::call::MAX_BATCH;
use super::error::{RpcError, code};
use super::methods::MAX_PAGE;
use super::subscription::MAX_SUBSCRIPTIONS;
use crate::Chat;
use crate::darkness::report::MAX_NAMES;
use status_conversational_security::noise::pairing::CodeError;
use status_payload::{GroupId, MessageId};

/// Why a line is no call that could be carried out. Whoever wrote the client is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFault {
    /// It is no JSON, in the words of the library that reads it.
    #[error("this is no JSON: {0}")]
    Json(String),
    /// A batch without calls.
    #[error("an empty batch")]
    EmptyBatch,
    /// A batch of more than [`MAX_BATCH`] calls.
    #[error("a batch has at most {MAX_BATCH} calls")]
    LongBatch,
    /// A call is something else than an object.
    #[error("a call is an object")]
    NoObject,
    /// It is of another version of JSON-RPC.
    #[error("\"jsonrpc\" is not \"2.0\"")]
    Version,
    /// It names no method.
    #[error("\"method\" is not the name of a method")]
    Method,
    /// Its parameters are neither an object nor an array.
    #[error("\"params\" is not an object")]
    Params,
    /// It has a field that no call has.
    #[error("a call has no field {0:?}")]
    Field(String),
    /// Its id is none.
    #[error("\"id\" is not a number or a text")]
    Id,
    /// Its parameters have no names.
    #[error("parameters are given by name, in an object")]
    ByPosition,
    /// There is no such method.
    #[error("there is no method {0:?}")]
    NoMethod(String),
    /// As many clients are connected as are served at a time.
    #[error("at most {limit} clients are served at a time")]
    TooManyClients {
        /// How many.
        limit: usize,
    },
    /// The connection has [`MAX_SUBSCRIPTIONS`].
    #[error("a connection has at most {MAX_SUBSCRIPTIONS} subscriptions")]
    TooManySubscriptions,
    /// The connection has no subscription of this number.
    #[error("there is no subscription {0}")]
    NoSubscription(u64),
    /// The answer is longer than is sent.
    #[error("the answer has more than {limit} bytes: ask for less")]
    LongAnswer {
        /// How long one may be.
        limit: usize,
    },
}

impl From<CallFault> for RpcError {
    fn from(fault: CallFault) -> Self {
        let code = match fault {
            CallFault::Json(_) => code::PARSE,
            CallFault::ByPosition => code::INVALID_PARAMS,
            CallFault::NoMethod(_) => code::NO_METHOD,
            CallFault::TooManyClients { .. } => code::TOO_MANY_CLIENTS,
            CallFault::TooManySubscriptions => code::TOO_MANY_SUBSCRIPTIONS,
            CallFault::NoSubscription(_) => code::UNKNOWN,
            CallFault::LongAnswer { .. } => code::ANSWER_TOO_LONG,
            _ => code::INVALID_REQUEST,
        };
        Self::new(code, fault)
    }
}

/// Why a method does not do what it is asked for. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The account is locked, which is another thing than none.
    #[error("the account of this node is locked: start `run` with its password")]
    Locked,
    /// What is to be explained is no hex.
    #[error("`bytes` are no hex")]
    NoBytes,
    /// What is to be explained is said to be of a kind that is not known.
    #[error("{0:?} is no kind of bytes")]
    Kind(String),
    /// A key to explain with is none.
    #[error("a key is not 32 bytes of hex")]
    NoKey,
    /// More to explain with than is tried.
    #[error("at most {limit} keys and {limit} chats are tried")]
    TooManyKeys {
        /// How many are.
        limit: usize,
    },
    /// An envelope is named by what is no hash.
    #[error("`envelope` is no hash: 0x and 64 digits")]
    NoHash,
    /// The node does not hold this envelope.
    #[error("the node holds no envelope of this hash")]
    NoEnvelope,
    /// An envelope is asked for where no node runs.
    #[error("no node runs here that could hold envelopes")]
    NoNode,
    /// More names to guess at than [`MAX_NAMES`].
    #[error("names are {MAX_NAMES} at most")]
    TooManyNames,
    /// A name to guess at is that of another sort of chat.
    #[error("{0} is not the name of a public chat")]
    NotPublic(Box<Chat>),
    /// Nobody is said to have an account.
    #[error("accounts are 1 at least")]
    NoAccounts,
    /// A device without a name is to be announced.
    #[error("this device has no name yet: status-node device name NAME comes first")]
    NamelessDevice,
    /// This device is to be enabled or disabled.
    #[error("that is this device, which is always enabled: name another one")]
    ThisDevice,
    /// There is no such group.
    #[error("there is no group {0} here")]
    NoGroup(Box<GroupId>),
    /// A group is to be joined as other chats are.
    #[error("a group is joined by an invitation: use group join")]
    JoinsByInvitation,
    /// A group is to be left as other chats are.
    #[error("the others must learn that a group is left: use group leave")]
    LeavesAloud,
    /// More or fewer messages on a page than there can be.
    #[error("limit is from 1 to {MAX_PAGE}")]
    PageLimit,
    /// A page is to begin at a message that is not there.
    #[error("there is no message {id} in {chat}")]
    NoMessage {
        /// The message.
        id: MessageId,
        /// The chat.
        chat: Box<Chat>,
    },
    /// A message of somebody else has no ledger.
    #[error("no message {0} was sent from here")]
    NotSentHere(MessageId),
    /// An acknowledgement in a public chat is to be waited for.
    #[error("nobody acknowledges a message in a public chat")]
    PublicChat,
    /// An acknowledgement of somebody without data sync is to be waited for.
    #[error("data sync is off for this person, so nobody acknowledges")]
    NoDataSync,
    /// A code to pair by is none.
    #[error("the code: {0}")]
    PairingCode(#[source] CodeError),
    /// A message of a pairing is no hex.
    #[error("the message is not in hex")]
    NoHexMessage,
}

impl From<Unfit> for RpcError {
    fn from(unfit: Unfit) -> Self {
        let code = match unfit {
            Unfit::Locked => code::NO_ACCOUNT,
            Unfit::NoEnvelope
            | Unfit::NoNode
            | Unfit::NoGroup(_)
            | Unfit::NoMessage { .. }
            | Unfit::NotSentHere(_) => code::UNKNOWN,
            Unfit::NamelessDevice
            | Unfit::ThisDevice
            | Unfit::JoinsByInvitation
            | Unfit::LeavesAloud
            | Unfit::PublicChat
            | Unfit::NoDataSync
            | Unfit::PairingCode(_) => code::REFUSED,
            _ => code::INVALID_PARAMS,
        };
        Self::new(code, unfit)
    }
}

impl From<Unfit> for super::Refusal {
    fn from(unfit: Unfit) -> Self {
        Self::Call(unfit.into())
    }
}
