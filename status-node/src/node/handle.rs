//! The application's handle on a node.

use super::builder::NodeBuilder;
use super::pow::PowError;
use super::stats::NodeStats;
use crate::coupling::Route;
use crate::{Chat, Message};
use status_devp2p::net::Network;
use status_devp2p::peers::StaticPeerError;
use status_devp2p::{Enode, NodeId};
use status_payload::Unbuildable;
use status_whisper::{Envelope, PostError, SealError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Routes that are remembered, since each costs some 7 ms. When there are more they are derived
/// anew, so this bounds memory to some 100 KB and nothing else.
const MAX_ROUTES: usize = 1024;

/// A running node. Cheap to clone; the node stops when the last clone is dropped, or in an orderly
/// manner by [`Node::shutdown`].
#[derive(Debug, Clone)]
pub struct Node {
    commands: mpsc::Sender<Command>,
    network: Network,
    routes: Arc<Mutex<HashMap<Chat, Route>>>,
    /// Held by who derives a route.
    deriving: Arc<tokio::sync::Mutex<()>>,
}

/// What a handle asks of the node's task.
#[derive(Debug)]
pub(super) enum Command {
    Join {
        chat: Chat,
        route: Route,
        reply: oneshot::Sender<Result<(), JoinError>>,
    },
    Leave {
        chat: Chat,
    },
    Send {
        chat: Chat,
        route: Route,
        text: String,
        reply: oneshot::Sender<Result<Sent, SendError>>,
    },
    Stats {
        reply: oneshot::Sender<NodeStats>,
    },
    Stop {
        done: oneshot::Sender<()>,
    },
}

/// A message that a peer has.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The message as others will see it.
    pub message: Message,
    /// The peer that it was handed to first.
    pub handed_to: NodeId,
    /// The envelope it is in.
    pub envelope: Envelope,
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SendError {
    /// The node was started without an account.
    #[error("this node has no account to send as")]
    NoIdentity,
    /// Other clients would refuse the message.
    #[error(transparent)]
    Message(#[from] Unbuildable),
    /// The message does not fit an envelope.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No proof of work.
    #[error(transparent)]
    Pow(#[from] PowError),
    /// The node's own rules refuse the envelope.
    #[error("the envelope cannot be sent: {0}")]
    Post(#[from] PostError),
    /// The chat is not public.
    #[error("only to public chats, #name, can be written so far")]
    NotPublic,
    /// Too many messages wait to be sent.
    #[error("too many messages wait to be sent")]
    TooMany,
    /// The node stopped.
    #[error("the node has stopped")]
    Stopped,
}

/// Why a chat was not joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// As many chats as a node can have.
    #[error("the chat cannot be joined: {0}")]
    TooMany(String),
    /// Its envelopes are encrypted to somebody else.
    #[error("the envelopes of the chat are for somebody else")]
    NotOurs,
    /// It is not public.
    #[error("only public chats, #name, can be joined so far")]
    NotPublic,
    /// The node stopped.
    #[error("the node has stopped")]
    Stopped,
}

impl Node {
    /// Starts with a node that listens nowhere and dials nobody.
    pub fn builder() -> NodeBuilder {
        NodeBuilder::default()
    }

    pub(super) fn new(commands: mpsc::Sender<Command>, network: Network) -> Self {
        Self {
            commands,
            network,
            routes: Arc::default(),
            deriving: Arc::default(),
        }
    }

    /// Shows the messages of `chat` from now on. Joining twice is joining once.
    pub async fn join(&self, chat: &Chat) -> Result<(), JoinError> {
        let route = self.route(chat).await.ok_or(JoinError::Stopped)?;
        let route = route.ok_or(JoinError::NotPublic)?;
        let (reply, result) = oneshot::channel();
        let command = Command::Join {
            chat: chat.clone(),
            route,
            reply,
        };
        self.ask(command, result)
            .await
            .unwrap_or(Err(JoinError::Stopped))
    }

    /// Shows the messages of `chat` no longer.
    pub async fn leave(&self, chat: &Chat) {
        let chat = chat.clone();
        // A node that stopped has left all chats.
        let _ = self.commands.send(Command::Leave { chat }).await;
    }

    /// Sends `text` to `chat`, joined or not. Completes once the message was handed to a peer that
    /// asked for such envelopes; without one it waits, so put a time limit on it. Dropping the
    /// future gives the message up, unless its envelope is under way.
    pub async fn send(&self, chat: &Chat, text: &str) -> Result<Sent, SendError> {
        let route = self.route(chat).await.ok_or(SendError::Stopped)?;
        let route = route.ok_or(SendError::NotPublic)?;
        let (reply, result) = oneshot::channel();
        let command = Command::Send {
            chat: chat.clone(),
            route,
            text: text.into(),
            reply,
        };
        self.ask(command, result)
            .await
            .unwrap_or(Err(SendError::Stopped))
    }

    /// Keeps a connection to `enode` from now on.
    pub fn add_peer(&self, enode: Enode) -> Result<(), StaticPeerError> {
        self.network.add_static_peer(enode)
    }

    /// How others reach this node.
    pub fn enode(&self) -> Enode {
        self.network.local_enode()
    }

    /// The network service beneath.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What was counted since the start; none once the node has stopped.
    pub async fn stats(&self) -> Option<NodeStats> {
        let (reply, result) = oneshot::channel();
        self.ask(Command::Stats { reply }, result).await
    }

    /// Stops the node: what waits for peers is still sent if they take it, they are told, port
    /// mappings are released.
    pub async fn shutdown(&self) {
        let (done, result) = oneshot::channel();
        self.ask(Command::Stop { done }, result).await;
    }

    async fn ask<T>(&self, command: Command, result: oneshot::Receiver<T>) -> Option<T> {
        self.commands.send(command).await.ok()?;
        result.await.ok()
    }

    /// None if the node stops meanwhile, none inside if the chat is not public.
    async fn route(&self, chat: &Chat) -> Option<Option<Route>> {
        let lock = || self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = lock().get(chat) {
            return Some(Some(route.clone()));
        }
        // A burst of first messages to a chat derives its key once, not once each.
        let _turn = self.deriving.lock().await;
        if let Some(route) = lock().get(chat) {
            return Some(Some(route.clone()));
        }
        let wanted = chat.clone();
        let route = tokio::task::spawn_blocking(move || Route::of(&wanted))
            .await
            .ok()?;
        let Some(route) = route else {
            return Some(None);
        };
        let mut routes = lock();
        if routes.len() >= MAX_ROUTES {
            routes.clear();
        }
        routes.insert(chat.clone(), route.clone());
        Some(Some(route))
    }
}
