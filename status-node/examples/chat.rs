//! Two nodes on loopback; one writes into a public chat, the other reads.

use status_node::account::{Identity, Mnemonic};
use status_node::{Chat, Node};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let chat: Chat = "#status".parse()?;
    let (reader, mut events) = Node::builder()
        .listen("127.0.0.1:0".parse()?)
        .join(chat.clone())
        .start()
        .await?;
    let identity = Identity::from_mnemonic(&Mnemonic::generate(&mut rand::rng()), "")?;
    let (writer, _events) = Node::builder()
        .identity(identity)
        .peer(reader.enode())
        .start()
        .await?;
    let sent = writer.send(&chat, "hello").await?;
    let message = events.next_message().await.ok_or("the node stopped")?;
    assert_eq!(message.id, sent.message.id);
    writer.shutdown().await;
    reader.shutdown().await;
    Ok(())
}
