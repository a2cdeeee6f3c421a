//! How `send` and `listen` reach a node that runs already: a socket in its data folder, which
//! belongs to the folder's owner alone. One request per connection, a line of JSON; the answers are
//! lines of JSON as well.

use super::listen;
use super::output::{Output, sentence};
use super::send::{CONFIRMATION, deliver, describe, verdict};
use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use status_node::account::AccountFolder;
use status_node::data_folder::DataFolder;
use status_node::messenger::MessengerError;
use status_node::node::{CallError, SendError};
use status_node::{Chat, Node, NodeEvent};
use status_whisper::Hash;
use std::collections::HashSet;
use std::fs::Permissions;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, broadcast};

const SOCKET: &str = "control";

/// Bytes a line may have: an envelope's largest payload is a megabyte, escaped it may be twice that.
const MAX_LINE: u64 = 4 << 20;

/// Connections served at a time; further ones wait.
const MAX_CLIENTS: usize = 64;

/// Why a node that has an account cannot send as it.
const LOCKED: &str = "the account of this node is locked: start `run` with its password";

/// Why there is nothing to listen to.
const NO_CHATS: &str = "this node has no chats of its own: give --chat";

/// What is asked of a running node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    Send {
        #[serde(with = "chat")]
        to: Chat,
        text: String,
        timeout: u64,
    },
    Listen {
        /// None are the node's own.
        #[serde(with = "chats")]
        chats: Vec<Chat>,
    },
}

/// A line of its answer.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// To be printed: as JSON and for people.
    Line(Value, String),
    /// The request failed.
    Error(String),
}

mod chat {
    use serde::{Deserialize, Deserializer, Serializer};
    use status_node::Chat;

