//! Somebody who chats: an account in a data folder, a node, and what it reported.

use super::super::output::Output;
use super::PATIENCE;
use super::folder::Folder;
use anyhow::{Context, bail};
use secp256k1::{PublicKey, SecretKey};
use serde_json::json;
use status_node::account::{ExtendedKey, Mnemonic};
use status_node::data_folder::DataFolder;
use status_node::messenger::{
    ContactRecord, LedgerEntry, LedgerState, Messenger, MessengerError, MessengerEvent, Turn,
};
use status_node::storage::{Database, DatabaseKey};
use status_node::{Message, Node, NodeEvent, NodeEvents, hex_key};
use status_payload::{GroupId, MessageId};
use std::collections::VecDeque;
use std::path::PathBuf;

/// The password of the demo's accounts, which live as long as the demo.
const PASSWORD: &str = "demo";

/// Events that are kept until somebody asks for them; a demo has some hundreds.
const MAX_KEPT: usize = 4096;

pub(super) struct Person {
    pub(super) name: &'static str,
    path: PathBuf,
    chat_key: SecretKey,
    key: PublicKey,
    node: Node,
    events: NodeEvents,
    /// The others' keys.
    pub(super) others: Vec<PublicKey>,
    /// What was reported and not asked for yet.
    kept: VecDeque<NodeEvent>,
}

impl Person {
    /// Makes an account in a folder of its own and connects it to the relay.
    pub(super) async fn arrive(
        name: &'static str,
        folder: &Folder,
        relay: &Node,
        output: Output,
    ) -> anyhow::Result<Self> {
        let path = folder.path().join(name);
        let mnemonic = Mnemonic::generate(&mut rand::rng());
        let master = ExtendedKey::master(&mnemonic, "")?;
        let account = DataFolder::open(&path)?.account();
        account.create_from_master(&mut rand::rng(), &master, PASSWORD)?;
        let (node, events, chat_key) = start(&path, relay).await?;
        let (profile, _) = account.profile()?;
        let mut person = Self {
            name,
            path,
            chat_key,
            key: *profile.public_key(),
            node,
            events,
            others: Vec::new(),
            kept: VecDeque::new(),
        };
        let client = person.connected().await?;
        let key = hex_key(&person.key);
        output.line(
            &json!({ "step": "account", "person": name, "public_key": key, "peer": client }),
            format_args!(
                "{name} has twelve new words, an encrypted database, the chat key\n    {key}\n    \
                 and is connected to {client} by RLPx"
            ),
        )?;
        Ok(person)
    }

    /// Stops the node. The database stays.
    pub(super) async fn leave(&self) {
        self.node.shutdown().await;
    }

    /// Starts a node on the same folder, as a program that was closed does.
    pub(super) async fn come_back(&mut self, relay: &Node) -> anyhow::Result<()> {
        let (node, events, _) = start(&self.path, relay).await?;
        (self.node, self.events) = (node, events);
        self.kept.clear();
        self.connected().await?;
        Ok(())
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    pub(super) fn key(&self) -> PublicKey {
        self.key
    }

    pub(super) fn chat_key(&self) -> &SecretKey {
        &self.chat_key
    }

    /// Does something with the messenger.
    pub(super) async fn messenger<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Messenger, &mut Turn<'_>) -> Result<T, MessengerError> + Send + 'static,
    ) -> anyhow::Result<T> {
        self.node
            .with_messenger(job)
            .await
            .with_context(|| self.name.to_owned())
    }

