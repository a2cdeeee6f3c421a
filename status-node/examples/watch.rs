//! Prints what is said in a public chat, without an account of its own: `watch '#status' ENODE`.
#![allow(clippy::print_stdout, reason = "it prints what is said")]

use status_node::Node;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let chat = arguments.next().ok_or("no CHAT")?.parse()?;
    let peer = arguments.next().ok_or("no ENODE")?.parse()?;
    let (_node, mut events) = Node::builder().join(chat).peer(peer).start().await?;
    while let Some(message) = events.next_message().await {
        println!("{message}");
    }
    Ok(())
}
