//! The application's handle on a node.

use super::builder::{NodeBuilder, client_name};
use super::desk::{Caller, Outcome, Until};
use super::stats::NodeStats;
use super::transport::Exposed;
use crate::darkness::report::Situation;
use crate::messenger::{Messenger, MessengerError, StoredMessage, Text, Turn};
use crate::{Chat, Message};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_devp2p::net::Network;
use status_devp2p::peers::StaticPeerError;
use status_devp2p::{Enode, NodeId};
use status_whisper::Hash;
use tokio::sync::{mpsc, oneshot};

/// A running node. Cheap to clone; the node stops when the last clone is dropped, or in an orderly
/// manner by [`Node::shutdown`].
#[derive(Debug, Clone)]
pub struct Node {
    commands: mpsc::Sender<Command>,
    caller: Caller,
    network: Network,
    public_key: Option<PublicKey>,
}

/// What a handle asks of the node's task.
#[derive(Debug)]
pub(super) enum Command {
    Stats {
        reply: oneshot::Sender<NodeStats>,
    },
    Envelope {
        hash: Hash,
        reply: oneshot::Sender<Option<Bytes>>,
    },
    Exposed {
        reply: oneshot::Sender<Exposed>,
    },
    Stop {
        done: oneshot::Sender<()>,
    },
}

/// A message that a peer has.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// The peer that it was handed to first.
    pub handed_to: NodeId,
    /// The envelope in which the peer has it.
    pub envelope: Hash,
}

/// Why something that was asked of the messenger was not done.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The messenger refuses it, or the database failed at it.
    #[error(transparent)]
    Messenger(#[from] MessengerError),
    /// It was done, but could not be made to last; so it is undone.
    #[error("nothing was done, because the database fails: {0}")]
    RolledBack(String),
    /// The node stopped.
    #[error("the node has stopped")]
    Stopped,
}

/// Why a message was not sent, or is not known to have arrived.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It was not even queued.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It cannot be sent.
    #[error("the message cannot be sent: {0}")]
    Failed(String),
    /// It is not sent any more.
    #[error("the message was given up: its time was over before it got there")]
    Expired,
    /// Nobody acknowledges messages in public chats.
    #[error("nobody acknowledges messages in public chats, so none can be waited for")]
    NeverAcknowledged,
}

impl From<MessengerError> for SendError {
    fn from(error: MessengerError) -> Self {
        Self::Call(error.into())
    }
}

impl Node {
    /// Starts with a node that listens nowhere and dials nobody.
    pub fn builder() -> NodeBuilder {
        NodeBuilder::default()
    }

    pub(super) fn new(
        commands: mpsc::Sender<Command>,
        caller: Caller,
        network: Network,
        public_key: Option<PublicKey>,
    ) -> Self {
        Self {
            commands,
            caller,
            network,
            public_key,
        }
    }