    /// The first event that `wanted` makes something of. The others are kept for later.
    pub(super) async fn wait_for<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&NodeEvent) -> Option<T>,
    ) -> anyhow::Result<T> {
        for (place, event) in self.kept.iter().enumerate() {
            if let Some(found) = wanted(event) {
                self.kept.remove(place);
                return Ok(found);
            }
        }
        let search = async {
            while let Some(event) = self.events.next().await {
                if let Some(found) = wanted(&event) {
                    return Ok(found);
                }
                if self.kept.len() >= MAX_KEPT {
                    self.kept.pop_front();
                }
                self.kept.push_back(event);
            }
            bail!("the node stopped")
        };
        tokio::time::timeout(PATIENCE, search)
            .await
            .with_context(|| format!("{}: no {what} within {} s", self.name, PATIENCE.as_secs()))?
    }

    async fn connected(&mut self) -> anyhow::Result<String> {
        self.wait_for("connection to the relay", |event| match event {
            NodeEvent::PeerReady { client_name, .. } => Some(client_name.clone()),
            _ => None,
        })
        .await
    }

    /// The message as it arrived, which must be the same.
    pub(super) async fn wait_for_message(&mut self, sent: &Message) -> anyhow::Result<()> {
        let id = sent.id;
        let read = self.wait_for("message", |event| match event {
            NodeEvent::Message(message) if message.id == id => Some(message.clone()),
            _ => None,
        });
        let read = read.await?;
        if (read.from, &read.text, read.clock) != (sent.from, &sent.text, sent.clock) {
            bail!("{} reads something else than was written", self.name);
        }
        Ok(())
    }

    /// Waits until somebody's device acknowledged a message of one's own.
    pub(super) async fn wait_for_acknowledgement(
        &mut self,
        wanted: &MessageId,
        by: &PublicKey,
    ) -> anyhow::Result<()> {
        self.wait_for("acknowledgement", |event| match event {
            NodeEvent::Messenger(MessengerEvent::Ledger { message, entry }) => match &entry.state {
                LedgerState::Acknowledged { person, .. } => {
                    (message == wanted && person == by).then_some(())
                }
                _ => None,
            },
            _ => None,
        })
        .await
    }

    /// Waits until something is known of somebody.
    pub(super) async fn wait_for_contact(
        &mut self,
        key: PublicKey,
    ) -> anyhow::Result<ContactRecord> {
        loop {
            let known = self.messenger(move |messenger, turn| messenger.contact(turn, &key));
            if let Some(contact) = known.await?
                && contact.has_added_us
            {
                return Ok(contact);
            }
            self.wait_for("contact update", |event| match event {
                NodeEvent::Messenger(MessengerEvent::Contact(person)) => {
                    (*person == key).then_some(())
                }
                _ => None,
            })
            .await?;
        }
    }

    /// Waits until a group has so many members, so many of whom joined.
    pub(super) async fn wait_for_members(
        &mut self,
        group: &GroupId,
        members: usize,
        joined: usize,
    ) -> anyhow::Result<()> {
        loop {
            let id = group.clone();
            let known = self.messenger(move |messenger, turn| messenger.members(turn, &id));
            let known = known.await?;
            if known.len() == members
                && known.iter().filter(|member| member.joined).count() >= joined
            {
                return Ok(());
            }
            self.wait_for("change of the group", |event| match event {
                NodeEvent::Messenger(MessengerEvent::Chat(status_node::Chat::Group(id))) => {
                    (id == group).then_some(())
                }
                _ => None,
            })
            .await?;
        }
    }

    /// What became of a message of one's own.
    pub(super) async fn ledger(&self, message: &MessageId) -> anyhow::Result<Vec<LedgerEntry>> {
        let id = *message;
        self.messenger(move |messenger, turn| messenger.ledger(turn, &id))
            .await
    }
}

/// A node on a folder that has an account.
async fn start(path: &PathBuf, relay: &Node) -> anyhow::Result<(Node, NodeEvents, SecretKey)> {
    let folder = DataFolder::open(path)?;
    let identity = folder.account().unlock(PASSWORD)?;
    let database = Database::open(&folder.database_path(), &DatabaseKey::of(&identity))?;
    let chat_key = *identity.chat_key();
    let (node, events) = Node::builder()
        .database(database)
        .identity(identity)
        .peer(relay.enode())
        .start()
        .await?;
    Ok((node, events, chat_key))
}
