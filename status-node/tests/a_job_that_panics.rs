//! A job of the application that panics takes the messenger's thread with it: the node stops, and whoever
//! waits for an answer hears that instead of waiting for ever.
#![cfg(test)]

use status_node::Node;
use status_node::messenger::MessengerError;

#[tokio::test]
async fn whoever_waits_is_told() {
    let (node, _events) = Node::builder().start().await.unwrap();
    let panics = node.with_messenger(|_, _| -> Result<(), MessengerError> { panic!("on purpose") });
    let queued = node.with_messenger(|_, _| Ok(()));
    let (panicked, queued) = tokio::join!(panics, queued);
    assert!(panicked.is_err());
    assert!(queued.is_err());
    node.shutdown().await;
    assert!(node.with_messenger(|_, _| Ok(())).await.is_err());
}
