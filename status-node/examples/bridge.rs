//! A chat on standard input and output: `bridge FOLDER CHAT ENODE`, with STATUS_NODE_PASSWORD as in `echo_bot`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints")]

use status_node::{Chat, Node};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("no FOLDER")?;
    let chat: Chat = arguments.next().ok_or("no CHAT")?.parse()?;
    let peer = arguments.next().ok_or("no ENODE")?.parse()?;
    let password = std::env::var("STATUS_NODE_PASSWORD").map_err(|_| "no STATUS_NODE_PASSWORD")?;
    let builder = Node::builder().data_folder(folder, &password)?;
    let (node, mut events) = builder.join(chat.clone()).peer(peer).start().await?;
    let ours = chat.clone();
    tokio::spawn(async move {
        while let Some(message) = events.next_message().await {
            (message.chat == ours).then(|| println!("{message}"));
        }
    });
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let sent = node.send(&chat, &line).await;
        sent.map_or_else(|error| eprintln!("not said: {error}"), drop);
    }
    node.shutdown().await;
    Ok(())
}
