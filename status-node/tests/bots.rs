//! The bots among the examples do what they say, each as a process of its own on a relay on loopback.
#![cfg(test)]
#![cfg(feature = "cli")]

mod common;

use common::{Running, STUCK};
use status_conversational_security::trust::{ThreeWordName, parse_public_key};
use status_node::account::{Identity, Mnemonic};
use status_node::{Chat, Message, Node, NodeEvents, hex_key};
use std::io::Write;
use std::process::{Command, Stdio};

#[path = "../examples/bridge.rs"]
mod bridge;
#[path = "../examples/echo_bot.rs"]
mod echo_bot;
#[path = "../examples/watch.rs"]
mod watch;

/// The variable that makes this program one of the examples.
const VARIABLE: &str = "STATUS_NODE_BOTS_EXAMPLE";

/// Whether this process is to be the example. In a run of all tests it is none.
fn is(example: &str) -> bool {
    std::env::var(VARIABLE).is_ok_and(|wanted| wanted == example)
}

#[test]
fn run_echo_bot() {
    if is("run_echo_bot") {
        echo_bot::main().unwrap();
    }
}

#[test]
fn run_bridge() {
    if is("run_bridge") {
        bridge::main().unwrap();
    }
}

#[test]
fn run_watch() {
    if is("run_watch") {
        watch::main().unwrap();
    }
}

/// An example that runs.
struct Bot(Running);

impl Bot {
    /// The next line that it prints, past what tests print.
    fn line(&mut self) -> String {
        loop {
            let line = self.0.text();
            if !line.is_empty() && !line.starts_with("running ") {
                return line;
            }
        }
    }
}

/// A relay, and Ann, who writes with the bots.
struct World {
    relay: Node,
    ann: Node,
    events: NodeEvents,
}

impl World {
    async fn new(chats: &[&Chat]) -> Self {
        let listening = Node::builder().listen("127.0.0.1:0".parse().unwrap());
        let (relay, _) = listening.start().await.unwrap();
        let words = Mnemonic::generate(&mut rand::rng());
        let mut builder = Node::builder()
            .identity(Identity::from_mnemonic(&words, "").unwrap())
            .peer(relay.enode());
        for chat in chats {
            builder = builder.join((*chat).clone());
        }
        let (ann, events) = builder.start().await.unwrap();
        Self { relay, ann, events }
    }

    /// An example as a process of its own, which is this program once more. Its last argument is the relay.
    fn bot(&self, example: &str, arguments: &[&str]) -> Bot {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(arguments)
            .arg(self.relay.enode().to_string())
            // After the example's arguments those by which the tests find it.
            .args([example, "--exact", "--nocapture", "--test-threads", "2"])
            .env(VARIABLE, example)
            .env("STATUS_NODE_PASSWORD", "secret")
            .stdin(Stdio::piped());
        Bot(Running::start(&mut command))
    }

    /// Ann's next message.
    async fn heard(&mut self) -> Message {
        let message = tokio::time::timeout(STUCK, self.events.next_message());
        message.await.expect("a message").expect("a running node")
    }
}

fn folder(parent: &tempfile::TempDir) -> String {
    parent.path().join("bot").display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_echo_bot_answers_also_after_a_restart() {
    let mut world = World::new(&[]).await;
    let parent = tempfile::tempdir().unwrap();
    let mut keys = Vec::new();
    for text in ["hello", "hello again"] {
        let mut bot = world.bot("run_echo_bot", &[&folder(&parent)]);
        let line = bot.line();
        let key = parse_public_key(line.strip_prefix("write to ").unwrap()).unwrap();
        let chat = Chat::person(&key);
        let sent = world.ann.send(&chat, text).await.unwrap();
        let answer = world.heard().await;
        assert_eq!((answer.text.as_str(), answer.from), (text, key));
        assert_eq!(answer.chat, chat);
        assert_eq!(answer.response_to, Some(sent.message.id));
        keys.push(key);
    }
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_ends_the_echo_bot_by_a_message_that_is_too_long_to_be_answered() {
    let mut world = World::new(&[]).await;
    let parent = tempfile::tempdir().unwrap();
    let mut bot = world.bot("run_echo_bot", &[&folder(&parent)]);
    let line = bot.line();
    let key = parse_public_key(line.strip_prefix("write to ").unwrap()).unwrap();
    let chat = Chat::person(&key);
    // The longest that can be said; an answer names what it answers, and is longer by that.
    let mut longest = "a".repeat(49_056);
    while let Err(error) = world.ann.send(&chat, &longest).await {
        assert!(error.to_string().contains("bytes"), "{error}");
        longest.pop();
    }
    world.ann.send(&chat, "hello").await.unwrap();
    assert_eq!(world.heard().await.text, "hello");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watcher_prints_a_public_chat_and_nothing_that_steers_the_terminal() {
    let chat: Chat = "#status".parse().unwrap();
    let world = World::new(&[]).await;
    let mut watcher = world.bot("run_watch", &["#status"]);
    world.ann.send(&chat, "red \u{1b}[31malert").await.unwrap();
    let who = ThreeWordName::of(&world.ann.public_key().unwrap());
    assert_eq!(watcher.line(), format!("{who}: red  [31malert"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bridge_says_what_it_reads_and_prints_what_comes() {
    let chat: Chat = "#bridge".parse().unwrap();
    let mut world = World::new(&[&chat]).await;
    let parent = tempfile::tempdir().unwrap();
    let mut bridge = world.bot("run_bridge", &[&folder(&parent), "#bridge"]);
    let mut input = bridge.0.input();
    writeln!(input, "one").unwrap();
    // Nothing can be said by it, which does not end the bridge.
    writeln!(input).unwrap();
    writeln!(input, "two").unwrap();
    let mut said = [world.heard().await.text, world.heard().await.text];
    said.sort();
    assert_eq!(said, ["one", "two"]);
    world.ann.send(&chat, "three").await.unwrap();
    let who = ThreeWordName::of(&world.ann.public_key().unwrap());
    assert_eq!(bridge.line(), format!("{who}: three"));
    drop(input);
    assert_eq!(bridge.0.wait(), Some(0));
}

#[tokio::test]
async fn a_node_says_whose_it_is() {
    let words = Mnemonic::generate(&mut rand::rng());
    let identity = Identity::from_mnemonic(&words, "").unwrap();
    let wanted = identity.profile().public_key_hex();
    let (node, _events) = Node::builder().identity(identity).start().await.unwrap();
    assert_eq!(node.public_key().map(|key| hex_key(&key)), Some(wanted));
    let (nobody, _events) = Node::builder().start().await.unwrap();
    assert_eq!(nobody.public_key(), None);
}
