//! Takes a message of the security layer apart: what is in it for the installation "desktop"?
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use prost::Message;
use status_conversational_security::{Content, NO_SESSION, ProtocolMessage, wire};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let direct = wire::DirectMessageProtocol {
        dh_header: Some(wire::DhHeader {
            key: vec![2; 33].into(),
        }),
        payload: "ciphertext".into(),
        ..Default::default()
    };
    let sent = wire::ProtocolMessage {
        installation_id: "phone".into(),
        direct_message: [(NO_SESSION.into(), direct)].into(),
        ..Default::default()
    };
    let received = ProtocolMessage::decode(sent.encode_to_vec().into())?;
    match received.content_for("desktop") {
        Content::Direct(direct) => println!("for us, with header {:?}", direct.header()),
        other => println!("nothing to decrypt: {other:?}"),
    }
    Ok(())
}
