//! A node as what answers calls.

use super::connection::Service;
use super::error::{RpcError, code};
use super::fault::{CallFault, Unfit};
use super::methods::{
    Chats, ChatsJoin, ChatsLeave, ChatsRead, ContactAdd, ContactBlock, ContactList, ContactName,
    ContactProfile, ContactRemove, ContactShow, ContactUnblock, Darkness, DeviceAnnounce,
    DeviceDisable, DeviceEnable, DeviceList, DeviceName, DeviceSync, Explain, GroupAdd,
    GroupCreate, GroupJoin, GroupLeave, GroupPromote, GroupRemove, GroupRename, GroupShow, Ledger,
    Lint, Messages, Method, NodeInfo, NodeStats, PairConfirm, PairMessage, PairPoll, PairShow,
    PairTake, SendText, params, with_operations,
};
use super::operation::{Operation, Refusal, perform};
use super::records::{ExplanationRecord, FindingRecord, NodeRecord, PeerRecord};
use super::report::Report;
use crate::darkness::report::Situation;
use crate::messenger::{Messenger, Turn};
use crate::node::CallError;
use crate::{Node, NodeEvent, hex_key};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Reports that may wait for a client while its connection is busy with a call. Whoever lags further
/// behind loses the subscription.
const REPORTS: usize = 1024;

/// Answers calls by a node.
#[derive(Debug, Clone)]
pub struct NodeService {
    node: Node,
    reports: broadcast::Sender<Arc<Report>>,
    locked: bool,
}

impl NodeService {
    /// Answers by `node`. `locked` says that there is an account without which the node was started,
    /// since nobody gave its password.
    pub fn new(node: Node, locked: bool) -> Self {
        let (reports, _) = broadcast::channel(REPORTS);
        Self {
            node,
            reports,
            locked,
        }
    }

    /// Passes an event of the node on to those who subscribed.
    pub fn pass_on(&self, event: &NodeEvent) {
        if self.reports.receiver_count() > 0
            && let Some(report) = Report::of(event)
        {
            // The last one may just have gone.
            let _ = self.reports.send(Arc::new(report));
        }
    }

    /// Does what a method does.
    ///
    /// # Errors
    ///
    /// Why not, as it is answered.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Answer, RpcError> {
        self.ask(
            move |messenger, turn| operation.run(messenger, turn),
            O::WHILE_LOCKED,
        )
        .await
    }

    /// Has the messenger do something; without its account only what makes sense then.
    async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Messenger, &mut Turn<'_>) -> Result<T, Refusal> + Send + 'static,
        while_locked: bool,
    ) -> Result<T, RpcError> {
        if self.locked && !while_locked {
            return Err(Unfit::Locked.into());
        }
        let done = self
            .node
            .with_messenger(move |messenger, turn| perform(job(messenger, turn)))
            .await;
        match done {
            Ok(answer) => answer,
            Err(CallError::Messenger(error)) => Err(RpcError::from(&error)),
            Err(error @ CallError::Stopped) => Err(RpcError::new(code::STOPPED, error)),
            Err(error) => Err(RpcError::new(code::STORAGE, error)),
        }
    }

    /// What the node gives away.
    ///
    /// # Errors
    ///
    /// If the parameters make no sense, or the node has stopped.
    pub async fn darkness(&self, darkness: Darkness) -> Result<Vec<FindingRecord>, RpcError> {
        darkness.of(self.situation().await?)
    }

    /// What a message would give away.
    ///
    /// # Errors
    ///
    /// Why it would not be sent, as it is answered.
    pub async fn lint(&self, lint: Lint) -> Result<Vec<FindingRecord>, RpcError> {
        let rehearsed = lint.clone();
        let planned = self
            .ask(
                move |messenger, turn| rehearsed.planned(messenger, turn),
                false,
            )
            .await?;
        lint.of(&self.situation().await?, &planned)
    }

    async fn situation(&self) -> Result<Situation, RpcError> {
        let situation = self.node.situation().await;
        situation.ok_or_else(|| RpcError::new(code::STOPPED, CallError::Stopped))
    }

    /// Explains bytes, or an envelope that the node holds.
    async fn explain(&self, mut explain: Explain) -> Result<ExplanationRecord, RpcError> {
        if let Some(hash) = explain.envelope.take() {
            let mut bytes = [0; 32];
            hex::decode_to_slice(hash.strip_prefix("0x").unwrap_or(&hash), &mut bytes)
                .map_err(|_| Unfit::NoHash)?;
            let held = self.node.envelope(status_whisper::Hash(bytes)).await;
            explain.bytes = Some(hex::encode(held.ok_or(Unfit::NoEnvelope)?));
        }
        self.run(explain).await
    }

    async fn info(&self) -> Result<NodeRecord, RpcError> {
        let known = self.node.with_messenger(|messenger, turn| {
            let account = messenger.identity().map(hex_key);
            let installation = messenger.installation().map(ToString::to_string);
            let skew = messenger.skew(turn.now_ms);
            Ok((account, installation, skew.map(|skew| skew.others_ahead_ms)))
        });
        let stopped = || RpcError::new(code::STOPPED, CallError::Stopped);
        let (public_key, installation, others_ahead_ms) = known.await.map_err(|_| stopped())?;
        let stats = self.node.stats().await.ok_or_else(stopped)?;
        Ok(NodeRecord {
            enode: self.node.enode().to_string(),
            public_key,
            installation,
            version: env!("CARGO_PKG_VERSION").into(),
            ready_peers: count(stats.ready_peers),
            peers: stats.peers.iter().map(PeerRecord::from).collect(),
            sealing: count(stats.sealing),
            unsent: count(stats.unsent),
            others_ahead_ms,
        })
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

fn value(answer: impl serde::Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(answer).map_err(|error| RpcError::new(code::INTERNAL, error))
}

macro_rules! dispatch {
    ($($method:ident),*) => {
        impl Service for NodeService {
            async fn call(&self, method: &str, given: Value) -> Result<Value, RpcError> {
                match method {
                    NodeInfo::NAME => {
                        params::<NodeInfo>(given)?;
                        value(self.info().await?)
                    }
                    NodeStats::NAME => {
                        params::<NodeStats>(given)?;
                        let stats = self.node.stats().await;
                        let stopped = || RpcError::new(code::STOPPED, CallError::Stopped);
                        Ok(stats.ok_or_else(stopped)?.to_json())
                    }
                    Darkness::NAME => value(self.darkness(params(given)?).await?),
                    Lint::NAME => value(self.lint(params(given)?).await?),
                    Explain::NAME => value(self.explain(params::<Explain>(given)?).await?),
                    $(<$method>::NAME => value(self.run(params::<$method>(given)?).await?),)*
                    other => Err(CallFault::NoMethod(other.to_owned()).into()),
                }
            }

            fn reports(&self) -> broadcast::Receiver<Arc<Report>> {
                self.reports.subscribe()
            }
        }
    };
}
with_operations!(dispatch);