    pub(super) fn serialize<S: Serializer>(chat: &Chat, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(chat)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Chat, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

mod chats {
    use serde::{Deserialize, Deserializer, Serializer};
    use status_node::Chat;

    pub(super) fn serialize<S: Serializer>(chats: &[Chat], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(chats.iter().map(Chat::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Chat>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let chats = texts.iter().map(|text| text.parse());
        chats
            .collect::<Result<_, _>>()
            .map_err(serde::de::Error::custom)
    }
}

/// Opens the socket. Requests may come from now on and wait until they are served. Without a
/// socket the node runs all the same.
pub(crate) fn bind(folder: &DataFolder) -> Option<UnixListener> {
    let path = folder.path().join(SOCKET);
    // A socket that is there is left from a process that is gone: the folder's lock is ours. A file
    // of another kind is somebody's.
    if std::fs::symlink_metadata(&path).is_ok_and(|file| file.file_type().is_socket()) {
        let _ = std::fs::remove_file(&path);
    }
    UnixListener::bind(&path)
        .and_then(|listener| {
            // The folder is its owner's alone if we made it; one that was there may be open.
            std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
            Ok(listener)
        })
        .inspect_err(|error| {
            let path = path.display();
            tracing::warn!(%error, %path, "no other command can reach this node");
        })
        .ok()
}

/// Removes the socket, so that nobody tries to reach a node that is gone.
pub(crate) fn unbind(folder: &DataFolder) {
    // A socket that stays is removed by the next node.
    let _ = std::fs::remove_file(folder.path().join(SOCKET));
}

/// Answers requests for `node`. Chats that are listened to stay joined.
pub(crate) async fn serve(
    listener: Option<UnixListener>,
    node: &Node,
    account: &AccountFolder,
    reports: &broadcast::Sender<NodeEvent>,
    chats: &HashSet<Chat>,
) {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    let places = std::sync::Arc::new(Semaphore::new(MAX_CLIENTS));
    loop {
        let Ok(place) = std::sync::Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, usually.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (node, account) = (node.clone(), account.clone());
        let (reports, chats) = (reports.subscribe(), chats.clone());
        tokio::spawn(async move {
            if let Err(error) = answer(stream, node, account, reports, chats).await {
                tracing::debug!(%error, "a command went away");
            }
            drop(place);
        });
    }
}

async fn answer(
    mut stream: UnixStream,
    node: Node,
    account: AccountFolder,
    mut reports: broadcast::Receiver<NodeEvent>,
    own_chats: HashSet<Chat>,
) -> anyhow::Result<()> {
    let (from, mut to) = stream.split();
    let mut from = BufReader::new(from.take(MAX_LINE));
    let mut line = String::new();
    from.read_line(&mut line).await?;
    let request: Request = serde_json::from_str(&line)?;
    if let Request::Listen { chats } = &request {
        // First of all: who reads the first line may count on the chats being joined.
        for chat in chats {
            if let Err(error) = node.join(chat).await {
                return write(&mut to, &Answer::Error(error.to_string())).await;
            }
        }
    }
    let enode = node.enode().to_string();
    let first = Answer::Line(serde_json::json!({ "enode": enode }), enode.clone());
    write(&mut to, &first).await?;
    let mut end = String::new();
    match request {
        Request::Send {
            to: chat,
            text,
            timeout,
        } => {
            let sending = async {
                let sent = deliver(&node, &chat, &text, timeout).await?;
                let search = confirmed(&mut reports, sent.envelope);
                let confirmed = tokio::time::timeout(CONFIRMATION, search).await;
                anyhow::Ok(describe(&sent, confirmed.unwrap_or(false)))
            };
            let result = tokio::select! {
                result = sending => result,
                // Whoever asked is gone, and with it the wish to send.
                _ = from.read_line(&mut end) => return Ok(()),
            };
            let answer = match result {
                Ok((json, text)) => Answer::Line(json, text),
                Err(error) if is_locked(&error, &account) => Answer::Error(LOCKED.into()),
                Err(error) => Answer::Error(sentence(&error)),
            };
            write(&mut to, &answer).await
        }
        Request::Listen { chats } => {
            let wanted: HashSet<Chat> = chats.into_iter().collect();
            let wanted = if wanted.is_empty() { own_chats } else { wanted };
            if wanted.is_empty() {
                return write(&mut to, &Answer::Error(NO_CHATS.into())).await;
            }
            loop {
                let event = tokio::select! {
                    event = next(&mut reports) => event,
                    // The other side says nothing more: it is gone once this ends.
                    _ = from.read_line(&mut end) => return Ok(()),
                };
                match event {
                    Some(NodeEvent::Message(message)) if wanted.contains(&message.chat) => {
                        let (json, text) = listen::describe(&message);
                        write(&mut to, &Answer::Line(json, text)).await?;
                    }
                    Some(_) => {}
                    None => return Ok(()),
                }
            }
        }
    }
}

/// Whether sending failed because the node runs without the password of its account.
fn is_locked(error: &anyhow::Error, account: &AccountFolder) -> bool {
    matches!(
        error.downcast_ref(),
        Some(SendError::Call(CallError::Messenger(
            MessengerError::NoIdentity
        )))
    ) && account.exists()
}

/// The next event. Whoever lags behind misses the oldest ones.
async fn next(reports: &mut broadcast::Receiver<NodeEvent>) -> Option<NodeEvent> {
    loop {
        match reports.recv().await {
            Ok(event) => return Some(event),
            Err(broadcast::error::RecvError::Lagged(count)) => {
                tracing::warn!(count, "a command does not keep up and misses messages");
            }
            Err(broadcast::error::RecvError::Closed) => return None,
        }
    }
}

/// Whether a peer says that it took the envelope.
async fn confirmed(reports: &mut broadcast::Receiver<NodeEvent>, envelope: Hash) -> bool {
    while let Some(event) = next(reports).await {
        if let Some(taken) = verdict(&event, envelope) {
            return taken;
        }
    }
    false
}

async fn write(
    to: &mut (impl AsyncWriteExt + Unpin),
    value: &impl Serialize,
) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(to.write_all(&line).await?)
}

/// A request to a running node.
pub(crate) struct Client(UnixStream);

impl Client {
    /// Asks the node that runs on `folder`; none if there is none.
    pub(crate) async fn connect(folder: &Path, request: &Request) -> Option<Self> {
        let mut stream = UnixStream::connect(folder.join(SOCKET)).await.ok()?;
        write(&mut stream, request).await.ok()?;
        Some(Self(stream))
    }

    /// Prints the answers: the enode, and then as many lines and for as many seconds as wanted.
    pub(crate) async fn print(
        self,
        output: Output,
        count: Option<u64>,
        timeout: Option<u64>,
    ) -> anyhow::Result<()> {
        let lines = self.print_lines(output, count);
        match timeout {
            // That the time is up is how it ends, not a failure.
            Some(seconds) => tokio::time::timeout(Duration::from_secs(seconds), lines)
                .await
                .unwrap_or(Ok(())),
            None => lines.await,
        }
    }

    async fn print_lines(self, output: Output, count: Option<u64>) -> anyhow::Result<()> {
        let mut lines = BufReader::new(self.0).lines();
        let mut left = count.map_or(u64::MAX, |count| count.saturating_add(1));
        while left > 0 {
            let line = lines.next_line().await?;
            let line = line.context("the running node has stopped")?;
            match serde_json::from_str(&line)? {
                Answer::Line(json, text) => output.line(&json, text)?,
                Answer::Error(error) => return Err(anyhow!(error)),
            }
            left -= 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_is_its_owners_and_replaces_only_a_socket() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        let path = temporary.path().join(SOCKET);
        drop(bind(&folder).unwrap());
        assert!(bind(&folder).is_some(), "the one left behind is replaced");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert!(bind(&folder).is_none());
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[tokio::test]
    async fn a_chat_that_cannot_be_joined_is_answered_with_the_reason() {
        let (node, _events) = Node::builder().start().await.unwrap();
        node.shutdown().await;
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (_reports, receiver) = broadcast::channel(1);
        let account = AccountFolder::new("/nowhere");
        let answering = answer(theirs, node, account, receiver, HashSet::new());

        let asking = async {
            let mut ours = BufReader::new(ours);
            let chats = vec!["#a".parse().unwrap()];
            let request = Request::Listen { chats };
            write(ours.get_mut(), &request).await.unwrap();
            let mut lines = ours.lines();
            lines.next_line().await.unwrap().unwrap()
        };
        let (answered, line) = tokio::join!(answering, asking);
        answered.unwrap();
        assert_eq!(line, r#"{"Error":"the node has stopped"}"#);
    }
}
