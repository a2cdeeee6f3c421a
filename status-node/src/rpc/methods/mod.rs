//! The methods, each a type: its fields are the parameters, which are given by name.

mod chats;
mod contacts;
mod darkness;
mod devices;
mod explain;
mod groups;
mod node;

pub use chats::{
    Chats, ChatsJoin, ChatsLeave, ChatsRead, DEFAULT_PAGE, Ledger, MAX_PAGE, Messages, SendText,
};
pub use contacts::{
    ContactAdd, ContactBlock, ContactList, ContactName, ContactProfile, ContactRemove, ContactShow,
    ContactUnblock,
};
pub use darkness::{Darkness, Lint};
pub use devices::{
    DeviceAnnounce, DeviceDisable, DeviceEnable, DeviceList, DeviceName, DeviceSync, PairConfirm,
    PairMessage, PairPoll, PairShow, PairTake,
};
pub use explain::Explain;
pub use groups::{
    GroupAdd, GroupCreate, GroupJoin, GroupLeave, GroupPromote, GroupRemove, GroupRename, GroupShow,
};
pub use node::{NodeInfo, NodeStats, Subscribe, Unsubscribe};

use super::error::RpcError;
use super::fault::CallFault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Calls a macro with the methods of the messenger: all but those that the node answers, and subscriptions.
macro_rules! with_operations {
    ($macro:ident) => {
        $macro! {
            Chats, ChatsJoin, ChatsLeave, ChatsRead, Messages, SendText, Ledger,
            ContactList, ContactShow, ContactAdd, ContactRemove, ContactBlock, ContactUnblock,
            ContactName, ContactProfile,
            GroupCreate, GroupShow, GroupAdd, GroupRemove, GroupPromote, GroupJoin, GroupLeave,
            GroupRename,
            DeviceList, DeviceName, DeviceAnnounce, DeviceEnable, DeviceDisable, DeviceSync,
            PairShow, PairTake, PairPoll, PairMessage, PairConfirm
        }
    };
}
pub(super) use with_operations;

macro_rules! names {
    ($($method:ident),*) => {
        /// The names of all methods.
        pub const NAMES: &[&str] = &[
            NodeInfo::NAME,
            NodeStats::NAME,
            Darkness::NAME,
            Lint::NAME,
            Explain::NAME,
            $(<$method>::NAME,)*
            Subscribe::NAME,
            Unsubscribe::NAME,
        ];
    };
}
with_operations!(names);

/// A method: a call of it, with its parameters.
pub trait Method: Serialize + DeserializeOwned + Send + Sync {
    /// Its name.
    const NAME: &'static str;
    /// What it answers.
    type Answer: Serialize + DeserializeOwned + Send;
}

/// The parameters of a call. None are as good as an empty object or array, since a method may need
/// none; others in an array have no names, and are refused.
pub(super) fn params<M: Method>(given: Value) -> Result<M, RpcError> {
    let given = match given {
        Value::Null => Value::Object(Map::new()),
        Value::Array(values) if values.is_empty() => Value::Object(Map::new()),
        Value::Array(_) => {
            return Err(CallFault::ByPosition.into());
        }
        given => given,
    };
    serde_json::from_value(given).map_err(RpcError::invalid_params)
}

/// Implements [`Method`] for a type.
macro_rules! method {
    ($type:ty, $name:literal, $answer:ty) => {
        impl crate::rpc::methods::Method for $type {
            const NAME: &'static str = $name;
            type Answer = $answer;
        }
    };
}
use method;
