//! Errors as JSON-RPC writes them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The codes of errors. Those below -32000 are the standard's, those from -32000 to -32099 the
/// server's, the small ones the node's.
pub mod code {
    /// The line is no JSON.
    pub const PARSE: i64 = -32700;
    /// The JSON is no call.
    pub const INVALID_REQUEST: i64 = -32600;
    /// There is no such method.
    pub const NO_METHOD: i64 = -32601;
    /// The method does not take these parameters.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The node is at fault.
    pub const INTERNAL: i64 = -32603;
    /// As many clients are connected as are served at a time.
    pub const TOO_MANY_CLIENTS: i64 = -32000;
    /// The line is longer than is read.
    pub const LINE_TOO_LONG: i64 = -32001;
    /// The answer is longer than is sent.
    pub const ANSWER_TOO_LONG: i64 = -32002;
    /// The connection has as many subscriptions as it may have.
    pub const TOO_MANY_SUBSCRIPTIONS: i64 = -32003;
    /// The node has stopped.
    pub const STOPPED: i64 = -32004;
    /// The node has no account, or its account is locked.
    pub const NO_ACCOUNT: i64 = 1;
    /// What the call names is not known here.
    pub const UNKNOWN: i64 = 2;
    /// The rules of the chat, the group or the protocol do not allow it.
    pub const REFUSED: i64 = 3;
    /// The database fails.
    pub const STORAGE: i64 = 4;
}

/// An error in the answer to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RpcError {
    /// What kind of error it is: one of [`code`].
    pub code: i64,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl RpcError {
    /// An error.
    pub fn new(code: i64, message: impl fmt::Display) -> Self {
        Self {
            code,
            message: message.to_string(),
        }
    }

    /// Parameters that the method does not take.
    pub fn invalid_params(reason: impl fmt::Display) -> Self {
        Self::new(code::INVALID_PARAMS, reason)
    }

    /// A name that is not known here.
    pub fn unknown(reason: impl fmt::Display) -> Self {
        Self::new(code::UNKNOWN, reason)
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RpcError {}
