//! The node itself, and subscriptions.

use super::method;
use crate::Chat;
use crate::rpc::records::{Done, NodeRecord, SubscriptionRecord};
use crate::rpc::report::ReportKind;
use crate::rpc::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `node`: who and where the node is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeInfo {}
method!(NodeInfo, "node", NodeRecord);

/// `stats`: what the node counted since its start, layer by layer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeStats {}
method!(NodeStats, "stats", Value);

/// `subscribe`: from now on the node notifies this connection of what happens.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// Of what.
    pub to: Vec<ReportKind>,
    /// Only reports about these chats, and those that are about none in particular; all if empty.
    #[serde(with = "text::list", default)]
    pub chats: Vec<Chat>,
}
method!(Subscribe, "subscribe", SubscriptionRecord);

/// `unsubscribe`: ends a subscription of this connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// Its number.
    pub subscription: u64,
}
method!(Unsubscribe, "unsubscribe", Done);
