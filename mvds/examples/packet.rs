//! A packet of data sync: one message out, and the acknowledgement that answers it.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use status_mvds::{Message, Numbering, Payload, Unwrapped};

fn main() {
    let mut packet = Payload::default();
    packet.messages.push(Message {
        group_id: vec![1; 32].into(),
        timestamp: 1_590_000_000,
        body: "hello".into(),
        metadata: None,
    });
    let bytes = packet.encode(Numbering::Deployed);

    let received = Unwrapped::from_bytes(bytes, Numbering::Deployed);
    let Unwrapped::DataSync(received) = received else {
        return println!("not of data sync: for the application as it is");
    };
    let mut answer = Payload::default();
    for message in &received.messages {
        answer.acks.push(message.id().0.to_vec().into());
    }
    let bytes = answer.encode(Numbering::Deployed);
    println!("acknowledged by a packet of {} bytes", bytes.len());
}
