//! Answers whoever writes to it with their own words: `echo_bot FOLDER ENODE`. Its account is in FOLDER,
//! made at the first start, under the password in STATUS_NODE_PASSWORD.
#![allow(clippy::print_stdout, reason = "it tells its user how to reach it")]
#![allow(clippy::print_stderr, reason = "it tells what it cannot do")]

use status_node::{Chat, Node, hex_key};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("no FOLDER")?;
    let peer = arguments.next().ok_or("no ENODE")?.parse()?;
    let password = std::env::var("STATUS_NODE_PASSWORD").map_err(|_| "no STATUS_NODE_PASSWORD")?;
    let builder = Node::builder().data_folder(folder, &password)?;
    let (node, mut events) = builder.peer(peer).start().await?;
    let key = node.public_key().ok_or("no account")?;
    println!("write to {}", hex_key(&key));
    while let Some(message) = events.next_message().await {
        // In public two such bots would answer each other for ever.
        if matches!(message.chat, Chat::Person(_)) && !message.outgoing {
            // One that cannot be answered, for being too long, does not end the bot.
            if let Err(error) = node.reply(&message, &message.text).await {
                eprintln!("not answered: {error}");
            }
        }
    }
    Ok(())
}