    /// Runs `job` on the messenger, on its own thread and in a transaction that it shares with other work.
    /// Completes once what it changed is on disk and what it listens to is listened to; what it sends
    /// leaves then. A job should be short: the messenger does nothing else meanwhile. An error of the job
    /// undoes what it did, and nothing else.
    ///
    /// Dropping the future before the job is queued (64 are) takes it back; afterwards it is done all the
    /// same.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn with_messenger<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Messenger, &mut Turn<'_>) -> Result<T, MessengerError> + Send + 'static,
    ) -> Result<T, CallError> {
        self.caller
            .call(|messenger, turn, _| job(messenger, turn))
            .await
    }

    /// Shows the messages of `chat` from now on. Joining twice is joining once. Whether that
    /// changed anything.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn join(&self, chat: &Chat) -> Result<bool, CallError> {
        let chat = chat.clone();
        self.caller
            .call(move |messenger, turn, _| messenger.join(turn, &chat))
            .await
    }

    /// Shows the messages of `chat` no longer. Whether that changed anything.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn leave(&self, chat: &Chat) -> Result<bool, CallError> {
        let chat = chat.clone();
        self.caller
            .call(move |messenger, turn, _| messenger.leave(turn, &chat))
            .await
    }

    /// Sends `text` to `chat`, joined or not. Completes once the message was handed to a first peer that
    /// asked for such envelopes; without one it waits, so put a time limit on it. The message is on disk
    /// before that and goes its way even if the future is dropped, or the node stops and starts again.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub async fn send(&self, chat: &Chat, text: &str) -> Result<Sent, SendError> {
        let (stored, outcome) = self.queue(chat, Text::from(text), Until::Handed).await?;
        let mut message = stored.message;
        match outcome.await {
            Ok(Outcome::Handed { envelope, peer }) => {
                message.envelope = Some(envelope);
                Ok(Sent {
                    message,
                    handed_to: peer,
                    envelope,
                })
            }
            other => Err(failure(other)),
        }
    }

    /// Answers `message` with `text` in its chat. Completes once the answer is on disk: it leaves as soon as
    /// there is a peer for it, so that a bot goes on reading meanwhile.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn reply(&self, message: &Message, text: &str) -> Result<Message, CallError> {
        let chat = message.chat.clone();
        let text = Text {
            response_to: Some(message.id),
            ..Text::from(text)
        };
        self.with_messenger(move |messenger, turn| messenger.send_text(turn, &chat, text))
            .await
            .map(|stored| stored.message)
    }

    /// Sends `text` to a person or a group. Completes once every device that it goes to acknowledged it,
    /// or when it is given up: by default after seven days, so put a time limit on it. Otherwise as
    /// [`Node::send`].
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub async fn send_acknowledged(&self, chat: &Chat, text: &str) -> Result<Message, SendError> {
        if chat.public_name().is_some() {
            return Err(SendError::NeverAcknowledged);
        }
        let text = Text::from(text);
        let (stored, outcome) = self.queue(chat, text, Until::Acknowledged).await?;
        match outcome.await {
            Ok(Outcome::Acknowledged) => Ok(stored.message),
            other => Err(failure(other)),
        }
    }

    /// Queues a message, and the future of what becomes of it.
    async fn queue(
        &self,
        chat: &Chat,
        text: Text,
        until: Until,
    ) -> Result<(StoredMessage, oneshot::Receiver<Outcome>), CallError> {
        let chat = chat.clone();
        let (reply, outcome) = oneshot::channel();
        let stored = self
            .caller
            .call(move |messenger, turn, watchers| {
                let stored = messenger.send_text(turn, &chat, text)?;
                watchers.watch(stored.message.id, until, reply);
                Ok(stored)
            })
            .await?;
        Ok((stored, outcome))
    }

    /// Keeps a connection to `enode` from now on.
    pub fn add_peer(&self, enode: Enode) -> Result<(), StaticPeerError> {
        self.network.add_static_peer(enode)
    }

    /// The account's public key, to which others write; none without an account.
    pub fn public_key(&self) -> Option<PublicKey> {
        self.public_key
    }

    /// How others reach this node.
    pub fn enode(&self) -> Enode {
        self.network.local_enode()
    }

    /// The network service beneath.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// How many envelopes and reports wait for the messenger at this moment, and their bytes: 1,024 and
    /// 16 MB, beyond which the network is not read, and what was under way then.
    pub fn backlog(&self) -> (usize, usize) {
        self.caller.backlog()
    }

    /// What was counted since the start; none once the node has stopped.
    pub async fn stats(&self) -> Option<NodeStats> {
        let (reply, result) = oneshot::channel();
        let mut stats = self.ask(Command::Stats { reply }, result).await?;
        let counters = self.with_messenger(|messenger, _| Ok(messenger.counters().clone()));
        stats.add_messenger(counters.await.ok()?);
        Some(stats)
    }

    /// An envelope that lives, in RLP, whoever's it is; none if the node has none of this hash.
    pub async fn envelope(&self, hash: Hash) -> Option<Bytes> {
        let (reply, result) = oneshot::channel();
        self.ask(Command::Envelope { hash, reply }, result).await?
    }

    /// What the node shows of itself, and what it sent last, for a
    /// [report](crate::darkness::report::report) of what that gives away; none once the node has
    /// stopped.
    pub async fn situation(&self) -> Option<Situation> {
        let (reply, result) = oneshot::channel();
        let exposed = self.ask(Command::Exposed { reply }, result).await?;
        let known = self.with_messenger(|messenger, turn| Ok(Situation::of(messenger, turn)));
        let mut situation = known.await.ok()?;
        let node_id = self.enode().id;
        exposed.add_to(&mut situation, node_id, client_name());
        Some(situation)
    }

    /// Stops the node: what waits for peers is still sent if they take it, they are told, port
    /// mappings are released. When this completes the database is closed.
    pub async fn shutdown(&self) {
        let (done, result) = oneshot::channel();
        self.ask(Command::Stop { done }, result).await;
    }

    async fn ask<T>(&self, command: Command, result: oneshot::Receiver<T>) -> Option<T> {
        self.commands.send(command).await.ok()?;
        result.await.ok()
    }
}

/// Why what was waited for will not come.
fn failure(outcome: Result<Outcome, oneshot::error::RecvError>) -> SendError {
    match outcome {
        Ok(Outcome::Failed(reason)) => SendError::Failed(reason),
        Ok(Outcome::Expired) => SendError::Expired,
        // Nobody waits for the one and gets the other; the sender is dropped with the node.
        Ok(Outcome::Handed { .. } | Outcome::Acknowledged) | Err(_) => {
            SendError::Call(CallError::Stopped)
        }
    }
}
